//! The faults that can be injected into a call, and their rates.

use std::time::Duration;

use local::aws::calls::Service;
use local::edge::faults::Fault;

/// Longer than the SDK waits for one attempt (3 s), so that the answer is too late.
pub const TOO_LATE: Duration = Duration::from_millis(3_400);

/// When in a call a fault is injected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CallPhase {
    /// Before the service has done anything.
    Before,
    /// After the service has carried out the call, before its caller knows.
    After,
}

/// What a fault does to a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FaultAction {
    /// The service answers that it is called too often.
    Throttle,
    /// The service answers 500.
    Fail,
    /// The connection is closed.
    HangUp,
    /// No answer comes in time.
    TimeOut,
    /// The calling process is killed.
    Kill,
}

impl CallPhase {
    /// Both phases.
    pub const ALL: [Self; 2] = [Self::Before, Self::After];

    /// For reports, and as part of the seed of a decision.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Before => "before",
            Self::After => "after",
        }
    }
}

impl FaultAction {
    /// For reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Throttle => "throttled",
            Self::Fail => "answered 500",
            Self::HangUp => "hung up",
            Self::TimeOut => "timed out",
            Self::Kill => "killed",
        }
    }

    /// The fault as the stack's HTTP edge carries it out. A killed process hangs up too.
    #[must_use]
    pub const fn fault(self) -> Fault {
        match self {
            Self::Throttle => Fault::Throttled,
            Self::Fail => Fault::ServerError,
            Self::HangUp | Self::Kill => Fault::HangUp,
            Self::TimeOut => Fault::Delay(TOO_LATE),
        }
    }
}

/// Each fault with its rate, in calls of [`RATE_BASE`].
pub type FaultRates = &'static [(FaultAction, u64)];

/// Rates are parts of this number of calls.
pub const RATE_BASE: u64 = 10_000;

/// The services that functions call.
pub const SERVICES: [Service; 4] =
    [Service::DynamoDb, Service::Sqs, Service::SesV2, Service::EventBridge];

use CallPhase::{After, Before};
use FaultAction::{Fail, HangUp, Kill, Throttle, TimeOut};

/// The fault rates of a function's calls.
#[must_use]
pub const fn function_fault_rates(service: Service, phase: CallPhase) -> FaultRates {
    match (service, phase) {
        (Service::SesV2, Before) => {
            &[(Throttle, 200), (Fail, 100), (HangUp, 100), (TimeOut, 5), (Kill, 15)]
        }
        (Service::SesV2, After) => &[(Fail, 150), (HangUp, 200), (TimeOut, 8), (Kill, 30)],
        (_, Before) => &[(Throttle, 150), (Fail, 100), (HangUp, 100), (TimeOut, 2), (Kill, 8)],
        (_, After) => &[(Fail, 100), (HangUp, 100), (TimeOut, 2), (Kill, 8)],
    }
}

/// The fault rates of an event source mapping's calls. Messages and records that it reads may be lost on the
/// way and are delivered again; deletions may be refused, so that messages are delivered again. Its other
/// calls keep the test itself running and have no faults.
#[must_use]
pub fn mapping_fault_rates(operation: &str, phase: CallPhase) -> FaultRates {
    match (operation, phase) {
        ("ReceiveMessage", After) => &[(HangUp, 200)],
        ("GetRecords", Before) => &[(Fail, 200), (HangUp, 100)],
        ("GetRecords", After) => &[(HangUp, 200)],
        _ => &[],
    }
}

/// Sometimes a call site fails many times in a row, so that the SDK's retries do not help.
pub const BROWNOUT: Brownout = Brownout { calls: 30, one_in: 25, times: 12 };

/// The same of SES, shorter and more rarely: after three mails without an answer only one mail asks every minute or so,
/// and the run would wait for as many minutes as a brownout has calls.
pub const SES_BROWNOUT: Brownout = Brownout { calls: 6, one_in: 200, times: 12 };

/// Deletions are refused so many times in a row that the mapping gives up, and SQS delivers the messages
/// again.
pub const DELETIONS_REFUSED: Brownout = Brownout { calls: 24, one_in: 4, times: 0 };

/// A run of consecutive calls at one site with more faults than usual.
#[derive(Debug, Clone, Copy)]
pub struct Brownout {
    /// Length of a run, in calls.
    pub calls: u64,
    /// One run in this number is a brownout.
    pub one_in: u64,
    /// Factor by which faults are more frequent. Kills and time-outs stay as rare as they are.
    pub times: u64,
}
