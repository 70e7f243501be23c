//! A fault plan with a single kill: a function is killed at one boundary of its calls.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use http::StatusCode;
use local::Config;
use local::aws::calls::{Caller, Service};
use local::edge::faults::{Call, Fault, Faults};
use local::lambda::Function;
use local::resources::Settings;
use local::run::publish::{Answer, Published};
use waybill_tests::chaos::fault_rates::CallPhase;
use waybill_tests::chaos::killer::kill_caller;

use super::TestStack;

/// The place of the kill: before or after a certain call of a function.
#[derive(Debug, Clone, Copy)]
pub struct Boundary {
    pub function: &'static str,
    pub service: Service,
    pub operation: &'static str,
    pub phase: CallPhase,
    /// Text that the call's body must contain; empty for any body.
    pub body_contains: &'static str,
    /// How many such calls happen before the one with the kill.
    pub skip: usize,
}

/// Another fault that lasts for the whole test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BackgroundFault {
    None,
    /// None of SES's events reaches the feedback queue.
    SesEventsLost,
    /// Neither SES's events nor its answers arrive.
    SesUnanswered,
    /// Reads of the stream fail.
    StreamDown,
    /// SES throttles the first calls, as many as given.
    SesThrottles(usize),
}

/// Kills the calling process (SIGKILL) at the boundary, once.
pub struct Killer {
    boundary: Boundary,
    background: BackgroundFault,
    ses_calls: AtomicUsize,
    passed: AtomicUsize,
    has_killed: AtomicBool,
    function: OnceLock<Arc<Function>>,
}

impl Killer {
    pub fn new(boundary: Boundary) -> Arc<Self> {
        Self::with_background(boundary, BackgroundFault::None)
    }

    pub fn with_background(boundary: Boundary, background: BackgroundFault) -> Arc<Self> {
        Arc::new(Self {
            boundary,
            background,
            ses_calls: AtomicUsize::new(0),
            passed: AtomicUsize::new(0),
            has_killed: AtomicBool::new(false),
            function: OnceLock::new(),
        })
    }

    /// As [`super::settings`], with a shorter visibility timeout, as each test waits for it. Where the
    /// stream is down, only the sweep moves events, and it may come as soon as a lease is over; elsewhere it must not overtake
    /// the stream.
    pub fn settings(background: BackgroundFault) -> Settings {
        let (sweep_after, sweep_interval) = match background {
            BackgroundFault::StreamDown => (Duration::from_secs(7), Duration::from_secs(1)),
            _ => (Duration::from_secs(8), Duration::from_secs(4)),
        };
        Settings {
            visibility_timeout: Duration::from_secs(2),
            max_receive_count: 50,
            sweep_after,
            sweep_interval,
            ..super::settings()
        }
    }

    /// Starts a stack whose function this killer kills.
    pub async fn start_stack(self: &Arc<Self>) -> TestStack {
        self.start_stack_with(Config::default()).await
    }

    /// As [`Killer::start_stack`], with this configuration but for the faults and the settings.
    pub async fn start_stack_with(self: &Arc<Self>, config: Config) -> TestStack {
        let faults: Arc<dyn Faults> = Arc::<Self>::clone(self);
        let config = Config { settings: Self::settings(self.background), faults, ..config };
        let stack = TestStack::start_with(config).await;
        let function = stack.stack.functions.function(self.boundary.function);
        assert!(self.function.set(function.expect("the function")).is_ok(), "one stack per killer");
        stack
    }

    /// Whether the kill has happened.
    pub fn has_killed(&self) -> bool {
        self.has_killed.load(Ordering::SeqCst)
    }

    fn kill_at(&self, call: &Call<'_>, phase: CallPhase) -> Option<Fault> {
        let Boundary { function, service, operation, .. } = self.boundary;
        let is_here = *call.caller == Caller::Function(function.to_owned())
            && (call.service, call.operation, phase) == (service, operation, self.boundary.phase);
        let matches_body = String::from_utf8_lossy(call.body).contains(self.boundary.body_contains);
        let process = self.function.get().filter(|_| is_here && matches_body)?;
        let is_target = self.passed.fetch_add(1, Ordering::SeqCst) == self.boundary.skip;
        if !is_target || self.has_killed.swap(true, Ordering::SeqCst) {
            return None;
        }
        assert!(kill_caller(process, call.peer), "the process could not be killed");
        // The process is dead; the connection is closed without an answer, as the kernel would.
        Some(Fault::HangUp)
    }

    fn background_fault(&self, call: &Call<'_>) -> Option<Fault> {
        match self.background {
            BackgroundFault::StreamDown if call.service == Service::DynamoDbStreams => {
                Some(Fault::ServerError)
            }
            BackgroundFault::SesThrottles(calls) if call.operation == "SendEmail" => {
                let nth = self.ses_calls.fetch_add(1, Ordering::SeqCst);
                (nth < calls).then_some(Fault::Throttled)
            }
            _ => None,
        }
    }
}

impl Faults for Killer {
    fn before(&self, call: &Call<'_>) -> Option<Fault> {
        self.background_fault(call).or_else(|| self.kill_at(call, CallPhase::Before))
    }

    fn after(&self, call: &Call<'_>, _: StatusCode) -> Option<Fault> {
        let is_lost =
            self.background == BackgroundFault::SesUnanswered && call.operation == "SendEmail";
        self.kill_at(call, CallPhase::After).or(is_lost.then_some(Fault::HangUp))
    }

    fn ses_event(&self, _: &str) -> Vec<Duration> {
        match self.background {
            BackgroundFault::SesEventsLost | BackgroundFault::SesUnanswered => Vec::new(),
            _ => vec![Duration::ZERO],
        }
    }
}

/// Publishes, and counts a duplicate as accepted: if intake died after it stored an event, the publisher's
/// retry is answered as a duplicate.
pub async fn publish_with_retries(stack: &TestStack, lines: &[String]) -> Vec<Published> {
    let published = stack.publish_only(lines).await;
    let as_accepted = |p: Published| {
        assert!(matches!(p.answer, Answer::Accepted | Answer::Duplicate), "{:?}", p.answer);
        Published { answer: Answer::Accepted, ..p }
    };
    published.into_iter().map(as_accepted).collect()
}
