//! The clock, and the normal form of states.
//!
//! [`SystemState::tick`] lets one tick pass. [`Order::normalize`] then maps states that no guard can tell
//! apart, now or later, to one normal form, so that unbounded time needs finitely many states.

use shared::ledger::{Record, State};

use super::state::{GRACE, LEASE, MailerStep, Message, Order, SystemState};

impl SystemState {
    /// Lets one tick pass. `oldest` is the greatest age of a clock reading that is still in use.
    pub(super) fn tick(&mut self, oldest: u8) {
        self.gate.tick();
        for order in &mut self.orders {
            for record in [&mut order.record, &mut order.second_record].into_iter().flatten() {
                record.since -= 1;
                // Of a bounce, it is no time that passes in this model.
                record.not_before -= i64::from(record.state != State::Bounced);
                record.lease_until -= 1;
            }
            // After a lease, no worker is left that read the clock before the mail became stale.
            order.stale_for = order.stale_for.map(|ticks| (ticks + 1).min(LEASE as i8 + 1));
            for message in &mut order.mail {
                message.tick();
            }
            order.normalize(oldest);
        }
    }
}

impl Message<MailerStep> {
    fn tick(&mut self) {
        self.enqueued_at -= 1;
        self.first_enqueued_at -= 1;
        self.visible_at = (self.visible_at - 1).max(0);
        for driver in self.drivers.iter_mut() {
            driver.age += 1;
            if let MailerStep::Requeue { until } = &mut driver.step {
                *until = (*until - 1).max(0);
            }
        }
    }
}

impl Order {
    /// Removes differences that no guard can observe, and sorts what has no order.
    pub(super) fn normalize(&mut self, oldest: u8) {
        self.forget_unobservable_times(oldest);
        self.renumber_attempts();
        for message in &mut self.dispatch {
            message.drivers.sort();
        }
        for message in &mut self.mail {
            message.drivers.sort();
        }
        self.dispatch.sort_unstable();
        self.mail.sort_unstable();
    }

    fn forget_unobservable_times(&mut self, oldest: u8) {
        let failed_since = self.record.filter(|r| r.state == State::Failed).map(|r| r.since);
        let observable = |enqueued_at: i8| match failed_since {
            // Only the guard of a failed mail reads this time, and only whether it is later.
            Some(since) if i64::from(enqueued_at) > since => enqueued_at.max(-1),
            Some(_) => -2,
            // A failure that is still to come will be no earlier than now.
            None => 0,
        };
        for message in &mut self.mail {
            message.enqueued_at = observable(message.enqueued_at);
            message.first_enqueued_at = observable(message.first_enqueued_at);
            for driver in message.drivers.iter_mut() {
                driver.age = driver.age.min(oldest);
            }
        }
        if let Some(record) = &mut self.record {
            *record = canonical(*record, i64::from(oldest));
        }
    }

    /// Guards compare attempt numbers with each other and with zero, so ranks serve as well.
    fn renumber_attempts(&mut self) {
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
        for driver in self.mail.iter_mut().flat_map(|message| message.drivers.iter_mut()) {
            match &mut driver.step {
                MailerStep::Send { attempt }
                | MailerStep::Record { attempt, .. }
                | MailerStep::KeepAmbiguous { attempt } => {
                    *attempt = rank(*attempt);
                }
                _ => {}
            }
        }
    }
}

impl Message<MailerStep> {
    /// The attempts that a driver still works on.
    pub(super) fn attempts(&self) -> impl Iterator<Item = u8> {
        self.drivers.iter().filter_map(|driver| match driver.step {
            MailerStep::Send { attempt }
            | MailerStep::Record { attempt, .. }
            | MailerStep::KeepAmbiguous { attempt } => Some(attempt),
            _ => None,
        })
    }
}

/// The record without the times that no guard of its state reads. A time further in the past than any guard
/// can distinguish is moved to that bound.
fn canonical(record: Record, oldest: i64) -> Record {
    let timeless = Record { since: 0, not_before: 0, lease_until: 0, ..record };
    match record.state {
        State::Planned => Record { not_before: record.not_before.max(-oldest), ..timeless },
        State::Sending => Record { lease_until: record.lease_until.max(-1), ..timeless },
        State::InDoubt => Record { since: record.since.max(-GRACE - oldest), ..timeless },
        State::Failed => Record { since: record.since.max(-2), ..timeless },
        // Only whether it passes is read here: no event names another address.
        State::Bounced => Record { not_before: record.not_before.clamp(0, 1), ..timeless },
        _ => timeless,
    }
}
