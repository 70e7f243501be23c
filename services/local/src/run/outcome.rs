//! The state of each accepted event, read from the ledger.

use std::collections::{HashMap, HashSet};

use kit::AwsError;
use kit::ledger::{Correction, Item, NamedAddress};
use serde::Serialize;
use shared::contract::json::parse_strict;
use shared::ledger::State;
use shared::notification::{AddressHash, Recipient, ledger_key};
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
pub(super) struct Ledger {
    records: HashMap<(String, String), Item>,
    /// The events, by order and name, of which a copy is in no terminal state.
    with_open_copies: HashSet<(String, String)>,
}

impl Ledger {
    pub async fn read(dynamodb: &aws_sdk_dynamodb::Client) -> Result<Self, AwsError> {
        let scan = dynamodb.scan().table_name(LEDGER_TABLE).consistent_read(true);
        let mut items = scan.into_paginator().items().send();
        let mut ledger = Self::default();
        while let Some(item) = items.next().await {
            // The table holds more than notifications: the sweep's watermark, for one.
            if let Ok(item) = Item::read(item?) {
                ledger.add(item);
            }
        }
        Ok(ledger)
    }

    fn add(&mut self, item: Item) {
        let is_copy = item.key().is_some_and(|key| key.recipient != Recipient::Customer);
        if is_copy && item.state().and_then(outcome).is_none() {
            self.with_open_copies.insert((item.order_key.clone(), item.event.clone()));
        }
        self.records.insert((item.order_key.clone(), item.notification.clone()), item);
    }

    /// The status of a published event: what became of the customer's mail, once its copies are done too; `None` for one that was not accepted.
    pub fn status(&self, published: &Published) -> Option<EventStatus> {
        if published.answer != Answer::Accepted {
            return None;
        }
        // As intake reads it.
        let json = parse_strict(published.json.as_bytes()).ok()?;
        let event = Event::parse(&json).ok()?;
        // The same key that the dispatcher plans under: the ledger has one item a notification.
        let order_key = OrderKey::of_event(&event).to_string();
        let name = event.reference.sort_key();
        let has_open_copy = self.with_open_copies.contains(&(order_key.clone(), name.clone()));
        Some(match self.records.get(&(order_key, ledger_key(&event))) {
            None => EventStatus::default(),
            Some(item) if item.event == name => {
                let status = status_of(item);
                EventStatus { outcome: status.outcome.filter(|_| !has_open_copy), ..status }
            }
            Some(_) => self.status_of_second(&event, &name),
        })
    }

    /// The status of an event whose mail another event has planned: that one gets it, unless it does not arrive and this
    /// one names another address.
    fn status_of_second(&self, event: &Event, name: &str) -> EventStatus {
        let (order_key, customers) = (OrderKey::of_event(event).to_string(), ledger_key(event));
        let of_order = self.records.values().filter(|item| item.order_key == order_key);
        let items: Vec<Item> = of_order.cloned().collect();
        // It is asked soon after the event's acceptance, so that time does not count.
        let to = AddressHash::of_customer(event);
        let named = NamedAddress { event: name, to, accepted_at: 0 };
        match Correction::new(&items, &customers, &named, 0) {
            Correction::Decided(item) if item.event == name => status_of(item),
            // Its message is on its way.
            Correction::Due { .. } => EventStatus::default(),
            _ => duplicate(),
        }
    }
}

fn status_of(item: &Item) -> EventStatus {
    EventStatus {
        outcome: item.state().and_then(outcome),
        state: Some(item.state.clone()),
        reason: item.reason.clone(),
    }
}

fn duplicate() -> EventStatus {
    EventStatus {
        outcome: Some(Outcome::Skipped),
        state: Some(State::Skipped.as_str().to_owned()),
        reason: Some("duplicate: another event asked for the same mail".to_owned()),
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
