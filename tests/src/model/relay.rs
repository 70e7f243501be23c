//! From the shop to the dispatch queue: intake, the stream, relay and its sweep.

use shared::ledger::{Record, State};

use super::action::Step;
use super::bug::Bug;
use super::settings::PipelineModel;
use super::state::{GRACE, LEASE, Message, Order, Outbox, SystemState};

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
            if self.sweep_finds(system, order, event) {
                steps.push(Step::Sweep(event));
            }
        }
        // What the sweep has passed matters only if an operator can open the notification again.
        let may_be_opened = system.remaining.reopens > 0 || system.remaining.replays > 0;
        let is_done = order.record.is_some_and(|record| self.due_at(order, &record).is_none());
        if self.sweep && may_be_opened && is_done && !order.swept {
            steps.push(Step::SweepPasses);
        }
    }

    /// The sweep queues an event that the ledger has not seen, and one whose mail a mailer could move on. It
    /// may do so while a message is in flight, which makes a duplicate and is bounded like SQS's own.
    fn sweep_finds(&self, system: &SystemState, order: &Order, event: u8) -> bool {
        let is_due = |due: i64| due <= 0;
        self.sweep_watches(order, event)
            && order.record.is_none_or(|record| self.due_at(order, &record).is_some_and(is_due))
            && order.dispatch.iter().all(|message| message.event != event)
            && (order.mail.is_empty() || system.remaining.duplicates > 0)
    }

    /// Whether the sweep looks at the event now or will later: its mail is not done.
    pub(super) fn sweep_watches(&self, order: &Order, event: u8) -> bool {
        let is_open = match order.record {
            None => true,
            Some(_) if order.swept || self.has(Bug::OverdueUnswept) => false,
            Some(record) => order.planned_by == event && self.due_at(order, &record).is_some(),
        };
        self.sweep
            && !self.has(Bug::NoSweep)
            && is_open
            && matches!(order.events[usize::from(event)], Outbox::Relayed | Outbox::Lost)
    }

    /// `Item::due_at`.
    fn due_at(&self, order: &Order, record: &Record) -> Option<i64> {
        // The sweep waits for longer than a lease before it gives up a doubt about a stale mail: until then, a
        // worker that read the clock before may claim it.
        let is_stale_doubt = record.state == State::InDoubt
            && order.stale_for.is_some_and(|ticks| i64::from(ticks) > LEASE);
        match record.state {
            State::Sending if self.has(Bug::ExpiredLeaseUnswept) => None,
            State::InDoubt if self.has(Bug::HeldDoubtSwept) => Some(record.since + GRACE),
            // Without the time for which the last attempt is kept while SES gives no answer: any step may be late.
            State::InDoubt => {
                let due = record.due_at(order.policy, GRACE).filter(|_| !is_stale_doubt);
                due.map(|due| due.min(record.since + 2 * GRACE))
            }
            _ => record.due_at(order.policy, GRACE),
        }
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
            Step::Sweep(event) => {
                system.remaining.duplicates -= u8::from(!order.mail.is_empty());
                order.dispatch.push(Message::new(event));
            }
            Step::SweepPasses => order.swept = true,
            _ => {}
        }
    }
}
