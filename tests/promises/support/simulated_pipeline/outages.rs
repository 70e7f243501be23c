//! Outages of the services that the functions call, which a test begins and ends.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

/// Who calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Stage {
    Intake,
    Relay,
    Sweep,
    Dispatcher,
    Mailer,
    Feedback,
    Connector,
    /// Lambda, which receives and deletes messages.
    EventSource,
    /// EventBridge, which sends SES's events to the feedback queue, and the shop's to the inbox queue.
    EventBridge,
}

impl Stage {
    /// The functions, but for the connector, which stands before intake and has tests of its own.
    pub const FUNCTIONS: [Self; 6] =
        [Self::Intake, Self::Relay, Self::Sweep, Self::Dispatcher, Self::Mailer, Self::Feedback];
}

/// A service that may be away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    DynamoDb,
    Sqs,
}

/// How a call fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// Nothing was done.
    NoConnection,
    /// The service answers 500, and nothing was done.
    ServerError,
    /// It was done, and the answer is lost.
    LostAnswer,
    /// Nothing was done, and the function is killed before it hears of it.
    Killed,
}

/// Which calls fail, and how. `None` stands for any.
#[derive(Debug, Clone, Copy)]
pub struct Outage {
    pub service: Service,
    pub stage: Option<Stage>,
    /// In AWS's spelling, such as `SendMessageBatch`.
    pub operation: Option<&'static str>,
    /// The queue's URL.
    pub queue: Option<&'static str>,
    pub failure: Failure,
    /// So many matching calls still succeed.
    pub after: u32,
    /// After so many failed calls it is over.
    pub calls: Option<u32>,
}

impl Outage {
    /// Every call of a service fails for lack of a connection, until the outage is ended.
    pub const fn of(service: Service) -> Self {
        Self {
            service,
            stage: None,
            operation: None,
            queue: None,
            failure: Failure::NoConnection,
            after: 0,
            calls: None,
        }
    }

    /// Only for this caller.
    pub const fn for_stage(self, stage: Stage) -> Self {
        Self { stage: Some(stage), ..self }
    }

    fn concerns(&self, call: &Call<'_>) -> bool {
        self.service == call.service
            && self.stage.is_none_or(|stage| stage == call.stage)
            && self.operation.is_none_or(|operation| operation == call.operation)
            && self.queue.is_none_or(|queue| Some(queue) == call.queue)
    }
}

/// One call.
#[derive(Debug, Clone, Copy)]
pub struct Call<'a> {
    pub service: Service,
    pub stage: Stage,
    pub operation: &'a str,
    pub queue: Option<&'a str>,
}

#[derive(Debug, Default)]
struct State {
    outages: Vec<Outage>,
    /// Begins as soon as SES has accepted a mail.
    after_send: Vec<Outage>,
    failures: usize,
}

/// The outages at present. A clone is another handle to the same.
#[derive(Debug, Clone, Default)]
pub struct Outages {
    state: Arc<Mutex<State>>,
    killed: Arc<Notify>,
}

impl Outages {
    /// Begins an outage.
    pub fn begin(&self, outage: Outage) {
        self.lock().outages.push(outage);
    }

    /// Begins an outage as soon as SES has accepted a mail: between the call and its record.
    pub fn begin_after_send(&self, outage: Outage) {
        self.lock().after_send.push(outage);
    }

    /// Ends all outages.
    pub fn end(&self) {
        let mut state = self.lock();
        state.outages.clear();
        state.after_send.clear();
    }

    /// How many calls have failed so far.
    pub fn failures(&self) -> usize {
        self.lock().failures
    }

    /// SES has accepted a mail.
    pub(super) fn ses_has_accepted(&self) {
        let mut state = self.lock();
        let begun = std::mem::take(&mut state.after_send);
        state.outages.extend(begun);
    }

    /// How this call fails, if it does.
    pub(super) fn failure(&self, call: &Call<'_>) -> Option<Failure> {
        let mut state = self.lock();
        let at = state.outages.iter().position(|outage| outage.concerns(call))?;
        let outage = &mut state.outages[at];
        if outage.after > 0 {
            outage.after -= 1;
            return None;
        }
        let failure = outage.failure;
        state.failures += 1;
        let outage = &mut state.outages[at];
        if let Some(left) = &mut outage.calls {
            *left -= 1;
            if *left == 0 {
                state.outages.remove(at);
            }
        }
        drop(state);
        if failure == Failure::Killed {
            self.killed.notify_waiters();
        }
        Some(failure)
    }

    /// The outcome of an invocation; `None` if one of its calls had it killed.
    pub(super) async fn unless_killed<T>(&self, invocation: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            () = self.killed.notified() => None,
            outcome = invocation => Some(outcome),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
