//! The mailer: its delivery (`services/mailer/src/delivery/`), one step at a time. Each method here
//! stands for the function of the same name there.

use shared::ledger::{ClaimRefusal, Facts, MAX_DOUBTS, Record, State, Transition};
use shared::notification::DoubtPolicy;

use super::action::{MessageIndex, StepOutcome};
use super::bug::Bug;
use super::drivers::Driver;
use super::gate::{Gate, SesAccount, Turn};
use super::ledger::WriteOutcome;
use super::settings::PipelineModel;
use super::state::{GRACE, LEASE, MailerStep, Message, Order, PAUSE, SendOutcome, Violation};

/// What a mailer does after a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// Takes this step next.
    Step(MailerStep),
    /// Stops: the message becomes visible again, unless it was deleted.
    Retry,
}

/// A mailer at work on one message.
pub(super) struct Mailer<'a> {
    pub(super) model: &'a PipelineModel,
    pub(super) order: &'a mut Order,
    pub(super) gate: &'a mut Gate,
    pub(super) ses: SesAccount,
    pub(super) silence_noted: &'a mut bool,
    /// How many probes may still ask SES, this mailer's own included.
    pub(super) probes: usize,
    pub(super) index: MessageIndex,
    pub(super) driver: usize,
    pub(super) outcome: StepOutcome,
    pub(super) violation: Option<Violation>,
}

impl Mailer<'_> {
    /// Takes the next step.
    pub(super) fn step(&mut self) -> Next {
        match self.driver().step {
            step if self.outcome.is_ledger_timeout() => self.requeue_until_ledger_answers(step),
            step if self.needs_turn(step) => self.take_turn(step),
            MailerStep::Start { stale: true } => self.skip_stale(),
            MailerStep::Start { stale: false } => self.claim(),
            MailerStep::Send { attempt } => self.send(attempt),
            MailerStep::Record { attempt, answer } if self.deletes_before_record() => {
                self.delete_early(MailerStep::Record { attempt, answer })
            }
            MailerStep::Record { attempt, answer } => {
                let next = self.record(attempt, answer);
                self.then_set_gate(answer, next)
            }
            MailerStep::SetGate { closes, then } => self.set_gate(closes, then),
            MailerStep::Expire => self.expire(),
            MailerStep::Resend => self.resend(),
            MailerStep::KeepAmbiguous { attempt } => self.keep_ambiguous(attempt),
            MailerStep::Requeue { until } if self.deletes_first(Bug::RequeueDeletesFirst) => {
                self.delete_early(MailerStep::Requeue { until })
            }
            MailerStep::Requeue { until } => self.requeue(until),
            MailerStep::DeadLetter if self.deletes_first(Bug::DeadLetterDeletesFirst) => {
                self.delete_early(MailerStep::DeadLetter)
            }
            MailerStep::DeadLetter => self.send_to_dlq(),
            MailerStep::Delete => self.delete(),
        }
    }

    pub(super) fn driver(&self) -> Driver<MailerStep> {
        self.order.mail[self.index].drivers.get(self.driver)
    }

    /// `Delivery::facts`. The clock was read when the message was received, `age` ticks ago.
    fn facts(&self) -> Facts {
        self.facts_at(-i64::from(self.driver().age))
    }

    fn facts_at(&self, now: i64) -> Facts {
        let message = &self.order.mail[self.index];
        Facts {
            enqueued_at: i64::from(message.enqueued_at),
            lease_until: now + LEASE,
            ..Facts::new(now)
        }
    }

    fn write(&mut self, transition: Transition, facts: Facts) -> WriteOutcome {
        let (outcome, violation) =
            self.model.write(self.order, transition, facts, self.outcome.ledger_answer());
        self.violation = self.violation.or(violation);
        outcome
    }

    /// Where the ledger does not answer before SES is called, a delayed copy replaces the message.
    fn requeue_until_ledger_answers(&mut self, step: MailerStep) -> Next {
        // The write took effect, but its result is lost with the answer.
        if self.outcome == StepOutcome::LedgerWroteTimedOut {
            match step {
                // The gate is in the same table, and a lost answer may have been the probe.
                step if self.needs_turn(step) => self.take_turn(step),
                MailerStep::Start { stale: true } => self.skip_stale(),
                MailerStep::Start { stale: false } => self.claim(),
                _ => self.resend(),
            };
        }
        requeue_until(1)
    }

    fn claim(&mut self) -> Next {
        self.claim_with(self.facts())
    }

    fn claim_with(&mut self, facts: Facts) -> Next {
        let before = self.order.record;
        match self.write(Transition::Claim, facts) {
            WriteOutcome::Recorded(record) => {
                self.check_replay(before);
                self.order.ground_truth.claimed_without_turn =
                    self.model.has_gate() && self.driver().turn == Turn::None;
                Next::Step(MailerStep::Send { attempt: attempt_number(record.attempt) })
            }
            WriteOutcome::Refused(record) => self.handle_claim_conflict(record),
            WriteOutcome::Absent => Next::Step(MailerStep::DeadLetter),
        }
    }

    /// A failed mail is claimed only by a message that an operator has queued since.
    fn check_replay(&mut self, before: Option<Record>) {
        let queued = i64::from(self.order.mail[self.index].first_enqueued_at);
        if before.is_some_and(|r| r.state == State::Failed && queued <= r.since) {
            self.violation = self.violation.or(Some(Violation::RetryWithoutReplay));
        }
    }

    /// Claims out of doubt. That unread SES events delay a resend is left out: any step may be late.
    fn resend(&mut self) -> Next {
        // Like the real one, this step reads the clock again.
        self.claim_with(Facts { resend_doubts_from: -self.grace(), ..self.facts_at(0) })
    }

    fn grace(&self) -> i64 {
        if self.model.has(Bug::ResendWithoutGrace) { 0 } else { GRACE }
    }

    /// Skips a stale mail.
    fn skip_stale(&mut self) -> Next {
        match self.write(Transition::Skip, self.facts()) {
            WriteOutcome::Recorded(_) | WriteOutcome::Absent => Next::Step(MailerStep::Delete),
            WriteOutcome::Refused(record) if record.state == State::InDoubt => {
                self.leave_in_doubt()
            }
            WriteOutcome::Refused(record) if record.state == State::Planned => {
                Next::Step(MailerStep::KeepAmbiguous { attempt: attempt_number(record.attempt) })
            }
            WriteOutcome::Refused(record) => self.handle_claim_conflict(record),
        }
    }

    /// Records that an earlier attempt stays in doubt.
    fn keep_ambiguous(&mut self, attempt: u8) -> Next {
        match self.write(Transition::Hold, Facts::for_attempt(0, u32::from(attempt))) {
            WriteOutcome::Recorded(record) => self.wait_in_doubt(record.doubts, record.since),
            WriteOutcome::Refused(record) => self.handle_claim_conflict(record),
            WriteOutcome::Absent => Next::Step(MailerStep::Delete),
        }
    }

    fn leave_in_doubt(&self) -> Next {
        let remaining = LEASE - i64::from(self.order.stale_for.unwrap_or_default());
        // A worker that read the clock before the mail became stale may still claim it out of doubt, and
        // die. Only after a lease is no such worker left, and the message may be deleted.
        if remaining >= 0 && !self.model.has(Bug::StaleDoubtDropped) {
            return requeue_until(remaining + 1);
        }
        Next::Step(MailerStep::Delete)
    }

    fn handle_claim_conflict(&self, record: Record) -> Next {
        match ClaimRefusal::for_record(&record, 0) {
            ClaimRefusal::AlreadyDone => Next::Step(MailerStep::Delete),
            ClaimRefusal::Readdressed => Next::Step(MailerStep::Delete),
            ClaimRefusal::AlreadyFailed => Next::Step(MailerStep::DeadLetter),
            // The holder may be alive. The message is delivered again after its visibility timeout.
            ClaimRefusal::InProgress { .. } => Next::Retry,
            ClaimRefusal::NotDue { until } => requeue_until(until),
            ClaimRefusal::InDoubt { since } => self.wait_in_doubt(record.doubts, since),
            ClaimRefusal::LeaseExpired if self.model.has(Bug::LeaseNeverRunsOut) => Next::Retry,
            ClaimRefusal::LeaseExpired => Next::Step(MailerStep::Expire),
        }
    }

    fn wait_in_doubt(&self, doubts: u32, since: i64) -> Next {
        let resends =
            self.order.policy == DoubtPolicy::Resend || self.model.has(Bug::ResendUnderHold);
        if !resends || (doubts >= MAX_DOUBTS && !self.model.has(Bug::DoubtsUncounted)) {
            return Next::Step(MailerStep::Delete);
        }
        match since + self.grace() {
            // SES's events may still arrive.
            due if due > 0 => requeue_until(due),
            _ => Next::Step(MailerStep::Resend),
        }
    }

    fn expire(&mut self) -> Next {
        match self.write(Transition::Expire, self.facts_at(0)) {
            WriteOutcome::Recorded(record) => self.wait_in_doubt(record.doubts, record.since),
            // Another worker was faster; the next delivery finds what it recorded.
            WriteOutcome::Refused(_) | WriteOutcome::Absent => Next::Retry,
        }
    }

    /// Calls SES. The mail is accepted or not, and the answer arrives or not.
    fn send(&mut self, attempt: u8) -> Next {
        if self.model.has(Bug::RecordBeforeSend)
            && self.order.record.is_some_and(|record| record.state == State::Sending)
        {
            self.write(Transition::Accept, Facts::for_attempt(0, u32::from(attempt)));
            return Next::Step(MailerStep::Send { attempt });
        }
        let answer = match self.outcome {
            StepOutcome::SesAccepts => SendOutcome::Accepted,
            StepOutcome::SesRetryable => SendOutcome::Retryable,
            StepOutcome::SesAccountFault => SendOutcome::AccountFault,
            StepOutcome::SesPermanent => SendOutcome::Permanent,
            _ => SendOutcome::Ambiguous,
        };
        // SES accepts the mail whether or not its answer arrives. No component sees this ground truth.
        if matches!(self.outcome, StepOutcome::SesAccepts | StepOutcome::SesAcceptsUnanswered) {
            let is_last = self.order.record.is_some_and(|record| {
                record.state != State::Planned && attempt_number(record.attempt) == attempt
            });
            self.violation = self.violation.or(self.order.ground_truth.accept(is_last));
        }
        Next::Step(MailerStep::Record { attempt, answer })
    }

    fn record(&mut self, attempt: u8, answer: SendOutcome) -> Next {
        let facts = Facts::for_attempt(0, u32::from(attempt));
        let postponed = Facts { not_before: PAUSE, ..facts };
        match answer {
            SendOutcome::Accepted => {
                self.write(Transition::Accept, facts);
                Next::Step(MailerStep::Delete)
            }
            // A refusal proves that this attempt sent nothing, so it may be retried.
            SendOutcome::Retryable | SendOutcome::AccountFault => self.postpone(postponed),
            // The classic bug: a missing answer is treated as a refusal.
            SendOutcome::Ambiguous if self.model.has(Bug::RetryAmbiguous) => {
                self.postpone(postponed)
            }
            SendOutcome::Permanent => match self.write(Transition::Fail, facts) {
                // First the ledger, then the dead letter: a crash between the two leaves a failed record
                // and the message, which the next delivery sends to the dead-letter queue.
                WriteOutcome::Recorded(_) => Next::Step(MailerStep::DeadLetter),
                WriteOutcome::Refused(_) if self.model.has(Bug::OwnFailureMistaken) => {
                    Next::Step(MailerStep::Delete)
                }
                WriteOutcome::Refused(record)
                    if record.doubts > 0 && is_current_attempt(&record, attempt) =>
                {
                    Next::Step(MailerStep::KeepAmbiguous { attempt })
                }
                WriteOutcome::Refused(record) => self.handle_claim_conflict(record),
                WriteOutcome::Absent => Next::Step(MailerStep::Delete),
            },
            SendOutcome::Ambiguous => match self.write(Transition::Doubt, facts) {
                WriteOutcome::Recorded(record) => self.wait_in_doubt(record.doubts, record.since),
                WriteOutcome::Refused(record) => self.handle_claim_conflict(record),
                WriteOutcome::Absent => Next::Step(MailerStep::Delete),
            },
        }
    }

    fn postpone(&mut self, facts: Facts) -> Next {
        self.write(Transition::Defer, facts);
        requeue_until(facts.not_before)
    }

    fn requeue(&mut self, until: i8) -> Next {
        let Message { event, enqueued_at, first_enqueued_at, .. } = self.order.mail[self.index];
        let passes_for_replay = self.model.has(Bug::RequeuePassesForReplay);
        let requeued = Message {
            visible_at: until.max(0),
            enqueued_at: if passes_for_replay { 0 } else { enqueued_at },
            first_enqueued_at,
            ..Message::new(event)
        };
        // The copy first, the deletion in the next step: a crash between them leaves a duplicate. The
        // other way round it would leave nothing.
        self.order.mail.push(requeued);
        Next::Step(MailerStep::Delete)
    }

    fn send_to_dlq(&mut self) -> Next {
        self.order.mail_dlq = true;
        Next::Step(MailerStep::Delete)
    }

    fn delete(&mut self) -> Next {
        self.order.mail[self.index].deleted |= self.outcome != StepOutcome::Redelivered;
        Next::Retry
    }

    fn deletes_before_record(&self) -> bool {
        self.deletes_first(Bug::DeleteBeforeRecord)
    }

    fn deletes_first(&self, bug: Bug) -> bool {
        self.model.has(bug) && !self.order.mail[self.index].deleted
    }

    /// For the bugs that delete a message too early.
    fn delete_early(&mut self, then: MailerStep) -> Next {
        self.order.mail[self.index].deleted = true;
        Next::Step(then)
    }
}

pub(super) fn requeue_until(until: i64) -> Next {
    Next::Step(MailerStep::Requeue { until: i8::try_from(until.clamp(0, 9)).expect("clamped") })
}

fn is_current_attempt(record: &Record, attempt: u8) -> bool {
    attempt_number(record.attempt) == attempt
        && matches!(record.state, State::Sending | State::InDoubt)
}

fn attempt_number(attempt: u32) -> u8 {
    u8::try_from(attempt).expect("the bounds allow few attempts")
}
