//! The mailing rules of each kind: until when it may be sent, what supersedes it, what has to be new in it, and what
//! happens when it is unknown whether SES accepted it.

use jiff::SignedDuration;

use crate::contract::kind::Kind;

/// What to do when it is unknown whether SES accepted a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DoubtPolicy {
    /// Wait for an SES event or an operator. Zero mails rather than two.
    Hold,
    /// Send again once the grace period has passed without an SES event. Two mails rather than zero.
    Resend,
}

impl Kind {
    /// How long after it happened an event of this kind may be mailed, or after its arrival, if its time is missing or
    /// later. After that it is stale and skipped, unless an operator forces it.
    #[must_use]
    pub const fn send_within(self) -> SignedDuration {
        let hours = match self {
            // The law asks the shop to confirm a withdrawal, however late.
            Self::OrderCancelled | Self::OrderRefunded | Self::OrderWithdrawalReceived => 14 * 24,
            Self::ShipmentShipped | Self::ShipmentReturned => 7 * 24,
            Self::OrderConfirmed
            | Self::OrderUpdated
            | Self::ShipmentUpdated
            | Self::ShipmentDelayed
            | Self::ShipmentReadyForPickup
            | Self::ShipmentDelivered => 3 * 24,
            Self::OrderPaymentFailed => 2 * 24,
            Self::ShipmentDeliveryAttempted => 24,
            Self::ShipmentOutForDelivery => 12,
        };
        SignedDuration::from_hours(hours)
    }

    /// What to do with a mail of this kind in doubt. A second "refunded" mail looks like a second refund, and a
    /// second receipt like a second withdrawal, so these wait for an operator. For every other kind, two mails
    /// are better than none.
    #[must_use]
    pub const fn doubt_policy(self) -> DoubtPolicy {
        match self {
            Self::OrderRefunded | Self::OrderWithdrawalReceived => DoubtPolicy::Hold,
            Self::OrderConfirmed
            | Self::OrderUpdated
            | Self::OrderPaymentFailed
            | Self::OrderCancelled
            | Self::ShipmentShipped
            | Self::ShipmentUpdated
            | Self::ShipmentDelayed
            | Self::ShipmentOutForDelivery
            | Self::ShipmentDeliveryAttempted
            | Self::ShipmentReadyForPickup
            | Self::ShipmentDelivered
            | Self::ShipmentReturned => DoubtPolicy::Resend,
        }
    }

    /// The kinds of news that make news of this kind old, if they are newer. Both are about the same order and, if
    /// this kind is about a parcel, the same parcel; a cancellation or a refund is of all of it. See [`super::news`] for
    /// when that holds.
    #[must_use]
    pub const fn superseded_by(self) -> &'static [Self] {
        match self {
            Self::OrderConfirmed => &[
                Self::OrderUpdated,
                Self::OrderCancelled,
                Self::OrderRefunded,
                Self::ShipmentShipped,
                Self::ShipmentUpdated,
                Self::ShipmentDelayed,
                Self::ShipmentOutForDelivery,
                Self::ShipmentDeliveryAttempted,
                Self::ShipmentReadyForPickup,
                Self::ShipmentDelivered,
                Self::ShipmentReturned,
            ],
            // The order as it was before it was changed again, or cancelled.
            Self::OrderUpdated => &[Self::OrderUpdated, Self::OrderCancelled],
            // Another attempt, or the order went on after all.
            Self::OrderPaymentFailed => &[
                Self::OrderPaymentFailed,
                Self::OrderConfirmed,
                Self::OrderCancelled,
                Self::OrderRefunded,
                Self::ShipmentShipped,
                Self::ShipmentUpdated,
                Self::ShipmentDelayed,
                Self::ShipmentOutForDelivery,
                Self::ShipmentDeliveryAttempted,
                Self::ShipmentReadyForPickup,
                Self::ShipmentDelivered,
                Self::ShipmentReturned,
            ],
            // Each event carries its parcel whole, so the newer mail tells what still holds of the older one.
            Self::ShipmentShipped | Self::ShipmentUpdated | Self::ShipmentDelayed => &[
                Self::ShipmentUpdated,
                Self::ShipmentDelayed,
                Self::ShipmentOutForDelivery,
                Self::ShipmentDeliveryAttempted,
                Self::ShipmentReadyForPickup,
                Self::ShipmentDelivered,
                Self::ShipmentReturned,
            ],
            Self::ShipmentOutForDelivery | Self::ShipmentDeliveryAttempted => &[
                Self::ShipmentUpdated,
                Self::ShipmentDelayed,
                Self::ShipmentOutForDelivery,
                Self::ShipmentDeliveryAttempted,
                Self::ShipmentReadyForPickup,
                Self::ShipmentDelivered,
                Self::ShipmentReturned,
            ],
            Self::ShipmentReadyForPickup => &[Self::ShipmentDelivered, Self::ShipmentReturned],
            // Refused at the door after all; or it arrived at last.
            Self::ShipmentDelivered => &[Self::ShipmentReturned],
            Self::ShipmentReturned => &[Self::ShipmentDelivered],
            // The order goes on.
            Self::OrderCancelled => &[Self::OrderUpdated],
            Self::OrderRefunded | Self::OrderWithdrawalReceived => &[],
        }
    }

    /// The kinds that news of this kind corrects, and that the customer should get first.
    #[must_use]
    pub const fn corrects(self) -> &'static [Self] {
        match self {
            Self::OrderUpdated => &[Self::OrderConfirmed],
            Self::ShipmentUpdated | Self::ShipmentDelayed => &[Self::ShipmentShipped],
            Self::OrderConfirmed
            | Self::OrderPaymentFailed
            | Self::OrderCancelled
            | Self::OrderRefunded
            | Self::OrderWithdrawalReceived
            | Self::ShipmentShipped
            | Self::ShipmentOutForDelivery
            | Self::ShipmentDeliveryAttempted
            | Self::ShipmentReadyForPickup
            | Self::ShipmentDelivered
            | Self::ShipmentReturned => &[],
        }
    }

    /// Whether it may happen to a parcel at any time on its way, and more than once.
    #[must_use]
    pub const fn happens_under_way(self) -> bool {
        match self {
            Self::ShipmentUpdated
            | Self::ShipmentDelayed
            | Self::ShipmentOutForDelivery
            | Self::ShipmentDeliveryAttempted => true,
            Self::OrderConfirmed
            | Self::OrderUpdated
            | Self::OrderPaymentFailed
            | Self::OrderCancelled
            | Self::OrderRefunded
            | Self::OrderWithdrawalReceived
            | Self::ShipmentShipped
            | Self::ShipmentReadyForPickup
            | Self::ShipmentDelivered
            | Self::ShipmentReturned => false,
        }
    }

    /// Whether it is only mailed if it tells something that was not told before.
    #[must_use]
    pub const fn tells_changes_only(self) -> bool {
        match self {
            Self::OrderUpdated | Self::ShipmentUpdated | Self::ShipmentDelayed => true,
            Self::OrderConfirmed
            | Self::OrderPaymentFailed
            | Self::OrderCancelled
            | Self::OrderRefunded
            | Self::OrderWithdrawalReceived
            | Self::ShipmentShipped
            | Self::ShipmentOutForDelivery
            | Self::ShipmentDeliveryAttempted
            | Self::ShipmentReadyForPickup
            | Self::ShipmentDelivered
            | Self::ShipmentReturned => false,
        }
    }

    /// Whether its scope begins with a parcel.
    #[must_use]
    pub const fn is_about_a_parcel(self) -> bool {
        match self {
            Self::OrderConfirmed
            | Self::OrderUpdated
            | Self::OrderPaymentFailed
            | Self::OrderCancelled
            | Self::OrderRefunded
            | Self::OrderWithdrawalReceived => false,
            Self::ShipmentShipped
            | Self::ShipmentUpdated
            | Self::ShipmentDelayed
            | Self::ShipmentOutForDelivery
            | Self::ShipmentDeliveryAttempted
            | Self::ShipmentReadyForPickup
            | Self::ShipmentDelivered
            | Self::ShipmentReturned => true,
        }
    }

    /// Whether it reports money that is paid back. (A cancellation only announces it.)
    #[must_use]
    pub const fn is_refund(self) -> bool {
        matches!(self, Self::OrderRefunded)
    }

    /// Whether it is no news any more once the order is cancelled, unless it is reopened. A parcel that comes back is.
    #[must_use]
    pub const fn ends_with_cancellation(self) -> bool {
        self.is_about_a_parcel() && !matches!(self, Self::ShipmentReturned)
    }
}
