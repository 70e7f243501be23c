//! What a replay would do with a message, and why.

use kit::ledger::Item;
use serde::Serialize;
use shared::ledger::State;

/// What a replay would do with a message. Its name is the value of `--verdict` and of JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It would lead to a mail (dispatch, mail), or bring back events (deliveries, inbox).
    WouldSend,
    /// It would change the ledger and send no mail: an SES event, a muted event.
    WouldRecord,
    /// It would tell the shop, on its bus or in its own system, and send no mail.
    WouldPublish,
    /// SES has accepted the mail.
    AlreadySent,
    /// Decided, stored or recorded before: a replay changes nothing.
    AlreadyDone,
    /// Another event is stored under its source and id, and this one nowhere: give it an id of its own with
    /// --edit.
    Conflict,
    /// Another message in this queue asks for the same.
    Duplicate,
    /// A mailer is sending it now.
    InProgress,
    /// SES may or may not have accepted it: settle it first.
    InDoubt,
    /// Too old to be sent; sent only with --force-stale.
    Stale,
    /// Newer news about the same order or parcel supersedes it.
    Superseded,
    /// It says nothing that the customer was not told before.
    NothingNew,
    /// The event asked for no mail.
    Muted,
    /// The ledger has no record of it: erased, or past its retention.
    Unknown,
    /// It tells something of an order that is stored nowhere, so it would only wait: `waybill reconcile` brings the order.
    OrderMissing,
    /// Its body is not of the queue's contract: repair it with --edit.
    Unparseable,
}

impl Verdict {
    /// Whether a replay moves such a message; stale ones with `--force-stale`, with a new deadline. All
    /// others stay in the dead-letter queue.
    pub const fn is_movable(self, force_stale: bool) -> bool {
        match self {
            Self::WouldSend | Self::WouldRecord | Self::WouldPublish => true,
            Self::Stale => force_stale,
            _ => false,
        }
    }
}

impl std::fmt::Display for Verdict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let value = clap::ValueEnum::to_possible_value(self);
        f.write_str(value.as_ref().map_or("", |value| value.get_name()))
    }
}

/// A verdict with what led to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReplayAssessment {
    pub verdict: Verdict,
    /// The state of the ledger record, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<&'static str>,
    /// How often a mailer claimed the mail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attempts: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

impl ReplayAssessment {
    pub fn new(verdict: Verdict, record: Option<&Item>) -> Self {
        Self {
            verdict,
            state: record.and_then(Item::state).map(State::as_str),
            attempts: record.map(|item| item.attempt),
            detail: record.and_then(|item| item.reason.clone()),
        }
    }

    pub fn because(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }
}
