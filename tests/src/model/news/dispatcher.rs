//! The dispatcher: `services/dispatcher/src/decide.rs`, one write or read at a time.

use shared::ledger::{Facts, Record, SkipReason, State, Transition};
use shared::notification::{DoubtPolicy, Known, Stage, Standing, Verdict, judge};

use super::state::{EventState, Judging, NewsBug, NewsModel, NewsState, Step, Then};

/// What a write did.
pub(super) enum Written {
    Recorded(Record),
    Refused(Record),
    Absent,
}

impl Then {
    pub(super) fn new(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Mail(_) => Self::Mail,
            Verdict::Skip(SkipReason::NothingNew) => Self::SkipNothingNew,
            Verdict::Skip(_) => Self::SkipSuperseded,
            Verdict::Wait | Verdict::WaitForBounce => Self::Wait,
        }
    }
}

impl NewsModel {
    pub(super) fn first_step(&self, state: &NewsState, event: usize) -> Step {
        if self.has(NewsBug::ReadsBeforePut) && state.events[event].record.is_none() {
            return Step::Read { may_wait: true };
        }
        Step::Put
    }

    /// The next step; `None` once the message is done.
    pub(super) fn dispatch(
        &self,
        state: &mut NewsState,
        event: usize,
        step: Step,
        young: bool,
    ) -> Option<Step> {
        match step {
            Step::Put => self.put(state, event),
            Step::TakeOver => {
                self.record_judging(state, event, Judging::Again);
                let may_wait = state.events[event].judging == Judging::Waits;
                Some(Step::Read { may_wait })
            }
            Step::Read { may_wait } => Some(self.read(state, event, may_wait, young)),
            Step::SkipOthers { mut rest, then, may_wait } => {
                let other = rest.remove(0);
                Some(match self.skip_unsent(state, other) {
                    false => Step::Conclude(Then::Wait, may_wait),
                    true if rest.is_empty() => Step::Conclude(then, may_wait),
                    true => Step::SkipOthers { rest, then, may_wait },
                })
            }
            Step::Conclude(then, may_wait) => {
                self.conclude(state, event, then, may_wait);
                None
            }
            _ => None,
        }
    }

    fn put(&self, state: &mut NewsState, event: usize) -> Option<Step> {
        let before = state.events[event].clone();
        match self.write(state, event, Transition::Plan, Facts::new(0)) {
            // The judgement was made before.
            Written::Recorded(_) if self.has(NewsBug::ReadsBeforePut) => {
                Some(Step::Conclude(Then::Mail, false))
            }
            Written::Recorded(_) => Some(Step::Read { may_wait: true }),
            Written::Refused(Record { state: State::Planned, attempt: 0, .. }) => {
                let takes_over =
                    before.judging == Judging::Once && !self.seen(event).kind.corrects().is_empty();
                let may_wait = before.judging == Judging::Waits;
                Some(match takes_over && !self.has(NewsBug::WaitsAfterRequest) {
                    true => Step::TakeOver,
                    false => Step::Read { may_wait },
                })
            }
            Written::Refused(record) => {
                // A mailer that is gone holds no lease.
                let now = i64::from(!state.has_holder(event));
                let moves = record.can_be_moved_on(DoubtPolicy::Resend, now);
                moves.then_some(Step::Conclude(Then::Mail, false))
            }
            Written::Absent => None,
        }
    }

    fn read(&self, state: &NewsState, event: usize, may_wait: bool, young: bool) -> Step {
        let (indices, mut others) = self.others(state, event, young);
        let own = self.seen(event);
        for other in &mut others {
            let is_older = other.news.position() < own.position();
            if self.has(NewsBug::YieldsToUntold)
                && is_older
                && matches!(other.standing, Standing::Planned { .. })
            {
                other.standing = Standing::Told;
            }
            if self.has(NewsBug::IgnoresSending) && other.standing == Standing::Sending {
                other.standing = Standing::Told;
            }
        }
        let stage = if may_wait { Stage::New } else { Stage::Requested };
        let judgement = judge(&own, &others, stage, Self::now(state));
        let mut then = Then::new(judgement.verdict);
        let told = |other: &Known| other.standing == Standing::Told && other.news.told == own.told;
        match then {
            Then::SkipNothingNew if self.has(NewsBug::TellsAgain) => then = Then::Mail,
            Then::Mail if self.has(NewsBug::NothingNewForEver) && others.iter().any(told) => {
                then = Then::SkipNothingNew;
            }
            _ => {}
        }
        let rest: Vec<usize> = judgement.skips.into_iter().map(|(i, _)| indices[i]).collect();
        match then {
            Then::Mail if self.reads_before_put(state, event) => Step::Put,
            _ if rest.is_empty() || self.has(NewsBug::LeavesOlder) => {
                Step::Conclude(then, may_wait)
            }
            Then::SkipNothingNew if self.has(NewsBug::SkipsItselfFirst) => {
                Step::Conclude(then, may_wait)
            }
            _ => Step::SkipOthers { rest, then, may_wait },
        }
    }

    fn reads_before_put(&self, state: &NewsState, event: usize) -> bool {
        self.has(NewsBug::ReadsBeforePut) && state.events[event].record.is_none()
    }

    fn conclude(&self, state: &mut NewsState, event: usize, then: Then, may_wait: bool) {
        match then {
            Then::Mail => EventState::put(&mut state.events[event].mail),
            Then::SkipSuperseded => {
                self.skip(state, event, SkipReason::Superseded, Facts::new(0));
            }
            Then::SkipNothingNew => {
                self.skip(state, event, SkipReason::NothingNew, Facts::new(0));
            }
            Then::Wait => {
                if may_wait && !self.seen(event).kind.corrects().is_empty() {
                    self.record_judging(state, event, Judging::Waits);
                }
                EventState::put(&mut state.events[event].dispatch);
            }
        }
    }

    /// Only the first of two deliveries that records something succeeds.
    fn record_judging(&self, state: &mut NewsState, event: usize, judging: Judging) {
        if state.events[event].judging == Judging::Once
            && let Written::Recorded(_) = self.write(state, event, Transition::Wait, Facts::new(0))
        {
            state.events[event].judging = judging;
        }
    }

    /// `Ledger::skip_unsent`: whether it is certainly not sent now.
    pub(super) fn skip_unsent(&self, state: &mut NewsState, other: usize) -> bool {
        match self.skip(state, other, SkipReason::Superseded, Facts::new(0)) {
            Written::Recorded(_) | Written::Absent => true,
            Written::Refused(record) => matches!(record.state, State::Skipped | State::Failed),
        }
    }

    pub(super) fn skip(
        &self,
        state: &mut NewsState,
        event: usize,
        reason: SkipReason,
        facts: Facts,
    ) -> Written {
        let written = self.write(state, event, Transition::Skip, facts);
        if let Written::Recorded(_) = written {
            state.events[event].nothing_new = reason == SkipReason::NothingNew;
        }
        written
    }

    /// One conditional write. Times are of no interest here, but for a lease that has expired.
    pub(super) fn write(
        &self,
        state: &mut NewsState,
        event: usize,
        transition: Transition,
        facts: Facts,
    ) -> Written {
        let before = state.events[event].record;
        let Some(after) = transition.apply(before.as_ref(), &facts) else {
            return before.map_or(Written::Absent, Written::Refused);
        };
        self.coverage.record(transition, before.as_ref());
        let after = Record { since: 0, not_before: 0, lease_until: 0, ..after };
        state.events[event].record = Some(after);
        // Its doubt is new: the time begins anew in which its mail may turn out not to have arrived.
        let is_doubt = matches!(transition, Transition::Doubt | Transition::Expire);
        state.is_much_later &= !(is_doubt && self.faults.bounces > 0);
        Written::Recorded(after)
    }
}
