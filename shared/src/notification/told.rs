//! What a mail tells, as digests: by them the ledger knows what a customer was last told, and holds nothing of
//! what the mail says.
//!
//! One digest for each thing that news of a parcel or an order can change. A thing that an event does not mention
//! has none: whoever does not mention the carrier has not changed it.

use std::collections::BTreeMap;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::contract::event::{Event, EventPayload};
use crate::contract::order::Order;
use crate::contract::shipment::Shipment;
use crate::contract::text::Line;

/// Bytes of a digest. With 48 bits, one change in 10^14 would be taken for none.
const DIGEST_LEN: usize = 6;

/// The day of a parcel of which nobody knows when it comes: unlike a day that is not mentioned, it is told.
const UNKNOWN_DAY: &str = "unknown";

/// A thing that a mail can tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Subject {
    Carrier,
    TrackingNumber,
    TrackingLink,
    ExpectedDay,
    OrderContent,
    ChangesInWords,
}

impl Subject {
    const ALL: [Self; 6] = [
        Self::Carrier,
        Self::TrackingNumber,
        Self::TrackingLink,
        Self::ExpectedDay,
        Self::OrderContent,
        Self::ChangesInWords,
    ];

    /// As the ledger stores it: one letter, since each change of an item of over 1 KB costs twice.
    const fn letter(self) -> char {
        match self {
            Self::Carrier => 'c',
            Self::TrackingNumber => 'n',
            Self::TrackingLink => 'l',
            Self::ExpectedDay => 'd',
            Self::OrderContent => 'o',
            Self::ChangesInWords => 'w',
        }
    }
}

/// What one mail tells, or several together.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Told(BTreeMap<Subject, String>);

impl Told {
    /// What the mail for `event` tells of the things that can change.
    #[must_use]
    pub fn by_event(event: &Event) -> Self {
        let mut told = Self::default();
        match &event.payload {
            EventPayload::Confirmed => told.add_order(&event.order),
            EventPayload::OrderUpdated(update) => {
                told.add_order(&event.order);
                let words = update.changes.iter().map(Line::as_str);
                told.add(Subject::ChangesInWords, in_any_order(words));
            }
            EventPayload::PaymentFailed(_)
            | EventPayload::Cancelled(_)
            | EventPayload::Refunded(_)
            | EventPayload::WithdrawalReceived(_) => {}
            EventPayload::Shipped(shipment) | EventPayload::Updated(shipment) => {
                told.add_tracking(shipment);
                told.add(Subject::ExpectedDay, shipment.expected_on.map(|day| day.to_string()));
            }
            EventPayload::Delayed(shipment) => {
                told.add_tracking(shipment);
                told.add_delay(shipment.expected_on.map(|day| day.to_string()));
            }
            EventPayload::OutForDelivery(shipment)
            | EventPayload::DeliveryAttempted(shipment)
            | EventPayload::ReadyForPickup(shipment)
            | EventPayload::Delivered(shipment)
            | EventPayload::Returned(shipment) => told.add_tracking(shipment),
        }
        told
    }

    fn add_tracking(&mut self, shipment: &Shipment) {
        // `dhl` is no other carrier than `DHL`.
        let carrier = shipment.carrier.as_ref().map(|carrier| carrier.as_str().to_lowercase());
        self.add(Subject::Carrier, carrier);
        let tracking = &shipment.tracking;
        let numbers = tracking.iter().filter_map(|it| Some(it.number.as_ref()?.as_str()));
        self.add(Subject::TrackingNumber, in_any_order(numbers));
        let link = in_any_order(tracking.iter().filter_map(|it| Some(it.url.as_ref()?.as_str())));
        self.add(Subject::TrackingLink, link);
    }

    /// The new day of a parcel that is late; `None`: nobody knows it yet.
    fn add_delay(&mut self, day: Option<String>) {
        self.add(Subject::ExpectedDay, Some(day.unwrap_or_else(|| UNKNOWN_DAY.to_owned())));
    }

    /// What is bought, what it costs and where it goes.
    fn add_order(&mut self, order: &Order) {
        let places = (&order.shipping_address, &order.pickup, &order.billing_address);
        let content = (&order.lines, &order.totals, places);
        let content = serde_json::to_string(&content).expect("an order is JSON without fail");
        self.add(Subject::OrderContent, Some(content));
    }

    fn add(&mut self, subject: Subject, text: Option<String>) {
        let Some(text) = text else { return };
        let digest = Sha256::digest(text);
        self.0.insert(subject, BASE64_URL_SAFE_NO_PAD.encode(&digest[..DIGEST_LEN]));
    }

    /// Whether it tells what the order holds.
    #[must_use]
    pub fn tells_order(&self) -> bool {
        self.0.contains_key(&Subject::OrderContent)
    }

    /// Whether it says something else than was told before. What it does not mention is no change.
    #[must_use]
    pub fn has_news_beyond(&self, before: &Self) -> bool {
        self.0.iter().any(|(subject, digest)| before.0.get(subject) != Some(digest))
    }

    /// What was told once this was told too.
    #[must_use]
    pub fn then(mut self, later: &Self) -> Self {
        let later = later.0.iter().map(|(subject, digest)| (*subject, digest.clone()));
        self.0.extend(later);
        self
    }

    /// As the ledger stores it; `None` where nothing is told that could change.
    #[must_use]
    pub fn to_attribute(&self) -> Option<String> {
        let parts: Vec<String> = self
            .0
            .iter()
            .map(|(subject, digest)| format!("{}{digest}", subject.letter()))
            .collect();
        (!parts.is_empty()).then(|| parts.join(" "))
    }

    /// Reads what [`Told::to_attribute`] wrote. A subject of a newer version is left out.
    #[must_use]
    pub fn from_attribute(text: &str) -> Self {
        let part = |part: &str| {
            let subject = Subject::ALL.into_iter().find(|it| part.starts_with(it.letter()))?;
            Some((subject, part[1..].to_owned()))
        };
        Self(text.split(' ').filter_map(part).collect())
    }
}

/// The texts as one, the same in whatever order they come; `None` where there are none.
fn in_any_order<'a>(texts: impl Iterator<Item = &'a str>) -> Option<String> {
    let texts: std::collections::BTreeSet<&str> = texts.collect();
    (!texts.is_empty()).then(|| Vec::from_iter(texts).join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn told(kind: &str, shipment: Value) -> Told {
        let price = json!({ "amount": 1490, "currency": "EUR" });
        let mut event = json!({
            "specversion": "1.0", "source": "shop", "id": "e-1", "type": kind,
            "data": {
                "order": {
                    "id": "1", "number": "#1", "placed_at": "2026-11-20T09:15:00Z",
                    "customer": { "email": "jo@example.com" },
                    "lines": [{ "sku": "MUG", "title": "Mug", "quantity": 2, "unit_price": price }],
                    "totals": { "total": price },
                },
                "shipment": { "id": "S-1", "lines": [{ "sku": "MUG", "quantity": 2 }] },
            },
        });
        for (name, value) in shipment.as_object().expect("members") {
            event["data"]["shipment"][name] = value.clone();
        }
        Told::by_event(&Event::parse(&event).expect("valid"))
    }

    const A: &str = "https://dhl.example/A";

    #[test]
    fn the_same_carrier_number_and_link_are_no_news_and_each_of_them_changed_is() {
        let whole = json!({"carrier": "DHL", "tracking_number": "A", "tracking_url": A});
        let before = told("shipment.shipped", whole.clone());
        let changed = |name: &str, value: &str| {
            let mut changed = whole.clone();
            changed[name] = json!(value);
            told("shipment.updated", changed).has_news_beyond(&before)
        };
        assert!(!told("shipment.updated", whole.clone()).has_news_beyond(&before));
        assert!(!changed("carrier", "dhl"));
        assert!(changed("carrier", "UPS"));
        assert!(changed("tracking_number", "B"));
        assert!(changed("tracking_url", "https://ups.example/A"));
    }

    #[test]
    fn what_an_event_does_not_mention_has_not_changed() {
        let before = told("shipment.shipped", json!({"carrier": "DHL", "tracking_number": "A"}));
        let number_only = |number| told("shipment.updated", json!({"tracking_number": number}));
        assert!(!number_only("A").has_news_beyond(&before));
        let now = before.then(&number_only("B"));
        let whole = json!({"carrier": "DHL", "tracking_number": "B"});
        assert!(!told("shipment.updated", whole).has_news_beyond(&now));
        assert!(number_only("A").has_news_beyond(&now), "it is true again");
    }

    #[test]
    fn a_delay_tells_its_day_and_a_day_that_nobody_knows_is_told_too() {
        let before = told("shipment.shipped", json!({"expected_on": "2026-12-01"}));
        let delayed = |day| told("shipment.delayed", json!({ "expected_on": day }));
        assert!(!delayed("2026-12-01").has_news_beyond(&before));
        assert!(delayed("2026-12-05").has_news_beyond(&before));
        let mut unknown = Told::default();
        unknown.add_delay(None);
        assert!(unknown.has_news_beyond(&before));
        assert!(!unknown.has_news_beyond(&unknown.clone()));
        assert!(delayed("2026-12-01").has_news_beyond(&before.then(&unknown)));
    }

    #[test]
    fn the_ledger_holds_digests_and_reads_them_back() {
        let whole = json!({"carrier": "DHL", "tracking_number": "AAA1", "tracking_url": A});
        let told = told("shipment.delayed", {
            let mut whole = whole;
            whole["expected_on"] = json!("2026-12-05");
            whole
        });
        let text = told.to_attribute().expect("it tells something");
        assert_eq!(text.len(), 4 * 9 + 3, "{text}");
        assert!(!text.contains("AAA1"), "{text}");
        assert_eq!(Told::from_attribute(&text), told);
        assert_eq!(Told::from_attribute(&format!("{text} zabcdefgh")), told);
        assert_eq!(Told::default().to_attribute(), None);
    }

    #[test]
    fn an_update_of_an_order_tells_its_content_where_it_is_fetched_and_what_the_shop_says_of_it() {
        let told = |pickup: &str, words: &[&str]| {
            let event = json!({
                "id": "e-1", "type": "order.updated",
                "data": {
                    "order": { "id": "1", "customer": { "email": "jo@example.com" },
                               "pickup": { "name": pickup } },
                    "update": { "changes": words },
                },
            });
            Told::by_event(&Event::parse(&event).expect("valid"))
        };
        let before = told("Store 7", &[]);
        assert!(before.tells_order());
        assert!(told("Store 8", &[]).has_news_beyond(&before));
        let said = told("Store 7", &["We added your gift message."]);
        assert!(said.has_news_beyond(&before));
        let now = before.clone().then(&said);
        assert!(!said.has_news_beyond(&now) && !before.has_news_beyond(&now));
    }

    // A stored digest is compared with that of a later version.
    #[test]
    fn digests_stay_the_same_between_versions() {
        let told = told("shipment.updated", json!({"carrier": "DHL", "tracking_number": "AAA1"}));
        assert_eq!(told.to_attribute().as_deref(), Some("cRS3awwkr nISWxmdy6"));
    }
}
