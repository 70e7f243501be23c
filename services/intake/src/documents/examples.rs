//! Example events: the smallest of each kind that is accepted without a warning.

use jiff::Timestamp;
use serde_json::{Value, json};
use shared::Kind;
use shared::contract::warnings::parse_with_warnings;

/// An event of this kind, about an order of which no more is said than has to be.
pub fn smallest(kind: Kind) -> Value {
    let order = json!({
        "id": "3001",
        "customer": { "email": "jo@customers.example" },
        "lines": [{ "title": "Stoneware mug, blue", "quantity": 2 }],
        "totals": { "total": { "amount": 2980, "currency": "EUR" } }
    });
    let mut event = json!({
        "specversion": "1.0",
        "source": "https://shop.example/orders",
        "id": format!("3001-{kind}"),
        "type": kind,
        "data": { "order": order }
    });
    if let Some((name, member)) = member(kind) {
        event["data"][name] = member;
    }
    event
}

/// What it says beside the order.
fn member(kind: Kind) -> Option<(&'static str, Value)> {
    let money = || json!({ "amount": 1490, "currency": "EUR" });
    let shipment = |more: Value| {
        let mut shipment = json!({ "id": "3001-A" });
        shipment.as_object_mut()?.extend(more.as_object()?.clone());
        Some(("shipment", shipment))
    };
    match kind {
        Kind::OrderConfirmed => None,
        Kind::OrderUpdated => {
            Some(("update", json!({ "revision": "2", "changes": ["One mug more."] })))
        }
        Kind::OrderPaymentFailed => {
            Some(("payment", json!({ "id": "P-1", "url": "https://shop.example/pay/3001" })))
        }
        Kind::OrderCancelled => Some(("cancellation", json!({ "reason": "It is sold out." }))),
        Kind::OrderRefunded => Some(("refund", json!({ "id": "R-1", "amount": money() }))),
        Kind::OrderWithdrawalReceived => Some((
            "withdrawal",
            json!({
                "id": "W-1", "received_at": "2026-11-20T09:14:58+01:00",
                "content": "I withdraw from my contract."
            }),
        )),
        Kind::ShipmentShipped => shipment(json!({
            "carrier": "DHL", "tracking_number": "00340434161094022115",
            "tracking_url": "https://track.dhl.example/00340434161094022115"
        })),
        Kind::ShipmentUpdated => shipment(json!({ "tracking_number": "00340434161094022122" })),
        Kind::ShipmentDelayed => shipment(json!({ "expected_on": "2026-11-27" })),
        Kind::ShipmentOutForDelivery | Kind::ShipmentDelivered => shipment(json!({})),
        Kind::ShipmentDeliveryAttempted => {
            shipment(json!({ "attempt": 1, "next_attempt_on": "2026-11-23" }))
        }
        Kind::ShipmentReadyForPickup => shipment(json!({
            "pickup": { "name": "Locker 145", "until": "2026-11-29", "code": "7391" }
        })),
        Kind::ShipmentReturned => shipment(json!({ "reason": "Nobody fetched it." })),
    }
}

/// When the examples are published.
pub fn now() -> Timestamp {
    "2026-11-20T08:16:00Z".parse().expect("a time")
}

#[test]
fn the_smallest_event_of_each_kind_is_accepted_without_a_warning() {
    for kind in Kind::ALL {
        let (event, warnings) = parse_with_warnings(&smallest(kind), now());
        assert_eq!(event.map(|event| event.payload.kind()), Ok(kind));
        assert_eq!(warnings, [], "{kind}");
    }
}
