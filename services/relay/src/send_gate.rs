//! The send gate, as far as the sweep has to know: whether mailers send at all, and whether mails stand in line.

use serde::{Deserialize, Serialize};
use shared::send_gate::{CLOSED_UNTIL, LINE_AT, PARTITION_KEY, SORT_KEY, holds_mails};

use crate::dependencies::Tables;
use crate::error::OutboxError;
use crate::outbox::to_item;

#[derive(Serialize)]
struct Key {
    order_key: &'static str,
    notification: &'static str,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Gate {
    closed_until: i64,
    line_at: i64,
}

/// No line is longer, in milliseconds: a place in it is at most ten minutes away for the first mail of a batch.
const LONGEST_LINE: i64 = 60 * 60 * 1000;

/// Until when a mail that nobody claims is not thereby lost, in milliseconds since 1970, as of the time `now`; `None`
/// where it is. Queued again meanwhile, it would only make the line longer that it waits in.
pub async fn waits_until(tables: &Tables, now: i64) -> Result<Option<i64>, OutboxError> {
    let key = Key { order_key: PARTITION_KEY, notification: SORT_KEY };
    let call = tables
        .client
        .get_item()
        .table_name(&tables.ledger)
        .set_key(Some(to_item(&key)))
        .projection_expression(format!("{CLOSED_UNTIL}, {LINE_AT}"));
    let answer = call.send().await.map_err(|e| OutboxError::ReadItem(Box::new(e)))?;
    // An item without the attribute, or that another version wrote, is an open gate: then copies are queued,
    // which costs a little, and nothing is lost.
    let gate: Gate =
        answer.item.and_then(|gate| serde_dynamo::from_item(gate).ok()).unwrap_or_default();
    Ok(gate.waits_until(now))
}

impl Gate {
    fn waits_until(&self, now: i64) -> Option<i64> {
        // A gate is not open as soon as its time is over, but once a mail has found out that SES takes mails again.
        // One that no mail asks at for longer counts as open: the mails that should may be lost.
        let closed = Some(self.closed_until).filter(|until| holds_mails(*until, now));
        // Mails for which the line is too long wait outside of it, but no longer than it.
        let line_ends = self.line_at / 1000;
        let line = Some(line_ends).filter(|end| *end > now && *end < now + LONGEST_LINE);
        closed.max(line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_800_000_000_000;
    const PROBED_WITHIN: i64 = 20 * 60 * 1000;

    #[test]
    fn a_mail_waits_while_the_gate_is_closed_or_others_stand_in_line_before_it() {
        let gate = |closed_until: i64, line_at_ms: i64| {
            Gate { closed_until, line_at: line_at_ms * 1000 }.waits_until(NOW)
        };
        assert_eq!(gate(0, 0), None);
        assert_eq!(gate(NOW + 5, 0), Some(NOW + 5));
        assert_eq!(gate(NOW - PROBED_WITHIN + 1, 0), Some(NOW - PROBED_WITHIN + 1));
        assert_eq!(gate(NOW - PROBED_WITHIN, 0), None);
        assert_eq!(gate(0, NOW + 5), Some(NOW + 5));
        assert_eq!(gate(0, NOW), None, "the line is empty");
        assert_eq!(gate(NOW + 7, NOW + 5), Some(NOW + 7));
        assert_eq!(gate(0, NOW + LONGEST_LINE), None, "no mailer wrote that");
    }
}
