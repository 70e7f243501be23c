//! What a run owes: strikes that chance alone would leave out, or bring too late to be seen.
//!
//! Each place owes a kill, and each service owes one of every other strike that its odds list,
//! before and after its calls. A debt falls due at a call whose number the seed decides, and is paid
//! at the first call from that on, unless chance paid it before.

use std::collections::BTreeMap;

use local::aws::calls::Service;

use super::odds::{FaultAction, Moment, Odds};
use super::place::Place;
use super::rng::Rng;

/// A place that is called less often in a run need not be killed at.
const OFTEN: u64 = 20;

/// Which call it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turn {
    /// At its place; the first is 1.
    pub at_place: u64,
    /// Of its service at its moment, whoever calls.
    pub of_service: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum PendingFault {
    Kill(Place),
    FaultAction(Service, Moment, FaultAction),
}

/// The calls so far, and what was paid.
#[derive(Debug, Default)]
pub struct PendingFaults {
    at_place: BTreeMap<Place, u64>,
    of_service: BTreeMap<(Service, Moment), u64>,
    paid: BTreeMap<PendingFault, u64>,
}

impl PendingFaults {
    /// Counts a call.
    pub fn next(&mut self, place: &Place) -> Turn {
        let of_service = self.of_service.entry((place.service, place.moment)).or_default();
        let at_place = self.at_place.entry(place.clone()).or_default();
        *of_service += 1;
        *at_place += 1;
        Turn { at_place: *at_place, of_service: *of_service }
    }

    /// The strike of these odds that is due now.
    #[must_use]
    pub fn due(&self, dice: Rng, place: &Place, turn: Turn, odds: Odds) -> Option<FaultAction> {
        let is_due = |strike: FaultAction| {
            let has_come = match strike {
                FaultAction::Kill => turn.at_place >= 2 + place.roll(dice, &["owed"], 0, 3),
                other => turn.of_service >= 5 + in_first_calls(dice, place, other),
            };
            has_come && self.times(&debt(place, strike)) == 0
        };
        odds.iter().map(|(strike, _)| *strike).find(|strike| is_due(*strike))
    }

    /// Notes a strike, which is about to happen: a call at the same time must not pay the same debt.
    pub fn pay(&mut self, place: &Place, strike: FaultAction) {
        *self.paid.entry(debt(place, strike)).or_default() += 1;
    }

    /// Takes a strike back that did not happen.
    pub fn take_back(&mut self, place: &Place, strike: FaultAction) {
        if let Some(times) = self.paid.get_mut(&debt(place, strike)) {
            *times = times.saturating_sub(1);
        }
    }

    /// Where functions called often and none was killed, with how often they called.
    #[must_use]
    pub fn never_killed(&self) -> Vec<(Place, u64)> {
        let often = self.at_place.iter().filter(|(_, calls)| **calls >= OFTEN);
        let never = often.filter(|(place, _)| self.times(&debt(place, FaultAction::Kill)) == 0);
        never.map(|(place, calls)| (place.clone(), *calls)).collect()
    }

    fn times(&self, debt: &PendingFault) -> u64 {
        self.paid.get(debt).copied().unwrap_or_default()
    }
}

fn in_first_calls(dice: Rng, place: &Place, strike: FaultAction) -> u64 {
    let service = place.service.to_string();
    dice.roll(&["owed", &service, place.moment.word(), strike.word()], 0, 20)
}

fn debt(place: &Place, strike: FaultAction) -> PendingFault {
    match strike {
        FaultAction::Kill => PendingFault::Kill(place.clone()),
        other => PendingFault::FaultAction(place.service, place.moment, other),
    }
}

#[cfg(test)]
mod tests {
    use super::super::odds::of_function;
    use super::*;

    fn place(caller: &str) -> Place {
        Place {
            caller: caller.to_owned(),
            service: Service::DynamoDb,
            operation: "PutItem".to_owned(),
            moment: Moment::Before,
        }
    }

    /// What so many calls in a row owe, with the number of each call; `kills` says at which of them
    /// a process can be killed.
    fn owed(
        debts: &mut PendingFaults,
        caller: &str,
        calls: u64,
        kills: impl Fn(u64) -> bool,
    ) -> Vec<(u64, FaultAction)> {
        let (place, mut seen) = (place(caller), Vec::new());
        for nth in 1..=calls {
            let turn = debts.next(&place);
            let odds = of_function(place.service, place.moment);
            let Some(strike) = debts.due(Rng::new(7), &place, turn, odds) else { continue };
            debts.pay(&place, strike);
            if strike == FaultAction::Kill && !kills(nth) {
                debts.take_back(&place, strike);
            }
            seen.push((nth, strike));
        }
        seen
    }

    #[test]
    fn each_strike_is_owed_once_and_soon() {
        let seen = owed(&mut PendingFaults::default(), "intake", 40, |_| true);
        for (strike, _) in of_function(Service::DynamoDb, Moment::Before) {
            assert_eq!(seen.iter().filter(|(_, s)| s == strike).count(), 1, "{strike:?} {seen:?}");
        }
        let (nth, _) = seen.iter().find(|(_, s)| *s == FaultAction::Kill).expect("just looked");
        assert!(*nth <= 4, "{seen:?}");
    }

    #[test]
    fn each_place_owes_a_kill_of_its_own_and_the_service_its_other_strikes_once() {
        let mut debts = PendingFaults::default();
        owed(&mut debts, "intake", 40, |_| true);
        let second: Vec<FaultAction> = owed(&mut debts, "mailer", 40, |_| true)
            .into_iter()
            .map(|(_, strike)| strike)
            .collect();
        assert_eq!(second, [FaultAction::Kill]);
        assert!(debts.never_killed().is_empty());
    }

    #[test]
    fn a_kill_that_did_not_come_off_stays_owed_until_one_does() {
        let seen = owed(&mut PendingFaults::default(), "intake", 40, |nth| nth > 10);
        let kills = seen.iter().filter(|(_, strike)| *strike == FaultAction::Kill);
        let (in_vain, done): (Vec<u64>, Vec<u64>) =
            kills.map(|(nth, _)| *nth).partition(|nth| *nth <= 10);
        assert!(in_vain.len() > 3, "{in_vain:?}");
        assert_eq!(done.len(), 1, "{done:?}");
    }

    #[test]
    fn a_place_that_is_called_often_and_never_killed_is_named() {
        let mut debts = PendingFaults::default();
        for _ in 0..OFTEN {
            debts.next(&place("intake"));
            debts.next(&place("mailer"));
        }
        debts.next(&place("relay"));
        debts.pay(&place("mailer"), FaultAction::Kill);
        assert_eq!(debts.never_killed(), [(place("intake"), OFTEN)]);
    }
}
