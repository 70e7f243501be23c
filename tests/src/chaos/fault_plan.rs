//! The fault plan: which fault is injected into which call.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use http::StatusCode;
use jiff::Timestamp;
use local::Stack;
use local::aws::calls::Service;
use local::edge::faults::{Call, Fault, Faults};
use local::lambda::Function;

use super::accepted_mails::{AcceptedMails, SesEvent};
use super::asked_mails::AskedMails;
use super::call_site::CallSite;
use super::fault_kind::{Counts, FaultKind};
use super::fault_rates::{
    BROWNOUT, Brownout, CallPhase, DELETIONS_REFUSED, FaultAction, FaultRates, RATE_BASE,
    SES_BROWNOUT, function_fault_rates, mapping_fault_rates,
};
use super::killer::kill_caller;
use super::mail_changes::PublishedChanges;
use super::outage::Outages;
use super::pending_faults::PendingFaults;
use super::rng::Rng;
use super::settings::DOUBT_GRACE;

/// The functions that can be killed.
pub const FUNCTIONS: [&str; 7] =
    ["intake", "relay", "dispatcher", "mailer", "feedback", "connector", "publisher"];

const MAPPING: &str = "mapping";

/// A seeded plan. It does nothing until it is armed.
#[derive(Default)]
pub struct FaultPlan {
    rng: Option<Rng>,
    armed: AtomicBool,
    functions: OnceLock<BTreeMap<&'static str, Arc<Function>>>,
    pending: Mutex<PendingFaults>,
    /// Calls of the event source mappings so far, by call site.
    mappings: Mutex<BTreeMap<CallSite, u64>>,
    outages: Outages,
    injected: Mutex<Counts>,
    /// What SES accepted.
    pub accepted_mails: AcceptedMails,
    /// What SES was asked.
    pub asked_mails: AskedMails,
    /// What the bus of mail events took.
    pub published_changes: PublishedChanges,
}

/// How many deletions are refused before any mail was sent.
const REFUSED_AT_FIRST: u64 = 200;

impl FaultPlan {
    /// The plan for a seed. The same seed makes the same decisions.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { rng: Some(Rng::new(seed)), ..Self::default() }
    }

    /// Starts injecting faults, and killing processes of `stack`.
    pub fn arm(&self, stack: &Stack) {
        let find = |name| Some((name, stack.functions.function(name).ok()?));
        let functions = FUNCTIONS.into_iter().filter_map(find).collect();
        // A second stack under one plan would be a bug of the test; the first one is kept.
        let _ = self.functions.set(functions);
        self.armed.store(true, Ordering::SeqCst);
    }

    /// Stops injecting faults.
    pub fn disarm(&self) {
        self.armed.store(false, Ordering::SeqCst);
    }

    /// The random numbers of the plan; `None` while it is not armed.
    #[must_use]
    pub fn rng(&self) -> Option<Rng> {
        self.rng.filter(|_| self.armed.load(Ordering::SeqCst))
    }

    /// Counts an injected fault.
    pub fn count(&self, kind: FaultKind) {
        *self.injected.lock().unwrap_or_else(PoisonError::into_inner).entry(kind).or_default() += 1;
    }

    /// The injected faults so far, by kind.
    #[must_use]
    pub fn faults(&self) -> Counts {
        self.injected.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The frequent call sites at which no process was killed, with their number of calls.
    #[must_use]
    pub fn never_killed(&self) -> Vec<(CallSite, u64)> {
        self.pending().never_killed()
    }

    fn inject(&self, call: &Call<'_>, phase: CallPhase) -> Option<Fault> {
        let rng = self.rng()?;
        let site = CallSite::for_call(call, phase)?;
        if site.caller == MAPPING {
            return self.inject_into_mapping(rng, &site);
        }
        if phase == CallPhase::Before && self.outages.is_away(rng, site.service, Instant::now()) {
            self.count(FaultKind::Away(site.service));
            return Some(Fault::ServerError);
        }
        let action = self.next_action(rng, &site)?;
        // The process may have died after it sent the call. Then the kill stays pending.
        if action == FaultAction::Kill && !self.kill(&site.caller, call.peer) {
            self.pending().undo(&site, action);
            return None;
        }
        self.count(FaultKind::Call(action, phase, site.service));
        Some(action.fault())
    }

    /// The fault for this call: chance decides first, then pending faults.
    fn next_action(&self, rng: Rng, site: &CallSite) -> Option<FaultAction> {
        let rates = function_fault_rates(site.service, site.phase);
        let mut pending = self.pending();
        let number = pending.next(site);
        let action = decide(rng, site, number.at_site, rates)
            .or_else(|| pending.due(rng, site, number, rates))?;
        // Marked before it happens: a concurrent call must not inject the same pending fault.
        pending.mark_injected(site, action);
        Some(action)
    }

    /// A mapping is part of the stack, not a process that could be killed. Its faults are frequent enough
    /// to need no pending ones.
    fn inject_into_mapping(&self, rng: Rng, site: &CallSite) -> Option<Fault> {
        let nth = self.next_of_mapping(site);
        if site.operation == "DeleteMessageBatch" {
            let is_before = site.phase == CallPhase::Before && self.may_refuse_deletions();
            let refused = is_before && is_in(rng, DELETIONS_REFUSED, site, nth);
            return refused.then(|| {
                self.count(FaultKind::DeletionsRefused);
                Fault::ServerError
            });
        }
        let action = decide(rng, site, nth, mapping_fault_rates(&site.operation, site.phase))?;
        self.count(match site.service {
            Service::Sqs => FaultKind::ReceiptsLost,
            _ => FaultKind::StreamReadsFailed,
        });
        Some(action.fault())
    }

    /// A message that was put back to wait, and whose deletion is refused, is there twice, and each of both may be again: in
    /// a run that is slow, their number would grow faster than they are worked off. So there are about as many as mails.
    fn may_refuse_deletions(&self) -> bool {
        let injected = self.injected.lock().unwrap_or_else(PoisonError::into_inner);
        let refused = injected.get(&FaultKind::DeletionsRefused).copied().unwrap_or_default();
        refused < REFUSED_AT_FIRST + self.asked_mails.count()
    }

    fn next_of_mapping(&self, site: &CallSite) -> u64 {
        let mut calls = self.mappings.lock().unwrap_or_else(PoisonError::into_inner);
        let nth = calls.entry(site.clone()).or_default();
        *nth += 1;
        *nth
    }

    fn kill(&self, caller: &str, peer: SocketAddr) -> bool {
        let function = self.functions.get().and_then(|functions| functions.get(caller));
        function.is_some_and(|function| kill_caller(function, peer))
    }

    fn pending(&self) -> MutexGuard<'_, PendingFaults> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The delays after which copies of an SES event arrive; empty when it is lost.
    fn copies(&self, event: &SesEvent) -> Vec<Duration> {
        let Some(rng) = self.rng() else { return vec![Duration::ZERO] };
        let (order, notification) = &event.key;
        let mail = [order.as_str(), notification];
        let attempt = u64::from(event.attempt);
        // One mail in five loses all of its events: only then can the named window open.
        if rng.roll(&mail, attempt, 5) == 0 {
            self.count(FaultKind::SesEventsLost);
            return Vec::new();
        }
        let site = [order.as_str(), notification, &event.kind];
        let seconds = |nth| Duration::from_secs(1 + rng.roll(&site, nth, 4));
        // By attempt, so that the events of a resent mail are not lost for the same reason again.
        match rng.roll(&site, attempt, 100) {
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
                vec![DOUBT_GRACE + Duration::from_secs(5)]
            }
            30..45 => {
                self.count(FaultKind::SesEventsDoubled);
                vec![Duration::ZERO, seconds(attempt + 1_000), seconds(attempt + 2_000)]
            }
            _ => vec![Duration::ZERO],
        }
    }
}

fn decide(rng: Rng, site: &CallSite, nth: u64, rates: FaultRates) -> Option<FaultAction> {
    let brownout = if site.service == Service::SesV2 { SES_BROWNOUT } else { BROWNOUT };
    let times = if is_in(rng, brownout, site, nth) { brownout.times } else { 1 };
    let mut roll = site.roll(rng, &[], nth, RATE_BASE);
    for (action, chance) in rates {
        let chance = match action {
            // More kills or time-outs would only make the run slow.
            FaultAction::Kill | FaultAction::TimeOut => *chance,
            _ => chance * times,
        };
        // One roll for all actions: their chances are consecutive ranges.
        match roll.checked_sub(chance) {
            None => return Some(*action),
            Some(left) => roll = left,
        }
    }
    None
}

/// Whether the `nth` call is in a run of calls with more faults than usual.
fn is_in(rng: Rng, run: Brownout, site: &CallSite, nth: u64) -> bool {
    site.roll(rng, &["run"], nth / run.calls, run.one_in) == 0
}

impl Faults for FaultPlan {
    fn before(&self, call: &Call<'_>) -> Option<Fault> {
        if (call.service, call.operation) == (Service::SesV2, "SendEmail") {
            self.asked_mails.record(call.body);
        }
        self.inject(call, CallPhase::Before)
    }

    fn after(&self, call: &Call<'_>, status: StatusCode) -> Option<Fault> {
        if call.operation == "PutEvents" && status.is_success() {
            self.published_changes.record(call.body);
        }
        self.inject(call, CallPhase::After)
    }

    fn ses_event(&self, envelope: &str) -> Vec<Duration> {
        let Some(event) = SesEvent::parse(envelope) else { return vec![Duration::ZERO] };
        let copies = self.copies(&event);
        // From SES's acceptance to here took time too, on a busy machine seconds: the oracle compares when an
        // event was queued with the grace period, not for how long the plan delayed it.
        let so_far = Timestamp::now().duration_since(event.accepted_at).unsigned_abs();
        let queued_after = copies.iter().map(|delay| so_far + *delay).collect();
        self.accepted_mails.record(event, queued_after);
        copies
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decisions(seed: u64) -> Vec<Option<FaultAction>> {
        let (caller, operation) = ("mailer".to_owned(), "SendEmail".to_owned());
        let site = CallSite { caller, service: Service::SesV2, operation, phase: CallPhase::After };
        let rates = function_fault_rates(Service::SesV2, CallPhase::After);
        (0..2_000).map(|nth| decide(Rng::new(seed), &site, nth, rates)).collect()
    }

    #[test]
    fn a_seed_decides_the_same_each_time() {
        assert_eq!(decisions(1), decisions(1));
        assert_ne!(decisions(1), decisions(2));
    }

    #[test]
    fn every_possible_fault_is_injected() {
        let decisions = decisions(3);
        for (action, _) in function_fault_rates(Service::SesV2, CallPhase::After) {
            assert!(decisions.contains(&Some(*action)), "{action:?} was never injected");
        }
    }
}
