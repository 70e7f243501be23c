//! What may strike a call, and how often.

use std::time::Duration;

use local::aws::calls::Service;
use local::edge::faults::Fault;

/// Longer than one attempt of a function's SDK waits (3 s): the answer comes too late, or never.
const TOO_LATE: Duration = Duration::from_millis(3_400);

/// When a call is struck.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Moment {
    /// The service has done nothing.
    Before,
    /// The service has done it, and the caller does not know.
    After,
}

/// What strikes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FaultAction {
    /// The service says that it is called too often.
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

impl Moment {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Before, Self::After];

    /// A word for places and reports.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Before => "before",
            Self::After => "after",
        }
    }
}

impl FaultAction {
    /// A word for reports.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Throttle => "throttled",
            Self::Fail => "answered 500",
            Self::HangUp => "hung up",
            Self::TimeOut => "timed out",
            Self::Kill => "killed",
        }
    }

    /// What the edge does.
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

/// In how many of 10,000 calls.
pub type Odds = &'static [(FaultAction, u64)];

/// A rate above which nothing would ever come through.
pub const OF: u64 = 10_000;

/// The services that functions call.
pub const SERVICES: [Service; 3] = [Service::DynamoDb, Service::Sqs, Service::SesV2];

use FaultAction::{Fail, HangUp, Kill, Throttle, TimeOut};
use Moment::{After, Before};

/// The odds for a function's call.
#[must_use]
pub const fn of_function(service: Service, moment: Moment) -> Odds {
    match (service, moment) {
        (Service::SesV2, Before) => {
            &[(Throttle, 200), (Fail, 100), (HangUp, 100), (TimeOut, 5), (Kill, 15)]
        }
        (Service::SesV2, After) => &[(Fail, 150), (HangUp, 200), (TimeOut, 8), (Kill, 30)],
        (_, Before) => &[(Throttle, 150), (Fail, 100), (HangUp, 100), (TimeOut, 2), (Kill, 8)],
        (_, After) => &[(Fail, 100), (HangUp, 100), (TimeOut, 2), (Kill, 8)],
    }
}

/// The odds for a call of an event source mapping: what it reads is lost on the way and comes
/// again, what it wants deleted stays and comes again. The mappings' other calls are the test's
/// own, and are left alone.
#[must_use]
pub fn of_mapping(operation: &str, moment: Moment) -> Odds {
    match (operation, moment) {
        ("ReceiveMessage", After) => &[(HangUp, 200)],
        ("GetRecords", Before) => &[(Fail, 200), (HangUp, 100)],
        ("GetRecords", After) => &[(HangUp, 200)],
        _ => &[],
    }
}

/// Now and then a place is struck again and again, so that the SDK's own retries do not help.
pub const BROWN_OUT: BrownOut = BrownOut { calls: 30, one_in: 25, times: 12 };

/// Deletions are refused so often in a row that the mapping gives up, and the messages come again.
pub const DELETIONS_REFUSED: BrownOut = BrownOut { calls: 24, one_in: 4, times: 0 };

/// A run of calls that fares worse than others.
#[derive(Debug, Clone, Copy)]
pub struct BrownOut {
    /// How many calls.
    pub calls: u64,
    /// One in so many runs.
    pub one_in: u64,
    /// How many times more often they are struck. Processes are not killed more often.
    pub times: u64,
}
