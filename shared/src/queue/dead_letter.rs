//! What is written beside a message in a dead-letter queue.
//!
//! A function that knows why a message can never succeed moves it there itself, with these SQS
//! message attributes (type `String`), and acknowledges the original. A message without them was
//! moved by SQS, after `maxReceiveCount` receives that ended in no answer.

use crate::ledger::FailReason;

/// The reason, as a sentence without personal data.
pub const REASON: &str = "waybill-reason";
/// The reason as one word for filters, see [`Code`].
pub const CODE: &str = "waybill-code";
/// When it was moved: milliseconds since 1970.
pub const FAILED_AT: &str = "waybill-failed-at";
/// The order, where the body told.
pub const ORDER_ID: &str = "waybill-order-id";
/// The kind of notification, where the body told.
pub const KIND: &str = "waybill-kind";

/// Why a message was moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Code {
    /// The body is not of the queue's contract.
    Unreadable,
    /// SES refused the mail for good.
    Refused,
    /// The templates could not make a mail of it.
    Unrenderable,
    /// The ledger knows nothing of this notification: erased, or older than the ledger's memory.
    Unknown,
    /// Swept again and again without ever reaching the ledger.
    Unplannable,
}

impl Code {
    /// Of a notification whose ledger record says `reason`, as a [`FailReason`] is written there.
    #[must_use]
    pub fn from_reason(reason: &str) -> Self {
        if reason == FailReason::Unrenderable.to_string() {
            Self::Unrenderable
        } else {
            Self::Refused
        }
    }

    /// The word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::Refused => "refused",
            Self::Unrenderable => "unrenderable",
            Self::Unknown => "unknown",
            Self::Unplannable => "unplannable",
        }
    }
}
