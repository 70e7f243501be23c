//! What a mail tells, as digests: by them the ledger knows what a customer was last told, and holds nothing of
//! what the mail says.
//!
//! One digest for each thing that news of a parcel or an order can change. A thing that an event does not mention
//! has none: whoever does not mention the carrier has not changed it.

use std::collections::BTreeMap;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use rust_decimal::Decimal;
use sha2::{Digest, Sha256};

use crate::contract::address::Pickup;
use crate::contract::event::{Event, EventPayload};
use crate::contract::order::Order;
use crate::contract::order_line::OrderLine;
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
    PickupPlace,
    PickupDay,
    PickupCode,
    PickupNote,
    OrderLines,
    OrderTotal,
    Destination,
    BillingAddress,
    ChangesInWords,
}

impl Subject {
    const ALL: [Self; 13] = [
        Self::Carrier,
        Self::TrackingNumber,
        Self::TrackingLink,
        Self::ExpectedDay,
        Self::PickupPlace,
        Self::PickupDay,
        Self::PickupCode,
        Self::PickupNote,
        Self::OrderLines,
        Self::OrderTotal,
        Self::Destination,
        Self::BillingAddress,
        Self::ChangesInWords,
    ];

    /// Whether it is what an order holds.
    const fn is_of_order(self) -> bool {
        matches!(
            self,
            Self::OrderLines | Self::OrderTotal | Self::Destination | Self::BillingAddress
        )
    }

    /// As the ledger stores it: one letter, since each change of an item of over 1 KB costs twice.
    const fn letter(self) -> char {
        match self {
            Self::Carrier => 'c',
            Self::TrackingNumber => 'n',
            Self::TrackingLink => 'l',
            Self::ExpectedDay => 'd',
            Self::PickupPlace => 'a',
            Self::PickupDay => 'u',
            Self::PickupCode => 'k',
            Self::PickupNote => 'e',
            Self::OrderLines => 'o',
            Self::OrderTotal => 't',
            Self::Destination => 'p',
            Self::BillingAddress => 'b',
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
                told.add_parcel(shipment, &event.order);
                told.add(Subject::ExpectedDay, shipment.expected_on.map(|day| day.to_string()));
            }
            EventPayload::Delayed(shipment) => {
                told.add_parcel(shipment, &event.order);
                told.add_delay(shipment.expected_on.map(|day| day.to_string()));
            }
            EventPayload::OutForDelivery(shipment)
            | EventPayload::DeliveryAttempted(shipment)
            | EventPayload::ReadyForPickup(shipment)
            | EventPayload::Delivered(shipment)
            | EventPayload::Returned(shipment) => told.add_parcel(shipment, &event.order),
        }
        told
    }

    fn add_parcel(&mut self, shipment: &Shipment, order: &Order) {
        // `dhl` is no other carrier than `DHL`.
        let carrier = shipment.carrier.as_ref().map(|carrier| carrier.as_str().to_lowercase());
        self.add(Subject::Carrier, carrier);
        let tracking = &shipment.tracking;
        let numbers = tracking.iter().filter_map(|it| Some(it.number.as_ref()?.as_str()));
        self.add(Subject::TrackingNumber, in_any_order(numbers));
        let link = in_any_order(tracking.iter().filter_map(|it| Some(it.url.as_ref()?.as_str())));
        self.add(Subject::TrackingLink, link);
        // As the mail shows it.
        let of_parcel = shipment.pickup.clone().map(|place| place.or(order.pickup.as_ref()));
        if let Some(place) = of_parcel.or_else(|| order.pickup.clone()) {
            self.add_pickup(&place);
        }
    }

    fn add_pickup(&mut self, pickup: &Pickup) {
        let place = (&pickup.name, &pickup.address);
        let is_named = pickup.name.is_some() || pickup.address.is_some();
        self.add(Subject::PickupPlace, is_named.then(|| as_text(&place)));
        self.add(Subject::PickupDay, pickup.until.map(|day| day.to_string()));
        self.add(Subject::PickupCode, pickup.code.as_ref().map(|code| code.as_str().to_owned()));
        self.add(Subject::PickupNote, pickup.note.as_ref().map(|note| note.as_str().to_owned()));
    }

    /// The new day of a parcel that is late; `None`: nobody knows it yet.
    fn add_delay(&mut self, day: Option<String>) {
        self.add(Subject::ExpectedDay, Some(day.unwrap_or_else(|| UNKNOWN_DAY.to_owned())));
    }

    /// What is bought, what it costs and where it goes, each on its own: an event that leaves one out has not changed it.
    fn add_order(&mut self, order: &Order) {
        self.add(Subject::OrderLines, articles_of(&order.lines));
        self.add(Subject::OrderTotal, order.totals.total.as_ref().map(as_text));
        let address = || order.shipping_address.as_ref().map(as_text);
        self.add(Subject::Destination, order.pickup.as_ref().map(as_text).or_else(address));
        self.add(Subject::BillingAddress, order.billing_address.as_ref().map(as_text));
        if self.0.is_empty() {
            // It tells that there is an order. The next one that says no more is no news.
            self.add(Subject::OrderLines, Some(String::new()));
        }
    }

    fn add(&mut self, subject: Subject, text: Option<String>) {
        let Some(text) = text else { return };
        let digest = Sha256::digest(text);
        self.0.insert(subject, BASE64_URL_SAFE_NO_PAD.encode(&digest[..DIGEST_LEN]));
    }

    /// Whether it tells what the order holds.
    #[must_use]
    pub fn tells_order(&self) -> bool {
        self.0.keys().any(|subject| subject.is_of_order())
    }

    /// Whether it says something else than was told before. What it does not mention is no change.
    #[must_use]
    pub fn has_news_beyond(&self, before: &Self) -> bool {
        // No mail shows who is billed. So where it was not mentioned before, nobody thinks of another.
        let is_first_bill = |subject| subject == Subject::BillingAddress && before.tells_order();
        self.0.iter().any(|(subject, digest)| match before.0.get(subject) {
            Some(told) => told != digest,
            None => !is_first_bill(*subject),
        })
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

fn as_text(part: &impl serde::Serialize) -> String {
    serde_json::to_string(part).expect("a part of an order is JSON without fail")
}

/// What of the lines a customer can tell apart, however they are numbered, ordered and illustrated: so many of each
/// article, also where several lines hold it. `None` for no lines.
fn articles_of(lines: &[OrderLine]) -> Option<String> {
    let mut articles: BTreeMap<String, Option<Decimal>> = BTreeMap::new();
    for line in lines {
        let price = line.unit_price.as_ref();
        let article = as_text(&(&line.sku, &line.title, &line.options, &line.unit, price));
        let all = articles.entry(article).or_insert(Some(Decimal::ZERO));
        *all = all.zip(line.quantity).map(|(all, more)| all + more.value());
    }
    let quantity = |all: Option<Decimal>| all.map(|all| all.normalize().to_string());
    let texts = articles.into_iter().map(|(article, all)| {
        format!("{} {article}", quantity(all).unwrap_or_else(|| "?".to_owned()))
    });
    (!lines.is_empty()).then(|| texts.collect::<Vec<_>>().join("\n"))
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
    fn each_thing_by_which_a_parcel_is_fetched_is_news_once_it_changes() {
        let place = json!({ "name": "Store 7", "until": "2026-12-01", "code": "4711", "note": "Bring it." });
        let fetched = |pickup: Value| json!({ "carrier": "DHL", "pickup": pickup });
        let before = told("shipment.ready_for_pickup", fetched(place.clone()));
        let news = |pickup| told("shipment.updated", fetched(pickup)).has_news_beyond(&before);
        assert!(!news(place.clone()) && !news(json!({ "code": "4711" })));
        assert!(!news(with(place.clone(), "hours", json!("9 to 5"))), "it is not told apart");
        for (name, value) in [
            ("name", "Store 8"),
            ("until", "2026-12-02"),
            ("code", "4712"),
            ("note", "Bring both."),
        ] {
            assert!(news(json!({ name: value })), "{name}");
        }
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

    fn mug() -> Value {
        let price = json!({ "amount": 1490, "currency": "EUR" });
        json!({ "id": "1", "sku": "MUG", "title": "Mug", "quantity": 2, "unit_price": price })
    }

    fn with(mut json: Value, name: &str, value: Value) -> Value {
        json[name] = value;
        json
    }

    /// What an update tells of an order of mugs and a pot, with another `name`.
    fn updated(name: &str, value: &Value) -> Told {
        let order = json!({
            "id": "1", "customer": { "email": "jo@example.com" },
            "lines": [mug(), { "title": "Pot", "quantity": 1 }],
            "totals": { "total": { "amount": 4470, "currency": "EUR" } },
            "shipping_address": { "lines": ["Main Street 1"] },
        });
        let order = with(order, name, value.clone());
        let event = json!({ "id": "e-1", "type": "order.updated", "data": { "order": order } });
        Told::by_event(&Event::parse(&event).expect("valid"))
    }

    #[test]
    fn an_update_that_says_the_same_otherwise_or_leaves_something_out_is_no_news() {
        let before = updated("id", &json!("1"));
        let pot = || json!({ "id": "2", "title": "Pot", "quantity": 1 });
        let one = || with(mug(), "quantity", json!(1));
        let looks = with(mug(), "image_url", json!("https://shop.example/m.jpg"));
        for (name, value) in [
            ("lines", json!([pot(), mug()])),
            ("lines", json!([one(), pot(), one()])),
            ("lines", json!([with(mug(), "id", json!("9")), pot()])),
            ("lines", json!([with(looks, "url", json!("https://shop.example/m")), pot()])),
            ("lines", json!([])),
            ("totals", json!({})),
            ("shipping_address", json!(null)),
            ("billing_address", json!({ "lines": ["Main Street 1"] })),
        ] {
            assert!(!updated(name, &value).has_news_beyond(&before), "{name}: {value}");
        }
    }

    #[test]
    fn each_thing_of_an_order_that_changed_is_news() {
        let before = updated("id", &json!("1"));
        let pot = || json!({ "title": "Pot", "quantity": 1 });
        for (name, value) in [
            ("lines", json!([with(mug(), "quantity", json!(1)), pot()])),
            ("lines", json!([with(mug(), "title", json!("Cup")), pot()])),
            ("lines", json!([with(mug(), "options", json!([{ "value": "FOR B." }])), pot()])),
            ("totals", json!({ "total": { "amount": 4471, "currency": "EUR" } })),
            ("shipping_address", json!({ "lines": ["Main Street 2"] })),
            ("pickup", json!({ "name": "Store 7" })),
        ] {
            assert!(updated(name, &value).has_news_beyond(&before), "{name}: {value}");
        }
        let billed = |line: &str| updated("billing_address", &json!({ "lines": [line] }));
        assert!(billed("Main Street 2").has_news_beyond(&billed("Main Street 1")));
    }

    #[test]
    fn an_update_of_which_nothing_is_known_is_told_once() {
        let order = json!({ "id": "1", "customer": { "email": "jo@example.com" } });
        let event = json!({ "id": "e-1", "type": "order.updated", "data": { "order": order } });
        let told = Told::by_event(&Event::parse(&event).expect("valid"));
        assert!(told.tells_order() && told.has_news_beyond(&Told::default()));
        assert!(!told.has_news_beyond(&told.clone()));
    }

    // A stored digest is compared with that of a later version.
    #[test]
    fn digests_stay_the_same_between_versions() {
        let told = told("shipment.updated", json!({"carrier": "DHL", "tracking_number": "AAA1"}));
        assert_eq!(told.to_attribute().as_deref(), Some("cRS3awwkr nISWxmdy6"));
    }
}
