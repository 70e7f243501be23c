//! Shopify's fulfilments: what a customer calls a parcel.

use jiff::Timestamp;
use serde_json::{Map, Value};
use shared::Kind;

use crate::translate::fact::{Fact, When};
use crate::translate::json::{count, id, is_true, list, text, time};
use crate::translate::parcel::{Parcel, Pieces, day_to_come, tracking};
use crate::translate::text::line;

/// A carrier that is none.
const NO_CARRIER: &str = "Other";

/// A fulfilment, as far as the customer hears of it.
#[derive(Debug)]
pub(super) struct Fulfillment<'a> {
    json: &'a Value,
    pub id: String,
    pub created_at: Timestamp,
    updated_at: Timestamp,
    /// What is shipped with it. What is not shipped, such as a gift card, is none of it.
    pub pieces: Vec<Pieces>,
}

impl<'a> Fulfillment<'a> {
    /// A fulfilment that took place, with at least one piece that is shipped.
    pub(super) fn new(json: &'a Value) -> Option<Self> {
        if text(json, "status") != Some("success") {
            return None;
        }
        let piece = |line: &Value| {
            let is_shipped = is_true(line, "requires_shipping") && !is_true(line, "gift_card");
            let quantity = Some(count(line, "quantity")).filter(|n| is_shipped && *n > 0)?;
            Some(Pieces { line_id: id(line, "id")?, quantity })
        };
        let pieces: Vec<Pieces> = list(json, "line_items").into_iter().filter_map(piece).collect();
        let created_at = time(json, "created_at")?;
        let updated_at = time(json, "updated_at").unwrap_or(created_at);
        let id = id(json, "id")?;
        let is_parcel = !pieces.is_empty();
        is_parcel.then_some(Self { json, id, created_at, updated_at, pieces })
    }

    /// How many pieces of a line are in it.
    pub(super) fn pieces_of(&self, line_id: &str) -> i64 {
        self.pieces.iter().filter(|it| it.line_id == line_id).map(|it| it.quantity).sum()
    }

    /// What the contract says of it.
    pub(super) fn parcel(&self, still_to_come: Vec<Pieces>) -> Parcel {
        let texts = |several: &str, one: &str| -> Vec<&str> {
            let all: Vec<&str> =
                list(self.json, several).into_iter().filter_map(Value::as_str).collect();
            if all.is_empty() { text(self.json, one).into_iter().collect() } else { all }
        };
        let numbers = texts("tracking_numbers", "tracking_number");
        let links = texts("tracking_urls", "tracking_url");
        let carrier = text(self.json, "tracking_company").filter(|it| *it != NO_CARRIER);
        let expected = text(self.json, "estimated_delivery_at");
        Parcel {
            id: self.id.clone(),
            lines: self.pieces.clone(),
            still_to_come,
            carrier: carrier.and_then(line),
            tracking: tracking(&numbers, &links),
            expected_on: expected.and_then(|day| day_to_come(day, self.created_at)),
        }
    }

    fn status(&self) -> Option<&'a str> {
        text(self.json, "shipment_status")
    }

    /// All that is told of it. `is_pickup`: the customer fetches the order.
    ///
    /// Of an order that goes to no address, what has no number is no parcel, but was handed over at a counter: Shopify
    /// makes a fulfilment of that too.
    pub(super) fn facts(&self, parcel: &Parcel, order: &Value, is_pickup: bool) -> Vec<Fact> {
        let fact = |kind, at, shipment| {
            Fact::of_part(kind, When::At(at), order.clone(), ("shipment", shipment))
        };
        // Without a number, it waits where it was bought, and no carrier has it.
        let waits_there = parcel.tracking.is_empty()
            && matches!(self.status(), Some("ready_for_pickup" | "picked_up"));
        let goes_nowhere = parcel.tracking.is_empty() && order.get("shipping_address").is_none();
        if goes_nowhere && !is_pickup && !waits_there {
            return Vec::new();
        }
        let news = self.under_way(parcel);
        let told = news.as_ref().map(|(kind, _)| *kind);
        let mut facts = Vec::new();
        if !is_pickup && !waits_there {
            facts.push(fact(Kind::ShipmentShipped, self.created_at, parcel.to_json()));
            let corrected = parcel.corrected_at(self.updated_at, self.created_at, told);
            facts.extend(corrected.map(|at| fact(Kind::ShipmentUpdated, at, parcel.to_json())));
        }
        facts.extend(news.map(|(kind, shipment)| fact(kind, self.updated_at, shipment)));
        facts
    }

    /// What its status tells, and the parcel as that news has it.
    fn under_way(&self, parcel: &Parcel) -> Option<(Kind, Map<String, Value>)> {
        let kind = told_of(self.status()?)?;
        let expected = text(self.json, "estimated_delivery_at");
        let shipment = under_way(parcel, kind, self.updated_at, expected);
        // Without a day it would take back the one that an event of the carrier's has told: that event tells the delay.
        let says_nothing = kind == Kind::ShipmentDelayed && !shipment.contains_key("expected_on");
        (!says_nothing).then_some((kind, shipment))
    }
}

/// What a status is told as; `None` for what is not told: that a label was bought, that it moves, that something failed.
pub(super) fn told_of(status: &str) -> Option<Kind> {
    match status {
        "out_for_delivery" => Some(Kind::ShipmentOutForDelivery),
        "delivered" | "picked_up" => Some(Kind::ShipmentDelivered),
        "attempted_delivery" => Some(Kind::ShipmentDeliveryAttempted),
        "ready_for_pickup" => Some(Kind::ShipmentReadyForPickup),
        "delayed" => Some(Kind::ShipmentDelayed),
        _ => None,
    }
}

/// The parcel of news from its way. `expected`: the time at which it should arrive, as of that news.
pub(super) fn under_way(
    parcel: &Parcel,
    kind: Kind,
    happened: Timestamp,
    expected: Option<&str>,
) -> Map<String, Value> {
    let expected_on = expected.and_then(|day| day_to_come(day, happened));
    let expected_on = expected_on.or(parcel.expected_on.filter(|_| kind != Kind::ShipmentDelayed));
    let parcel = Parcel { expected_on, still_to_come: Vec::new(), ..parcel.clone() };
    let mut shipment = parcel.to_json();
    if kind == Kind::ShipmentDeliveryAttempted {
        // Nobody numbers the attempts, and a fulfilment does not say when its own was: it is changed by much else. So
        // that none is told twice, by a fulfilment and by an event of it, one is told of each parcel.
        shipment.insert("attempt".to_owned(), 1.into());
    }
    shipment
}
