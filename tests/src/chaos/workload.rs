//! The events of a run, for three shops. Each is generated from its index, so that a hundred thousand need no memory.

use std::sync::LazyLock;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use shared::notification::{Recipient, ledger_key_for};
use shared::{EmailAddress, Event, Kind, OrderKey, ShopId};

use super::accepted_mails::Key;
use super::story::{Chapter, EVENTS_PER_ORDER, STORIES};

/// One event in this number is muted.
const MUTED_EVERY: usize = 40;

/// One order in this number has copies.
const COPIED_EVERY: usize = 4;

/// So many orders are published side by side: first the first event of each, then the second of each. Not a multiple
/// of the batches' size, so that an order's events meet in some and not in others.
const ORDERS_AT_A_TIME: usize = 30;

/// Text that only the customers' personal data contains: no line that a function prints may contain it.
pub const PERSONAL: [&str; 4] = ["@customers.example", "@simulator.amazonses.com", "O'Hara", "Zoë"];

/// The shops besides `default`; each has an order of each number.
pub const SHOPS: [&str; 2] = ["north", "south"];

/// The settings of a shop of [`SHOPS`]: one of its kinds has copies.
pub const SHOP_SETTINGS: &str = r#"{
    "copies": [{ "to": "ledger@customers.example", "kinds": ["order.refunded"] }]
}"#;

/// The expected outcome of a notification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// One mail, or none where newer or equal news was told.
    Mail,
    /// No mail: the event says `notify: false`.
    Muted,
    /// One mail if the customer's bounced before this event came; else there is no such notification.
    MailIfBounced,
}

/// One notification of the run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// The event's id, and who is notified.
    pub id: String,
    /// Its ledger key.
    pub key: Key,
    /// The event's type.
    pub kind: Kind,
    /// When it happened, in minutes after the order was placed.
    pub minute: u8,
    /// See [`Chapter::says`].
    pub says: &'static str,
    /// Who is notified.
    pub recipient: Recipient,
    /// The expected outcome.
    pub expected: Expected,
}

/// Where an event stands among the orders.
#[derive(Debug, Clone, Copy)]
struct Position {
    order: usize,
    step: usize,
}

impl Position {
    const fn of(n: usize) -> Self {
        let block = n / (ORDERS_AT_A_TIME * EVENTS_PER_ORDER);
        let within = n % (ORDERS_AT_A_TIME * EVENTS_PER_ORDER);
        let order = block * ORDERS_AT_A_TIME + within % ORDERS_AT_A_TIME;
        Self { order, step: within / ORDERS_AT_A_TIME }
    }

    const fn chapter(self) -> Chapter {
        STORIES[self.order % STORIES.len()][self.step]
    }

    /// The orders of a shop follow one another with a step that shares no factor with the number of stories.
    fn shop(self) -> ShopId {
        let names = [ShopId::default().to_string(), SHOPS[0].to_owned(), SHOPS[1].to_owned()];
        ShopId::parse(&names[self.order % names.len()]).expect("a shop's name")
    }

    /// The same in each shop.
    const fn number(self) -> usize {
        self.order / (SHOPS.len() + 1)
    }

    const fn is_muted(self, n: usize) -> bool {
        n % MUTED_EVERY == MUTED_EVERY - 1
    }

    const fn has_copies(self) -> bool {
        self.order.is_multiple_of(COPIED_EVERY)
    }

    fn is_corrected(self) -> bool {
        self.chapter().says == "again"
    }
}

/// The notifications that the `n`th event asks for, the customer's first.
///
/// # Panics
/// Never: a test parses events of all stories.
#[must_use]
pub fn cases(seed: u64, n: usize) -> Vec<Case> {
    let (position, json) = (Position::of(n), event(seed, n));
    let event = Event::parse(&json).expect("a valid event");
    let Chapter { kind, minute, says } = position.chapter();
    let order_key = OrderKey::of_event(&event);
    let case = |recipient, expected| Case {
        id: format!("{} of {} for {recipient}", event.reference.id, event.shop),
        key: (order_key.to_string(), ledger_key_for(&event, recipient)),
        kind,
        minute,
        says,
        recipient,
        expected,
    };
    if !event.notify {
        return vec![case(Recipient::Customer, Expected::Muted)];
    }
    let mut cases = vec![case(Recipient::Customer, Expected::Mail)];
    let mut copies = event.order.copies.clone();
    if kind == Kind::OrderRefunded && SHOPS.contains(&event.shop.as_str()) {
        copies.push(EmailAddress::parse("ledger@customers.example").expect("an address"));
    }
    let copies = copies.iter().map(|address| Recipient::copy_to(&event.shop, address));
    cases.extend(copies.map(|recipient| case(recipient, Expected::Mail)));
    if position.is_corrected() {
        let address = &event.order.customer.email;
        let recipient = Recipient::corrected_to(&event.shop, address);
        cases.push(case(recipient, Expected::MailIfBounced));
    }
    cases
}

/// The event as the shop publishes it.
#[must_use]
pub fn event_json(seed: u64, n: usize) -> String {
    event(seed, n).to_string()
}

const SOURCE: &str = "https://shop.example/chaos";

/// When the run's orders were placed: long enough ago that no mail is news beside another.
static PLACED_AT: LazyLock<Timestamp> =
    LazyLock::new(|| Timestamp::now() - SignedDuration::from_hours(1));

fn event(seed: u64, n: usize) -> Value {
    let position = Position::of(n);
    let Chapter { kind, minute, says } = position.chapter();
    let order = format!("S{seed}-{}", position.number());
    let time = *PLACED_AT + SignedDuration::from_mins(minute.into());
    let mut data = json!({ "order": order_json(&order, position) });
    match kind {
        Kind::OrderRefunded => data["refund"] = refund(&order),
        Kind::OrderWithdrawalReceived => {
            data["withdrawal"] =
                json!({ "id": format!("{order}-W"), "received_at": time.to_string() });
        }
        Kind::OrderCancelled => data["cancellation"] = json!({ "reason": "Out of stock" }),
        _ if kind.is_about_a_parcel() => data["shipment"] = shipment(&order, says),
        _ => {}
    }
    if position.is_muted(n) {
        data["notify"] = json!(false);
    }
    json!({
        "specversion": "1.0",
        "source": SOURCE,
        "id": format!("{order}-{}-{kind}", position.step),
        "type": kind.as_str(),
        "shop": position.shop().as_str(),
        "time": time.to_string(),
        "data": data,
    })
}

/// An order that is published when all others are, and of which nothing is expected.
#[must_use]
pub fn further_order_json(seed: u64, nth: usize) -> String {
    confirmation(&format!("S{seed}{FURTHER}{nth}"), 0).to_string()
}

/// The confirmation of order `S{seed}-{nth}`, of which nothing else is published: one mail follows from it.
#[must_use]
pub fn confirmation_json(seed: u64, nth: usize) -> String {
    confirmation(&format!("S{seed}-{nth}"), nth).to_string()
}

fn confirmation(order: &str, nth: usize) -> Value {
    // An order without copies, from the first chapter on.
    let position = Position { order: COPIED_EVERY * nth + 1, step: 0 };
    json!({
        "specversion": "1.0",
        "source": SOURCE,
        "id": order,
        "type": Kind::OrderConfirmed.as_str(),
        "time": Timestamp::now().to_string(),
        "data": { "order": order_json(order, position) },
    })
}

/// Whether `order` was made by [`further_order_json`].
#[must_use]
pub fn is_further_order(order: &str) -> bool {
    order.contains(FURTHER)
}

const FURTHER: &str = "-further-";

fn order_json(id: &str, position: Position) -> Value {
    let n = position.order;
    // SES's mailbox simulator bounces mails to the first address and complains about those to the second.
    let email = match n % 50 {
        _ if position.is_corrected() => format!("c{n}@customers.example"),
        5 | 10 | 15 => format!("bounce+{n}@simulator.amazonses.com"),
        8 => format!("complaint+{n}@simulator.amazonses.com"),
        _ => format!("c{n}@customers.example"),
    };
    let copies = if position.has_copies() {
        vec![
            format!("copy{n}@customers.example"),
            format!("bounce+copy{n}@simulator.amazonses.com"),
        ]
    } else {
        Vec::new()
    };
    json!({
        "id": id,
        "number": format!("#{id}"),
        "placed_at": PLACED_AT.to_string(),
        "customer": { "email": email, "name": "Zoë O'Hara", "locale": "en-GB" },
        "copies": copies,
        "lines": [{
            "sku": "MUG-1", "title": "Mug, blue", "quantity": 2, "unit_price": eur(1490)
        }],
        "totals": { "shipping": eur(490), "total": eur(3470) },
    })
}

fn shipment(order: &str, says: &str) -> Value {
    json!({
        "id": format!("{order}-A"),
        "lines": [{ "sku": "MUG-1", "quantity": 2 }],
        "carrier": "DHL",
        "tracking_number": format!("00340434161094022{says}"),
    })
}

/// Whether newer news of the kind `newer` makes that of `older` old. All refunds here are of a part, which leaves an order.
#[must_use]
pub fn supersedes(newer: Kind, older: Kind) -> bool {
    newer != Kind::OrderRefunded && older.superseded_by().contains(&newer)
}

fn refund(order: &str) -> Value {
    json!({ "id": format!("{order}-R"), "amount": eur(1490), "method": "Visa ending 4242" })
}

fn eur(amount: i64) -> Value {
    json!({ "amount": amount, "currency": "EUR" })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_order_is_told_whole_and_each_kind_and_recipient_and_shop_occurs() {
        let events = 600;
        let all: Vec<Case> = (0..events).flat_map(|n| cases(1, n)).collect();
        let of = |field: fn(&Case) -> String| all.iter().map(field).collect::<BTreeSet<_>>();
        assert_eq!(of(|case| case.key.0.clone()).len(), events / EVENTS_PER_ORDER);
        let shops = of(|case| case.key.0.split('/').next().unwrap_or_default().to_owned());
        assert_eq!(shops.into_iter().collect::<Vec<_>>(), ["default", "north", "south"]);
        let told = of(|case| case.kind.to_string());
        let untold: Vec<_> =
            Kind::ALL.iter().filter(|kind| !told.contains(kind.as_str())).collect();
        assert_eq!(untold, [&Kind::ShipmentOutForDelivery], "it is no news for long enough");
        for expected in [Expected::Mail, Expected::Muted, Expected::MailIfBounced] {
            assert!(all.iter().any(|case| case.expected == expected), "{expected:?}");
        }
        assert!(all.iter().any(|case| matches!(case.recipient, Recipient::Copy(_))));
    }

    #[test]
    fn a_confirmation_of_its_own_asks_for_one_mail_about_an_order_of_its_number() {
        for n in 0..200 {
            let json = serde_json::from_str(&confirmation_json(7, n)).expect("JSON");
            let event = Event::parse(&json).expect("a valid event");
            assert_eq!(event.order.id.as_str(), format!("S7-{n}"));
            assert!(event.notify && event.order.copies.is_empty(), "{json}");
        }
    }

    #[test]
    fn every_customers_data_contains_one_of_the_personal_texts() {
        for n in 0..200 {
            let event = event(1, n);
            for field in ["email", "name"] {
                let text = event["data"]["order"]["customer"][field].to_string();
                assert!(PERSONAL.iter().any(|word| text.contains(word)), "{text}");
            }
        }
    }
}
