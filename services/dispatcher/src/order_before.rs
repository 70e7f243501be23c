//! The order as its customer last knew it, so that the mail of an update says what changed.
//!
//! Which event that was, the ledger knows: the newest of the mails before that told what the order holds. What it said is
//! in the Events table. It is read only for an update that does not itself say what changed, and only once it is mailed:
//! the usual order costs nothing. Where nothing is known of the order before, or its event is gone, the mail shows the
//! order as it is now and claims nothing. Where the two are the same to whoever reads the mail, none is sent.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use kit::ledger::LedgerError;
use shared::Event;
use shared::contract::changes::{OrderChanges, mentions_more};
use shared::contract::event::EventPayload;
use shared::contract::order::Order;
use shared::order_key::ORDER_KEY;
use shared::outbox::unpack;
use shared::queue::message::DispatchRequest;

/// The Events table, to read single events.
#[derive(Debug, Clone)]
pub struct EventReader {
    client: Client,
    table: String,
}

/// What an event tells of the order, compared with what its recipient was last told.
#[derive(Debug, Clone, PartialEq)]
pub enum Since {
    /// These things have changed; none, where the event says so itself, is no update, or nothing is known of before.
    Changed(OrderChanges),
    /// The order is as it was, as far as anybody sees it.
    Nothing,
}

/// What changed of the order with `event` since the event `told_by` ([`shared::EventRef::sort_key`]) was told.
///
/// # Errors
/// [`LedgerError`] when DynamoDB did not answer.
pub async fn changes_since(
    events: &EventReader,
    order_key: &str,
    told_by: Option<&str>,
    event: &Event,
) -> Result<Since, LedgerError> {
    let unknown = || Since::Changed(OrderChanges::default());
    let EventPayload::OrderUpdated(update) = &event.payload else { return Ok(unknown()) };
    let Some(told_by) = told_by.filter(|_| update.changes.is_empty()) else {
        return Ok(unknown());
    };
    let before = events.read(order_key, told_by).await?;
    Ok(before.map_or_else(unknown, |before| compare(&before.order, &event.order)))
}

/// By digest, the order is another one. It is not where the event now says less of a thing than the one before did. Where
/// it says more, nobody knows what was before, and so it is told.
fn compare(before: &Order, now: &Order) -> Since {
    let changes = OrderChanges::between(before, now);
    if changes.is_empty() && !mentions_more(before, now) {
        return Since::Nothing;
    }
    Since::Changed(changes)
}

impl EventReader {
    /// Reads the table `table`.
    #[must_use]
    pub const fn new(client: Client, table: String) -> Self {
        Self { client, table }
    }

    /// One event; `None` for one that is gone, or that this version does not understand. Eventually consistent: it was
    /// stored before its mail was planned.
    async fn read(&self, order_key: &str, event: &str) -> Result<Option<Event>, LedgerError> {
        let get = self.client.get_item().table_name(&self.table);
        let get = get
            .key(ORDER_KEY, AttributeValue::S(order_key.to_owned()))
            .key("event", AttributeValue::S(event.to_owned()))
            .projection_expression("message");
        let Some(mut item) = get.send().await?.item else { return Ok(None) };
        let packed = item.remove("message").and_then(|value| match value {
            AttributeValue::B(packed) => Some(packed.into_inner()),
            _ => None,
        });
        let message = packed.and_then(|packed| unpack(&packed).ok());
        let request = message.and_then(|message| DispatchRequest::parse(&message).ok());
        if request.is_none() {
            tracing::warn!(
                "an earlier event of the order cannot be read: the mail names no change"
            );
        }
        Ok(request.map(|request| request.event))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;
    use serde_json::{Value, json};

    /// The order of an update, with these members instead.
    fn order(members: &Value) -> Order {
        let mut event = fixture::event("order.updated", "e-1");
        for (name, value) in members.as_object().expect("members") {
            event["data"]["order"][name] = value.clone();
        }
        Event::parse(&event).expect("valid").order
    }

    fn mugs(quantity: &Value) -> Value {
        json!({ "lines": [{ "sku": "MUG", "title": "Mug", "quantity": quantity }] })
    }

    fn fetched(until: &Value) -> Value {
        json!({ "pickup": { "name": "Store 7", "until": until } })
    }

    #[test]
    fn an_order_of_which_less_is_said_is_as_it_was() {
        for (before, now) in [
            (fetched(&json!("2026-12-01")), fetched(&Value::Null)),
            (mugs(&json!(2)), mugs(&Value::Null)),
            (json!({}), mugs(&json!(1))),
        ] {
            assert_eq!(compare(&order(&before), &order(&now)), Since::Nothing, "{now}");
        }
    }

    #[test]
    fn what_changed_or_is_said_for_the_first_time_is_told() {
        let address = json!({ "shipping_address": { "lines": ["Main Street 1"] } });
        for (before, now, names_it) in [
            (fetched(&json!("2026-12-01")), fetched(&json!("2026-12-02")), true),
            (mugs(&json!(2)), mugs(&json!(3)), true),
            (mugs(&Value::Null), mugs(&json!(3)), false),
            (mugs(&json!(1)), json!({}), false),
            (json!({ "lines": [] }), json!({}), false),
            (json!({ "totals": {} }), json!({}), false),
            (json!({}), address, false),
        ] {
            let Since::Changed(changes) = compare(&order(&before), &order(&now)) else {
                panic!("{before} {now} is told")
            };
            assert_eq!(!changes.is_empty(), names_it, "{before} {now}");
        }
    }
}
