//! Faults that chance alone would omit from a short run, or inject too late to matter.
//!
//! Each call site has a pending kill, and each service has one pending fault of every other kind in its
//! fault rates, before and after its calls. A pending fault is due from a call on whose number the seed
//! decides, and is injected then unless chance injected it before.

use std::collections::BTreeMap;

use local::aws::calls::Service;

use super::call_site::CallSite;
use super::fault_rates::{CallPhase, FaultAction, FaultRates};
use super::rng::Rng;

/// A call site with at least this many calls in a run must have had a kill.
const FREQUENT: u64 = 20;

/// The position of a call in the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallNumber {
    /// Among the calls at its site; the first is 1.
    pub at_site: u64,
    /// Among the calls of its service and phase, by any function.
    pub in_service: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum PendingFault {
    Kill(CallSite),
    Answer(Service, CallPhase, FaultAction),
}

/// The calls so far, and the faults injected so far.
#[derive(Debug, Default)]
pub struct PendingFaults {
    at_site: BTreeMap<CallSite, u64>,
    in_service: BTreeMap<(Service, CallPhase), u64>,
    injected: BTreeMap<PendingFault, u64>,
}

impl PendingFaults {
    /// Counts a call.
    pub fn next(&mut self, site: &CallSite) -> CallNumber {
        let in_service = self.in_service.entry((site.service, site.phase)).or_default();
        let at_site = self.at_site.entry(site.clone()).or_default();
        *in_service += 1;
        *at_site += 1;
        CallNumber { at_site: *at_site, in_service: *in_service }
    }

    /// The pending fault among these rates that is due at this call, if any.
    #[must_use]
    pub fn due(
        &self,
        rng: Rng,
        site: &CallSite,
        number: CallNumber,
        rates: FaultRates,
    ) -> Option<FaultAction> {
        let is_due = |action: FaultAction| {
            let has_come = match action {
                FaultAction::Kill => number.at_site >= 2 + site.roll(rng, &["owed"], 0, 3),
                other => number.in_service >= 5 + in_first_calls(rng, site, other),
            };
            has_come && self.times(&fault_for(site, action)) == 0
        };
        rates.iter().map(|(action, _)| *action).find(|action| is_due(*action))
    }

    /// Marks a fault as injected.
    pub fn mark_injected(&mut self, site: &CallSite, action: FaultAction) {
        *self.injected.entry(fault_for(site, action)).or_default() += 1;
    }

    /// Makes a fault pending again that could not be injected, because the process was already dead.
    pub fn undo(&mut self, site: &CallSite, action: FaultAction) {
        if let Some(times) = self.injected.get_mut(&fault_for(site, action)) {
            *times = times.saturating_sub(1);
        }
    }

    /// The frequent call sites at which no process was killed, with their number of calls.
    #[must_use]
    pub fn never_killed(&self) -> Vec<(CallSite, u64)> {
        let often = self.at_site.iter().filter(|(_, calls)| **calls >= FREQUENT);
        let never = often.filter(|(site, _)| self.times(&fault_for(site, FaultAction::Kill)) == 0);
        never.map(|(site, calls)| (site.clone(), *calls)).collect()
    }

    fn times(&self, fault: &PendingFault) -> u64 {
        self.injected.get(fault).copied().unwrap_or_default()
    }
}

fn in_first_calls(rng: Rng, site: &CallSite, action: FaultAction) -> u64 {
    let service = site.service.to_string();
    rng.roll(&["owed", &service, site.phase.as_str(), action.as_str()], 0, 20)
}

fn fault_for(site: &CallSite, action: FaultAction) -> PendingFault {
    match action {
        FaultAction::Kill => PendingFault::Kill(site.clone()),
        other => PendingFault::Answer(site.service, site.phase, other),
    }
}

#[cfg(test)]
mod tests {
    use super::super::fault_rates::function_fault_rates;
    use super::*;

    fn site(caller: &str) -> CallSite {
        CallSite {
            caller: caller.to_owned(),
            service: Service::DynamoDb,
            operation: "PutItem".to_owned(),
            phase: CallPhase::Before,
        }
    }

    /// The pending faults that `calls` calls in a row inject, with the number of each call; `kills` says
    /// at which of them a process can be killed.
    fn inject_pending(
        pending: &mut PendingFaults,
        caller: &str,
        calls: u64,
        kills: impl Fn(u64) -> bool,
    ) -> Vec<(u64, FaultAction)> {
        let (site, mut seen) = (site(caller), Vec::new());
        for nth in 1..=calls {
            let number = pending.next(&site);
            let rates = function_fault_rates(site.service, site.phase);
            let Some(action) = pending.due(Rng::new(7), &site, number, rates) else { continue };
            pending.mark_injected(&site, action);
            if action == FaultAction::Kill && !kills(nth) {
                pending.undo(&site, action);
            }
            seen.push((nth, action));
        }
        seen
    }

    #[test]
    fn each_pending_fault_is_injected_once_and_soon() {
        let seen = inject_pending(&mut PendingFaults::default(), "intake", 40, |_| true);
        for (action, _) in function_fault_rates(Service::DynamoDb, CallPhase::Before) {
            assert_eq!(seen.iter().filter(|(_, s)| s == action).count(), 1, "{action:?} {seen:?}");
        }
        let (nth, _) = seen.iter().find(|(_, s)| *s == FaultAction::Kill).expect("just looked");
        assert!(*nth <= 4, "{seen:?}");
    }

    #[test]
    fn each_call_site_has_a_kill_of_its_own_and_its_service_each_other_fault_once() {
        let mut pending = PendingFaults::default();
        inject_pending(&mut pending, "intake", 40, |_| true);
        let second: Vec<FaultAction> = inject_pending(&mut pending, "mailer", 40, |_| true)
            .into_iter()
            .map(|(_, action)| action)
            .collect();
        assert_eq!(second, [FaultAction::Kill]);
        assert!(pending.never_killed().is_empty());
    }

    #[test]
    fn a_kill_that_failed_stays_pending_until_one_succeeds() {
        let seen = inject_pending(&mut PendingFaults::default(), "intake", 40, |nth| nth > 10);
        let kills = seen.iter().filter(|(_, action)| *action == FaultAction::Kill);
        let (in_vain, done): (Vec<u64>, Vec<u64>) =
            kills.map(|(nth, _)| *nth).partition(|nth| *nth <= 10);
        assert!(in_vain.len() > 3, "{in_vain:?}");
        assert_eq!(done.len(), 1, "{done:?}");
    }

    #[test]
    fn a_call_site_that_is_called_often_and_never_killed_is_listed() {
        let mut pending = PendingFaults::default();
        for _ in 0..FREQUENT {
            pending.next(&site("intake"));
            pending.next(&site("mailer"));
        }
        pending.next(&site("relay"));
        pending.mark_injected(&site("mailer"), FaultAction::Kill);
        assert_eq!(pending.never_killed(), [(site("intake"), FREQUENT)]);
    }
}
