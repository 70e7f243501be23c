//! The money that a mail is about, as the ledger knows it.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::contract::event::{Event, EventPayload};
use crate::contract::ids::RefundId;

/// Bytes of the hash that tells one refund of an order from another.
const NAME_LEN: usize = 6;

/// Money that is paid back, in minor units of the order's currency.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MoneyBack {
    /// How much.
    pub amount: i64,
    /// What the order costs.
    pub of: i64,
    /// The code of its currency.
    pub currency: &'static str,
    /// Which refund it is: a hash of its id, so that the ledger's item stays small. `None`: a cancellation that does not
    /// say. (A refund without an id has that of its event.)
    pub refund: Option<String>,
}

impl MoneyBack {
    /// What the event pays back, or announces to; `None` where it says nothing of that, or of what the order costs. What
    /// is paid back in another currency than the order's adds up to nothing, and is `None` too.
    #[must_use]
    pub fn by_event(event: &Event) -> Option<Self> {
        let (amount, refund) = match &event.payload {
            EventPayload::Refunded(refund) => (refund.amount, Some(&refund.id)),
            EventPayload::Cancelled(cancelled) => (cancelled.refund?, cancelled.refund_id.as_ref()),
            _ => return None,
        };
        let total = event.order.totals.total.filter(|total| total.currency == amount.currency)?;
        Some(Self {
            amount: amount.amount,
            of: total.amount,
            currency: amount.currency.code(),
            refund: refund.map(name_of),
        })
    }

    /// Whether it is all that the order costs.
    #[must_use]
    pub const fn is_all(&self) -> bool {
        self.amount >= self.of
    }

    /// Whether both may be the same money: as much, and of the same refund where both say of which.
    #[must_use]
    pub fn may_be(&self, other: &Self) -> bool {
        let is_other = self.refund.as_ref().zip(other.refund.as_ref()).is_some_and(|(a, b)| a != b);
        (self.amount, self.currency) == (other.amount, other.currency) && !is_other
    }
}

fn name_of(refund: &RefundId) -> String {
    let digest = Sha256::digest(refund.as_str());
    BASE64_URL_SAFE_NO_PAD.encode(&digest[..NAME_LEN])
}
