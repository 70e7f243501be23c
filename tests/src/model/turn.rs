//! A mailer's turn at the send gate.

use super::bug::Bug;
use super::gate::{AfterGate, Gate, SesAccount, Turn};
use super::mailer::{Mailer, Next, requeue_until};
use super::settings::PipelineModel;
use super::state::{MailerStep, PAUSE, SendOutcome, SystemState, Violation};

/// Ticks for which a probe keeps the gate closed: it outlives the mailer that holds it.
const PROBE_LEASE: i8 = 2;

impl PipelineModel {
    /// Without account faults the gate is always open, and taking a turn changes nothing that anybody could
    /// observe: it is no step then.
    pub(super) const fn has_gate(&self) -> bool {
        self.faults.account_faults > 0 || self.faults.silences > 0
    }
}

/// How many probes may still ask SES.
pub(super) fn probes_out(system: &SystemState) -> usize {
    let mails = system.orders.iter().flat_map(|order| &order.mail);
    let drivers = mails.flat_map(|message| message.drivers.iter());
    let asks = |step| {
        matches!(step, MailerStep::Start { .. } | MailerStep::Resend | MailerStep::Send { .. })
    };
    drivers.filter(|driver| driver.turn == Turn::Probe && asks(driver.step)).count()
}

impl Mailer<'_> {
    /// Whether `step` has to wait for a turn that this mailer has not taken.
    pub(super) fn needs_turn(&self, step: MailerStep) -> bool {
        let asks = match step {
            MailerStep::Send { .. } => self.model.has(Bug::ClaimBeforeTurn),
            MailerStep::Start { stale: false } | MailerStep::Resend => {
                !self.model.has(Bug::ClaimBeforeTurn)
            }
            _ => false,
        };
        asks && self.model.has_gate() && self.driver().turn == Turn::None
    }

    /// Takes a turn, or requeues the mail without one.
    pub(super) fn take_turn(&mut self, then: MailerStep) -> Next {
        let turn = match *self.gate {
            Gate::Open => {
                if *self.silence_noted {
                    self.violation = Some(Violation::AskedInSilence);
                }
                Turn::Taken
            }
            Gate::Closed { until, .. } if until > 0 => return self.wait_for_gate(then, until),
            // A probe that died would keep the gate shut for ever.
            Gate::Closed { probing: true, .. } if self.model.has(Bug::ProbeWithoutLease) => {
                return self.wait_for_gate(then, PAUSE as i8);
            }
            Gate::Closed { .. } => {
                self.take_probe();
                Turn::Probe
            }
        };
        self.order.mail[self.index].drivers.take_turn(self.driver, turn);
        self.order.ground_truth.claimed_without_turn = false;
        Next::Step(then)
    }

    /// One conditional write: the first mailer that finds the time over takes the probe from all others.
    fn take_probe(&mut self) {
        if self.probes > 0 {
            self.violation = Some(Violation::AskedWhileClosed);
        }
        let until = if self.model.has(Bug::ProbeLeaseTooShort) { 1 } else { PROBE_LEASE };
        if !self.model.has(Bug::ProbeTakenByAll) {
            *self.gate = Gate::Closed { until, probing: true };
        }
    }

    fn wait_for_gate(&self, then: MailerStep, until: i8) -> Next {
        match then {
            // Claimed too early: the claim has to be given back.
            MailerStep::Send { attempt } => {
                Next::Step(MailerStep::Record { attempt, answer: SendOutcome::Retryable })
            }
            _ => requeue_until(i64::from(until)),
        }
    }

    /// Whether what SES answered changes the gate: a refusal for the account's sake closes it, and the probe's
    /// acceptance opens it, and so does any other answer to the probe: SES takes the account's mails again.
    fn changes_gate(&self, answer: SendOutcome) -> bool {
        match answer {
            SendOutcome::AccountFault => true,
            // One lost answer is not yet a silence: the probe's lease runs out.
            SendOutcome::Ambiguous => self.model.faults.silences > 0,
            _ => self.driver().turn == Turn::Probe && self.model.has_gate(),
        }
    }

    /// The step after SES's answer was recorded: the gate's, where the answer changes it. A crash between the two
    /// leaves the gate as it was, and the next mail finds out.
    pub(super) fn then_set_gate(&self, answer: SendOutcome, next: Next) -> Next {
        let then = match next {
            Next::Step(MailerStep::Requeue { .. }) => AfterGate::Requeue,
            Next::Step(MailerStep::Delete) => AfterGate::Delete,
            Next::Step(MailerStep::DeadLetter) => AfterGate::DeadLetter,
            _ => return next,
        };
        if !self.changes_gate(answer) {
            return next;
        }
        let closes = matches!(answer, SendOutcome::AccountFault | SendOutcome::Ambiguous);
        Next::Step(MailerStep::SetGate { closes, then })
    }

    /// Closes or opens the gate.
    pub(super) fn set_gate(&mut self, closes: bool, then: AfterGate) -> Next {
        let is_silent = closes && self.ses == SesAccount::Silent;
        *self.silence_noted |= is_silent;
        match (closes, *self.gate) {
            (true, _) if is_silent && self.model.has(Bug::SilenceUnnoticed) => {}
            // A refusal that comes late never shortens a probe's lease: with a second probe out, both would ask.
            (true, Gate::Closed { until, .. })
                if until > PAUSE as i8 && !self.model.has(Bug::LateRefusalCutsLease) => {}
            (true, _) => *self.gate = Gate::Closed { until: PAUSE as i8, probing: false },
            // Only what this probe's lease still closes: another mail may have been refused since.
            (false, Gate::Closed { probing: true, .. }) => {
                // SES answered it before it fell silent.
                *self.silence_noted = false;
                *self.gate = Gate::Open;
            }
            (false, _) => {}
        }
        match then {
            AfterGate::Requeue => requeue_until(PAUSE),
            AfterGate::Delete => Next::Step(MailerStep::Delete),
            AfterGate::DeadLetter => Next::Step(MailerStep::DeadLetter),
        }
    }
}
