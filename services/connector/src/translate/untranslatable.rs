//! Why a delivery cannot be translated.

/// Why a delivery cannot be translated. It names fields and what was expected, never a value: it goes to logs and
/// dead letters.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Untranslatable {
    /// The body is no JSON.
    #[error("the body is no JSON; expected what the shop system documents")]
    NotJson,
    /// The body is JSON, and nothing that is known.
    #[error("the body is {found}; expected {expected}")]
    UnknownShape {
        /// What it seems to be.
        found: &'static str,
        /// What would be understood, or what to do.
        expected: &'static str,
    },
    /// A member is missing or is not what it has to be.
    #[error("{pointer}: expected {expected}")]
    Field {
        /// Where, as a JSON Pointer.
        pointer: String,
        /// What was expected there.
        expected: &'static str,
    },
}

impl Untranslatable {
    /// A member of the body itself.
    pub(crate) fn field(name: &str, expected: &'static str) -> Self {
        Self::Field { pointer: format!("/{name}"), expected }
    }
}
