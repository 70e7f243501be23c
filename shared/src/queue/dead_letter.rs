//! The attributes of a message in a dead-letter queue.
//!
//! A function that knows why a message can never succeed moves it there itself, with these SQS
//! message attributes (type `String`), and acknowledges the original. A message without them was
//! moved by SQS, after `maxReceiveCount` receives that nobody acknowledged.

use crate::ledger::FailReason;

/// The reason, as a sentence without personal data.
pub const REASON: &str = "waybill-reason";
/// The reason as a code to filter by, see [`Code`].
pub const CODE: &str = "waybill-code";
/// When it was moved: milliseconds since 1970.
pub const FAILED_AT: &str = "waybill-failed-at";
/// The order, where the body could be read.
pub const ORDER_ID: &str = "waybill-order-id";
/// The kind of notification, where the body could be read.
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
    /// The ledger has no such notification: erased, or older than its retention.
    Unknown,
    /// Swept again and again without ever reaching the ledger.
    Unplannable,
}

impl Code {
    /// The code of a notification whose ledger record gives `reason`, as [`FailReason`] prints it.
    #[must_use]
    pub fn from_reason(reason: &str) -> Self {
        if reason == FailReason::Unrenderable.to_string() {
            Self::Unrenderable
        } else {
            Self::Refused
        }
    }

    /// As the attribute holds it.
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
