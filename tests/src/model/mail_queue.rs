//! The mail queue: who receives which message, and which faults a mailer's step can meet.

use super::action::{Step, StepOutcome};
use super::drivers::Driver;
use super::gate::{SesAccount, Turn};
use super::mailer::{Mailer, Next};
use super::settings::{Faults, PipelineModel};
use super::state::{MailerStep, Message, Order, SystemState, Violation};
use super::turn::probes_out;

impl PipelineModel {
    pub(super) fn mailer_steps(&self, system: &SystemState, order: &Order, steps: &mut Vec<Step>) {
        let mails = system.orders.iter().flat_map(|order| &order.mail);
        let busy: usize = mails.map(|message| message.drivers.len()).sum();
        for (index, message) in order.mail.iter().enumerate() {
            let is_held = message.drivers.len() > 0;
            // Receiving a message that is held already is a duplicate delivery, which is bounded.
            let may_be_received = !message.deleted
                && message.drivers.has_room()
                && message.visible_at <= 0
                && (!is_held || system.remaining.duplicates > 0);
            if busy < self.mailers && may_be_received {
                steps.push(Step::MailerReceives(index));
            }
            if !is_held && system.remaining.redrives > 0 {
                steps.push(Step::MailRedrive(index));
            }
            for (at, driver) in message.drivers.iter().enumerate() {
                let outcomes = outcomes(driver.step, system.remaining, system.ses);
                steps.extend(outcomes.map(|outcome| Step::Mailer(index, at, driver.step, outcome)));
                if system.remaining.crashes > 0 {
                    steps.push(Step::MailerCrash(index, at));
                }
            }
        }
    }

    pub(super) fn take_mailer_step(
        &self,
        system: &mut SystemState,
        at: usize,
        step: Step,
    ) -> Option<Violation> {
        let probes = probes_out(system);
        let order = &mut system.orders[at];
        match step {
            Step::MailerReceives(index) => {
                let step = MailerStep::Start { stale: order.stale_for.is_some() };
                let drivers = &mut order.mail[index].drivers;
                system.remaining.duplicates -= u8::from(drivers.len() > 0);
                drivers.push(Driver::new(step));
                None
            }
            Step::MailerCrash(index, driver) => {
                system.remaining.crashes -= 1;
                Message::release(&mut order.mail, index, driver);
                None
            }
            Step::MailRedrive(index) => {
                system.remaining.redrives -= 1;
                order.mail.remove(index);
                order.mail_dlq = true;
                None
            }
            Step::Mailer(index, driver, _, outcome) => {
                system.remaining.consume(outcome);
                let mut mailer = Mailer {
                    model: self,
                    order,
                    gate: &mut system.gate,
                    ses: system.ses,
                    silence_noted: &mut system.silence_noted,
                    probes,
                    index,
                    driver,
                    outcome,
                    violation: None,
                };
                let next = mailer.step();
                let violation = mailer.violation;
                match next {
                    Next::Step(step) => {
                        let drivers = &mut order.mail[index].drivers;
                        drivers.next(driver, step);
                        if !step.needs_its_turn() {
                            drivers.take_turn(driver, Turn::None);
                        }
                    }
                    Next::Retry => Message::release(&mut order.mail, index, driver),
                }
                violation
            }
            _ => None,
        }
    }
}

/// The outcomes that a mailer's step can have while these faults remain.
fn outcomes(
    step: MailerStep,
    remaining: Faults,
    ses: SesAccount,
) -> impl Iterator<Item = StepOutcome> {
    let outcomes: &'static [StepOutcome] = match step {
        MailerStep::Send { .. } if ses == SesAccount::AtFault => {
            &[StepOutcome::SesAccountFault, StepOutcome::SesDropsUnanswered]
        }
        MailerStep::Send { .. } if ses == SesAccount::Silent => &[StepOutcome::SesSilent],
        MailerStep::Start { .. } | MailerStep::Resend => {
            &[StepOutcome::Normal, StepOutcome::LedgerTimedOut, StepOutcome::LedgerWroteTimedOut]
        }
        MailerStep::Requeue { .. } | MailerStep::DeadLetter | MailerStep::SetGate { .. } => {
            &[StepOutcome::Normal]
        }
        MailerStep::Record { .. } | MailerStep::Expire | MailerStep::KeepAmbiguous { .. } => {
            &[StepOutcome::Normal, StepOutcome::LedgerRetried]
        }
        MailerStep::Delete => &[StepOutcome::Normal, StepOutcome::Redelivered],
        MailerStep::Send { .. } => &[
            StepOutcome::SesAccepts,
            StepOutcome::SesAcceptsUnanswered,
            StepOutcome::SesDropsUnanswered,
            StepOutcome::SesRetryable,
            StepOutcome::SesPermanent,
        ],
    };
    outcomes.iter().copied().filter(move |outcome| remaining.allow(*outcome))
}

impl Faults {
    fn allow(mut self, outcome: StepOutcome) -> bool {
        self.count(outcome).is_none_or(|remaining| *remaining > 0)
    }

    fn consume(&mut self, outcome: StepOutcome) {
        if let Some(remaining) = self.count(outcome) {
            *remaining -= 1;
        }
    }

    fn count(&mut self, outcome: StepOutcome) -> Option<&mut u8> {
        match outcome {
            StepOutcome::Normal
            | StepOutcome::SesAccepts
            | StepOutcome::SesAccountFault
            | StepOutcome::SesSilent => None,
            StepOutcome::LedgerRetried => Some(&mut self.ledger_retries),
            StepOutcome::LedgerTimedOut | StepOutcome::LedgerWroteTimedOut => {
                Some(&mut self.ledger_timeouts)
            }
            StepOutcome::Redelivered => Some(&mut self.duplicates),
            StepOutcome::SesAcceptsUnanswered | StepOutcome::SesDropsUnanswered => {
                Some(&mut self.ses_unanswered)
            }
            StepOutcome::SesRetryable => Some(&mut self.ses_retryable),
            StepOutcome::SesPermanent => Some(&mut self.ses_permanent),
        }
    }
}

impl MailerStep {
    /// Whether a turn that was taken before still matters.
    const fn needs_its_turn(self) -> bool {
        matches!(
            self,
            Self::Start { .. }
                | Self::Resend
                | Self::Expire
                | Self::Send { .. }
                | Self::Record { .. }
        )
    }
}
