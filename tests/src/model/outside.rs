//! What comes from outside: SES's events, an operator, the passing of a mail's time.

use shared::ledger::{Facts, State, Transition};

use super::action::{Keep, Step};
use super::ledger::{Echo, Outcome};
use super::settings::Waybill;
use super::world::{Breach, Message, Order, Outbox, World};

impl Waybill {
    pub(super) fn outside_steps(&self, world: &World, order: &Order, steps: &mut Vec<Step>) {
        if order.truth.accepted > 0 {
            steps.extend(self.ses_events.iter().map(|event| Step::SesEvent(*event)));
        }
        if world.left.ages > 0
            && order.stale_for.is_none()
            && order.events[0] != Outbox::Unpublished
        {
            steps.push(Step::Age);
        }
        if world.left.replays > 0 {
            let keeps = [Keep::Moved, Keep::Copied];
            for (event, _) in (0u8..).zip(order.dispatch_dead).filter(|(_, dead)| *dead) {
                steps.extend(keeps.map(|keep| Step::ReplayDispatch(event, keep)));
            }
            if order.mail_dead {
                steps.extend(keeps.map(Step::ReplayMail));
            }
        }
        let reopens = |state| matches!(state, State::InDoubt | State::Failed | State::Skipped);
        if world.left.words > 0 && order.record.is_some_and(|record| reopens(record.state)) {
            steps.push(Step::Reopen);
        }
    }

    pub(super) fn outside(&self, world: &mut World, at: usize, step: Step) -> Option<Breach> {
        let order = &mut world.orders[at];
        match step {
            Step::SesEvent(event) => return self.feedback(order, event),
            Step::Age => {
                world.left.ages -= 1;
                order.stale_for = Some(0);
            }
            Step::ReplayDispatch(event, keep) => {
                world.left.replays -= 1;
                order.dispatch_dead[usize::from(event)] = keep == Keep::Copied;
                order.dispatch.push(Message::new(event));
            }
            Step::ReplayMail(keep) => {
                world.left.replays -= 1;
                order.mail_dead = keep == Keep::Copied;
                order.mail.push(Message::new(order.planned_by));
            }
            Step::Reopen => {
                world.left.words -= 1;
                let attempt = order.record.map_or(0, |record| record.attempt);
                let facts = Facts::for_attempt(0, attempt);
                let (_, breach) = self.write(order, Transition::Reopen, facts, Echo::No);
                order.truth.excused = true;
                order.truth.vouched = true;
                order.mail.push(Message::new(order.planned_by));
                return breach;
            }
            _ => {}
        }
        None
    }

    /// `feedback::record`: whatever it reads was true, and must be believed.
    fn feedback(&self, order: &mut Order, event: Transition) -> Option<Breach> {
        let (outcome, breach) = self.write(order, event, Facts::new(0), Echo::No);
        let believed = match outcome {
            Outcome::Recorded(record) | Outcome::Refused(record) => record.state.is_accepted(),
            Outcome::Absent => true,
        };
        breach.or((!believed).then_some(Breach::ProofIgnored))
    }
}
