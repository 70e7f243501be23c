//! The state of a notification, as the protocol sees it.

/// The state of a notification.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// To be sent: not claimed yet, or refused temporarily and due again later.
    Planned,
    /// A mailer holds the lease and may have called SES.
    Sending,
    /// SES accepted it.
    Sent,
    /// The recipient's server accepted it.
    Delivered,
    /// The recipient's server refused it.
    Bounced,
    /// The recipient marked it as spam.
    Complained,
    /// SES may or may not have accepted it.
    InDoubt,
    /// Deliberately not sent.
    Skipped,
    /// Failed permanently; the message is in a dead-letter queue.
    Failed,
}

impl State {
    /// Every state.
    pub const ALL: [Self; 9] = [
        Self::Planned,
        Self::Sending,
        Self::Sent,
        Self::Delivered,
        Self::Bounced,
        Self::Complained,
        Self::InDoubt,
        Self::Skipped,
        Self::Failed,
    ];

    /// As the ledger stores it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Sending => "sending",
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Bounced => "bounced",
            Self::Complained => "complained",
            Self::InDoubt => "in_doubt",
            Self::Skipped => "skipped",
            Self::Failed => "failed",
        }
    }

    /// Parses [`State::as_str`]; `None` for a state of a newer version.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// Whether SES is known to have accepted the mail.
    #[must_use]
    pub const fn is_accepted(self) -> bool {
        matches!(self, Self::Sent | Self::Delivered | Self::Bounced | Self::Complained)
    }
}

impl std::fmt::Display for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The attributes of a ledger item that the guards read. Times are milliseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Record {
    /// The current state.
    pub state: State,
    /// How often it was claimed; the fencing token of the latest claim.
    pub attempt: u32,
    /// How many of its attempts ended in doubt.
    pub doubts: u32,
    /// When it entered this state.
    pub since: i64,
    /// In `planned`: when it may be claimed. Zero: immediately. In `bounced`: from when on the bounce is final, if its reason
    /// passes; zero for another one.
    pub not_before: i64,
    /// In `sending`: when the lease expires.
    pub lease_until: i64,
    /// Whether the same news goes, or went, to a corrected address: a further delivery has a record of its own.
    pub readdressed: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_state_is_read_as_it_is_written_and_one_of_a_newer_version_is_unknown() {
        for state in State::ALL {
            assert_eq!(State::parse(&state.to_string()), Some(state));
        }
        assert_eq!(State::parse("posted"), None);
    }

    #[test]
    fn a_mail_that_bounced_or_was_complained_about_was_accepted_by_ses() {
        let accepted = State::ALL.into_iter().filter(|state| state.is_accepted());
        let expected = [State::Sent, State::Delivered, State::Bounced, State::Complained];
        assert_eq!(accepted.collect::<Vec<_>>(), expected);
    }
}
