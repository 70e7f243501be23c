//! The mailing rules of each kind: how long it is news, what supersedes it, and what happens when
//! nobody knows whether SES accepted it.

use jiff::SignedDuration;

use crate::contract::kind::Kind;

/// What to do with a send that may or may not have happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DoubtPolicy {
    /// Wait for an SES event or an operator. Zero mails rather than two.
    Hold,
    /// Send again once the grace period has passed without an SES event. Two mails rather than zero.
    Resend,
}

impl Kind {
    /// How long after its acceptance an event of this kind is still news. Later it is skipped as
    /// stale, unless an operator forces it.
    #[must_use]
    pub const fn send_within(self) -> SignedDuration {
        let hours = match self {
            Self::OrderCancelled | Self::OrderRefunded => 14 * 24,
            Self::ShipmentShipped => 7 * 24,
            Self::OrderConfirmed | Self::ShipmentUpdated | Self::ShipmentDelivered => 3 * 24,
            Self::ShipmentDelayed => 2 * 24,
            Self::ShipmentOutForDelivery => 12,
        };
        SignedDuration::from_hours(hours)
    }

    /// A second "refunded" mail reads like a second refund, so those wait for an operator; of
    /// everything else a customer would rather have two than none.
    #[must_use]
    pub const fn doubt_policy(self) -> DoubtPolicy {
        match self {
            Self::OrderRefunded => DoubtPolicy::Hold,
            Self::OrderConfirmed
            | Self::OrderCancelled
            | Self::ShipmentShipped
            | Self::ShipmentUpdated
            | Self::ShipmentDelayed
            | Self::ShipmentOutForDelivery
            | Self::ShipmentDelivered => DoubtPolicy::Resend,
        }
    }

    /// The kinds whose mail supersedes one of this kind, of the same order and, where this
    /// kind is about a parcel, of the same parcel.
    #[must_use]
    pub const fn superseded_by(self) -> &'static [Self] {
        match self {
            Self::OrderConfirmed => &[
                Self::OrderCancelled,
                Self::ShipmentShipped,
                Self::ShipmentOutForDelivery,
                Self::ShipmentDelivered,
            ],
            Self::ShipmentShipped | Self::ShipmentDelayed => {
                &[Self::ShipmentOutForDelivery, Self::ShipmentDelivered]
            }
            Self::ShipmentUpdated | Self::ShipmentOutForDelivery => &[Self::ShipmentDelivered],
            Self::OrderCancelled | Self::OrderRefunded | Self::ShipmentDelivered => &[],
        }
    }
}
