//! Money on its way back, and orders that are cancelled.

use jiff::civil::Date;

use crate::contract::cancelled_part;
use crate::contract::digest;
use crate::contract::ids::{IncidentId, RefundId};
use crate::contract::money::{Money, in_currency_of};
use crate::contract::other_names;
use crate::contract::own_object::CANCELLATION;
use crate::contract::reader::FieldReader;
#[cfg(test)]
use crate::contract::schema;
use crate::contract::shipment::ParcelLine;
use crate::contract::text::Line;
use crate::contract::times::{LocalTime, read_day};

/// Money on its way back.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Refund {
    /// The shop's own id of the refund.
    pub id: RefundId,
    /// How much, as a positive amount.
    #[cfg_attr(test, schemars(schema_with = "schema::positive_money"))]
    pub amount: Money,
    /// Why, in words for the customer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Line>,
    /// Where it goes, in words for the customer: `Visa ending 4242`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<Line>,
    /// The day by which it should have arrived.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(schema_with = "schema::day", default))]
    pub expected_on: Option<Date>,
}

/// What was cancelled, why, and what the shop says of the money.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct Cancellation {
    /// The shop's own id of the cancellation; it tells several of one order apart.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<IncidentId>,
    /// What is cancelled; absent: the whole order, unless `partial` says otherwise.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(test, schemars(with = "Option<Vec<ParcelLine>>", length(max = 500)))]
    pub lines: Vec<ParcelLine>,
    /// Whether only a part of the order is cancelled; absent: if `lines` is there, also where it names all lines.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub partial: Option<bool>,
    /// Why, in words for the customer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Line>,
    /// What is paid back; absent: nothing is said of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(schema_with = "schema::positive_money_or_null", default))]
    pub refund: Option<Money>,
    /// The id of that refund, which an `order.refunded` of it has too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refund_id: Option<RefundId>,
    /// `false`: nothing had been charged, and the mail says so. Otherwise nothing is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub charged: Option<bool>,
    /// Where the refund goes, in words for the customer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<Line>,
    /// The day by which it should have arrived.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(schema_with = "schema::day", default))]
    pub expected_on: Option<Date>,
}

impl Refund {
    /// Reads a refund; `None` without an amount. One without an id is told apart from others by when it `happened` and
    /// what is said of it, or by `event_id`.
    pub(crate) fn read(
        from: &FieldReader<'_>,
        event_id: &str,
        happened: Option<LocalTime>,
    ) -> Option<Self> {
        let id = from.tolerated("id", |r| RefundId::read(&r)).or_else(|| {
            from.warn_member("id", digest::TOLD_APART);
            RefundId::parse(&digest::id_without_id(event_id, happened, from.value())).ok()
        });
        let amount = in_currency_of(from, || from.required("amount", |r| Money::read_positive(&r)));
        let text = |name| from.tolerated(name, |r| Line::read(&r));
        let (reason, method) = (text("reason"), text("method"));
        let expected_on = from.tolerated("expected_on", |r| read_day(&r));
        Some(Self { id: id?, amount: amount?, reason, method, expected_on })
    }
}

/// What shops call the lines of a cancellation otherwise.
const OTHER_NAMES_OF_LINES: [&str; 4] = ["items", "line_items", "lineItems", "products"];

const NOT_UNDERSTOOD: &str = "Nothing of this names an article; the mail says that a part of the order is cancelled, and \
                              not which.";

impl Cancellation {
    /// Reads a cancellation. Where it seems to name what is cancelled, only a part is, also if nothing of that is
    /// understood: from an order that is wrongly called cancelled, the customer hears of no parcel any more.
    pub(crate) fn read(from: &FieldReader<'_>) -> Self {
        if from.value().is_array() && !from.is_object() {
            from.warn("An object is expected; this array was taken as its lines.");
            let lines = understood(from);
            return Self { partial: Some(true), lines, ..Self::default() };
        }
        let from = &from.called_otherwise(other_names::CANCELLATION);
        let text = |name| from.tolerated(name, |r| Line::read(&r));
        let lines = read_lines(from);
        let is_named = lines.as_ref().is_some_and(Vec::is_empty).then_some(true);
        let partial = from.tolerated("partial", |r| {
            // What is no yes or no says which part.
            r.boolean().or_else(|| {
                r.warn(cancelled_part::HINT);
                Some(true)
            })
        });
        Self {
            id: from.tolerated("id", |r| IncidentId::read(&r)),
            partial: partial.or(is_named),
            lines: lines.unwrap_or_default(),
            reason: text("reason"),
            refund: in_currency_of(from, || from.tolerated("refund", |r| Money::read_positive(&r))),
            refund_id: from.tolerated("refund_id", |r| RefundId::read(&r)),
            charged: from.tolerated("charged", |r| r.boolean()),
            method: text("method"),
            expected_on: from.tolerated("expected_on", |r| read_day(&r)),
        }
    }

    /// The same one or, where it says nothing of what is cancelled, with what the data beside it or the order says of that.
    pub(crate) fn or_of_what_is_beside(self, data: &FieldReader<'_>) -> Self {
        if self.partial.is_some() || !self.lines.is_empty() {
            return self;
        }
        // One that says nothing may still hold a list.
        let in_place = || data.under(CANCELLATION.name, |r| Some(cancelled_part::find(&r)));
        let in_order = || data.tolerated("order", |r| Some(cancelled_part::find_in_order(&r)));
        let Some(lines) = read_lines(data) else {
            let is_part = in_place() == Some(true) || in_order() == Some(true);
            return Self { partial: is_part.then_some(true), ..self };
        };
        if data.has("lines") {
            CANCELLATION.warn_of_place(data, "lines");
        }
        Self { partial: lines.is_empty().then_some(true), lines, ..self }
    }

    /// Whether only a part of the order is cancelled.
    #[must_use]
    pub const fn is_partial(&self) -> bool {
        match self.partial {
            Some(is_partial) => is_partial,
            None => !self.lines.is_empty(),
        }
    }
}

/// What the cancellation names; `None` if it names nothing, and empty if nothing of that is understood.
fn read_lines(from: &FieldReader<'_>) -> Option<Vec<ParcelLine>> {
    if from.has("lines") {
        return from.tolerated("lines", |r| Some(understood(&r)));
    }
    if let Some(name) = OTHER_NAMES_OF_LINES.into_iter().find(|name| from.has(name)) {
        from.warn_member(name, "This was taken as lines.");
        return from.tolerated(name, |r| Some(understood(&r)));
    }
    if from.has("line_id") || from.has("sku") {
        from.warn("An article belongs into lines; this one was taken as the only one of them.");
        let line = ParcelLine::read(&from.as_optional());
        // The day is that of the money.
        let line = line.map(|line| ParcelLine { expected_on: None, ..line });
        return Some(line.into_iter().collect());
    }
    cancelled_part::find(from).then(Vec::new)
}

fn understood(from: &FieldReader<'_>) -> Vec<ParcelLine> {
    let lines = ParcelLine::read_list(from);
    if lines.is_empty() {
        from.warn(NOT_UNDERSTOOD);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::event::{Event, EventPayload};
    use crate::contract::warnings::parse_with_warnings;
    use jiff::Timestamp;
    use serde_json::{Value, json};

    /// The cancellation, and the warnings about it.
    fn read(cancellation: Value) -> (Cancellation, Vec<String>) {
        let event = json!({
            "specversion": "1.0", "source": "shop", "id": "e-1", "type": "order.cancelled",
            "data": {
                "order": {
                    "id": "1", "customer": { "email": "jo@example.com" }, "totals": { "total": 10 }, "currency": "EUR",
                    "lines": [
                        { "id": "1", "sku": "MUG", "title": "Mug", "quantity": 2 },
                        { "id": "2", "sku": "POT", "title": "Pot", "quantity": 1 },
                    ],
                },
                "cancellation": cancellation,
            },
        });
        let (event, warnings) = parse_with_warnings(&event, Timestamp::UNIX_EPOCH);
        let event = event.expect("accepted");
        let again = Event::parse(&event.to_json()).expect("accepted again");
        assert_eq!(again, event, "it means the same when it is read again");
        let EventPayload::Cancelled(cancellation) = event.payload else { panic!("one") };
        let places = warnings.into_iter().map(|warning| warning.pointer);
        (cancellation, places.filter(|place| place.starts_with("/data/cancellation")).collect())
    }

    #[test]
    fn what_is_cancelled_and_not_understood_is_a_part_all_the_same() {
        for (lines, place) in [
            (json!({ "lines": [{ "sku": "POT", "quantity": -1 }] }), "/lines"),
            (json!({ "lines": [{ "sku": "POT", "quantity": 0 }] }), "/lines"),
            (json!({ "lines": ["the pot"] }), "/lines"),
            (json!({ "lines": "the pot" }), "/lines"),
            (json!({ "lines": [{ "article": "POT", "quantity": 1 }] }), "/lines"),
            (json!({ "items": [{ "article": "POT" }] }), "/items"),
            (json!({ "cancelledItems": [{ "sku": "POT" }] }), "/cancelledItems"),
            (json!({ "sku": "POT", "quantity": -1 }), ""),
            (json!(["the pot", "a mug"]), ""),
        ] {
            let (cancellation, warnings) = read(lines.clone());
            assert!(cancellation.is_partial() && cancellation.lines.is_empty(), "{lines}");
            let place = format!("/data/cancellation{place}");
            assert!(warnings.contains(&place), "{lines}: {warnings:?}");
        }
    }

    #[test]
    fn what_is_cancelled_is_understood_as_shops_write_it() {
        let pot = || json!([{ "sku": "POT", "quantity": 1 }]);
        for (cancellation, place) in [
            (json!({ "items": pot() }), Some("/items")),
            (json!({ "line_items": pot() }), Some("/line_items")),
            (json!({ "lineItems": pot() }), Some("/lineItems")),
            (json!({ "sku": "POT", "quantity": 1 }), Some("")),
            (pot(), Some("")),
            (json!({ "lines": [{ "id": "2", "quantity": 1 }] }), Some("/lines/0/line_id")),
            (json!({ "lines": pot() }), None),
        ] {
            let (read, warnings) = read(cancellation.clone());
            let named = read.lines.first().map(|line| (line.sku.as_ref(), line.line_id.as_ref()));
            let (sku, id) = named.unwrap_or_else(|| panic!("{cancellation} names nothing"));
            assert!(read.is_partial() && (sku.is_some() || id.is_some()), "{cancellation}");
            let is_warned = |place: &str| warnings.contains(&format!("/data/cancellation{place}"));
            assert!(place.is_none_or(is_warned), "{cancellation}: {warnings:?}");
        }
    }

    #[test]
    fn without_a_word_of_lines_the_whole_order_is_cancelled_and_the_shop_can_say_so() {
        for whole in [json!(null), json!({ "lines": [] }), json!({ "reason": "You asked us to" })] {
            let (cancellation, warnings) = read(whole.clone());
            assert!(!cancellation.is_partial() && warnings.is_empty(), "{whole}: {warnings:?}");
        }
        let lines = json!([{ "sku": "MUG", "quantity": 2 }, { "sku": "POT", "quantity": 1 }]);
        assert!(
            read(json!({ "lines": lines })).0.is_partial(),
            "a list of all may be of what is left"
        );
        assert!(!read(json!({ "lines": lines, "partial": false })).0.is_partial());
        assert!(read(json!({ "partial": true })).0.is_partial());
    }
}
