//! The dispatcher: it records its decision, sends the mail request, and deletes the message.

use shared::ledger::{Facts, Record, Transition};

use super::action::{Decision, Step};
use super::bug::Bug;
use super::drivers::Driver;
use super::ledger::{LedgerAnswer, WriteOutcome};
use super::settings::PipelineModel;
use super::state::{DispatcherStep, Message, Order, SystemState, Violation};

impl PipelineModel {
    pub(super) fn dispatcher_steps(
        &self,
        system: &SystemState,
        order: &Order,
        steps: &mut Vec<Step>,
    ) {
        let busy: usize = order.dispatch.iter().map(|message| message.drivers.len()).sum();
        for (index, message) in order.dispatch.iter().enumerate() {
            let is_held = message.drivers.len() > 0;
            if busy < self.dispatchers
                && !message.deleted
                && message.drivers.has_room()
                && (!is_held || system.remaining.duplicates > 0)
            {
                steps.push(Step::DispatcherReceives(index));
            }
            // SQS redrives a message instead of delivering it, so not while a worker holds it.
            if !is_held && system.remaining.redrives > 0 {
                steps.push(Step::DispatchRedrive(index));
            }
            for (at, driver) in message.drivers.iter().enumerate() {
                steps.push(Step::Dispatcher(index, at, driver.step, Decision::Notify));
                // Both decisions are possible at any time: the model does not represent reasons to skip.
                if driver.step == DispatcherStep::Decide {
                    steps.push(Step::Dispatcher(index, at, driver.step, Decision::Skip));
                }
                if system.remaining.crashes > 0 {
                    steps.push(Step::DispatcherCrash(index, at, driver.step));
                }
            }
        }
    }

    pub(super) fn take_dispatcher_step(
        &self,
        system: &mut SystemState,
        at: usize,
        step: Step,
    ) -> Option<Violation> {
        let order = &mut system.orders[at];
        match step {
            Step::DispatcherReceives(index) => {
                let drivers = &mut order.dispatch[index].drivers;
                system.remaining.duplicates -= u8::from(drivers.len() > 0);
                drivers.push(Driver::new(DispatcherStep::Decide));
                None
            }
            Step::DispatcherCrash(index, driver, _) => {
                system.remaining.crashes -= 1;
                Message::release(&mut order.dispatch, index, driver);
                None
            }
            Step::DispatchRedrive(index) => {
                system.remaining.redrives -= 1;
                let message = order.dispatch.remove(index);
                order.dispatch_dlq[usize::from(message.event)] = true;
                None
            }
            Step::Dispatcher(index, driver, DispatcherStep::Decide, decision) => {
                let event = order.dispatch[index].event;
                let (next, violation) = self.decide(order, event, decision);
                order.dispatch[index].drivers.next(driver, next);
                violation
            }
            Step::Dispatcher(index, driver, DispatcherStep::Send, _) => {
                let event = order.dispatch[index].event;
                order.mail.push(Message::new(event));
                order.dispatch[index].drivers.next(driver, DispatcherStep::Delete);
                None
            }
            Step::Dispatcher(index, driver, DispatcherStep::Delete, _) => {
                // Another driver may still hold the message; it is removed once that one releases it.
                order.dispatch[index].deleted = true;
                Message::release(&mut order.dispatch, index, driver);
                None
            }
            _ => None,
        }
    }

    /// `dispatcher::decide`. Lost answers of the ledger are left out: the SDK's retry finds the record
    /// and handles it as after a crash, which is modelled.
    fn decide(
        &self,
        order: &mut Order,
        event: u8,
        decision: Decision,
    ) -> (DispatcherStep, Option<Violation>) {
        let transition = match decision {
            Decision::Notify => Transition::Plan,
            Decision::Skip => Transition::SkipAtPlan,
        };
        let (outcome, violation) =
            self.write(order, transition, Facts::new(0), LedgerAnswer::Arrives);
        let next = match outcome {
            WriteOutcome::Recorded(_) => {
                order.planned_by = event;
                match decision {
                    Decision::Notify => DispatcherStep::Send,
                    Decision::Skip => DispatcherStep::Delete,
                }
            }
            // Planned by this very event, and a mailer could move it on: an earlier delivery may have died
            // before it sent the mail request, or the request was lost, so it is sent (again).
            WriteOutcome::Refused(record)
                if self.awaits_mail_request(order, &record, event, decision) =>
            {
                DispatcherStep::Send
            }
            _ => DispatcherStep::Delete,
        };
        (next, violation)
    }

    /// `Item::awaits_mail_request`.
    fn awaits_mail_request(
        &self,
        order: &Order,
        record: &Record,
        event: u8,
        decision: Decision,
    ) -> bool {
        let abandoned = self.has(Bug::PlanAbandoned)
            || (self.has(Bug::PlanAbandonedWhenSkipping) && decision == Decision::Skip);
        let too_late = self.has(Bug::RequestedOnlyBeforeFirstAttempt) && record.attempt > 0;
        record.can_be_moved_on(order.policy, 0)
            && order.planned_by == event
            && !abandoned
            && !too_late
    }
}
