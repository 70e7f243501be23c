//! The mails that SES accepted, according to the tags in its events, and whether those events were
//! delivered.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;
use shared::mail_tags;

/// The ledger's two keys: of the order, and of the notification.
pub type Key = (String, String);

/// An SES event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SesEvent {
    /// The notification that it is about.
    pub key: Key,
    /// The mailer's attempt.
    pub attempt: u32,
    /// `Send`, `Delivery`, …
    pub kind: String,
    /// SES's message id.
    pub message_id: String,
    /// When SES accepted the mail.
    pub accepted_at: Timestamp,
}

impl SesEvent {
    /// Parses an EventBridge envelope; `None` for one without Waybill's tags.
    #[must_use]
    pub fn parse(envelope: &str) -> Option<Self> {
        let envelope: Value = serde_json::from_str(envelope).ok()?;
        let detail = &envelope["detail"];
        let mail = &detail["mail"];
        let tag = |name: &str| mail["tags"][name][0].as_str();
        let key = mail_tags::notification_key(tag)?;
        Some(Self {
            key: (key.order_key().to_string(), key.sort_key()),
            attempt: tag("waybill-attempt")?.parse().ok()?,
            kind: detail["eventType"].as_str()?.to_owned(),
            message_id: mail["messageId"].as_str()?.to_owned(),
            accepted_at: mail["timestamp"].as_str()?.parse().ok()?,
        })
    }
}

/// A mail that SES accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acceptance {
    /// The mailer's attempt.
    pub attempt: u32,
    /// When SES accepted it.
    pub at: Timestamp,
    /// For each event, the times from acceptance until its copies can be read by feedback; empty when it was
    /// lost.
    pub events: Vec<Vec<Duration>>,
}

impl Acceptance {
    /// Whether all events about it were lost.
    #[must_use]
    pub fn has_no_events(&self) -> bool {
        self.events.iter().all(Vec::is_empty)
    }

    /// The delay from acceptance until the first of its events reached the feedback queue.
    #[must_use]
    pub fn first_event_after(&self) -> Option<Duration> {
        self.events.iter().flatten().min().copied()
    }
}

/// All mails that SES accepted so far.
#[derive(Debug, Default)]
pub struct AcceptedMails(Mutex<BTreeMap<Key, BTreeMap<String, Acceptance>>>);

impl AcceptedMails {
    /// Records an event, and how long after acceptance each of its copies arrives.
    pub fn record(&self, event: SesEvent, copies: Vec<Duration>) {
        // Recorded whether or not a copy is delivered: this is what really happened, not what feedback sees.
        let mut seen = self.lock();
        let of_key = seen.entry(event.key).or_default();
        let acceptance = of_key.entry(event.message_id).or_insert_with(|| Acceptance {
            attempt: event.attempt,
            at: event.accepted_at,
            events: Vec::new(),
        });
        acceptance.events.push(copies);
    }

    /// The number of mails.
    #[must_use]
    pub fn accepted(&self) -> usize {
        self.lock().values().map(BTreeMap::len).sum()
    }

    /// The number of notifications with at least one mail.
    #[must_use]
    pub fn mailed(&self) -> usize {
        self.lock().len()
    }

    /// The mails of a notification, the oldest first.
    #[must_use]
    pub fn for_key(&self, key: &Key) -> Vec<Acceptance> {
        let mut all: Vec<Acceptance> =
            self.lock().get(key).map(|m| m.values().cloned().collect()).unwrap_or_default();
        all.sort_by_key(|acceptance| acceptance.at);
        all
    }

    /// The notifications with at least one mail.
    #[must_use]
    pub fn keys(&self) -> Vec<Key> {
        self.lock().keys().cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Key, BTreeMap<String, Acceptance>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
