//! Ledger items.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::{Deserialize, Serialize};
use shared::contract::order::Order;
use shared::ledger::{Record, Rejection, SkipReason, State};
use shared::lookup::number_unlike_id;
use shared::notification::news::parcel_of;
use shared::notification::{
    AddressHash, DoubtPolicy, Known, MUTED, MoneyBack, News, Recipient, Standing, Told,
    ledger_key_for,
};
use shared::queue::message::DispatchRequest;
use shared::{Currency, Kind, NotificationKey, OrderKey};

/// The SES message tag that carries [`Item::feedback_token`].
pub const FEEDBACK_TOKEN_TAG: &str = "waybill-token";

/// The SES message tag of a mail that has files, with their number.
pub const FILES_TAG: &str = "waybill-files";

/// The attribute [`Item::readdressed_to`].
pub(super) const READDRESSED_TO: &str = "readdressed_to";

/// The attribute [`Item::left_out`].
pub const LEFT_OUT: &str = "left_out";

/// The longest [`Item::order_number`], in bytes: more than shops write, though the contract takes longer ones.
const MAX_NUMBER_LEN: usize = 64;

/// For so many milliseconds after its lease has expired, it is waited for what becomes of a mail.
const DEAD_AFTER_MS: i64 = 10 * 60 * 1000;

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
    /// When it may be claimed; of one that bounced for a reason that passes, from when on that is final.
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
    /// Which address it goes to, or went: an [`AddressHash`] as text, never the address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address_hash: Option<String>,
    /// The corrected address to which the same news goes, since it did not reach the customer at this one: an
    /// [`AddressHash`] as text. That further delivery has an item of its own, for [`Recipient::Corrected`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub readdressed_to: Option<String>,
    /// Which operator asked for it to be sent to this address; `None`: nobody, an event did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_by: Option<String>,
    /// Why the operator did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_because: Option<String>,
    /// The event that planned it, as [`shared::EventRef::sort_key`].
    pub event: String,
    /// Follows the event from intake to SES.
    pub correlation_id: String,
    /// The number by which customers know the order, for the shop that hears what became of the mail. `None` where it
    /// shows the id, or would make the item large.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_number: Option<String>,
    /// When intake stored the event.
    pub accepted_at: i64,
    /// When the event happened, never later than its acceptance. `None`: it does not say, and its acceptance counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub news_at: Option<i64>,
    /// Digests of what the mail tells, as [`shared::notification::Told::to_attribute`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told: Option<String>,
    /// The money that is paid back, in minor units of the order's currency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refund: Option<i64>,
    /// Of a mail about money: what the order costs, in the same units.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_total: Option<i64>,
    /// The code of their currency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// Of a mail about money: which refund it is, as [`MoneyBack::refund`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refund_name: Option<String>,
    /// Whether the order as a whole is cancelled by it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cancels_order: bool,
    /// How far the judgement is about a mail that corrects another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub judging: Option<Judging>,
    /// From this moment on, it is stale.
    pub send_before: i64,
    /// Why it has its state: why it was skipped, failed, postponed, put in doubt or reopened, or SES's reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// SES's id of the mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_id: Option<String>,
    /// The files that the mail went without, as [`shared::ledger::LeftOut::to_attribute`]; empty where a later attempt had
    /// them all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left_out: Option<String>,
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

/// How far the judgement is about a planned mail that corrects another one, which the customer should get first. It tells
/// that one's dispatcher whether there may be a mail request for this one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Judging {
    /// Only the delivery that planned it has judged it, or is about to: there may be a mail request.
    Once,
    /// A later delivery has judged it: there may be a mail request, whatever the first one decides.
    Again,
    /// It waits for the other one: there was no mail request when that was recorded.
    Waits,
}

impl Judging {
    /// As the ledger stores it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Once => "once",
            Self::Again => "again",
            Self::Waits => "waits",
        }
    }
}

/// Of the address that the mail to this recipient goes to.
fn address_hash(request: &DispatchRequest, recipient: Recipient) -> AddressHash {
    let event = &request.event;
    let customers = || AddressHash::of_customer(event);
    recipient.address_hash().unwrap_or_else(customers)
}

/// The order's number, if it tells more than the id and an item under 1 KB has room for it.
fn short_number(order: &Order) -> Option<String> {
    let number = number_unlike_id(order).filter(|number| number.len() <= MAX_NUMBER_LEN);
    number.map(str::to_owned)
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

    /// What the dispatcher decides about the customer's notification of the event of `request`, before it has decided.
    #[must_use]
    pub fn for_request(request: &DispatchRequest) -> Self {
        Self::for_recipient(request, Recipient::Customer)
    }

    /// As [`Item::for_request`], about that of one of its [recipients](DispatchRequest::recipients).
    #[must_use]
    pub fn for_recipient(request: &DispatchRequest, recipient: Recipient) -> Self {
        let news = request.news_for(recipient);
        let money = news.money.as_ref();
        Self {
            order_key: OrderKey::of_event(&request.event).to_string(),
            notification: ledger_key_for(&request.event, recipient),
            address_hash: Some(address_hash(request, recipient).to_string()),
            event: news.event,
            correlation_id: request.correlation_id.to_string(),
            order_number: short_number(&request.event.order),
            accepted_at: news.accepted_at,
            news_at: news.happened_at,
            told: news.told.to_attribute(),
            refund: money.map(|money| money.amount),
            order_total: money.map(|money| money.of),
            currency: money.map(|money| money.currency.to_owned()),
            refund_name: money.and_then(|money| money.refund.clone()),
            cancels_order: news.cancels_order,
            judging: (!news.kind.corrects().is_empty()).then_some(Judging::Once),
            send_before: request.send_before().as_millisecond(),
            ..Self::default()
        }
    }

    /// What it tells, and what has become of it; `None` if this version does not know its kind or its state, and for
    /// a muted event that nothing follows from.
    #[must_use]
    pub fn known(&self) -> Option<Known> {
        Some(Known { news: self.news()?, standing: self.standing()? })
    }

    /// As [`Item::known`], at the time `now` (milliseconds since 1970): a mail whose mailer died long ago may have been
    /// sent. Nothing records that for one that an operator asked for, since no sweep queues it again.
    #[must_use]
    pub fn known_at(&self, now: i64) -> Option<Known> {
        let Known { news, standing } = self.known()?;
        let has_died = self.lease_until.saturating_add(DEAD_AFTER_MS) < now;
        let standing = match standing {
            Standing::Sending if has_died => Standing::Told,
            other => other,
        };
        Some(Known { news, standing })
    }

    /// As [`Item::known_at`], to who is at this address, which is that of the mail that is judged.
    pub(super) fn known_from(&self, address: Option<&str>, now: i64) -> Option<Known> {
        let Known { news, standing } = self.known_at(now)?;
        let is_elsewhere =
            self.address_hash.as_deref().zip(address).is_some_and(|(its, own)| its != own);
        let record = self.to_record().filter(|_| is_elsewhere);
        let standing = record.map_or(standing, |record| standing.elsewhere(&record, now));
        Some(Known { news, standing })
    }

    /// What it tells. A muted event tells nothing, but it may cancel the order, or reopen it.
    #[must_use]
    pub fn news(&self) -> Option<News> {
        let (kind, parcel, recipient) = match self.key() {
            Some(key) => (key.kind, parcel_of(&key), key.recipient.reader()),
            None if self.cancels_order => (Kind::OrderCancelled, None, Recipient::Customer),
            None if self.is_muted_update() => (Kind::OrderUpdated, None, Recipient::Customer),
            None => return None,
        };
        Some(News {
            kind,
            parcel,
            recipient,
            happened_at: self.news_at,
            accepted_at: self.accepted_at,
            event: self.event.clone(),
            told: self.told.as_deref().map(Told::from_attribute).unwrap_or_default(),
            money: self.money(),
            cancels_order: self.cancels_order,
        })
    }

    fn is_muted_update(&self) -> bool {
        let rest = self.notification.strip_prefix(MUTED).and_then(|rest| rest.strip_prefix('#'));
        rest.and_then(|rest| rest.split('#').next()) == Some(Kind::OrderUpdated.as_str())
    }

    fn money(&self) -> Option<MoneyBack> {
        let currency = Currency::parse(self.currency.as_deref()?).ok()?.code();
        let (amount, of) = self.refund.zip(self.order_total)?;
        Some(MoneyBack { amount, of, currency, refund: self.refund_name.clone() })
    }

    fn standing(&self) -> Option<Standing> {
        let is_skipped_as = |reason: SkipReason| {
            self.state() == Some(State::Skipped) && self.reason.as_deref() == Some(reason.as_str())
        };
        if is_skipped_as(SkipReason::KindOff) {
            return Some(Standing::TurnedOff);
        }
        let nothing_new = is_skipped_as(SkipReason::NothingNew);
        Some(Standing::new(&self.to_record()?, self.judging == Some(Judging::Waits), nothing_new))
    }

    /// Whether `event` ([`shared::EventRef::sort_key`]) planned it, and it is still as the dispatcher planned it:
    /// neither a mailer nor an operator has touched it.
    #[must_use]
    pub fn is_untouched_plan_of(&self, event: &str) -> bool {
        let was_elsewhere = [self.sending_at, self.skipped_at, self.failed_at, self.in_doubt_at];
        self.event == event
            && self.state() == Some(State::Planned)
            && self.attempt == 0
            && self.reason.is_none()
            && was_elsewhere.iter().all(Option::is_none)
    }

    /// Whether others of its order may have been judged as if this mail were not sent, or already sent: it was in doubt,
    /// had failed or was skipped. A mailer that has claimed it then judges it itself, before it sends it.
    #[must_use]
    pub fn was_out_of_sight(&self) -> bool {
        let was_elsewhere = [self.skipped_at, self.failed_at, self.in_doubt_at];
        self.doubts > 0 || was_elsewhere.iter().any(Option::is_some)
    }

    /// Whether an operator asked for this very mail, so that it is sent although it is no news any more. A replay of
    /// what failed asks for no certain mail.
    #[must_use]
    pub fn was_asked_for(&self) -> bool {
        let closed_at = self.skipped_at.max(self.failed_at).max(self.in_doubt_at);
        self.doubts == 0 && self.planned_at > closed_at
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

    /// Whether it bounced for a reason that passes, so that it is not known yet whether it arrived: an automatic reply is
    /// such a bounce. `now` in milliseconds since 1970.
    #[must_use]
    pub fn bounce_may_pass(&self, now: i64) -> bool {
        self.state() == Some(State::Bounced) && self.not_before > now
    }

    /// Whether SES rejected it for its content, and it had files: it reached nobody, and may without them.
    #[must_use]
    pub fn was_rejected_with_files(&self) -> bool {
        let reason = self.reason.as_deref();
        self.state() == Some(State::Bounced) && reason == Some(Rejection::MailWithFiles.as_str())
    }

    /// Whether it goes to another address than the one that its event names, `own`: an operator has corrected it in a dead
    /// letter, and nobody else knows it.
    #[must_use]
    pub fn was_redirected_from(&self, own: AddressHash) -> bool {
        self.address_hash.as_deref().is_some_and(|its| its != own.to_string())
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
            readdressed: self.readdressed_to.is_some(),
        })
    }
}

#[cfg(test)]
mod tests;
