//! A fault plan with one death: a function is killed at one boundary of its calls.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use http::StatusCode;
use local::Config;
use local::aws::calls::{Caller, Service};
use local::edge::faults::{Call, Fault, Faults};
use local::lambda::Function;
use local::run::publish::{Answer, Published};
use waybill_tests::chaos::fault_rates::CallPhase;
use waybill_tests::chaos::killer::kill_caller;
use waybill_tests::chaos::run::settings;

use super::TestStack;

/// A place in a function's work.
#[derive(Debug, Clone, Copy)]
pub struct Boundary {
    pub function: &'static str,
    pub service: Service,
    pub operation: &'static str,
    pub phase: CallPhase,
    /// What the call must say; empty for anything.
    pub saying: &'static str,
    /// How many such calls pass first.
    pub after: usize,
}

/// What else is wrong while the killer is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    Nothing,
    /// None of SES's events reaches the feedback queue.
    SesEventsLost,
    /// Neither do SES's answers reach the mailer.
    SesSilent,
    /// The stream's reader gets no answer.
    StreamDown,
    /// SES is too busy for so many calls first.
    SesBusy(usize),
}

/// Kills the calling process (SIGKILL) at the boundary, once.
pub struct Killer {
    boundary: Boundary,
    trouble: Trouble,
    asked_ses: AtomicUsize,
    passed: AtomicUsize,
    struck: AtomicBool,
    victim: OnceLock<Function>,
}

impl Killer {
    pub fn at(boundary: Boundary) -> Arc<Self> {
        Self::amid(Trouble::Nothing, boundary)
    }

    pub fn amid(trouble: Trouble, boundary: Boundary) -> Arc<Self> {
        Arc::new(Self {
            boundary,
            trouble,
            asked_ses: AtomicUsize::new(0),
            passed: AtomicUsize::new(0),
            struck: AtomicBool::new(false),
            victim: OnceLock::new(),
        })
    }

    /// A stack that this killer haunts.
    pub async fn stack(self: &Arc<Self>) -> TestStack {
        let faults: Arc<dyn Faults> = Arc::<Self>::clone(self);
        let config = Config { settings: settings(), faults, ..Config::default() };
        let stack = TestStack::start_with(config).await;
        let victim = stack.stack.functions.function(self.boundary.function);
        assert!(self.victim.set(victim.expect("the function")).is_ok(), "one stack a killer");
        stack
    }

    /// Whether it killed.
    pub fn has_struck(&self) -> bool {
        self.struck.load(Ordering::SeqCst)
    }

    fn strike(&self, call: &Call<'_>, phase: CallPhase) -> Option<Fault> {
        let Boundary { function, service, operation, .. } = self.boundary;
        let is_here = *call.caller == Caller::Function(function.to_owned())
            && (call.service, call.operation, phase) == (service, operation, self.boundary.phase);
        let says_so = String::from_utf8_lossy(call.body).contains(self.boundary.saying);
        let victim = self.victim.get().filter(|_| is_here && says_so)?;
        let turn = self.passed.fetch_add(1, Ordering::SeqCst) == self.boundary.after;
        if !turn || self.struck.swap(true, Ordering::SeqCst) {
            return None;
        }
        assert!(kill_caller(victim, call.peer), "the process could not be killed");
        Some(Fault::HangUp)
    }

    fn trouble(&self, call: &Call<'_>) -> Option<Fault> {
        match self.trouble {
            Trouble::StreamDown if call.service == Service::DynamoDbStreams => {
                Some(Fault::ServerError)
            }
            Trouble::SesBusy(calls) if call.operation == "SendEmail" => {
                let nth = self.asked_ses.fetch_add(1, Ordering::SeqCst);
                (nth < calls).then_some(Fault::Throttled)
            }
            _ => None,
        }
    }
}

impl Faults for Killer {
    fn before(&self, call: &Call<'_>) -> Option<Fault> {
        self.trouble(call).or_else(|| self.strike(call, CallPhase::Before))
    }

    fn after(&self, call: &Call<'_>, _: StatusCode) -> Option<Fault> {
        let is_lost = self.trouble == Trouble::SesSilent && call.operation == "SendEmail";
        self.strike(call, CallPhase::After).or(is_lost.then_some(Fault::HangUp))
    }

    fn ses_event(&self, _: &str) -> Vec<Duration> {
        match self.trouble {
            Trouble::SesEventsLost | Trouble::SesSilent => Vec::new(),
            _ => vec![Duration::ZERO],
        }
    }
}

/// Publishes until intake has answered for each line. One that was stored by a call whose answer
/// was lost is a duplicate now: accepted all the same.
pub async fn publish_surely(stack: &TestStack, lines: &[String]) -> Vec<Published> {
    let published = stack.publish_only(lines).await;
    let sure = |p: Published| {
        assert!(matches!(p.answer, Answer::Accepted | Answer::Duplicate), "{:?}", p.answer);
        Published { answer: Answer::Accepted, ..p }
    };
    published.into_iter().map(sure).collect()
}
