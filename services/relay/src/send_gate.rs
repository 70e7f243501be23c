//! The send gate, as far as the sweep has to know: whether mailers send at all.

use serde::{Deserialize, Serialize};
use shared::send_gate::{CLOSED_UNTIL, PARTITION_KEY, SORT_KEY, holds_mails};

use crate::dependencies::Tables;
use crate::error::OutboxError;
use crate::outbox::to_item;

#[derive(Serialize)]
struct Key {
    order_id: &'static str,
    notification: &'static str,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Gate {
    closed_until: i64,
}

/// Until when no mail is sent, in milliseconds since 1970; `None` where the gate is open at the time `now`. It is not
/// open as soon as that time is over, but once a mail has found out that SES takes mails again. A gate that no mail
/// asks at for longer counts as open ([`holds_mails`]).
pub async fn closed_until(tables: &Tables, now: i64) -> Result<Option<i64>, OutboxError> {
    let key = Key { order_id: PARTITION_KEY, notification: SORT_KEY };
    let call = tables
        .client
        .get_item()
        .table_name(&tables.ledger)
        .set_key(Some(to_item(&key)))
        .projection_expression(CLOSED_UNTIL);
    let answer = call.send().await.map_err(|e| OutboxError::ReadItem(Box::new(e)))?;
    // An item without the attribute, or that another version wrote, is an open gate: then copies are queued,
    // which costs a little, and nothing is lost.
    let gate: Gate =
        answer.item.and_then(|gate| serde_dynamo::from_item(gate).ok()).unwrap_or_default();
    Ok(Some(gate.closed_until).filter(|until| holds_mails(*until, now)))
}
