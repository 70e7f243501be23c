//! The events of a run. Each is generated from its index, so that a hundred thousand need no memory.

use jiff::Timestamp;
use serde_json::{Value, json};
use shared::Kind;

use super::accepted_mails::Key;

/// One event in this number is muted.
const MUTED_EVERY: usize = 40;

/// Text that only the customers' personal data contains: no line that a function prints may contain it.
pub const PERSONAL: [&str; 4] = ["@customers.example", "@simulator.amazonses.com", "O'Hara", "Zoë"];

/// The expected outcome of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// One mail.
    Mail,
    /// No mail: the event says `notify: false`.
    Muted,
}

/// One event of the run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// The event's id.
    pub id: String,
    /// The ledger key of its notification.
    pub key: Key,
    /// Its type.
    pub kind: Kind,
    /// The expected outcome.
    pub expected: Expected,
}

/// The `n`th event. Each order has three: confirmed, shipped and refunded; the policy for refunds is to
/// hold doubts.
#[must_use]
pub fn case(seed: u64, n: usize) -> Case {
    let order = order_id(seed, n);
    let kind = kind(n);
    let scope = match kind {
        Kind::OrderConfirmed => String::new(),
        Kind::ShipmentShipped => format!("{order}-A"),
        _ => format!("{order}-R"),
    };
    let expected =
        if n % MUTED_EVERY == MUTED_EVERY - 1 { Expected::Muted } else { Expected::Mail };
    let id = format!("{order}-{kind}");
    let notification = match expected {
        Expected::Mail => format!("{kind}#{scope}#customer"),
        Expected::Muted => format!("muted#{kind}#{SOURCE} {id}"),
    };
    Case { id, key: (order, notification), kind, expected }
}

const SOURCE: &str = "https://shop.example/chaos";

/// The event as the shop publishes it.
#[must_use]
pub fn event_json(seed: u64, n: usize) -> String {
    let Case { id, key: (order, _), kind, expected } = case(seed, n);
    let mut data = json!({ "order": order_json(&order, n / 3) });
    match kind {
        Kind::ShipmentShipped => data["shipment"] = shipment(&order),
        Kind::OrderRefunded => data["refund"] = refund(&order),
        _ => {}
    }
    if expected == Expected::Muted {
        data["notify"] = json!(false);
    }
    json!({
        "specversion": "1.0",
        "source": SOURCE,
        "id": id,
        "type": kind.as_str(),
        "time": Timestamp::now().to_string(),
        "data": data,
    })
    .to_string()
}

/// An order that is published when all others are, and of which nothing is expected.
#[must_use]
pub fn further_order_json(seed: u64, nth: usize) -> String {
    let order = format!("S{seed}{FURTHER}{nth}");
    json!({
        "specversion": "1.0",
        "source": SOURCE,
        "id": order,
        "type": Kind::OrderConfirmed.as_str(),
        "time": Timestamp::now().to_string(),
        "data": { "order": order_json(&order, 0) },
    })
    .to_string()
}

/// Whether `order` was made by [`further_order_json`].
#[must_use]
pub fn is_further_order(order: &str) -> bool {
    order.contains(FURTHER)
}

const FURTHER: &str = "-further-";

fn order_id(seed: u64, n: usize) -> String {
    format!("S{seed}-{}", n / 3)
}

const fn kind(n: usize) -> Kind {
    match n % 3 {
        0 => Kind::OrderConfirmed,
        1 => Kind::ShipmentShipped,
        _ => Kind::OrderRefunded,
    }
}

fn order_json(id: &str, n: usize) -> Value {
    // SES's mailbox simulator bounces mails to the first address and complains about those to the second.
    let email = match n % 50 {
        7 => format!("bounce+{n}@simulator.amazonses.com"),
        8 => format!("complaint+{n}@simulator.amazonses.com"),
        _ => format!("c{n}@customers.example"),
    };
    json!({
        "id": id,
        "number": format!("#{id}"),
        "placed_at": "2026-11-20T09:15:00Z",
        "customer": { "email": email, "name": "Zoë O'Hara", "locale": "en-GB" },
        "lines": [{
            "sku": "MUG-1", "title": "Mug, blue", "quantity": 2, "unit_price": eur(1490)
        }],
        "totals": { "shipping": eur(490), "total": eur(3470) },
    })
}

fn shipment(order: &str) -> Value {
    json!({
        "id": format!("{order}-A"),
        "lines": [{ "sku": "MUG-1", "quantity": 2 }],
        "carrier": "DHL",
        "tracking_number": "00340434161094022115",
    })
}

fn refund(order: &str) -> Value {
    json!({ "id": format!("{order}-R"), "amount": eur(1490), "method": "Visa ending 4242" })
}

fn eur(amount: i64) -> Value {
    json!({ "amount": amount, "currency": "EUR" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::Event;
    use shared::notification::ledger_key;

    #[test]
    fn every_event_is_valid_and_has_the_key_of_its_case() {
        for n in 0..200 {
            let json = serde_json::from_str(&event_json(1, n)).expect("JSON");
            let event = Event::parse(&json).expect("a valid event");
            assert_eq!((event.order.id.to_string(), ledger_key(&event)), case(1, n).key);
        }
    }

    #[test]
    fn every_customers_data_contains_one_of_the_personal_texts() {
        for n in 0..200 {
            let json: Value = serde_json::from_str(&event_json(1, n)).expect("JSON");
            for field in ["email", "name"] {
                let text = json["data"]["order"]["customer"][field].to_string();
                assert!(PERSONAL.iter().any(|word| text.contains(word)), "{text}");
            }
        }
    }
}
