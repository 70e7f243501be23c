//! From the shop to the mail queue: intake, stream, relay, sweep, dispatcher.

use shared::ledger::{Facts, Record, State, Transition};

use super::action::{Decide, Step};
use super::bug::Bug;
use super::ledger::{Echo, Outcome};
use super::settings::Waybill;
use super::world::{Breach, Dispatching, Hand, Message, Order, Outbox, World};

impl Waybill {
    pub(super) fn upstream_steps(&self, world: &World, order: &Order, steps: &mut Vec<Step>) {
        for (event, outbox) in (0u8..).zip(order.events) {
            match outbox {
                Outbox::Unpublished => steps.push(Step::Publish(event)),
                Outbox::InStream => {
                    steps.push(Step::RelayFirst(event));
                    if world.left.stream_losses > 0 {
                        steps.push(Step::StreamLoss(event));
                    }
                }
                Outbox::Halfway => {
                    steps.push(Step::RelaySecond(event));
                    if world.left.crashes > 0 {
                        steps.push(Step::RelayCrash(event));
                    }
                }
                Outbox::Relayed | Outbox::Lost | Outbox::Never => {}
            }
            if self.sweep_finds(order, event) {
                steps.push(Step::Sweep(event));
            }
        }
    }

    /// The sweep queues whatever the ledger has not seen. While a message of the event is on its
    /// way this only makes another copy, which is a duplicate like SQS's own.
    pub(super) fn sweep_finds(&self, order: &Order, event: u8) -> bool {
        self.sweep
            && !self.has(Bug::NoSweep)
            && order.record.is_none()
            && matches!(order.events[usize::from(event)], Outbox::Relayed | Outbox::Lost)
            && order.dispatch.iter().all(|message| message.event != event)
    }

    pub(super) fn upstream(&self, world: &mut World, at: usize, step: Step) {
        let order = &mut world.orders[at];
        match step {
            Step::Publish(event) => order.events[usize::from(event)] = Outbox::InStream,
            Step::StreamLoss(event) => {
                order.events[usize::from(event)] = Outbox::Lost;
                world.left.stream_losses -= 1;
            }
            Step::RelayFirst(event) => {
                order.events[usize::from(event)] = Outbox::Halfway;
                if !self.has(Bug::RelayAcknowledgesFirst) {
                    order.dispatch.push(Message::new(event));
                }
            }
            Step::RelaySecond(event) => {
                order.events[usize::from(event)] = Outbox::Relayed;
                if self.has(Bug::RelayAcknowledgesFirst) {
                    order.dispatch.push(Message::new(event));
                }
            }
            Step::RelayCrash(event) => {
                world.left.crashes -= 1;
                let acknowledged = self.has(Bug::RelayAcknowledgesFirst);
                order.events[usize::from(event)] =
                    if acknowledged { Outbox::Relayed } else { Outbox::InStream };
            }
            Step::Sweep(event) => order.dispatch.push(Message::new(event)),
            _ => {}
        }
    }

    pub(super) fn dispatcher_steps(&self, world: &World, order: &Order, steps: &mut Vec<Step>) {
        let busy: usize = order.dispatch.iter().map(|message| message.hands.len()).sum();
        for (place, message) in order.dispatch.iter().enumerate() {
            let again = message.hands.len() > 0;
            if busy < self.dispatchers
                && !message.gone
                && message.hands.has_room()
                && (!again || world.left.duplicates > 0)
            {
                steps.push(Step::DispatcherReceives(place));
            }
            if !again && world.left.redrives > 0 {
                steps.push(Step::DispatchRedrive(place));
            }
            for (hand, work) in message.hands.iter().enumerate() {
                steps.push(Step::Dispatcher(place, hand, work.step, Decide::Notify));
                if work.step == Dispatching::Decide {
                    steps.push(Step::Dispatcher(place, hand, work.step, Decide::Skip));
                }
                if world.left.crashes > 0 {
                    steps.push(Step::DispatcherCrash(place, hand, work.step));
                }
            }
        }
    }

    pub(super) fn dispatcher(&self, world: &mut World, at: usize, step: Step) -> Option<Breach> {
        let order = &mut world.orders[at];
        match step {
            Step::DispatcherReceives(place) => {
                let hands = &mut order.dispatch[place].hands;
                world.left.duplicates -= u8::from(hands.len() > 0);
                hands.push(Hand { age: 0, step: Dispatching::Decide });
                None
            }
            Step::DispatcherCrash(place, hand, _) => {
                world.left.crashes -= 1;
                Message::leave(&mut order.dispatch, place, hand);
                None
            }
            Step::DispatchRedrive(place) => {
                world.left.redrives -= 1;
                let message = order.dispatch.remove(place);
                order.dispatch_dead[usize::from(message.event)] = true;
                None
            }
            Step::Dispatcher(place, hand, Dispatching::Decide, decide) => {
                let (next, breach) = self.decide(order, order.dispatch[place].event, decide);
                order.dispatch[place].hands.next(hand, next);
                breach
            }
            Step::Dispatcher(place, hand, Dispatching::Send, _) => {
                let event = order.dispatch[place].event;
                order.mail.push(Message::new(event));
                order.dispatch[place].hands.next(hand, Dispatching::Delete);
                None
            }
            Step::Dispatcher(place, hand, Dispatching::Delete, _) => {
                order.dispatch[place].gone = true;
                Message::leave(&mut order.dispatch, place, hand);
                None
            }
            _ => None,
        }
    }

    /// `dispatcher::decide`. When the ledger's answer is lost, the second one finds the record and
    /// reads it as after a crash, so that echoes add nothing here.
    fn decide(
        &self,
        order: &mut Order,
        event: u8,
        decide: Decide,
    ) -> (Dispatching, Option<Breach>) {
        let transition = match decide {
            Decide::Notify => Transition::Plan,
            Decide::Skip => Transition::SkipAtPlan,
        };
        let (outcome, breach) = self.write(order, transition, Facts::new(0), Echo::No);
        let next = match outcome {
            Outcome::Recorded(_) => {
                order.planned_by = event;
                match decide {
                    Decide::Notify => Dispatching::Send,
                    Decide::Skip => Dispatching::Delete,
                }
            }
            Outcome::Refused(record)
                if self.waits_for_its_request(order, &record, event, decide) =>
            {
                Dispatching::Send
            }
            _ => Dispatching::Delete,
        };
        (next, breach)
    }

    fn waits_for_its_request(
        &self,
        order: &Order,
        record: &Record,
        event: u8,
        decide: Decide,
    ) -> bool {
        let forgotten = self.has(Bug::PlanForgotten)
            || (self.has(Bug::PlanForgottenWhenSkipping) && decide == Decide::Skip);
        let waits = record.state == State::Planned && record.attempt == 0;
        waits && order.planned_by == event && !forgotten
    }
}
