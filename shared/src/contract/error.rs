//! Why a value or a field is refused. Neither error contains the value, so both may be logged and sent to
//! the publisher.

use std::fmt;

/// A refused value. Holds what was expected instead, as the rest of a sentence that starts with "expected".
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected {0}")]
pub struct InvalidValue(pub String);

impl InvalidValue {
    /// `what` completes the sentence "expected …".
    pub fn expected(what: impl Into<String>) -> Self {
        Self(what.into())
    }
}

/// One bad field of an event.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct FieldError {
    /// Where: a JSON Pointer (RFC 6901) into the event; empty for the event itself.
    pub pointer: String,
    /// What was expected there, as a sentence. Never repeats the value, unless it is an article number.
    pub detail: String,
}

/// Something in an event that is probably not meant as it stands. The event is taken all the same.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct FieldWarning {
    /// Where: a JSON Pointer (RFC 6901) into the event; empty for the event itself.
    pub pointer: String,
    /// What is odd there, as a sentence. Never repeats the value.
    pub detail: String,
    /// What may have been meant, where there is a guess.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suggestion: Option<String>,
}

impl fmt::Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = if self.pointer.is_empty() { "the event" } else { &self.pointer };
        write!(f, "{place}: {}", self.detail)
    }
}

impl fmt::Display for FieldWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = if self.pointer.is_empty() { "the event" } else { &self.pointer };
        write!(f, "{place}: {}", self.detail)?;
        self.suggestion.iter().try_for_each(|suggestion| write!(f, " ({suggestion})"))
    }
}
