//! Why a value or a field is refused. Neither ever holds the value, so both can be logged and answered.

use std::fmt;

/// Why a value was refused: what was expected of it, as a sentence fragment after "expected".
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected {0}")]
pub struct InvalidValue(pub String);

impl InvalidValue {
    /// A refusal that expected `what`.
    pub fn expected(what: impl Into<String>) -> Self {
        Self(what.into())
    }
}

/// One bad field of an event.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct FieldError {
    /// Where: a JSON Pointer (RFC 6901) into the event; empty for the event itself.
    pub pointer: String,
    /// What was expected there, as a sentence. Never repeats the value.
    pub detail: String,
}

impl fmt::Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = if self.pointer.is_empty() { "the event" } else { &self.pointer };
        write!(f, "{place}: {}", self.detail)
    }
}
