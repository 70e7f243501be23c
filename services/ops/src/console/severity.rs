//! How bad something is.

/// Whether a person has to do something about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    Good,
    /// Done in part, or not known yet.
    Warning,
    Bad,
}

impl Severity {
    /// Its class in the style sheet.
    pub const fn class(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Warning => "warn",
            Self::Bad => "bad",
        }
    }
}
