//! What becomes of a mail, as a shop hears it: CloudEvents of the types `mail.sent`, `mail.delivered` and so on.
//!
//! Promises:
//! - No name and no text of a mail, and no address but what the shop itself wrote into its ids: the order is named by its
//!   id, the parcel or refund by its own, the order event by its correlation id, and these are told as they are; the
//!   recipient is named by a role.
//! - An event's `id` is made of the change alone, so the same change has the same id however often it is published.
//!   Delivery is at least once and in no promised order: a receiver remembers the ids on which it has acted, and compares
//!   `time`.
//!
//! `shared/schema/mail.schema.json` and `mail.asyncapi.json` are generated from these types, and held against them by
//! tests.

#[cfg(test)]
mod asyncapi;
mod mail_id;
mod outcome;
#[cfg(test)]
mod schema;

use jiff::Timestamp;
use serde::{Serialize, Serializer};

use crate::contract::kind::Kind;

pub use mail_id::MailId;
pub use outcome::MailOutcome;

/// The `Source` of these events on their bus, which its rules match.
pub const BUS_SOURCE: &str = "waybill";

/// The version of CloudEvents.
const SPEC_VERSION: &str = "1.0";

/// The media type of the data.
const DATA_CONTENT_TYPE: &str = "application/json";

/// A change of one mail to one recipient, as a CloudEvent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(extend("examples" = schema::examples())))]
pub struct MailEvent {
    /// The version of CloudEvents.
    #[cfg_attr(test, schemars(extend("const" = SPEC_VERSION)))]
    specversion: &'static str,
    /// Names the change: the same again is the same change, published again. Act on it once.
    #[cfg_attr(test, schemars(length(max = 64), extend("examples" = ["tdkqnZiNm5cMeMbd.bounced.1.1795767316123"])))]
    id: String,
    /// The stack that sent the mail: /waybill/ and its name.
    #[cfg_attr(test, schemars(extend("examples" = ["/waybill/shop-mails"])))]
    source: String,
    /// What happened.
    #[serde(rename = "type")]
    outcome: MailOutcome,
    /// Names the mail: the same in all events about one mail to one recipient.
    subject: MailId,
    /// When it happened, in UTC with milliseconds: two of these texts compare as the times do.
    #[serde(serialize_with = "with_milliseconds")]
    time: Timestamp,
    /// The media type of data.
    #[cfg_attr(test, schemars(extend("const" = DATA_CONTENT_TYPE)))]
    datacontenttype: &'static str,
    /// The shop, as in the events that it publishes; default where those name none.
    #[cfg_attr(test, schemars(extend("examples" = ["default"])))]
    shop: String,
    /// That of the order event which asked for the mail: the shop's own, or the one with which it was answered.
    correlationid: String,
    /// What the mail is about, and why it is as it is.
    data: MailData,
}

/// What a mail is about, and why it is as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct MailData {
    /// The order.
    pub order: MailedOrder,
    /// The type of the order event that the mail reports.
    #[cfg_attr(test, schemars(schema_with = "schema::kind"))]
    pub kind: Kind,
    /// Which of the order's parcels, refunds and so on it is about: its id, and where there can be several mails about it,
    /// a # and which of them. Absent where an order has one such mail.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(extend("examples" = ["1001-A"])))]
    pub scope: Option<String>,
    /// To whom it goes.
    pub recipient: RecipientRole,
    /// Whether it goes to an address that was corrected, since the mail to the one before did not reach the customer.
    pub corrected_address: bool,
    /// How often a mailer had taken it up to send it; 0 for a mail that was skipped before.
    pub attempt: u32,
    /// Why, where there is a reason: muted, kind_off, stale, superseded, nothing_new or erased of a mail that was
    /// skipped; the bounce's type and subtype in SES's words; the code with which SES refused it. It may be a text that
    /// is not listed here.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(extend("examples" = ["Permanent/General"])))]
    pub reason: Option<String>,
    /// Of a mail that bounced for a reason that passes, such as an automatic reply: until then, it may yet be reported as
    /// delivered. If nothing else comes, it did not arrive; that this time has passed is not told.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "some_with_milliseconds")]
    pub open_until: Option<Timestamp>,
    /// Of a mail in doubt: whether Waybill sends it again by itself if SES says no more about it. Where it does not, the
    /// doubt is an operator's to settle.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub will_resend: Option<bool>,
}

/// The order of a mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(inline))]
pub struct MailedOrder {
    /// The shop's own id of the order.
    #[cfg_attr(test, schemars(extend("examples" = ["1001"])))]
    pub id: String,
    /// The number that customers know. Absent where it shows the id, as #1001 shows 1001, or is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
}

/// Who receives a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(inline))]
#[serde(rename_all = "snake_case")]
pub enum RecipientRole {
    /// The customer who placed the order.
    Customer,
    /// Whoever the order, the shop's settings or an operator names besides.
    Copy,
}

/// When and in which attempt something happened to a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailChange {
    /// Whose change it is.
    pub mail: MailId,
    /// What happened.
    pub outcome: MailOutcome,
    /// When.
    pub at: Timestamp,
}

/// From where an event comes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailOrigin<'a> {
    /// The stack's name.
    pub stack: &'a str,
    /// The shop.
    pub shop: &'a str,
    /// The correlation id of the order event.
    pub correlation_id: &'a str,
}

impl MailEvent {
    /// The event about `change`.
    #[must_use]
    pub fn new(change: MailChange, origin: &MailOrigin<'_>, data: MailData) -> Self {
        let MailChange { mail, outcome, at } = change;
        // The attempt alone would not do: an operator may reopen a mail that was skipped, and it is skipped again in the
        // same attempt. A state is entered once in a millisecond.
        let (attempt, since) = (data.attempt, at.as_millisecond());
        Self {
            specversion: SPEC_VERSION,
            id: format!("{mail}.{}.{attempt}.{since}", outcome.as_str()),
            source: format!("/waybill/{}", origin.stack),
            outcome,
            subject: mail,
            time: at,
            datacontenttype: DATA_CONTENT_TYPE,
            shop: origin.shop.to_owned(),
            correlationid: origin.correlation_id.to_owned(),
            data,
        }
    }

    /// What happened.
    #[must_use]
    pub const fn outcome(&self) -> MailOutcome {
        self.outcome
    }

    /// The event as JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("texts and numbers serialise without fail")
    }
}

// Always as many digits: `16.123Z` would come before `16Z`.
fn with_milliseconds<S: Serializer>(time: &Timestamp, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(&format_args!("{time:.3}"))
}

fn some_with_milliseconds<S: Serializer>(
    time: &Option<Timestamp>,
    to: S,
) -> Result<S::Ok, S::Error> {
    match time {
        Some(time) => with_milliseconds(time, to),
        None => to.serialize_none(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_texts_of_times_compare_as_the_times_do() {
        let text = |millisecond| {
            let mut to = Vec::new();
            let time = Timestamp::from_millisecond(millisecond).expect("a time");
            let mut to_json = serde_json::Serializer::new(&mut to);
            with_milliseconds(&time, &mut to_json).expect("JSON");
            String::from_utf8(to).expect("UTF-8")
        };
        assert!(text(1_795_767_316_000).ends_with(".000Z\""));
        assert!(text(1_795_767_316_000) < text(1_795_767_316_001));
        assert!(text(1_795_767_316_999) < text(1_795_767_317_000));
    }
}
