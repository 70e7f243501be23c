//! The sweep's watermarks: an item in the ledger table for each of its two looks.

use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::put_item::builders::PutItemFluentBuilder;
use aws_sdk_dynamodb::types::AttributeValue;
use serde::{Deserialize, Serialize};

use crate::dependencies::Tables;
use crate::error::OutboxError;
use crate::outbox::to_item;

/// The key of the item. No order's key begins with `#`, so it is never the key of a notification.
#[derive(Serialize)]
struct Key {
    order_key: &'static str,
    notification: &'static str,
}

/// Which of the sweep's looks at an hour of the index a watermark is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// Some minutes after an event was accepted.
    First,
    /// Once more an hour or two later, for entries that the index showed late.
    Second,
}

impl Look {
    const fn key(self) -> Key {
        let notification = match self {
            Self::First => "watermark",
            Self::Second => "watermark-of-second-look",
        };
        Key { order_key: "#sweep", notification }
    }
}

/// The item: its key, and the watermark in milliseconds since 1970.
#[derive(Serialize)]
struct Item {
    order_key: &'static str,
    notification: &'static str,
    swept_until: i64,
}

/// The part of the item that is read.
#[derive(Deserialize)]
struct Watermark {
    swept_until: i64,
}

/// Up to when the first look has checked every event, in milliseconds since 1970; `None` before the first sweep.
///
/// # Errors
/// [`OutboxError::ReadItem`].
pub async fn swept_until(tables: &Tables) -> Result<Option<i64>, OutboxError> {
    read(tables, Look::First).await
}

/// The watermark in milliseconds since 1970, before which every event that the index showed has been checked; `None`
/// before the first sweep. Consistent.
///
/// # Errors
/// [`OutboxError::ReadItem`].
pub async fn read(tables: &Tables, look: Look) -> Result<Option<i64>, OutboxError> {
    let call = tables
        .client
        .get_item()
        .table_name(&tables.ledger)
        .set_key(Some(to_item(&look.key())))
        .consistent_read(true);
    let answer = call.send().await.map_err(|e| OutboxError::ReadItem(Box::new(e)))?;
    let watermark = answer.item.and_then(|item| serde_dynamo::from_item(item).ok());
    Ok(watermark.map(|Watermark { swept_until }| swept_until))
}

/// Writes the watermark.
pub async fn write(tables: &Tables, look: Look, swept_until: i64) -> Result<(), OutboxError> {
    // Unconditional: two concurrent sweeps may move the watermark back. Then the next one only checks some
    // events again.
    let call = put(tables, look, swept_until);
    call.send().await.map_err(|e| OutboxError::WriteWatermark(Box::new(e)))?;
    Ok(())
}

/// Replaces a watermark that was read as `seen` and cannot be right. If it is another one by now, it stays: another
/// sweep has replaced it, and may be ahead.
pub async fn set_back(
    tables: &Tables,
    look: Look,
    seen: i64,
    swept_until: i64,
) -> Result<(), OutboxError> {
    let call = put(tables, look, swept_until)
        .condition_expression("swept_until = :seen")
        .expression_attribute_values(":seen", AttributeValue::N(seen.to_string()));
    match call.send().await {
        Err(error) if !is_refused(&error) => Err(OutboxError::WriteWatermark(Box::new(error))),
        _ => Ok(()),
    }
}

fn is_refused(error: &SdkError<PutItemError>) -> bool {
    error.as_service_error().is_some_and(PutItemError::is_conditional_check_failed_exception)
}

fn put(tables: &Tables, look: Look, swept_until: i64) -> PutItemFluentBuilder {
    let Key { order_key, notification } = look.key();
    let item = to_item(&Item { order_key, notification, swept_until });
    tables.client.put_item().table_name(&tables.ledger).set_item(Some(item))
}
