//! Terminal states: what an order may look like when nothing more happens to it.

use shared::ledger::{MAX_DOUBTS, State};
use shared::notification::DoubtPolicy;

use super::action::Action;
use super::liveness::Terminates;
use super::settings::PipelineModel;
use super::state::{Order, Outbox, SystemState};

impl Terminates for PipelineModel {
    /// Whether every order is idle and accounted for.
    fn is_terminal(&self, system: &SystemState) -> bool {
        system.orders.iter().all(|order| self.is_idle(order) && Self::is_accounted_for(order))
    }

    fn is_fault_free(action: &Action) -> bool {
        action.is_fault_free()
    }
}

impl PipelineModel {
    /// Whether nothing more happens to the order by itself: its queues are empty, and neither relay nor
    /// sweep has work to do.
    #[must_use]
    pub fn is_idle(&self, order: &Order) -> bool {
        let in_stream = |outbox| matches!(outbox, Outbox::InStream | Outbox::RelayInProgress);
        order.dispatch.is_empty()
            && order.mail.is_empty()
            && !order.events.into_iter().any(in_stream)
            && (0..2).all(|event| !self.sweep_watches(order, event))
    }

    /// Whether the order's event has one of the outcomes that the design promises (sent, skipped, failed,
    /// in doubt), or waits in a dead-letter queue for a replay.
    #[must_use]
    pub fn is_accounted_for(order: &Order) -> bool {
        let accepted = |outbox| !matches!(outbox, Outbox::Never | Outbox::Unpublished);
        let dispatch_dlq = order.dispatch_dlq.contains(&true);
        match order.record {
            // Without a record the event has to be in the dead-letter queue, or nothing was accepted.
            None => dispatch_dlq || !order.events.into_iter().any(accepted),
            Some(record) => match record.state {
                State::Sent | State::Delivered | State::Bounced | State::Complained => true,
                State::Skipped => true,
                State::InDoubt => order.mail_dlq || is_left_in_doubt(order, record.doubts),
                State::Failed | State::Sending => order.mail_dlq,
                // A planned mail without a request is completed only by the event that planned it.
                State::Planned => {
                    let replay_plans = order.dispatch_dlq[usize::from(order.planned_by)];
                    order.mail_dlq || (record.attempt == 0 && replay_plans)
                }
            },
        }
    }
}

/// Whether only an SES event or an operator resolves the doubt.
fn is_left_in_doubt(order: &Order, doubts: u32) -> bool {
    order.policy == DoubtPolicy::Hold || doubts >= MAX_DOUBTS || order.stale_for.is_some()
}
