//! Ledger items.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::{Deserialize, Serialize};
use shared::ledger::{Record, State};
use shared::notification::DoubtPolicy;
use shared::{NotificationKey, OrderKey};

/// The SES message tag that carries [`Item::feedback_token`].
pub const FEEDBACK_TOKEN_TAG: &str = "waybill-token";

/// A ledger item. Times are milliseconds since 1970; `None` means that it has not happened.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// Partition key: an [`OrderKey`] as text. A string, because other items of the table have other keys.
    pub order_key: String,
    /// Sort key: [`shared::notification::ledger_key`].
    pub notification: String,
    /// A [`State`] by name. A string, because an item may have a state of a newer version.
    pub state: String,
    /// How often it was claimed; the fencing token of the latest claim.
    pub attempt: u32,
    /// How many of its attempts ended in doubt.
    #[serde(default)]
    pub doubts: u32,
    /// When it entered its state.
    pub since: i64,
    /// When it may be claimed.
    #[serde(default)]
    pub not_before: i64,
    /// When the latest lease expires.
    #[serde(default)]
    pub lease_until: i64,
    /// Identifies the latest claim, so that a worker whose claim was not answered recognises its own lease.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holder: Option<String>,
    /// The holder of the first claim, which every mail carries to SES as a tag ([`FEEDBACK_TOKEN_TAG`]). Nobody
    /// but the mailer knows it, so an SES event with it is about a mail that the mailer sent. It stays the same,
    /// because events about an earlier attempt in doubt must be believed after a later claim.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub feedback_token: Option<String>,
    /// The event that planned it, as [`shared::EventRef::sort_key`].
    pub event: String,
    /// Follows the event from intake to SES.
    pub correlation_id: String,
    /// When intake stored the event.
    pub accepted_at: i64,
    /// From this moment on, it is stale.
    pub send_before: i64,
    /// Why it has its state: why it was skipped, failed, postponed, put in doubt or reopened, or SES's reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// SES's id of the mail.
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
    /// When it was last put in doubt.
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
    /// Deserializes an item.
    ///
    /// # Errors
    /// When an attribute is missing or of another type: Waybill did not write the item.
    pub fn read(item: HashMap<String, AttributeValue>) -> Result<Self, serde_dynamo::Error> {
        serde_dynamo::from_item(item)
    }

    /// The state; `None` if this version does not know it.
    #[must_use]
    pub fn state(&self) -> Option<State> {
        State::parse(&self.state)
    }

    /// Whether this notification supersedes the one with `key`. A skipped or failed notification did not
    /// reach the customer and supersedes nothing.
    #[must_use]
    pub fn supersedes(&self, key: &NotificationKey) -> bool {
        !matches!(self.state(), Some(State::Skipped | State::Failed))
            && self.key().is_some_and(|own| key.is_superseded_by(&own))
    }

    /// Whether `event` ([`shared::EventRef::sort_key`]) planned it and a mail request can move it on now. Then
    /// the dispatcher may have crashed before it sent the mail request, or the request was lost. `now` in
    /// milliseconds since 1970.
    #[must_use]
    pub fn awaits_mail_request(&self, event: &str, now: i64) -> bool {
        let can_be_moved_on =
            |policy| self.to_record().is_some_and(|r| r.can_be_moved_on(policy, now));
        self.event == event && self.doubt_policy().is_some_and(can_be_moved_on)
    }

    /// From when on a mail request moves it on, see [`shared::ledger::Record::due_at`]. `None` also for a doubt
    /// about a mail that is stale `now`, because such a mail is not sent again.
    #[must_use]
    pub fn due_at(&self, grace: i64, now: i64) -> Option<i64> {
        let is_stale_doubt = self.state() == Some(State::InDoubt) && self.send_before <= now;
        let due = self.to_record()?.due_at(self.doubt_policy()?, grace);
        due.filter(|_| !is_stale_doubt)
    }

    fn doubt_policy(&self) -> Option<DoubtPolicy> {
        Some(self.key()?.kind.doubt_policy())
    }

    /// The notification's key; `None` for a muted event, which has none.
    #[must_use]
    pub fn key(&self) -> Option<NotificationKey> {
        NotificationKey::from_sort_key(self.order()?, &self.notification).ok()
    }

    /// Whose notification it is; `None` for a key that Waybill does not write.
    #[must_use]
    pub fn order(&self) -> Option<OrderKey> {
        OrderKey::parse(&self.order_key).ok()
    }

    /// The attributes that the protocol reads; `None` if this version does not know the state.
    #[must_use]
    pub fn to_record(&self) -> Option<Record> {
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
