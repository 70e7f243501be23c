//! The mailing rules of each kind: until when it may be sent, what supersedes it, and what happens when
//! it is unknown whether SES accepted it.

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
    /// How long after its arrival an event of this kind may be mailed. After that it is stale and
    /// skipped, unless an operator forces it.
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

    /// What to do with a mail of this kind in doubt. A second "refunded" mail looks like a second refund,
    /// so it waits for an operator. For every other kind, two mails are better than none.
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

    /// The kinds whose mail makes one of this kind pointless. Both must be about the same order and, if
    /// this kind is about a parcel, the same parcel.
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
