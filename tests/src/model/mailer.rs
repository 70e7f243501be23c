//! The mailer: the steps of its `delivery/`, one at a time.

use shared::ledger::{AfterClaim, Facts, MAX_DOUBTS, Record, State, Transition, after_claim};
use shared::notification::DoubtPolicy;

use super::action::{How, Place};
use super::bug::Bug;
use super::ledger::Outcome;
use super::settings::Waybill;
use super::world::{Breach, GRACE, Hand, LEASE, Mailing, Message, Order, PAUSE, SendOutcome};

/// What a mailer does after a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// This.
    Step(Mailing),
    /// Nothing: the message comes back.
    Retry,
}

/// A mailer at work on one message.
pub(super) struct Mailer<'a> {
    pub(super) model: &'a Waybill,
    pub(super) order: &'a mut Order,
    pub(super) place: Place,
    pub(super) hand: usize,
    pub(super) how: How,
    pub(super) breach: Option<Breach>,
}

impl Mailer<'_> {
    /// Takes the next step.
    pub(super) fn step(&mut self) -> Next {
        match self.hand().step {
            step if self.how.is_unanswered() => self.wait_for_the_ledger(step),
            Mailing::Start { stale: true } => self.skip(),
            Mailing::Start { stale: false } => self.claim(),
            Mailing::Send { attempt } => self.send(attempt),
            Mailing::Record { attempt, answer } if self.deletes_before_record() => {
                self.delete_early(Mailing::Record { attempt, answer })
            }
            Mailing::Record { attempt, answer } => self.record(attempt, answer),
            Mailing::Expire => self.expire(),
            Mailing::Resend => self.resend(),
            Mailing::Hold { attempt } => self.hold(attempt),
            Mailing::Requeue { until } if self.deletes_first(Bug::ParkDeletesFirst) => {
                self.delete_early(Mailing::Requeue { until })
            }
            Mailing::Requeue { until } => self.requeue(until),
            Mailing::Bury if self.deletes_first(Bug::BuryDeletesFirst) => {
                self.delete_early(Mailing::Bury)
            }
            Mailing::Bury => self.bury(),
            Mailing::Delete => self.delete(),
        }
    }

    fn hand(&self) -> Hand<Mailing> {
        self.order.mail[self.place].hands.get(self.hand)
    }

    /// `Delivery::facts`: what this worker knew when it read the clock.
    fn facts(&self) -> Facts {
        self.facts_at(-i64::from(self.hand().age))
    }

    fn facts_at(&self, now: i64) -> Facts {
        let message = &self.order.mail[self.place];
        Facts {
            enqueued_at: i64::from(message.enqueued_at),
            lease_until: now + LEASE,
            ..Facts::new(now)
        }
    }

    fn write(&mut self, transition: Transition, facts: Facts) -> Outcome {
        let (outcome, breach) = self.model.write(self.order, transition, facts, self.how.echo());
        self.breach = self.breach.or(breach);
        outcome
    }

    /// `worker::wait_for_ledger`. A copy with a new time of enqueuing takes the message's place.
    fn wait_for_the_ledger(&mut self, step: Mailing) -> Next {
        if self.how == How::WrittenUnanswered {
            match step {
                Mailing::Start { stale: true } => self.skip(),
                Mailing::Start { stale: false } => self.claim(),
                _ => self.resend(),
            };
        }
        requeue_until(1)
    }

    fn claim(&mut self) -> Next {
        self.claim_with(self.facts())
    }

    fn claim_with(&mut self, facts: Facts) -> Next {
        match self.write(Transition::Claim, facts) {
            Outcome::Recorded(record) => {
                Next::Step(Mailing::Send { attempt: number(record.attempt) })
            }
            Outcome::Refused(record) => self.stand_back(record),
            Outcome::Absent => Next::Step(Mailing::Bury),
        }
    }

    /// `ambiguous::resend`. That SES's events wait unread only makes it wait, as it may anyway.
    fn resend(&mut self) -> Next {
        self.claim_with(Facts { resend_doubts_from: -self.grace(), ..self.facts_at(0) })
    }

    fn grace(&self) -> i64 {
        if self.model.has(Bug::ResendWithoutGrace) { 0 } else { GRACE }
    }

    /// `stale::skip_stale`.
    fn skip(&mut self) -> Next {
        match self.write(Transition::Skip, self.facts()) {
            Outcome::Recorded(_) | Outcome::Absent => Next::Step(Mailing::Delete),
            Outcome::Refused(record) if record.state == State::InDoubt => self.leave_in_doubt(),
            Outcome::Refused(record) if record.state == State::Planned => {
                Next::Step(Mailing::Hold { attempt: number(record.attempt) })
            }
            Outcome::Refused(record) => self.stand_back(record),
        }
    }

    /// `ambiguous::keep_ambiguous`.
    fn hold(&mut self, attempt: u8) -> Next {
        match self.write(Transition::Hold, Facts::for_attempt(0, u32::from(attempt))) {
            Outcome::Recorded(record) => self.wait_in_doubt(record.doubts, record.since),
            Outcome::Refused(record) => self.stand_back(record),
            Outcome::Absent => Next::Step(Mailing::Delete),
        }
    }

    fn leave_in_doubt(&self) -> Next {
        let gone = LEASE - i64::from(self.order.stale_for.unwrap_or_default());
        if gone >= 0 && !self.model.has(Bug::StaleDoubtDropped) {
            return requeue_until(gone + 1);
        }
        Next::Step(Mailing::Delete)
    }

    fn stand_back(&self, record: Record) -> Next {
        match after_claim(&record, 0) {
            AfterClaim::AlreadyDone => Next::Step(Mailing::Delete),
            AfterClaim::AlreadyFailed => Next::Step(Mailing::Bury),
            AfterClaim::InProgress { .. } => Next::Retry,
            AfterClaim::NotDue { until } => requeue_until(until),
            AfterClaim::InDoubt { since } => self.wait_in_doubt(record.doubts, since),
            AfterClaim::LeaseExpired if self.model.has(Bug::LeaseNeverRunsOut) => Next::Retry,
            AfterClaim::LeaseExpired => Next::Step(Mailing::Expire),
        }
    }

    fn wait_in_doubt(&self, doubts: u32, since: i64) -> Next {
        let resends =
            self.order.policy == DoubtPolicy::Resend || self.model.has(Bug::ResendUnderHold);
        if !resends || (doubts >= MAX_DOUBTS && !self.model.has(Bug::DoubtsUncounted)) {
            return Next::Step(Mailing::Delete);
        }
        match since + self.grace() {
            due if due > 0 => requeue_until(due),
            _ => Next::Step(Mailing::Resend),
        }
    }

    fn expire(&mut self) -> Next {
        match self.write(Transition::Expire, self.facts_at(0)) {
            Outcome::Recorded(record) => self.wait_in_doubt(record.doubts, record.since),
            Outcome::Refused(_) | Outcome::Absent => Next::Retry,
        }
    }

    /// The call to SES: the mail is accepted or not, and the answer arrives or does not.
    fn send(&mut self, attempt: u8) -> Next {
        if self.model.has(Bug::RecordBeforeSend)
            && self.order.record.is_some_and(|record| record.state == State::Sending)
        {
            self.write(Transition::Accept, Facts::for_attempt(0, u32::from(attempt)));
            return Next::Step(Mailing::Send { attempt });
        }
        let answer = match self.how {
            How::Accepts => SendOutcome::Accepted,
            How::SaysNotNow => SendOutcome::Retryable,
            How::SaysNever => SendOutcome::Permanent,
            _ => SendOutcome::Ambiguous,
        };
        if matches!(self.how, How::Accepts | How::AcceptsSilently) {
            let is_last = self.order.record.is_some_and(|record| {
                record.state != State::Planned && number(record.attempt) == attempt
            });
            self.breach = self.breach.or(self.order.truth.accept(is_last));
        }
        Next::Step(Mailing::Record { attempt, answer })
    }

    fn record(&mut self, attempt: u8, answer: SendOutcome) -> Next {
        let facts = Facts::for_attempt(0, u32::from(attempt));
        let postponed = Facts { not_before: PAUSE, ..facts };
        match answer {
            SendOutcome::Accepted => {
                self.write(Transition::Accept, facts);
                Next::Step(Mailing::Delete)
            }
            SendOutcome::Retryable => self.postpone(postponed),
            SendOutcome::Ambiguous if self.model.has(Bug::RetryAmbiguous) => {
                self.postpone(postponed)
            }
            SendOutcome::Permanent => match self.write(Transition::Fail, facts) {
                Outcome::Recorded(_) => Next::Step(Mailing::Bury),
                Outcome::Refused(_) if self.model.has(Bug::EchoMistaken) => {
                    Next::Step(Mailing::Delete)
                }
                Outcome::Refused(record) if record.doubts > 0 && is_of(&record, attempt) => {
                    Next::Step(Mailing::Hold { attempt })
                }
                Outcome::Refused(record) => self.stand_back(record),
                Outcome::Absent => Next::Step(Mailing::Delete),
            },
            SendOutcome::Ambiguous => match self.write(Transition::Doubt, facts) {
                Outcome::Recorded(record) => self.wait_in_doubt(record.doubts, record.since),
                Outcome::Refused(record) => self.stand_back(record),
                Outcome::Absent => Next::Step(Mailing::Delete),
            },
        }
    }

    fn postpone(&mut self, facts: Facts) -> Next {
        self.write(Transition::Defer, facts);
        requeue_until(facts.not_before)
    }

    fn requeue(&mut self, until: i8) -> Next {
        let event = self.order.mail[self.place].event;
        let requeued = Message { visible_at: until.max(0), ..Message::new(event) };
        self.order.mail.push(requeued);
        Next::Step(Mailing::Delete)
    }

    fn bury(&mut self) -> Next {
        self.order.mail_dead = true;
        Next::Step(Mailing::Delete)
    }

    fn delete(&mut self) -> Next {
        self.order.mail[self.place].gone |= self.how != How::Undeleted;
        Next::Retry
    }

    fn deletes_before_record(&self) -> bool {
        self.deletes_first(Bug::DeleteBeforeRecord)
    }

    fn deletes_first(&self, bug: Bug) -> bool {
        self.model.has(bug) && !self.order.mail[self.place].gone
    }

    fn delete_early(&mut self, then: Mailing) -> Next {
        self.order.mail[self.place].gone = true;
        Next::Step(then)
    }
}

fn requeue_until(until: i64) -> Next {
    Next::Step(Mailing::Requeue { until: i8::try_from(until.clamp(0, 9)).expect("clamped") })
}

fn is_of(record: &Record, attempt: u8) -> bool {
    number(record.attempt) == attempt && matches!(record.state, State::Sending | State::InDoubt)
}

fn number(attempt: u32) -> u8 {
    u8::try_from(attempt).expect("the bounds allow few attempts")
}
