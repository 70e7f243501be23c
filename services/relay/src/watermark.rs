//! The sweep's watermarks: an item in the ledger table for each of its two looks.

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
    let Key { order_key, notification } = look.key();
    let item = to_item(&Item { order_key, notification, swept_until });
    // Unconditional: two concurrent sweeps may move the watermark back. Then the next one only checks some
    // events again.
    let call = tables.client.put_item().table_name(&tables.ledger).set_item(Some(item));
    call.send().await.map_err(|e| OutboxError::WriteWatermark(Box::new(e)))?;
    Ok(())
}
