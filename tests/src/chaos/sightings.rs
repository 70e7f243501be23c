//! What SES accepted, by the tags of its own events, and what became of those events.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::Value;

/// Order id and ledger key.
pub type Key = (String, String);

/// One of SES's events, as it passes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SesEvent {
    /// About which notification.
    pub key: Key,
    /// Of which attempt.
    pub attempt: u32,
    /// `Send`, `Delivery`, …
    pub kind: String,
    /// What SES calls the mail.
    pub message_id: String,
    /// When SES accepted the mail.
    pub accepted_at: Timestamp,
}

impl SesEvent {
    /// Reads an envelope; `None` for one without Waybill's tags.
    #[must_use]
    pub fn read(envelope: &str) -> Option<Self> {
        let envelope: Value = serde_json::from_str(envelope).ok()?;
        let detail = &envelope["detail"];
        let mail = &detail["mail"];
        let tag = |name: &str| mail["tags"][name][0].as_str();
        let decoded =
            |name: &str| String::from_utf8(BASE64_URL_SAFE_NO_PAD.decode(tag(name)?).ok()?).ok();
        Some(Self {
            key: (decoded("waybill-order")?, decoded("waybill-notification")?),
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
    /// When.
    pub at: Timestamp,
    /// After how long each event's copies reached the feedback queue; none: it was lost.
    pub events: Vec<Vec<Duration>>,
}

impl Acceptance {
    /// Whether not one event about it ever came.
    #[must_use]
    pub fn is_silent(&self) -> bool {
        self.events.iter().all(Vec::is_empty)
    }

    /// When the first of its events came to the feedback queue, counted from its acceptance.
    #[must_use]
    pub fn first_word(&self) -> Option<Duration> {
        self.events.iter().flatten().min().copied()
    }
}

/// All acceptances so far.
#[derive(Debug, Default)]
pub struct Sightings(Mutex<BTreeMap<Key, BTreeMap<String, Acceptance>>>);

impl Sightings {
    /// Notes an event and what becomes of it.
    pub fn note(&self, event: SesEvent, copies: Vec<Duration>) {
        let mut seen = self.lock();
        let of_key = seen.entry(event.key).or_default();
        let acceptance = of_key.entry(event.message_id).or_insert_with(|| Acceptance {
            attempt: event.attempt,
            at: event.accepted_at,
            events: Vec::new(),
        });
        acceptance.events.push(copies);
    }

    /// How many mails.
    #[must_use]
    pub fn accepted(&self) -> usize {
        self.lock().values().map(BTreeMap::len).sum()
    }

    /// How many notifications have at least one mail.
    #[must_use]
    pub fn mailed(&self) -> usize {
        self.lock().len()
    }

    /// The mails of a notification, the oldest first.
    #[must_use]
    pub fn of(&self, key: &Key) -> Vec<Acceptance> {
        let mut all: Vec<Acceptance> =
            self.lock().get(key).map(|m| m.values().cloned().collect()).unwrap_or_default();
        all.sort_by_key(|acceptance| acceptance.at);
        all
    }

    /// All notifications that were mailed.
    #[must_use]
    pub fn keys(&self) -> Vec<Key> {
        self.lock().keys().cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Key, BTreeMap<String, Acceptance>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
