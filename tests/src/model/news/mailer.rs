//! The mailer: `services/mailer/src/delivery/`, as far as one notification's mail depends on another's.

use shared::ledger::{ClaimRefusal, Facts, MAX_DOUBTS, Record, SkipReason, State, Transition};
use shared::notification::{Stage, judge, superseding};

use super::dispatcher::Written;
use super::state::{Answer, EventState, NewsBug, NewsFaults, NewsModel, NewsState, Step, Then};

/// The answers that SES may give while these faults remain.
pub(super) fn answers(remaining: NewsFaults) -> impl Iterator<Item = Answer> {
    let answers = [
        (Answer::Accepted, 1),
        (Answer::Bounces, remaining.bounces),
        (Answer::AcceptedUnheard, remaining.unanswered),
        (Answer::DroppedUnheard, remaining.unanswered),
        (Answer::Retryable, remaining.retryable),
        (Answer::Permanent, remaining.permanent),
    ];
    answers.into_iter().filter(|(_, remaining)| *remaining > 0).map(|(answer, _)| answer)
}

fn after_look(then: Then, attempt: u32, doubted: bool) -> Step {
    match then {
        Then::Mail => Step::Send { attempt },
        // As after a refusal: nothing was sent.
        Then::Wait => Step::Record { attempt, answer: Answer::Retryable },
        Then::SkipSuperseded | Then::SkipNothingNew => Step::Withdraw { then, attempt, doubted },
    }
}

impl NewsModel {
    /// The next step; `None` once the message is done, or is left to its visibility timeout.
    pub(super) fn deliver(
        &self,
        state: &mut NewsState,
        event: usize,
        step: Step,
        answer: Option<Answer>,
    ) -> Option<Step> {
        match step {
            Step::Claim => self.claim(state, event),
            Step::Look { attempt, doubted } => {
                let (indices, others) = self.others(state, event, false);
                let judged = judge(&self.seen(event), &others, Stage::Returning, Self::now(state));
                let rest: Vec<usize> = judged.skips.into_iter().map(|(i, _)| indices[i]).collect();
                let then = Then::new(judged.verdict);
                Some(match rest.is_empty() {
                    true => after_look(then, attempt, doubted),
                    false => Step::SkipOlder { rest, then, attempt, doubted },
                })
            }
            Step::SkipOlder { mut rest, then, attempt, doubted } => {
                let other = rest.remove(0);
                Some(match self.skip_unsent(state, other) {
                    false => after_look(Then::Wait, attempt, doubted),
                    true if rest.is_empty() => after_look(then, attempt, doubted),
                    true => Step::SkipOlder { rest, then, attempt, doubted },
                })
            }
            Step::Withdraw { then, attempt, doubted } => {
                let facts = Facts::for_attempt(0, attempt);
                let reason = match then {
                    Then::SkipNothingNew => SkipReason::NothingNew,
                    _ => SkipReason::Superseded,
                };
                if doubted {
                    self.write(state, event, Transition::Hold, facts);
                } else {
                    self.skip(state, event, reason, facts);
                }
                None
            }
            Step::Send { attempt } => {
                let answer = answer?;
                self.call_ses(state, event, answer);
                Some(Step::Record { attempt, answer })
            }
            Step::Record { attempt, answer } => {
                self.record(state, event, attempt, answer);
                None
            }
            _ => None,
        }
    }

    fn claim(&self, state: &mut NewsState, event: usize) -> Option<Step> {
        let before = state.events[event].record?;
        let returns = state.events[event].was_out_of_sight || before.doubts > 0;
        if returns && self.has(NewsBug::LooksBeforeClaim) && self.is_superseded(state, event) {
            return None;
        }
        let enqueued_at = if state.events[event].is_replayed { 1 } else { i64::MIN };
        let facts = Facts { enqueued_at, resend_doubts_from: 0, ..Facts::new(0) };
        match self.write(state, event, Transition::Claim, facts) {
            Written::Recorded(Record { attempt, doubts, .. }) => {
                let doubted = doubts > 0;
                let unchecked = self.has(NewsBug::LooksBeforeClaim)
                    || (doubted && self.has(NewsBug::DoubtUnchecked))
                    || (!doubted && self.has(NewsBug::ReplayUnchecked));
                state.events[event].is_replayed = false;
                Some(match returns && !unchecked {
                    true => Step::Look { attempt, doubted },
                    false => Step::Send { attempt },
                })
            }
            Written::Refused(record) => self.after_refusal(state, event, record),
            Written::Absent => None,
        }
    }

    fn after_refusal(&self, state: &mut NewsState, event: usize, record: Record) -> Option<Step> {
        match ClaimRefusal::for_record(&record, 1) {
            // Its holder lives.
            ClaimRefusal::LeaseExpired | ClaimRefusal::InProgress { .. }
                if state.has_holder(event) =>
            {
                EventState::put(&mut state.events[event].mail);
            }
            ClaimRefusal::LeaseExpired => {
                self.write(state, event, Transition::Expire, Facts::new(1));
                EventState::put(&mut state.events[event].mail);
            }
            _ => {}
        }
        None
    }

    fn is_superseded(&self, state: &NewsState, event: usize) -> bool {
        let (_, others) = self.others(state, event, false);
        superseding(&self.seen(event), &others, Self::now(state)).is_some()
    }

    fn call_ses(&self, state: &mut NewsState, event: usize, answer: Answer) {
        let remaining = &mut state.remaining;
        match answer {
            // One of two mails, which a doubt may lead to: it was read.
            Answer::Accepted => state.events[event].bounces = false,
            // Nobody reads it. The time begins anew in which that becomes known.
            Answer::Bounces => {
                remaining.bounces -= 1;
                state.events[event].bounces = true;
                state.is_much_later = false;
            }
            Answer::AcceptedUnheard | Answer::DroppedUnheard => remaining.unanswered -= 1,
            Answer::Retryable => remaining.retryable -= 1,
            Answer::Permanent => remaining.permanent -= 1,
        }
        if matches!(answer, Answer::Accepted | Answer::AcceptedUnheard) {
            let unsure = |event: &EventState| {
                event.bounces || event.record.is_some_and(|record| record.doubts > 0)
            };
            let unsure: Vec<bool> = state.events.iter().map(unsure).collect();
            let violation = state.truth.tell(&self.news, event, &unsure, Self::now(state));
            state.violation = state.violation.or(violation);
        }
    }

    fn record(&self, state: &mut NewsState, event: usize, attempt: u32, answer: Answer) {
        let facts = Facts::for_attempt(0, attempt);
        let transition = match answer {
            Answer::Accepted | Answer::Bounces => Transition::Accept,
            Answer::AcceptedUnheard | Answer::DroppedUnheard => Transition::Doubt,
            Answer::Retryable => Transition::Defer,
            Answer::Permanent => Transition::Fail,
        };
        let written = self.write(state, event, transition, facts);
        state.events[event].was_out_of_sight |= transition == Transition::Fail;
        let queue = &mut state.events[event].mail;
        match (answer, written) {
            // Its copy waits until it is due, or for the grace period.
            (Answer::Retryable, _) => EventState::put(queue),
            (_, Written::Recorded(Record { state: State::InDoubt, doubts, .. }))
                if doubts < MAX_DOUBTS =>
            {
                EventState::put(queue);
            }
            // An earlier attempt may have sent it.
            (Answer::Permanent, Written::Refused(record)) if record.doubts > 0 => {
                self.write(state, event, Transition::Hold, facts);
            }
            _ => {}
        }
    }
}
