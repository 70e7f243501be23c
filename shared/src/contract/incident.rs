//! What else happens to an order: it is changed, its payment fails, the customer withdraws from it.

use jiff::civil::Date;
use serde_json::Value;

use crate::contract::digest;
use crate::contract::ids::IncidentId;
use crate::contract::link::HttpUrl;
use crate::contract::money::{Money, in_currency_of};
use crate::contract::reader::FieldReader;
#[cfg(test)]
use crate::contract::schema;
use crate::contract::shipment::ParcelLine;
use crate::contract::text::{Line, Text};
use crate::contract::times::{LocalTime, read_day};

/// The most changes that one update names.
const MAX_CHANGES: usize = 20;

/// What changed of an order. The order as it is now is in `order`.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct OrderUpdate {
    /// The shop's own name of this state of the order; absent: each event tells of a state of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revision: Option<IncidentId>,
    /// What changed, a sentence each, in words for the customer.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(test, schemars(with = "Option<Vec<Line>>", length(max = MAX_CHANGES)))]
    pub changes: Vec<Line>,
}

/// A payment that did not go through.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct PaymentFailure {
    /// The shop's own id of the attempt; absent: when it happened and what is said here tell attempts apart.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<IncidentId>,
    /// What was to be paid; absent: nothing is said of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(schema_with = "schema::positive_money_or_null", default))]
    pub amount: Option<Money>,
    /// With what, in words for the customer: `Visa ending 4242`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<Line>,
    /// Why it failed, in words for the customer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Line>,
    /// Where the customer can pay, http or https.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<HttpUrl>,
    /// The last day on which the customer can pay.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(schema_with = "schema::day", default))]
    pub pay_by: Option<Date>,
}

/// A customer's withdrawal from the contract, of which the shop confirms that it arrived.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Withdrawal {
    /// The shop's own id of the withdrawal.
    pub id: IncidentId,
    /// When it arrived, with the offset of the customer's clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(required, schema_with = "schema::time"))]
    pub received_at: Option<LocalTime>,
    /// What the customer declared, in their own words: up to 5,000 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content: Option<Text>,
    /// From what the customer withdraws; absent: from the whole order, if `content` says nothing else.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(test, schemars(with = "Option<Vec<ParcelLine>>", length(max = 500)))]
    pub lines: Vec<ParcelLine>,
}

impl OrderUpdate {
    pub(crate) fn read(from: &FieldReader<'_>) -> Self {
        let changes = from.tolerated("changes", |r| {
            Some(r.tolerated_list(MAX_CHANGES, |change| Line::read(&change)))
        });
        Self {
            revision: from.tolerated("revision", |r| IncidentId::read(&r)),
            changes: changes.unwrap_or_default(),
        }
    }
}

impl PaymentFailure {
    pub(crate) fn read(from: &FieldReader<'_>) -> Self {
        let text = |name| from.tolerated(name, |r| Line::read(&r));
        Self {
            id: from.tolerated("id", |r| IncidentId::read(&r)),
            amount: in_currency_of(from, || from.tolerated("amount", |r| Money::read_positive(&r))),
            method: text("method"),
            reason: text("reason"),
            url: from.tolerated("url", |r| HttpUrl::read(&r)),
            pay_by: from.tolerated("pay_by", |r| read_day(&r)),
        }
    }
}

/// The beginning of the id of a withdrawal that has none: no customer can use it.
const UNNUMBERED: &str = "unnumbered-";

impl Withdrawal {
    /// The shop's own id, for the customer to name the withdrawal by.
    #[must_use]
    pub fn number(&self) -> Option<&str> {
        Some(self.id.as_str()).filter(|id| !id.starts_with(UNNUMBERED))
    }

    /// Reads a withdrawal. One without an id is told apart from others by when it `happened` and what is said of it, or
    /// by `event_id`; and one without a time arrived then.
    pub(crate) fn read(
        from: &FieldReader<'_>,
        event_id: &str,
        happened: Option<LocalTime>,
    ) -> Option<Self> {
        if let Value::String(text) = from.value() {
            from.warn("An object is expected; this text was taken as its content.");
            let object = serde_json::json!({ "content": text });
            return Self::read(&from.seen_as(&object), event_id, happened);
        }
        let is_numbered = from.has("id");
        let id = from.tolerated("id", |r| IncidentId::read(&r)).or_else(|| {
            from.warn_member("id", digest::TOLD_APART);
            IncidentId::parse(&digest::id_without_id(event_id, happened, from.value())).ok()
        });
        let received_at = from.tolerated("received_at", |r| LocalTime::read(&r)).or_else(|| {
            from.warn_member(
                "received_at",
                match happened {
                    Some(_) => "This is missing; the time of the event was taken.",
                    None => "This is missing, and the event has no time; the mail names none.",
                },
            );
            happened
        });
        let content = from.tolerated("content", |r| Text::read(&r));
        let lines = from.tolerated("lines", |r| Some(ParcelLine::read_list(&r)));
        let unnumbered = |id: IncidentId| {
            IncidentId::parse(&format!("{UNNUMBERED}{}", digest::short(&id.as_str()))).ok()
        };
        let id = if is_numbered { id } else { id.and_then(unnumbered) };
        Some(Self { id: id?, received_at, content, lines: lines.unwrap_or_default() })
    }
}
