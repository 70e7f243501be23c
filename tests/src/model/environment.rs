//! What happens outside the pipeline: SES events, an operator's commands, mails becoming stale.

use shared::ledger::{Facts, State, Transition};

use super::action::{ReplayEffect, Step};
use super::bug::Bug;
use super::ledger::{LedgerAnswer, WriteOutcome};
use super::settings::PipelineModel;
use super::state::{Message, Order, Outbox, SystemState, Violation};

impl PipelineModel {
    pub(super) fn environment_steps(
        &self,
        system: &SystemState,
        order: &Order,
        steps: &mut Vec<Step>,
    ) {
        // Never consumed: SES may publish an event late, repeatedly, or not at all.
        if order.ground_truth.accepted > 0 {
            steps.extend(self.ses_events.iter().map(|event| Step::SesEvent(*event)));
        }
        if system.remaining.purges > 0 && !(order.mail.is_empty() && order.dispatch.is_empty()) {
            steps.push(Step::Purge);
        }
        if system.remaining.stale > 0
            && order.stale_for.is_none()
            && order.events[0] != Outbox::Unpublished
        {
            steps.push(Step::BecomesStale);
        }
        if system.remaining.replays > 0 {
            let effects = [ReplayEffect::Moved, ReplayEffect::Copied];
            for (event, _) in (0u8..).zip(order.dispatch_dlq).filter(|(_, dead)| *dead) {
                steps.extend(effects.map(|effect| Step::ReplayDispatch(event, effect)));
            }
            if order.mail_dlq {
                steps.extend(effects.map(Step::ReplayMail));
            }
        }
        let reopens = |state| {
            matches!(state, State::Planned | State::InDoubt | State::Failed | State::Skipped)
        };
        if system.remaining.reopens > 0 && order.record.is_some_and(|record| reopens(record.state))
        {
            steps.push(Step::Reopen);
        }
    }

    pub(super) fn take_environment_step(
        &self,
        system: &mut SystemState,
        at: usize,
        step: Step,
    ) -> Option<Violation> {
        let order = &mut system.orders[at];
        match step {
            Step::SesEvent(event) => return self.feedback(order, event),
            Step::BecomesStale => {
                system.remaining.stale -= 1;
                order.stale_for = Some(0);
            }
            Step::Purge => {
                system.remaining.purges -= 1;
                Message::purge(&mut order.dispatch);
                Message::purge(&mut order.mail);
            }
            // Before an operator moves a message or opens a record, the command has the sweep watch its event
            // again: the message may be lost once more.
            Step::ReplayDispatch(event, effect) => {
                system.remaining.replays -= 1;
                order.swept = false;
                order.dispatch_dlq[usize::from(event)] = effect == ReplayEffect::Copied;
                order.dispatch.push(Message::new(event));
            }
            Step::ReplayMail(effect) => {
                system.remaining.replays -= 1;
                order.swept = false;
                order.mail_dlq = effect == ReplayEffect::Copied;
                order.mail.push(Message::new(order.planned_by));
            }
            Step::Reopen => {
                system.remaining.reopens -= 1;
                order.swept &= self.has(Bug::ReopenedUnwatched);
                let before = order.record;
                let attempt = before.map_or(0, |record| record.attempt);
                let facts = Facts::for_attempt(0, attempt);
                let (_, violation) =
                    self.write(order, Transition::Reopen, facts, LedgerAnswer::Arrives);
                // The operator takes responsibility for a second mail, but not where a mail that nobody
                // doubts only is to wait no longer.
                let only_waits = before.is_some_and(|r| r.state == State::Planned && r.doubts == 0);
                order.ground_truth.may_accept_again |= !only_waits;
                order.ground_truth.reopened_by_operator |= !only_waits;
                order.mail.push(Message::new(order.planned_by));
                return violation;
            }
            _ => {}
        }
        None
    }

    /// `feedback::record`. Every SES event in the model is true, so the ledger must end in an accepted
    /// state.
    fn feedback(&self, order: &mut Order, event: Transition) -> Option<Violation> {
        let facts = Facts { not_before: 1, ..Facts::new(0) };
        let (outcome, violation) = self.write(order, event, facts, LedgerAnswer::Arrives);
        let applied = match outcome {
            WriteOutcome::Recorded(record) | WriteOutcome::Refused(record) => {
                record.state.is_accepted()
            }
            WriteOutcome::Absent => true,
        };
        violation.or((!applied).then_some(Violation::SesEventIgnored))
    }
}
