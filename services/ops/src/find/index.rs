//! The indexes of the Events table by which orders are found.

use aws_sdk_dynamodb::types::AttributeValue;
use shared::OrderKey;
use shared::lookup::LookupIndex;
use shared::order_key::ORDER_KEY;

use crate::aws::{Stack, service_error};
use crate::error::CliError;

/// How many orders one search lists. An address with more is no customer's, but a till's or a test's.
pub const MAX_ORDERS: usize = 20;

/// The orders that an index has under one key.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Entries {
    /// That of the latest event first; at most [`MAX_ORDERS`].
    pub orders: Vec<OrderKey>,
    /// Whether there are more.
    pub has_more: bool,
}

/// The orders with an event under `key`. The index may lag a moment behind the table.
pub async fn entries(stack: &Stack, index: LookupIndex, key: String) -> Result<Entries, CliError> {
    let table = stack.events_table();
    let query = stack
        .dynamodb
        .query()
        .table_name(&table)
        .index_name(index.name)
        .key_condition_expression("#key = :key")
        .expression_attribute_names("#key", index.attribute)
        .expression_attribute_values(":key", AttributeValue::S(key))
        // The latest first: they are what somebody asks about.
        .scan_index_forward(false);
    let mut pages = query.into_paginator().items().send();
    let mut entries = Entries::default();
    let failed = || service_error(format!("read the index {} of the table {table}", index.name));
    while let Some(item) = pages.try_next().await.map_err(failed())? {
        let order = item.get(ORDER_KEY).and_then(|key| OrderKey::parse(key.as_s().ok()?).ok());
        let Some(order) = order.filter(|order| !entries.orders.contains(order)) else { continue };
        if entries.orders.len() == MAX_ORDERS {
            entries.has_more = true;
            break;
        }
        entries.orders.push(order);
    }
    Ok(entries)
}
