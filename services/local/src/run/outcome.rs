//! The state of each accepted event, read from the ledger.

use std::collections::HashMap;

use kit::AwsError;
use kit::ledger::Item;
use serde::Serialize;
use shared::ledger::State;
use shared::notification::ledger_key;
use shared::{Event, OrderKey};

use super::publish::{Answer, Published};
use crate::resources::LEDGER_TABLE;

/// The four terminal states of an accepted event, and the two of one that was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// SES accepted the mail.
    Sent,
    /// Skipped on purpose.
    Skipped,
    /// Failed for good; in a dead-letter queue.
    Failed,
    /// Nobody knows whether SES accepted it.
    InDoubt,
    /// Not stored: it does not follow the contract.
    Invalid,
    /// Not stored: another event has its `source` and `id`.
    Conflict,
}

/// What became of an event.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct EventStatus {
    /// Absent until a terminal state is reached.
    pub outcome: Option<Outcome>,
    /// The ledger's state of its notification; absent while the ledger has none.
    pub state: Option<String>,
    /// Why it was refused, skipped or failed, or how it bounced.
    pub reason: Option<String>,
}

/// The notifications in the ledger at one moment, by order and key.
#[derive(Default)]
pub(super) struct Ledger(HashMap<(String, String), Item>);

impl Ledger {
    pub async fn read(dynamodb: &aws_sdk_dynamodb::Client) -> Result<Self, AwsError> {
        let scan = dynamodb.scan().table_name(LEDGER_TABLE).consistent_read(true);
        let mut items = scan.into_paginator().items().send();
        let mut ledger = HashMap::new();
        while let Some(item) = items.next().await {
            // The table holds more than notifications: the sweep's watermark, for one.
            if let Ok(item) = Item::read(item?) {
                ledger.insert((item.order_key.clone(), item.notification.clone()), item);
            }
        }
        Ok(Self(ledger))
    }

    /// The status of a published event; `None` for one that was not accepted.
    pub fn status(&self, published: &Published) -> Option<EventStatus> {
        if published.answer != Answer::Accepted {
            return None;
        }
        let json = serde_json::from_str(&published.json).ok()?;
        let event = Event::parse(&json).ok()?;
        // The same key that the dispatcher plans under: the ledger has one item a notification.
        let key = (OrderKey::of_event(&event).to_string(), ledger_key(&event));
        Some(match self.0.get(&key) {
            None => EventStatus::default(),
            // Two events may ask for the same mail, and the first of them gets it.
            Some(item) if item.event != event.reference.sort_key() => EventStatus {
                outcome: Some(Outcome::Skipped),
                state: Some(State::Skipped.as_str().to_owned()),
                reason: Some("duplicate: another event asked for the same mail".to_owned()),
            },
            Some(item) => EventStatus {
                outcome: item.state().and_then(outcome),
                state: Some(item.state.clone()),
                reason: item.reason.clone(),
            },
        })
    }
}

/// `None` for the states that are not terminal.
const fn outcome(state: State) -> Option<Outcome> {
    match state {
        State::Sent | State::Delivered | State::Bounced | State::Complained => Some(Outcome::Sent),
        State::Skipped => Some(Outcome::Skipped),
        State::Failed => Some(Outcome::Failed),
        State::InDoubt => Some(Outcome::InDoubt),
        State::Planned | State::Sending => None,
    }
}
