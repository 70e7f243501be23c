//! Events as intake stored them.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use shared::outbox::unpack;
use shared::queue::message::DispatchRequest;

use crate::aws::{Stack, refused};
use crate::error::CliError;

/// A stored event. Times are milliseconds since 1970.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StoredEvent {
    /// Its sort key: source, a space, id.
    pub event: String,
    /// Its type.
    pub kind: String,
    /// When intake stored it.
    pub accepted_at: i64,
    /// The dispatch message.
    pub message: String,
    /// Follows it to SES.
    pub correlation_id: String,
    /// Where the ledger knows it.
    pub ledger_key: String,
    /// How often the sweep has queued it again.
    pub sweeps: u32,
}

impl StoredEvent {
    /// What was accepted; `None` when this version cannot read it.
    #[must_use]
    pub fn request(&self) -> Option<DispatchRequest> {
        DispatchRequest::parse(&self.message).ok()
    }
}

/// Every event of an order, in the order of acceptance.
///
/// # Errors
/// [`CliError::Service`] when the Events table does not answer.
pub async fn of_order(stack: &Stack, order_id: &str) -> Result<Vec<StoredEvent>, CliError> {
    let table = stack.events_table();
    let items = stack
        .dynamodb
        .query()
        .table_name(&table)
        .key_condition_expression("order_id = :order")
        .expression_attribute_values(":order", AttributeValue::S(order_id.to_owned()))
        .consistent_read(true)
        .into_paginator()
        .items()
        .send()
        .collect::<Result<Vec<_>, _>>()
        .await
        .map_err(refused(format!("read the table {table}")))?;
    let mut events: Vec<StoredEvent> = items.iter().map(read).collect();
    events.sort_by_key(|event| event.accepted_at);
    Ok(events)
}

/// Deletes an event.
///
/// # Errors
/// [`CliError::Service`] when the Events table does not answer.
pub async fn delete(stack: &Stack, order_id: &str, event: &str) -> Result<(), CliError> {
    let call = stack
        .dynamodb
        .delete_item()
        .table_name(stack.events_table())
        .key("order_id", AttributeValue::S(order_id.to_owned()))
        .key("event", AttributeValue::S(event.to_owned()));
    call.send().await.map_err(refused("delete an event"))?;
    Ok(())
}

fn read(item: &HashMap<String, AttributeValue>) -> StoredEvent {
    let text = |name: &str| item.get(name).and_then(|v| v.as_s().ok()).cloned().unwrap_or_default();
    let number = |name: &str| item.get(name).and_then(|v| v.as_n().ok()?.parse::<i64>().ok());
    let message = item.get("message").and_then(|v| unpack(v.as_b().ok()?.as_ref()).ok());
    StoredEvent {
        event: text("event"),
        kind: text("type"),
        accepted_at: number("accepted_at").unwrap_or_default(),
        message: message.unwrap_or_default(),
        correlation_id: text("correlation_id"),
        ledger_key: text("ledger_key"),
        sweeps: number("sweeps").and_then(|n| u32::try_from(n).ok()).unwrap_or_default(),
    }
}
