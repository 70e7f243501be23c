//! The clock, and forgetting.
//!
//! [`World::tick`] lets one tick pass; [`Order::normalise`] then brings states that no guard can
//! tell apart, now or later, into one form, so that time may go on for ever in finitely many states.

use shared::ledger::{Record, State};

use super::world::{GRACE, LEASE, Mailing, Message, Order, World};

impl World {
    /// Lets one tick pass. `oldest`: how many ticks ago a clock may have been read that is still in
    /// use.
    pub(super) fn tick(&mut self, oldest: u8) {
        for order in &mut self.orders {
            for record in [&mut order.record, &mut order.second_record].into_iter().flatten() {
                record.since -= 1;
                record.not_before -= 1;
                record.lease_until -= 1;
            }
            // After a lease, nobody is left who read the clock before.
            order.stale_for = order.stale_for.map(|ticks| (ticks + 1).min(LEASE as i8 + 1));
            for message in &mut order.mail {
                message.tick();
            }
            order.normalise(oldest);
        }
    }
}

impl Message<Mailing> {
    fn tick(&mut self) {
        self.enqueued_at -= 1;
        self.visible_at = (self.visible_at - 1).max(0);
        for hand in self.hands.iter_mut() {
            hand.age += 1;
            if let Mailing::Requeue { until } = &mut hand.step {
                *until = (*until - 1).max(0);
            }
        }
    }
}

impl Order {
    /// Forgets what can make no difference, and sorts what has no order.
    pub(super) fn normalise(&mut self, oldest: u8) {
        self.forget_times(oldest);
        self.compress_attempts();
        for message in &mut self.dispatch {
            message.hands.sort();
        }
        for message in &mut self.mail {
            message.hands.sort();
        }
        self.dispatch.sort_unstable();
        self.mail.sort_unstable();
    }

    fn forget_times(&mut self, oldest: u8) {
        let failed_since = self.record.filter(|r| r.state == State::Failed).map(|r| r.since);
        for message in &mut self.mail {
            message.enqueued_at = match failed_since {
                // Only a failure asks when a message was queued, and only whether it was later.
                Some(since) if i64::from(message.enqueued_at) > since => {
                    message.enqueued_at.max(-1)
                }
                Some(_) => -2,
                // A failure to come will be no earlier than now.
                None => 0,
            };
            for hand in message.hands.iter_mut() {
                hand.age = hand.age.min(oldest);
            }
        }
        if let Some(record) = &mut self.record {
            *record = essence(*record, i64::from(oldest));
        }
    }

    /// Attempt numbers are compared with each other and with zero, so only their order counts.
    fn compress_attempts(&mut self) {
        let Some(record) = &mut self.record else { return };
        if self.mail.iter().all(|message| message.attempts().next().is_none()) {
            record.attempt = record.attempt.min(1);
            return;
        }
        let mut held: Vec<u8> = self.mail.iter().flat_map(Message::attempts).collect();
        held.push(u8::try_from(record.attempt).unwrap_or(u8::MAX));
        held.retain(|attempt| *attempt > 0);
        held.sort_unstable();
        held.dedup();
        let rank = |attempt: u8| held.iter().position(|a| *a == attempt).map_or(0, |i| i as u8 + 1);
        record.attempt = u32::from(rank(u8::try_from(record.attempt).unwrap_or(u8::MAX)));
        for hand in self.mail.iter_mut().flat_map(|message| message.hands.iter_mut()) {
            match &mut hand.step {
                Mailing::Send { attempt }
                | Mailing::Record { attempt, .. }
                | Mailing::Hold { attempt } => {
                    *attempt = rank(*attempt);
                }
                _ => {}
            }
        }
    }
}

impl Message<Mailing> {
    /// The attempts that somebody still works on.
    pub(super) fn attempts(&self) -> impl Iterator<Item = u8> {
        self.hands.iter().filter_map(|hand| match hand.step {
            Mailing::Send { attempt }
            | Mailing::Record { attempt, .. }
            | Mailing::Hold { attempt } => Some(attempt),
            _ => None,
        })
    }
}

/// The record without the times that its state does not look at, and without what lies further
/// back than any guard looks.
fn essence(record: Record, oldest: i64) -> Record {
    let timeless = Record { since: 0, not_before: 0, lease_until: 0, ..record };
    match record.state {
        State::Planned => Record { not_before: record.not_before.max(-oldest), ..timeless },
        State::Sending => Record { lease_until: record.lease_until.max(-1), ..timeless },
        State::InDoubt => Record { since: record.since.max(-GRACE - oldest), ..timeless },
        State::Failed => Record { since: record.since.max(-2), ..timeless },
        _ => timeless,
    }
}
