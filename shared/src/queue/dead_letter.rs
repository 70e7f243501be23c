//! The attributes of a message in a dead-letter queue.
//!
//! A function that knows why a message can never succeed moves it to the dead-letter queue itself, with
//! these SQS message attributes (type `String`), and acknowledges the original. A message without them
//! was moved by SQS after `maxReceiveCount` receives.

use crate::ledger::FailReason;

/// The reason, as a sentence without personal data.
pub const REASON: &str = "waybill-reason";
/// The reason as a code to filter by, see [`DeadLetterCode`].
pub const CODE: &str = "waybill-code";
/// When it was moved: milliseconds since 1970.
pub const FAILED_AT: &str = "waybill-failed-at";
/// The shop, if the body could be parsed.
pub const SHOP: &str = "waybill-shop";
/// The order within its shop, if the body could be parsed.
pub const ORDER_ID: &str = "waybill-order-id";
/// The kind of notification, if the body could be parsed.
pub const KIND: &str = "waybill-kind";

/// Why a message was moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DeadLetterCode {
    /// The body violates the queue's contract.
    Unreadable,
    /// An event violates the contract with the shop.
    Invalid,
    /// Another event is stored under this source and id.
    Conflict,
    /// SES refused the mail permanently.
    Refused,
    /// The mail could not be rendered.
    Unrenderable,
    /// The ledger has no such notification: erased, or older than its retention.
    Unknown,
    /// The sweep queued it many times, and it never reached the ledger.
    Unplannable,
    /// A shop system's signed delivery that cannot be mapped to events of the contract: its body is no JSON, or has
    /// another shape than the system documents. Its message is kept as it was queued: replayed once the connector
    /// understands it, or with an edit.
    Untranslatable,
    /// A shop system's delivery that is about an order without carrying it, as a fulfilment or a refund is, and no event
    /// of that order was stored within the day that it waited. Replayable as soon as the order is there.
    OrderMissing,
    /// A shop system's signed delivery that no message can hold, compressed either. What is kept says which delivery it
    /// was, without its body: a replay can do nothing for it, `waybill reconcile` reads the order again.
    TooLarge,
}

impl DeadLetterCode {
    /// The code for a failed notification, from the reason in its ledger record ([`FailReason`] as text).
    #[must_use]
    pub fn from_reason(reason: &str) -> Self {
        if reason == FailReason::Unrenderable.to_string() {
            Self::Unrenderable
        } else {
            Self::Refused
        }
    }

    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Unreadable,
        Self::Invalid,
        Self::Conflict,
        Self::Refused,
        Self::Unrenderable,
        Self::Unknown,
        Self::Unplannable,
        Self::Untranslatable,
        Self::OrderMissing,
        Self::TooLarge,
    ];

    /// The code with this value; `None` for another text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|code| code.as_str() == text)
    }

    /// The attribute's value.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::Invalid => "invalid",
            Self::Conflict => "conflict",
            Self::Refused => "refused",
            Self::Unrenderable => "unrenderable",
            Self::Unknown => "unknown",
            Self::Unplannable => "unplannable",
            Self::Untranslatable => "untranslatable",
            Self::OrderMissing => "order-missing",
            Self::TooLarge => "too-large",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_back_and_no_two_are_written_alike() {
        for code in DeadLetterCode::ALL {
            assert_eq!(DeadLetterCode::parse(code.as_str()), Some(code));
        }
        assert_eq!(DeadLetterCode::parse("lost"), None);
    }

    #[test]
    fn only_a_mail_that_cannot_be_rendered_has_the_code_for_it() {
        let code = |reason: &str| DeadLetterCode::from_reason(reason);
        assert_eq!(code(&FailReason::Unrenderable.to_string()), DeadLetterCode::Unrenderable);
        assert_eq!(code("MessageRejected"), DeadLetterCode::Refused);
    }
}
