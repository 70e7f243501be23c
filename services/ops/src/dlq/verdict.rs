//! What a replay of a dead letter would come to.

use serde::Serialize;

use crate::aws::Dlq;
use crate::output::Style;

/// What a replay would come to, told by the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It would lead to a mail (dispatch, mail), or bring back an event (intake, relay).
    WouldSend,
    /// It would change the ledger and mail nobody: an SES event, a muted event.
    WouldRecord,
    /// SES has accepted the mail.
    AlreadySent,
    /// Decided, stored or recorded before: a replay changes nothing.
    AlreadyDone,
    /// Another message in this queue asks for the same.
    Duplicate,
    /// A mailer is sending it now.
    InProgress,
    /// SES may or may not have accepted it: settle it first.
    InDoubt,
    /// No longer news. Sent only with --force-stale.
    Stale,
    /// A later mail of the same order or parcel makes it old news.
    Superseded,
    /// The event said that nobody is to be mailed.
    Muted,
    /// The ledger knows nothing of it: erased, or older than its memory.
    Unknown,
    /// Its body is not of the queue's contract: repair it with --edit.
    Unparseable,
}

impl Verdict {
    /// Every verdict, in the order of reports.
    #[cfg(test)]
    pub const ALL: [Self; 12] = [
        Self::WouldSend,
        Self::WouldRecord,
        Self::AlreadySent,
        Self::AlreadyDone,
        Self::Duplicate,
        Self::InProgress,
        Self::InDoubt,
        Self::Stale,
        Self::Superseded,
        Self::Muted,
        Self::Unknown,
        Self::Unparseable,
    ];

    /// The word of `--verdict` and of JSON.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::WouldSend => "would-send",
            Self::WouldRecord => "would-record",
            Self::AlreadySent => "already-sent",
            Self::AlreadyDone => "already-done",
            Self::Duplicate => "duplicate",
            Self::InProgress => "in-progress",
            Self::InDoubt => "in-doubt",
            Self::Stale => "stale",
            Self::Superseded => "superseded",
            Self::Muted => "muted",
            Self::Unknown => "unknown",
            Self::Unparseable => "unparseable",
        }
    }

    /// What a replay does about it, in words.
    #[must_use]
    pub const fn consequence(self, dlq: Dlq) -> &'static str {
        match (self, dlq) {
            (Self::WouldSend, Dlq::Intake) => "published again",
            (Self::WouldSend, Dlq::Relay) => "the missing events are queued again",
            (Self::WouldSend, _) => "moved: a mail follows",
            (Self::WouldRecord, _) => "moved: recorded, nobody is mailed",
            (Self::AlreadySent, _) => "stays: SES has accepted the mail",
            (Self::AlreadyDone, _) => "stays: a replay would change nothing",
            (Self::Duplicate, _) => "stays: another message here asks for the same",
            (Self::InProgress, _) => "stays: it is being sent now",
            (Self::InDoubt, _) => "stays: `waybill settle` it first",
            (Self::Stale, _) => "stays without --force-stale: no longer news",
            (Self::Superseded, _) => "stays: a later mail makes it old news",
            (Self::Muted, _) => "stays: the event asks for no mail",
            (Self::Unknown, _) => "stays: the ledger knows nothing of it",
            (Self::Unparseable, _) => "stays: repair it with --edit",
        }
    }

    /// Whether a replay moves it.
    #[must_use]
    pub const fn moves(self, stale: Stale) -> bool {
        match self {
            Self::WouldSend | Self::WouldRecord => true,
            Self::Stale => matches!(stale, Stale::Forced),
            _ => false,
        }
    }

    /// The colour of it.
    #[must_use]
    pub const fn style(self) -> Style {
        match self {
            Self::WouldSend | Self::WouldRecord => Style::Success,
            Self::InDoubt | Self::Stale | Self::Superseded | Self::InProgress => Style::Warning,
            Self::Unknown | Self::Unparseable => Style::Error,
            Self::AlreadySent | Self::AlreadyDone | Self::Duplicate | Self::Muted => Style::Dim,
        }
    }
}

impl std::fmt::Display for Verdict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.word())
    }
}

/// What becomes of stale messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stale {
    /// They stay.
    Kept,
    /// `--force-stale`: they are moved, as news again.
    Forced,
}

/// A verdict with what led to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReplayAssessment {
    /// The verdict.
    pub verdict: Verdict,
    /// The state of the ledger's record.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<&'static str>,
    /// How often a mailer has tried.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attempts: Option<u32>,
    /// More about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

impl ReplayAssessment {
    /// A verdict that the ledger had no part in.
    #[must_use]
    pub const fn of(verdict: Verdict) -> Self {
        Self { verdict, state: None, attempts: None, detail: None }
    }

    /// The same with a sentence.
    #[must_use]
    pub fn because(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }
}
