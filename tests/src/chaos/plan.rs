//! The fault plan: what strikes which call.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use http::StatusCode;
use local::Stack;
use local::aws::calls::Service;
use local::edge::faults::{Call, Fault, Faults};
use local::lambda::Function;

use super::fault_kind::{Counts, FaultKind};
use super::killer::kill_caller;
use super::odds::{
    BROWN_OUT, BrownOut, DELETIONS_REFUSED, FaultAction, Moment, OF, Odds, of_function, of_mapping,
};
use super::pending_faults::PendingFaults;
use super::place::Place;
use super::rng::Rng;
use super::sightings::{SesEvent, Sightings};

/// The functions that can be killed.
pub const FUNCTIONS: [&str; 5] = ["intake", "relay", "dispatcher", "mailer", "feedback"];

const MAPPING: &str = "mapping";

/// A seeded plan. It does nothing until it is armed.
#[derive(Default)]
pub struct Plan {
    dice: Option<Rng>,
    armed: AtomicBool,
    functions: OnceLock<BTreeMap<&'static str, Function>>,
    debts: Mutex<PendingFaults>,
    /// How often the mappings called from each place.
    mappings: Mutex<BTreeMap<Place, u64>>,
    struck: Mutex<Counts>,
    /// What SES accepted.
    pub sightings: Sightings,
}

impl Plan {
    /// The plan of a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { dice: Some(Rng::new(seed)), ..Self::default() }
    }

    /// Lets it strike, and kill the processes of `stack`.
    pub fn arm(&self, stack: &Stack) {
        let find = |name| Some((name, stack.functions.function(name).ok()?));
        let functions = FUNCTIONS.into_iter().filter_map(find).collect();
        // A second stack under one plan would be a mistake of the test; the first one is kept.
        let _ = self.functions.set(functions);
        self.armed.store(true, Ordering::SeqCst);
    }

    /// Lets it strike no more.
    pub fn disarm(&self) {
        self.armed.store(false, Ordering::SeqCst);
    }

    /// The dice, while it is armed.
    #[must_use]
    pub fn dice(&self) -> Option<Rng> {
        self.dice.filter(|_| self.armed.load(Ordering::SeqCst))
    }

    /// Counts a fault.
    pub fn count(&self, what: FaultKind) {
        *self.struck.lock().unwrap_or_else(PoisonError::into_inner).entry(what).or_default() += 1;
    }

    /// The faults so far, by kind.
    #[must_use]
    pub fn faults(&self) -> Counts {
        self.struck.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Where functions called often and none was killed.
    #[must_use]
    pub fn never_killed(&self) -> Vec<(Place, u64)> {
        self.debts().never_killed()
    }

    fn strike(&self, call: &Call<'_>, moment: Moment) -> Option<Fault> {
        let dice = self.dice()?;
        let place = Place::of(call, moment)?;
        if place.caller == MAPPING {
            return self.strike_mapping(dice, &place);
        }
        let strike = self.next_strike(dice, &place)?;
        if strike == FaultAction::Kill && !self.kill(&place.caller, call.peer) {
            self.debts().take_back(&place, strike);
            return None;
        }
        self.count(FaultKind::Call(strike, moment, place.service));
        Some(strike.fault())
    }

    /// What chance has for this call, or else what is owed.
    fn next_strike(&self, dice: Rng, place: &Place) -> Option<FaultAction> {
        let odds = of_function(place.service, place.moment);
        let mut debts = self.debts();
        let turn = debts.next(place);
        let strike = decide(dice, place, turn.at_place, odds)
            .or_else(|| debts.due(dice, place, turn, odds))?;
        debts.pay(place, strike);
        Some(strike)
    }

    /// A mapping is part of the stack and no process that could be killed. It owes nothing: what can
    /// strike it does so often.
    fn strike_mapping(&self, dice: Rng, place: &Place) -> Option<Fault> {
        let nth = self.next_of_mapping(place);
        if place.operation == "DeleteMessageBatch" {
            let is_before = place.moment == Moment::Before;
            let refused = is_before && is_in(dice, DELETIONS_REFUSED, place, nth);
            return refused.then(|| {
                self.count(FaultKind::DeletionsRefused);
                Fault::ServerError
            });
        }
        let strike = decide(dice, place, nth, of_mapping(&place.operation, place.moment))?;
        self.count(match place.service {
            Service::Sqs => FaultKind::ReceiptsLost,
            _ => FaultKind::StreamReadsFailed,
        });
        Some(strike.fault())
    }

    fn next_of_mapping(&self, place: &Place) -> u64 {
        let mut calls = self.mappings.lock().unwrap_or_else(PoisonError::into_inner);
        let nth = calls.entry(place.clone()).or_default();
        *nth += 1;
        *nth
    }

    fn kill(&self, caller: &str, peer: SocketAddr) -> bool {
        let function = self.functions.get().and_then(|functions| functions.get(caller));
        function.is_some_and(|function| kill_caller(function, peer))
    }

    fn debts(&self) -> MutexGuard<'_, PendingFaults> {
        self.debts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// After how long the copies of an event of SES arrive.
    fn copies(&self, event: &SesEvent) -> Vec<Duration> {
        let Some(dice) = self.dice() else { return vec![Duration::ZERO] };
        let (order, notification) = &event.key;
        let mail = [order.as_str(), notification];
        let attempt = u64::from(event.attempt);
        // Of one mail in five nothing is ever heard.
        if dice.roll(&mail, attempt, 5) == 0 {
            self.count(FaultKind::SesEventsLost);
            return Vec::new();
        }
        let place = [order.as_str(), notification, &event.kind];
        let seconds = |nth| Duration::from_secs(1 + dice.roll(&place, nth, 4));
        match dice.roll(&place, attempt, 100) {
            0..10 => {
                self.count(FaultKind::SesEventsLost);
                Vec::new()
            }
            10..28 => {
                self.count(FaultKind::SesEventsLate);
                vec![seconds(attempt)]
            }
            28..30 => {
                self.count(FaultKind::SesEventsAfterGrace);
                vec![Duration::from_secs(20)]
            }
            30..45 => {
                self.count(FaultKind::SesEventsDoubled);
                vec![Duration::ZERO, seconds(attempt + 1_000), seconds(attempt + 2_000)]
            }
            _ => vec![Duration::ZERO],
        }
    }
}

fn decide(dice: Rng, place: &Place, nth: u64, odds: Odds) -> Option<FaultAction> {
    let times = if is_in(dice, BROWN_OUT, place, nth) { BROWN_OUT.times } else { 1 };
    let mut roll = place.roll(dice, &[], nth, OF);
    for (strike, chance) in odds {
        let chance = match strike {
            FaultAction::Kill | FaultAction::TimeOut => *chance,
            _ => chance * times,
        };
        match roll.checked_sub(chance) {
            None => return Some(*strike),
            Some(left) => roll = left,
        }
    }
    None
}

fn is_in(dice: Rng, run: BrownOut, place: &Place, nth: u64) -> bool {
    place.roll(dice, &["run"], nth / run.calls, run.one_in) == 0
}

impl Faults for Plan {
    fn before(&self, call: &Call<'_>) -> Option<Fault> {
        self.strike(call, Moment::Before)
    }

    fn after(&self, call: &Call<'_>, _: StatusCode) -> Option<Fault> {
        self.strike(call, Moment::After)
    }

    fn ses_event(&self, envelope: &str) -> Vec<Duration> {
        let Some(event) = SesEvent::read(envelope) else { return vec![Duration::ZERO] };
        let copies = self.copies(&event);
        self.sightings.note(event, copies.clone());
        copies
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decisions(seed: u64) -> Vec<Option<FaultAction>> {
        let (caller, operation) = ("mailer".to_owned(), "SendEmail".to_owned());
        let place = Place { caller, service: Service::SesV2, operation, moment: Moment::After };
        let odds = of_function(Service::SesV2, Moment::After);
        (0..2_000).map(|nth| decide(Rng::new(seed), &place, nth, odds)).collect()
    }

    #[test]
    fn a_seed_decides_the_same_each_time() {
        assert_eq!(decisions(1), decisions(1));
        assert_ne!(decisions(1), decisions(2));
    }

    #[test]
    fn every_strike_that_is_possible_happens() {
        let decisions = decisions(3);
        for (strike, _) in of_function(Service::SesV2, Moment::After) {
            assert!(decisions.contains(&Some(*strike)), "{strike:?} never struck");
        }
    }
}
