//! Why a notification was not sent.

/// Why a notification was skipped on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SkipReason {
    /// The event has `notify: false`.
    Muted,
    /// No longer news: past the moment up to which its kind may be sent.
    Stale,
    /// A later kind of mail of the same order or parcel had been planned already.
    Superseded,
}

impl SkipReason {
    /// As the ledger stores it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Muted => "muted",
            Self::Stale => "stale",
            Self::Superseded => "superseded",
        }
    }
}

/// Why a notification failed for good.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum FailReason {
    /// SES refused it: the error code that SES answered.
    Refused(String),
    /// The templates could not make a mail of it.
    Unrenderable,
}

impl std::fmt::Display for FailReason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Refused(code) => write!(f, "refused: {code}"),
            Self::Unrenderable => f.write_str("unrenderable"),
        }
    }
}
