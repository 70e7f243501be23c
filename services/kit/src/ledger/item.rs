//! A ledger item as it is stored.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::{Deserialize, Serialize};
use shared::ledger::{Record, State};
use shared::{NotificationKey, OrderId};

/// A ledger item. Times are milliseconds since 1970; absent ones have not happened.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// Partition key.
    pub order_id: String,
    /// Sort key: [`shared::notification::ledger_key`].
    pub notification: String,
    /// See [`State`].
    pub state: String,
    /// The fencing token: how often it was claimed.
    pub attempt: u32,
    /// How many of its attempts ended in doubt.
    #[serde(default)]
    pub doubts: u32,
    /// When it came into its state.
    pub since: i64,
    /// Not to be claimed before.
    #[serde(default)]
    pub not_before: i64,
    /// When the lease runs out or ran out.
    #[serde(default)]
    pub lease_until: i64,
    /// Who holds the lease: tells a mailer whose claim's answer was lost that the claim is its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holder: Option<String>,
    /// The event that asked for it, as [`shared::EventRef::sort_key`].
    pub event: String,
    /// Follows the event from intake to SES.
    pub correlation_id: String,
    /// When intake stored the event.
    pub accepted_at: i64,
    /// Not to be sent from then on.
    pub send_before: i64,
    /// Why it was skipped or failed, or what SES said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What SES called the mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_id: Option<String>,
    /// When it was planned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub planned_at: Option<i64>,
    /// When it was last claimed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sending_at: Option<i64>,
    /// When SES accepted it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent_at: Option<i64>,
    /// When it was delivered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivered_at: Option<i64>,
    /// When it bounced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bounced_at: Option<i64>,
    /// When it was complained about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub complained_at: Option<i64>,
    /// When it fell into doubt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_doubt_at: Option<i64>,
    /// When it was skipped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skipped_at: Option<i64>,
    /// When it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed_at: Option<i64>,
    /// DynamoDB's TTL: seconds since 1970.
    pub expires_at: i64,
}

impl Item {
    /// Reads an item.
    ///
    /// # Errors
    /// When an attribute is missing or of another type: the table was not written by Waybill.
    pub fn read(item: HashMap<String, AttributeValue>) -> Result<Self, serde_dynamo::Error> {
        serde_dynamo::from_item(item)
    }

    /// The state; `None` for a word that this version does not know.
    #[must_use]
    pub fn state(&self) -> Option<State> {
        State::parse(&self.state)
    }

    /// Whether this is a decided mail that makes one for `key` old news. One that was skipped or
    /// failed did not reach the customer: it makes nothing old news.
    #[must_use]
    pub fn supersedes(&self, key: &NotificationKey) -> bool {
        !matches!(self.state(), Some(State::Skipped | State::Failed))
            && self.key().is_some_and(|own| key.is_superseded_by(&own))
    }

    /// Whether `event` ([`shared::EventRef::sort_key`]) planned it and nobody has claimed it: its mail
    /// request may be missing.
    #[must_use]
    pub fn awaits_mail_request(&self, event: &str) -> bool {
        self.event == event && self.attempt == 0 && self.state() == Some(State::Planned)
    }

    /// Which notification it is about; `None` for a muted event's.
    #[must_use]
    pub fn key(&self) -> Option<NotificationKey> {
        let order_id = OrderId::parse(&self.order_id).ok()?;
        NotificationKey::from_sort_key(order_id, &self.notification).ok()
    }

    /// The part that the protocol decides by; `None` for a state that this version does not know.
    #[must_use]
    pub fn record(&self) -> Option<Record> {
        Some(Record {
            state: self.state()?,
            attempt: self.attempt,
            doubts: self.doubts,
            since: self.since,
            not_before: self.not_before,
            lease_until: self.lease_until,
        })
    }
}
