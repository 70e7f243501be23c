//! What every consumer of a queue promises: intake before its inbox, dispatcher, mailer and feedback.
//!
//! One message and any number of workers, one after the other. What the consumer calls may be away for any
//! number of receives, and SQS itself may refuse the delayed copy. SQS counts receives and moves a message to
//! the dead-letter queue after [`MAX_RECEIVES`]; a copy starts at zero. The message is fine, so waiting cures
//! everything that happens to it.

use stateright::{Model, Property};

use super::liveness::Terminates;

/// As the dispatch queue is deployed, but smaller: the receive after the last allowed one moves the message.
pub const MAX_RECEIVES: u8 = 3;

/// Copies of the message that the queue may hold. A third would only make it harder to lose one.
const MAX_COPIES: usize = 2;

/// A message whose processing only has to wait is in no dead-letter queue.
pub const NO_HEALTHY_DEAD_LETTER: &str = "what waiting can cure is in no dead-letter queue";
/// The message is done, or it is somewhere.
pub const MESSAGE_KEPT: &str = "a message that is not done is in a queue";

/// A bug in a consumer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ConsumerBug {
    /// It leaves the message to the visibility timeout while what it calls is away.
    WaitsInItsQueue,
    /// It acknowledges a message although SQS did not take the delayed copy.
    AcknowledgesFailedRequeue,
    /// It acknowledges a message before SQS has taken the delayed copy.
    AcknowledgesBeforeRequeue,
    /// The copy keeps the receive count of its original: the visibility timeout is changed, no copy is sent.
    CopyKeepsReceives,
}

/// A consumer with its bounds.
#[derive(Debug, Clone, Copy)]
pub struct ConsumerModel {
    /// How often a worker may die.
    pub crashes: u8,
    /// How often SQS may refuse a copy.
    pub refused_copies: u8,
    /// How often what it calls may go away, each time for as long as it likes.
    pub outages: u8,
    /// A bug that is seeded on purpose.
    pub bug: Option<ConsumerBug>,
}

/// A state: the queue, the worker, what it calls.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ConsumerState {
    /// Receive counts of the copies in the queue, sorted; the held one is not among them.
    queue: Vec<u8>,
    /// The copy that a worker holds, with its next step.
    held: Option<(u8, WorkerStep)>,
    /// Whether the message was deleted from the queue while it is held.
    acknowledged: bool,
    is_away: bool,
    is_done: bool,
    is_dead: bool,
    crashes: u8,
    refused_copies: u8,
    outages: u8,
}

/// What a worker does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum WorkerStep {
    /// Call what it needs.
    Call,
    /// Send a delayed copy.
    Requeue,
    /// Acknowledge the message.
    Acknowledge,
}

/// What can happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ConsumerAction {
    /// A worker receives the copy with this receive count, or SQS moves it to the dead-letter queue.
    Receive(u8),
    /// The worker takes its next step.
    Step(WorkerStep),
    /// SQS refuses the copy.
    CopyRefused,
    /// The worker dies.
    Crash,
    /// What it calls goes away.
    GoesAway,
    /// What it calls is there again.
    ComesBack,
}

impl ConsumerModel {
    fn has(&self, bug: ConsumerBug) -> bool {
        self.bug == Some(bug)
    }

    fn after_call(&self, state: &mut ConsumerState) -> Option<WorkerStep> {
        if !state.is_away {
            state.is_done = true;
            return Some(WorkerStep::Acknowledge);
        }
        if self.has(ConsumerBug::WaitsInItsQueue) {
            return None;
        }
        state.acknowledged |= self.has(ConsumerBug::AcknowledgesBeforeRequeue);
        Some(WorkerStep::Requeue)
    }

    fn step(&self, state: &mut ConsumerState, receives: u8, step: WorkerStep) {
        let next = match step {
            WorkerStep::Call => self.after_call(state),
            WorkerStep::Requeue => {
                let kept = self.has(ConsumerBug::CopyKeepsReceives);
                state.put(if kept { receives } else { 0 });
                Some(WorkerStep::Acknowledge)
            }
            WorkerStep::Acknowledge => {
                state.acknowledged = true;
                None
            }
        };
        match next {
            Some(step) => state.held = Some((receives, step)),
            None => state.release(),
        }
    }
}

impl ConsumerState {
    fn put(&mut self, receives: u8) {
        if self.queue.len() < MAX_COPIES {
            self.queue.push(receives);
            self.queue.sort_unstable();
        }
    }

    /// The worker is gone: the message becomes visible again unless it was acknowledged.
    fn release(&mut self) {
        if let Some((receives, _)) = self.held.take()
            && !self.acknowledged
        {
            self.put(receives);
        }
        self.acknowledged = false;
    }
}

impl Model for ConsumerModel {
    type State = ConsumerState;
    type Action = ConsumerAction;

    fn init_states(&self) -> Vec<ConsumerState> {
        vec![ConsumerState {
            queue: vec![0],
            held: None,
            acknowledged: false,
            is_away: false,
            is_done: false,
            is_dead: false,
            crashes: self.crashes,
            refused_copies: self.refused_copies,
            outages: self.outages,
        }]
    }

    fn actions(&self, state: &ConsumerState, actions: &mut Vec<ConsumerAction>) {
        match state.held {
            None => actions.extend(state.queue.iter().map(|r| ConsumerAction::Receive(*r))),
            Some((_, step)) => {
                actions.push(ConsumerAction::Step(step));
                if step == WorkerStep::Requeue && state.refused_copies > 0 {
                    actions.push(ConsumerAction::CopyRefused);
                }
                if state.crashes > 0 {
                    actions.push(ConsumerAction::Crash);
                }
            }
        }
        if state.is_away {
            actions.push(ConsumerAction::ComesBack);
        } else if state.outages > 0 {
            actions.push(ConsumerAction::GoesAway);
        }
    }

    fn next_state(&self, last: &ConsumerState, action: ConsumerAction) -> Option<ConsumerState> {
        let mut state = last.clone();
        match action {
            ConsumerAction::Receive(receives) => {
                let at = state.queue.iter().position(|r| *r == receives)?;
                state.queue.remove(at);
                // As SQS: the receive is counted first, and the one after the last allowed moves the message.
                if receives == MAX_RECEIVES {
                    state.is_dead = true;
                } else {
                    state.held = Some((receives + 1, WorkerStep::Call));
                }
            }
            ConsumerAction::Step(step) => {
                let (receives, _) = state.held?;
                self.step(&mut state, receives, step);
            }
            ConsumerAction::CopyRefused => {
                state.refused_copies -= 1;
                state.acknowledged |= self.has(ConsumerBug::AcknowledgesFailedRequeue);
                // Not an acknowledgement: the message is delivered again, and uses up a receive.
                state.release();
            }
            ConsumerAction::Crash => {
                state.crashes -= 1;
                state.release();
            }
            ConsumerAction::GoesAway => {
                state.outages -= 1;
                state.is_away = true;
            }
            ConsumerAction::ComesBack => state.is_away = false,
        }
        Some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always(NO_HEALTHY_DEAD_LETTER, |_, state: &ConsumerState| !state.is_dead),
            Property::always(MESSAGE_KEPT, |_, state: &ConsumerState| {
                state.is_done
                    || state.is_dead
                    || !state.queue.is_empty()
                    || (state.held.is_some() && !state.acknowledged)
            }),
        ]
    }
}

impl Terminates for ConsumerModel {
    fn is_terminal(&self, state: &ConsumerState) -> bool {
        state.is_done && state.queue.is_empty() && state.held.is_none()
    }

    fn is_fault_free(action: &ConsumerAction) -> bool {
        use ConsumerAction::{ComesBack, Receive, Step};
        matches!(action, Receive(_) | Step(_) | ComesBack)
    }
}
