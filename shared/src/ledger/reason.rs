//! Why a notification was not sent.

/// The reason of a doubt that nobody recorded: whoever held the lease may have called SES.
pub const LEASE_EXPIRED: &str = "the lease expired before its holder recorded an outcome";

/// Why a notification was skipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SkipReason {
    /// The event has `notify: false`.
    Muted,
    /// The shop's settings have turned mails of this kind off.
    KindOff,
    /// Older than its kind may be when it is sent.
    Stale,
    /// Newer news about the same order or parcel made it old.
    Superseded,
    /// It says nothing that was not told before.
    NothingNew,
}

impl SkipReason {
    /// As the ledger stores it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Muted => "muted",
            Self::KindOff => "kind_off",
            Self::Stale => "stale",
            Self::Superseded => "superseded",
            Self::NothingNew => "nothing_new",
        }
    }
}

/// Why a notification failed permanently.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum FailReason {
    /// SES refused it, with this error code.
    Refused(String),
    /// The mail could not be rendered.
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

/// Why SES did not deliver a mail that it had accepted: it found a virus in it
/// (<https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html>). The mail reached nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rejection {
    /// The mail itself is all that there was.
    Mail,
    /// It had files: without them, SES would deliver it.
    MailWithFiles,
}

impl Rejection {
    /// As the ledger stores it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Mail => "rejected",
            Self::MailWithFiles => "rejected_with_files",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ledger_says_with_which_code_ses_refused_a_mail() {
        let refused = FailReason::Refused("MessageRejected".to_owned());
        assert_eq!(refused.to_string(), "refused: MessageRejected");
        assert_eq!(FailReason::Unrenderable.to_string(), "unrenderable");
    }

    #[test]
    fn the_ledger_says_whether_a_mail_was_rejected_with_files_or_had_none() {
        let stored = [Rejection::Mail, Rejection::MailWithFiles].map(Rejection::as_str);
        assert_eq!(stored, ["rejected", "rejected_with_files"]);
    }
}
