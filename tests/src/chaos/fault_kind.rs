//! The kinds of faults, as they are counted and reported.

use std::collections::BTreeMap;
use std::fmt;

use local::aws::calls::Service;

use super::fault_rates::{CallPhase, FaultAction, SERVICES, function_fault_rates};
use super::outage;

/// A kind of fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FaultKind {
    /// A fault was injected into a function's call.
    Call(FaultAction, CallPhase, Service),
    /// A call of a function failed because the service was away for all of them.
    Away(Service),
    /// SES took no mail of the account.
    Account(AccountFault),
    /// A mapping's deletion of messages was refused.
    DeletionsRefused,
    /// The answer with the messages that a mapping received was lost.
    ReceiptsLost,
    /// A mapping could not read its stream.
    StreamReadsFailed,
    /// An SES event was lost.
    SesEventsLost,
    /// An SES event came some seconds late.
    SesEventsLate,
    /// An SES event came after the grace period.
    SesEventsAfterGrace,
    /// An SES event came more than once.
    SesEventsDoubled,
    /// A process was killed at a random time.
    KilledAtRandom,
}

/// Why SES takes no mail of the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AccountFault {
    /// The account's sending is paused.
    Paused,
    /// The sender's identity is not verified any more.
    NotVerified,
    /// The configuration set is gone.
    NoConfigurationSet,
}

impl AccountFault {
    /// Every fault, in the order in which they come.
    pub const ALL: [Self; 3] = [Self::Paused, Self::NotVerified, Self::NoConfigurationSet];

    /// For reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Paused => "the account was paused",
            Self::NotVerified => "the sender was not verified",
            Self::NoConfigurationSet => "the configuration set was gone",
        }
    }
}

impl FaultKind {
    /// Every kind that each plan can make: account faults only happen on demand.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let calls = SERVICES.into_iter().flat_map(|service| {
            CallPhase::ALL.into_iter().flat_map(move |phase| {
                let rates = function_fault_rates(service, phase).iter();
                rates.map(move |(action, _)| Self::Call(*action, phase, service))
            })
        });
        calls
            .chain([
                Self::DeletionsRefused,
                Self::ReceiptsLost,
                Self::StreamReadsFailed,
                Self::SesEventsLost,
                Self::SesEventsLate,
                Self::SesEventsAfterGrace,
                Self::SesEventsDoubled,
                Self::KilledAtRandom,
            ])
            .chain(outage::SERVICES.map(Self::Away))
            .collect()
    }
}

impl fmt::Display for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Call(action, phase, service) => {
                return write!(f, "{} {} {service}", action.as_str(), phase.as_str());
            }
            Self::Away(service) => return write!(f, "calls while {service} was away"),
            Self::Account(fault) => fault.as_str(),
            Self::DeletionsRefused => "deletions refused",
            Self::ReceiptsLost => "receipts lost",
            Self::StreamReadsFailed => "stream reads failed",
            Self::SesEventsLost => "SES events lost",
            Self::SesEventsLate => "SES events late",
            Self::SesEventsAfterGrace => "SES events later than the grace",
            Self::SesEventsDoubled => "SES events doubled",
            Self::KilledAtRandom => "killed at random",
        })
    }
}

/// Number of faults by kind.
pub type Counts = BTreeMap<FaultKind, u64>;

/// Formats counts as lines: for calls a line for each action and phase, with the services in it; then one
/// for each other kind.
#[derive(Debug, Clone, Copy)]
pub struct Lines<'a>(pub &'a Counts);

impl fmt::Display for Lines<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut calls: BTreeMap<(FaultAction, CallPhase), Vec<(Service, u64)>> = BTreeMap::new();
        let mut others = Vec::new();
        for (kind, times) in self.0 {
            match kind {
                FaultKind::Call(action, phase, service) => {
                    calls.entry((*action, *phase)).or_default().push((*service, *times));
                }
                other => others.push((other, times)),
            }
        }
        for ((action, phase), services) in calls {
            let all: u64 = services.iter().map(|(_, times)| times).sum();
            let each: Vec<String> =
                services.iter().map(|(s, times)| format!("{s} {times}")).collect();
            let (action, phase) = (action.as_str(), phase.as_str());
            writeln!(f, "  {all:>7} {action} {phase} ({})", each.join(", "))?;
        }
        others.iter().try_for_each(|(kind, times)| writeln!(f, "  {times:>7} {kind}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_services_of_an_action_share_a_line() {
        let counts = Counts::from([
            (FaultKind::Call(FaultAction::Kill, CallPhase::After, Service::DynamoDb), 3),
            (FaultKind::Call(FaultAction::Kill, CallPhase::After, Service::SesV2), 1),
            (FaultKind::ReceiptsLost, 12),
        ]);
        let lines = "        4 killed after (DynamoDB 3, SESv2 1)\n       12 receipts lost\n";
        assert_eq!(Lines(&counts).to_string(), lines);
    }

    #[test]
    fn every_kind_has_a_name_of_its_own() {
        let names: Vec<String> = FaultKind::all().iter().map(FaultKind::to_string).collect();
        let distinct: std::collections::BTreeSet<&String> = names.iter().collect();
        assert_eq!(distinct.len(), names.len());
        assert!(names.contains(&"killed after DynamoDB".to_owned()), "{names:?}");
    }
}
