//! Stream records to queue messages.
//! (<https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html>)

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use kit::queue::{BatchItemOutcome, DeadLetter, OutgoingMessage, SendError, send_all};
use kit::telemetry::{Count, count_many};
use serde_json::{Value, json};
use shared::OrderId;
use shared::outbox::unpack;

use crate::sources::Relay;

/// Sends the new events' messages and answers with the lowest sequence number that failed, if any.
pub async fn relay(relay: &Relay, records: &[Value]) -> Value {
    let inserts: Vec<&Value> = records.iter().filter(|r| is_event(r)).collect();
    let mut messages = Vec::with_capacity(inserts.len());
    let mut senders = Vec::with_capacity(inserts.len());
    for record in inserts {
        match message(record) {
            Some(body) => {
                messages.push(OutgoingMessage { body, ..OutgoingMessage::default() });
                senders.push(record);
            }
            None => {
                if dead_letter(relay, record, NOT_INTAKES).await == BatchItemOutcome::Retry {
                    return failed_from(senders.first().copied().unwrap_or(record));
                }
            }
        }
    }
    let results = send_all(&relay.queues.client, &relay.queues.dispatch, messages).await;
    count_many(Count::Queued, results.iter().filter(|r| r.is_ok()).count() as u64);
    for (result, record) in results.iter().zip(senders) {
        let is_dealt_with = match result {
            Ok(()) => true,
            Err(error @ SendError::Refused) => {
                dead_letter(relay, record, &error.to_string()).await == BatchItemOutcome::Ack
            }
            Err(error @ SendError::Unavailable(_)) => {
                tracing::warn!(%error, "the stream comes again from the first message not taken");
                false
            }
        };
        if !is_dealt_with {
            return failed_from(record);
        }
    }
    json!({ "batchItemFailures": [] })
}

/// Whether a record is about a new event. Partitions that begin with `#` are intake's own notes.
fn is_event(record: &Value) -> bool {
    let partition = record.pointer("/dynamodb/Keys/order_id/S").and_then(Value::as_str);
    record["eventName"] == "INSERT" && !partition.is_some_and(|p| p.starts_with('#'))
}

/// The dispatch message that an item of the Events table carries, as the stream shows it.
#[must_use]
pub fn message(record: &Value) -> Option<String> {
    let packed = record.pointer("/dynamodb/NewImage/message/B")?.as_str()?;
    unpack(&BASE64_STANDARD.decode(packed).ok()?).ok()
}

pub(crate) const NOT_INTAKES: &str =
    "the item in the Events table has no message that intake wrote";

/// What can never be queued goes to the dead-letter queue by its keys, and the records behind it go
/// on.
async fn dead_letter(relay: &Relay, record: &Value, reason: &str) -> BatchItemOutcome {
    let keys = &record["dynamodb"]["Keys"];
    let order_id = keys["order_id"]["S"].as_str().and_then(|id| OrderId::parse(id).ok());
    let letter = DeadLetter::unreadable(keys.to_string(), reason.to_owned());
    let letter = DeadLetter { order_id, ..letter };
    relay.queues.dead_letters.move_message(letter).await
}

fn failed_from(record: &Value) -> Value {
    let sequence_number = &record["dynamodb"]["SequenceNumber"];
    json!({ "batchItemFailures": [{ "itemIdentifier": sequence_number }] })
}
