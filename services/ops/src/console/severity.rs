//! How bad something is.

/// Whether a person has to do something about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    Good,
    /// Nothing has to be done, and not all is as one may expect.
    Calm,
    /// Done in part, or not known yet.
    Warning,
    Bad,
}

impl Severity {
    /// Its class in the style sheet.
    pub const fn class(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Calm => "calm",
            Self::Warning => "warn",
            Self::Bad => "bad",
        }
    }
}
