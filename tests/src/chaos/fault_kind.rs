//! The kinds of faults, as they are counted and told.

use std::collections::BTreeMap;
use std::fmt;

use local::aws::calls::Service;

use super::odds::{FaultAction, Moment, SERVICES, of_function};

/// What can go wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FaultKind {
    /// A function's call of a service was struck.
    Call(FaultAction, Moment, Service),
    /// Messages that a mapping wanted deleted stayed.
    DeletionsRefused,
    /// Messages that a mapping received were lost on the way to it.
    ReceiptsLost,
    /// A mapping could not read its stream.
    StreamReadsFailed,
    /// An event of SES never came.
    SesEventsLost,
    /// An event of SES came some seconds late.
    SesEventsLate,
    /// An event of SES came when nobody waited for it any more.
    SesEventsAfterGrace,
    /// An event of SES came more than once.
    SesEventsDoubled,
    /// A process was killed whatever it did just then.
    KilledAtRandom,
}

impl FaultKind {
    /// Every kind that the plan can make.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let calls = SERVICES.into_iter().flat_map(|service| {
            Moment::ALL.into_iter().flat_map(move |moment| {
                let odds = of_function(service, moment).iter();
                odds.map(move |(strike, _)| Self::Call(*strike, moment, service))
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
            .collect()
    }
}

impl fmt::Display for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Call(strike, moment, service) => {
                return write!(f, "{} {} {service}", strike.word(), moment.word());
            }
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

/// How often what struck.
pub type Counts = BTreeMap<FaultKind, u64>;

/// Counts as lines: of calls a line for each strike and moment, with its services in it; then one
/// for each other kind.
#[derive(Debug, Clone, Copy)]
pub struct Lines<'a>(pub &'a Counts);

impl fmt::Display for Lines<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut calls: BTreeMap<(FaultAction, Moment), Vec<(Service, u64)>> = BTreeMap::new();
        let mut others = Vec::new();
        for (kind, times) in self.0 {
            match kind {
                FaultKind::Call(strike, moment, service) => {
                    calls.entry((*strike, *moment)).or_default().push((*service, *times));
                }
                other => others.push((other, times)),
            }
        }
        for ((strike, moment), services) in calls {
            let all: u64 = services.iter().map(|(_, times)| times).sum();
            let each: Vec<String> =
                services.iter().map(|(s, times)| format!("{s} {times}")).collect();
            let (strike, moment) = (strike.word(), moment.word());
            writeln!(f, "  {all:>7} {strike} {moment} ({})", each.join(", "))?;
        }
        others.iter().try_for_each(|(kind, times)| writeln!(f, "  {times:>7} {kind}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_services_of_a_strike_share_a_line() {
        let counts = Counts::from([
            (FaultKind::Call(FaultAction::Kill, Moment::After, Service::DynamoDb), 3),
            (FaultKind::Call(FaultAction::Kill, Moment::After, Service::SesV2), 1),
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
