//! The audit items about one order.

use aws_sdk_dynamodb::types::AttributeValue;
use shared::OrderKey;

use super::list::AuditItem;
use super::partition;
use crate::aws::{Stack, service_error};
use crate::error::CliError;
use crate::output::rfc3339;
use crate::store::parse_readable;

/// How many megabytes of items are read of a partition: a page of an order does not wait for more.
const MAX_PAGES: usize = 3;

/// The items of commands that were about this order alone, begun after `since` in milliseconds since 1970, the earliest
/// first: among those of its shop, and of the stack.
///
/// # Errors
/// [`CliError::Service`] when DynamoDB does not answer, or the caller may not read them.
pub async fn of_order(
    stack: &Stack,
    order: &OrderKey,
    since: i64,
) -> Result<Vec<AuditItem>, CliError> {
    let (of_shop, of_stack) = futures::try_join!(
        in_partition(stack, partition(Some(&order.shop)), order, since),
        in_partition(stack, partition(None), order, since),
    )?;
    let mut items = [of_shop, of_stack].concat();
    items.sort_by(|one, other| one.key.cmp(&other.key));
    Ok(items)
}

async fn in_partition(
    stack: &Stack,
    partition: String,
    order: &OrderKey,
    since: i64,
) -> Result<Vec<AuditItem>, CliError> {
    let order_key = order.to_string();
    let text = AttributeValue::S;
    let mut pages = stack
        .dynamodb
        .query()
        .table_name(stack.ledger_table())
        .key_condition_expression("order_key = :audit AND notification > :since")
        // The plan is JSON text. Another one may name the order too: that is looked at below.
        .filter_expression("contains(#plan, :order)")
        .expression_attribute_names("#plan", "plan")
        .expression_attribute_values(":audit", text(partition))
        .expression_attribute_values(":since", text(rfc3339(since)))
        .expression_attribute_values(":order", text(order.order_id.to_string()))
        .into_paginator()
        .send();
    let mut items: Vec<AuditItem> = Vec::new();
    for _ in 0..MAX_PAGES {
        let Some(page) = pages.next().await else { break };
        let page = page.map_err(service_error("read the audit items"))?;
        items.extend(page.items.unwrap_or_default().into_iter().map(parse_readable));
    }
    items.retain(|item| item.plan.get("order_key").is_some_and(|key| *key == *order_key));
    Ok(items)
}
