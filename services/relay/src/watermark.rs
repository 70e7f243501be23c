//! The sweep's watermark: one item in the ledger table.

use serde::{Deserialize, Serialize};

use crate::dependencies::Tables;
use crate::error::OutboxError;
use crate::outbox::to_item;

/// The key of the item. No order id can begin with `#`, so it is never the key of a notification.
#[derive(Serialize)]
struct Key {
    order_id: &'static str,
    notification: &'static str,
}

const KEY: Key = Key { order_id: "#sweep", notification: "watermark" };

/// The item: its key, and the watermark in milliseconds since 1970.
#[derive(Serialize)]
struct Item {
    order_id: &'static str,
    notification: &'static str,
    swept_until: i64,
}

/// The part of the item that is read.
#[derive(Deserialize)]
struct Watermark {
    swept_until: i64,
}

/// The watermark in milliseconds since 1970, before which every event has been checked; `None` before the first
/// sweep. Consistent.
///
/// # Errors
/// [`OutboxError::ReadItem`].
pub async fn read(tables: &Tables) -> Result<Option<i64>, OutboxError> {
    let call = tables
        .client
        .get_item()
        .table_name(&tables.ledger)
        .set_key(Some(to_item(&KEY)))
        .consistent_read(true);
    let answer = call.send().await.map_err(|e| OutboxError::ReadItem(Box::new(e)))?;
    let watermark = answer.item.and_then(|item| serde_dynamo::from_item(item).ok());
    Ok(watermark.map(|Watermark { swept_until }| swept_until))
}

/// Writes the watermark.
pub async fn write(tables: &Tables, swept_until: i64) -> Result<(), OutboxError> {
    // Unconditional: two concurrent sweeps may move the watermark back. Then the next one only checks some
    // events again.
    let Key { order_id, notification } = KEY;
    let call = tables.client.put_item().table_name(&tables.ledger).set_item(Some(to_item(&Item {
        order_id,
        notification,
        swept_until,
    })));
    call.send().await.map_err(|e| OutboxError::WriteWatermark(Box::new(e)))?;
    Ok(())
}
