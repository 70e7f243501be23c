//! Orders that come as webhooks of shop systems. Each is delivered until it is answered as kept, which Shopify does for four
//! hours; each comes several times, and of Shopify's the parcel before its order.

use std::net::SocketAddr;
use std::ops::Range;
use std::sync::LazyLock;
use std::time::Duration;

use connector::{Delivery, System, Translation, translate};
use futures::{StreamExt, stream};
use jiff::{SignedDuration, Timestamp};
use local::Stack;
use local::stack::SystemSecret;
use serde_json::Value;
use shared::notification::{Recipient, ledger_key};
use shared::{Event, OrderKey, ShopId};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::workload::{Case, Expected};
use crate::deliveries::{SECRET, headers, paid_order_at, path, shopify_fulfillment_at};

/// For so many events of the run one order comes as webhooks.
const EVENTS_PER_ORDER: usize = 20;

/// So many orders are delivered side by side.
const MAX_CONCURRENCY: usize = 3;

/// The id of the first order: no other order of a run has one like it.
const FIRST_ORDER: u64 = 7_000_000;

const RETRY_AFTER: Duration = Duration::from_millis(200);

/// When the orders were placed, and when their parcels were sent: long enough ago that no mail is news beside another.
static PLACED_AT: LazyLock<Timestamp> =
    LazyLock::new(|| Timestamp::now() - SignedDuration::from_hours(1));
const SENT_AFTER_MINUTES: u8 = 30;

/// What the systems sign with.
#[must_use]
pub fn secrets() -> Vec<SystemSecret> {
    let secret =
        |system| SystemSecret { shop: ShopId::default(), system, secret: SECRET.to_owned() };
    System::ALL.map(secret).to_vec()
}

/// The orders of a run with so many events.
#[must_use]
pub fn orders(events: usize) -> Range<u64> {
    let count = u64::try_from(events / EVENTS_PER_ORDER).unwrap_or_default();
    FIRST_ORDER..FIRST_ORDER + count
}

const fn system(order: u64) -> System {
    if order.is_multiple_of(2) { System::Shopify } else { System::WooCommerce }
}

/// What is delivered of an order, in this order.
fn bodies(order: u64) -> Vec<Value> {
    let whole = paid_order_at(system(order), order, *PLACED_AT);
    match system(order) {
        System::Shopify => {
            let parcel = parcel(order);
            vec![parcel.clone(), whole.clone(), whole, parcel]
        }
        System::WooCommerce => vec![whole.clone(), whole.clone(), whole],
    }
}

fn parcel(order: u64) -> Value {
    let sent_after = SignedDuration::from_mins(SENT_AFTER_MINUTES.into());
    shopify_fulfillment_at(order, *PLACED_AT + sent_after)
}

/// The notifications that an order's deliveries ask for.
///
/// # Panics
/// Never: a test translates the deliveries of both systems.
#[must_use]
pub fn cases(order: u64) -> Vec<Case> {
    let confirmed = events(order, &bodies(order)[1], None);
    let mut cases: Vec<Case> = confirmed.iter().map(|event| case(event, 0)).collect();
    if system(order) == System::Shopify {
        let parcel = events(order, &parcel(order), Some(&confirmed[0]["data"]));
        cases.extend(parcel.iter().map(|event| case(event, SENT_AFTER_MINUTES)));
    }
    cases
}

fn case(json: &Value, minute: u8) -> Case {
    let event = Event::parse(json).expect("a valid event");
    let key = (OrderKey::of_event(&event).to_string(), ledger_key(&event));
    let id = format!("{} by webhook", event.reference.id);
    let (kind, recipient) = (event.payload.kind(), Recipient::Customer);
    Case { id, key, kind, minute, says: "", recipient, expected: Expected::Mail }
}

fn events(order: u64, body: &Value, stored: Option<&Value>) -> Vec<Value> {
    let (shop, body) = (ShopId::default(), body.to_string());
    let (system, received_at) = (system(order), Timestamp::now());
    let delivery = Delivery { shop: &shop, system, topic: None, body: &body, received_at };
    match translate(&delivery, stored) {
        Ok(Translation::Events(events)) => events,
        other => panic!("expected events: {other:?}"),
    }
}

/// Delivers everything about these orders.
pub async fn deliver(stack: &Stack, orders: Range<u64>) {
    let deliver_order = |order| async move {
        for body in bodies(order) {
            let body = body.to_string();
            while status(stack.address, system(order), &body).await != Some(200) {
                tokio::time::sleep(RETRY_AFTER).await;
            }
        }
    };
    stream::iter(orders).for_each_concurrent(MAX_CONCURRENCY, deliver_order).await;
}

/// The status of the answer; `None` where the connection ended without one.
async fn status(address: SocketAddr, system: System, body: &str) -> Option<u16> {
    let mut request = format!(
        "POST {} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-length: {}\r\n",
        path("default", system),
        body.len()
    );
    for (name, value) in headers(system, "orders/updated", SECRET, body.as_bytes()) {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    request.push_str("\r\n");
    request.push_str(body);
    let mut connection = TcpStream::connect(address).await.ok()?;
    connection.write_all(request.as_bytes()).await.ok()?;
    let mut answer = Vec::new();
    connection.read_to_end(&mut answer).await.ok()?;
    let line = String::from_utf8_lossy(&answer);
    line.split(' ').nth(1)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use shared::Kind;

    use super::*;

    #[test]
    fn each_order_asks_for_a_confirmation_and_shopify_s_for_a_parcel_too() {
        let kinds = |order| cases(order).iter().map(|case| case.kind).collect::<Vec<_>>();
        assert_eq!(kinds(FIRST_ORDER), [Kind::OrderConfirmed, Kind::ShipmentShipped]);
        assert_eq!(kinds(FIRST_ORDER + 1), [Kind::OrderConfirmed]);
        let shipped = &cases(FIRST_ORDER)[1];
        assert!(shipped.key.1.contains("700000001"), "{shipped:?}");
        assert_eq!(orders(100), FIRST_ORDER..FIRST_ORDER + 5);
    }
}
