//! From the shop to the dispatch queue: intake, the stream, relay and its sweep.

use super::action::Step;
use super::bug::Bug;
use super::settings::PipelineModel;
use super::state::{Message, Order, Outbox, SystemState};

impl PipelineModel {
    pub(super) fn relay_steps(&self, system: &SystemState, order: &Order, steps: &mut Vec<Step>) {
        for (event, outbox) in (0u8..).zip(order.events) {
            match outbox {
                Outbox::Unpublished => steps.push(Step::Publish(event)),
                Outbox::InStream => {
                    steps.push(Step::RelayFirst(event));
                    if system.remaining.stream_losses > 0 {
                        steps.push(Step::StreamLoss(event));
                    }
                }
                Outbox::RelayInProgress => {
                    steps.push(Step::RelaySecond(event));
                    if system.remaining.crashes > 0 {
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

    /// The sweep queues whatever the ledger has not seen. It may do so while a message of the event is
    /// in flight; that is left out, as it only makes a duplicate, like SQS's own.
    pub(super) fn sweep_finds(&self, order: &Order, event: u8) -> bool {
        self.sweep
            && !self.has(Bug::NoSweep)
            && order.record.is_none()
            && matches!(order.events[usize::from(event)], Outbox::Relayed | Outbox::Lost)
            && order.dispatch.iter().all(|message| message.event != event)
    }

    pub(super) fn take_relay_step(&self, system: &mut SystemState, at: usize, step: Step) {
        let order = &mut system.orders[at];
        match step {
            Step::Publish(event) => order.events[usize::from(event)] = Outbox::InStream,
            Step::StreamLoss(event) => {
                order.events[usize::from(event)] = Outbox::Lost;
                system.remaining.stream_losses -= 1;
            }
            Step::RelayFirst(event) => {
                order.events[usize::from(event)] = Outbox::RelayInProgress;
                // Sends before it acknowledges: a crash between the two makes a duplicate, never a loss.
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
                system.remaining.crashes -= 1;
                // Without an acknowledgement, the stream delivers the record again.
                let acknowledged = self.has(Bug::RelayAcknowledgesFirst);
                order.events[usize::from(event)] =
                    if acknowledged { Outbox::Relayed } else { Outbox::InStream };
            }
            Step::Sweep(event) => order.dispatch.push(Message::new(event)),
            _ => {}
        }
    }
}
