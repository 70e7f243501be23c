//! How far the sweep has looked: one item in the ledger table.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use kit::describe_sdk_error;

use crate::outbox::OutboxError;
use crate::sources::Tables;

/// No order id can begin with `#`.
const PARTITION: &str = "#sweep";
const SORT: &str = "watermark";

/// Everything before then has been looked at; `None` before the first sweep.
pub async fn read(tables: &Tables) -> Result<Option<i64>, OutboxError> {
    let call = tables
        .client
        .get_item()
        .table_name(&tables.ledger)
        .set_key(Some(key()))
        .consistent_read(true);
    let answer = call.send().await.map_err(|e| OutboxError(describe_sdk_error(&e)))?;
    Ok(answer.item.and_then(|item| item.get("swept_until")?.as_n().ok()?.parse().ok()))
}

/// Moves the watermark. Two sweeps at once may move it back, which only costs a second look.
pub async fn write(tables: &Tables, swept_until: i64) -> Result<(), OutboxError> {
    let call = tables
        .client
        .put_item()
        .table_name(&tables.ledger)
        .set_item(Some(key()))
        .item("swept_until", AttributeValue::N(swept_until.to_string()));
    call.send().await.map_err(|e| OutboxError(describe_sdk_error(&e)))?;
    Ok(())
}

fn key() -> HashMap<String, AttributeValue> {
    HashMap::from([
        ("order_id".to_owned(), AttributeValue::S(PARTITION.to_owned())),
        ("notification".to_owned(), AttributeValue::S(SORT.to_owned())),
    ])
}
