//! The fault plan: what strikes which call.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use http::StatusCode;
use local::Stack;
use local::aws::calls::{Caller, Service};
use local::edge::faults::{Call, Fault, Faults};
use local::lambda::Function;

use super::dice::Dice;
use super::killer::kill_caller;
use super::odds::{
    BROWN_OUT, BrownOut, DELETIONS_REFUSED, Moment, OF, Odds, Strike, of_function, of_mapping,
};
use super::sightings::{SesEvent, Sightings};

/// The functions that can be killed.
pub const FUNCTIONS: [&str; 5] = ["intake", "relay", "dispatcher", "mailer", "feedback"];

const MAPPING: &str = "mapping";

/// A seeded plan. It does nothing until it is armed.
#[derive(Default)]
pub struct Plan {
    dice: Option<Dice>,
    armed: AtomicBool,
    functions: OnceLock<BTreeMap<&'static str, Function>>,
    calls: Mutex<BTreeMap<String, u64>>,
    struck: Mutex<BTreeMap<String, u64>>,
    /// What SES accepted.
    pub sightings: Sightings,
}

impl Plan {
    /// The plan of a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { dice: Some(Dice::new(seed)), ..Self::default() }
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
    pub fn dice(&self) -> Option<Dice> {
        self.dice.filter(|_| self.armed.load(Ordering::SeqCst))
    }

    /// Counts a fault.
    pub fn count(&self, what: &str) {
        *self
            .struck
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .entry(what.into())
            .or_default() += 1;
    }

    /// The faults so far, by kind.
    #[must_use]
    pub fn faults(&self) -> BTreeMap<String, u64> {
        self.struck.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn strike(&self, call: &Call<'_>, moment: Moment) -> Option<Fault> {
        let dice = self.dice()?;
        let Caller::Function(caller) = call.caller else { return None };
        let service = call.service.to_string();
        let place = [caller.as_str(), &service, call.operation, moment.word()];
        let nth = self.next(&place);
        if caller == MAPPING {
            return self.strike_mapping(dice, call, moment, nth);
        }
        let strike = decide(dice, &place, nth, of_function(call.service, moment))?;
        if strike == Strike::Kill && !self.kill(caller, call) {
            return None;
        }
        self.count(&format!("{} {}", strike.word(), moment.word()));
        Some(strike.fault())
    }

    fn strike_mapping(
        &self,
        dice: Dice,
        call: &Call<'_>,
        moment: Moment,
        nth: u64,
    ) -> Option<Fault> {
        let service = call.service.to_string();
        let place = [MAPPING, &service, call.operation, moment.word()];
        if call.operation == "DeleteMessageBatch" {
            let refused = moment == Moment::Before && is_in(dice, DELETIONS_REFUSED, &place, nth);
            return refused.then(|| {
                self.count("deletions refused");
                Fault::ServerError
            });
        }
        let strike = decide(dice, &place, nth, of_mapping(call.operation, moment))?;
        let what =
            if call.service == Service::Sqs { "receipts lost" } else { "stream reads failed" };
        self.count(what);
        Some(strike.fault())
    }

    fn kill(&self, caller: &str, call: &Call<'_>) -> bool {
        let function = self.functions.get().and_then(|functions| functions.get(caller));
        function.is_some_and(|function| kill_caller(function, call.peer))
    }

    fn next(&self, place: &[&str]) -> u64 {
        let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        let nth = calls.entry(place.join(" ")).or_default();
        *nth += 1;
        *nth
    }

    /// After how long the copies of an event of SES arrive.
    fn copies(&self, event: &SesEvent) -> Vec<Duration> {
        let Some(dice) = self.dice() else { return vec![Duration::ZERO] };
        let (order, notification) = &event.key;
        let mail = [order.as_str(), notification];
        let attempt = u64::from(event.attempt);
        // Of one mail in five nothing is ever heard.
        if dice.roll(&mail, attempt, 5) == 0 {
            self.count("SES events lost");
            return Vec::new();
        }
        let place = [order.as_str(), notification, &event.kind];
        let seconds = |nth| Duration::from_secs(1 + dice.roll(&place, nth, 4));
        match dice.roll(&place, attempt, 100) {
            0..10 => {
                self.count("SES events lost");
                Vec::new()
            }
            10..28 => {
                self.count("SES events late");
                vec![seconds(attempt)]
            }
            28..30 => {
                self.count("SES events later than the grace");
                vec![Duration::from_secs(20)]
            }
            30..45 => {
                self.count("SES events doubled");
                vec![Duration::ZERO, seconds(attempt + 1_000), seconds(attempt + 2_000)]
            }
            _ => vec![Duration::ZERO],
        }
    }
}

fn decide(dice: Dice, place: &[&str], nth: u64, odds: Odds) -> Option<Strike> {
    let times = if is_in(dice, BROWN_OUT, place, nth) { BROWN_OUT.times } else { 1 };
    let mut roll = dice.roll(place, nth, OF);
    for (strike, chance) in odds {
        let chance = match strike {
            Strike::Kill | Strike::TimeOut => *chance,
            _ => chance * times,
        };
        match roll.checked_sub(chance) {
            None => return Some(*strike),
            Some(left) => roll = left,
        }
    }
    None
}

fn is_in(dice: Dice, run: BrownOut, place: &[&str], nth: u64) -> bool {
    let place: Vec<&str> = place.iter().copied().chain(["run"]).collect();
    dice.roll(&place, nth / run.calls, run.one_in) == 0
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

    fn decisions(seed: u64) -> Vec<Option<Strike>> {
        let place = ["mailer", "SESv2", "SendEmail", "after"];
        let odds = of_function(Service::SesV2, Moment::After);
        (0..2_000).map(|nth| decide(Dice::new(seed), &place, nth, odds)).collect()
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
