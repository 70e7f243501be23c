//! The order as its customer last knew it, so that the mail of an update says what changed.
//!
//! Which event that was, the ledger knows: the newest of the mails before that told what the order holds. What it said is
//! in the Events table. It is read only for an update that does not itself say what changed, and only once it is mailed:
//! the usual order costs nothing. Where nothing is known of the order before, or its event is gone, the mail shows the
//! order as it is now and claims nothing.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use kit::ledger::LedgerError;
use shared::Event;
use shared::contract::changes::OrderChanges;
use shared::contract::event::EventPayload;
use shared::order_key::ORDER_KEY;
use shared::outbox::unpack;
use shared::queue::message::DispatchRequest;

/// The Events table, to read single events.
#[derive(Debug, Clone)]
pub struct EventReader {
    client: Client,
    table: String,
}

/// What changed of the order with `event` since the event `told_by` ([`shared::EventRef::sort_key`]) was told; nothing
/// where the event says so itself, or is no update.
///
/// # Errors
/// [`LedgerError`] when DynamoDB did not answer.
pub async fn changes_since(
    events: &EventReader,
    order_key: &str,
    told_by: Option<&str>,
    event: &Event,
) -> Result<OrderChanges, LedgerError> {
    let EventPayload::OrderUpdated(update) = &event.payload else {
        return Ok(OrderChanges::default());
    };
    let Some(told_by) = told_by.filter(|_| update.changes.is_empty()) else {
        return Ok(OrderChanges::default());
    };
    let before = events.read(order_key, told_by).await?;
    Ok(before.map_or_else(OrderChanges::default, |before| {
        OrderChanges::between(&before.order, &event.order)
    }))
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
