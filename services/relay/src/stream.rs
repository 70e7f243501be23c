//! Turns stream records into queue messages.
//! (<https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html>)

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use kit::queue::{BatchItemOutcome, DeadLetter, OutgoingMessage, SendError, send_all};
use kit::telemetry::{Count, count_many};
use serde_json::{Value, json};
use shared::OrderKey;
use shared::order_key::ORDER_KEY;
use shared::outbox::unpack;

use crate::dependencies::Relay;

pub(crate) const UNREADABLE_ITEM_REASON: &str =
    "the item in the Events table has no message that intake wrote";

/// Sends the messages of new events. The response contains the lowest sequence number that failed, if any.
pub async fn relay(relay: &Relay, records: &[Value]) -> Value {
    let mut readable = Vec::with_capacity(records.len());
    let mut messages = Vec::with_capacity(records.len());
    for record in records.iter().filter(|record| is_new_event(record)) {
        match dispatch_message(record) {
            Some(body) => {
                messages.push(OutgoingMessage { body, ..OutgoingMessage::default() });
                readable.push(record);
            }
            None => {
                if move_to_dlq(relay, record, UNREADABLE_ITEM_REASON).await
                    == BatchItemOutcome::Retry
                {
                    // No message has been sent yet, so the batch must be read again from the first one.
                    return retry_from(readable.first().copied().unwrap_or(record));
                }
            }
        }
    }
    let results = send_all(&relay.queues.client, &relay.queues.dispatch, messages).await;
    count_many(Count::Queued, results.iter().filter(|result| result.is_ok()).count() as u64);
    let mut outcomes = Vec::with_capacity(results.len());
    for (result, record) in results.into_iter().zip(&readable) {
        outcomes.push(outcome_for(relay, record, result).await);
        // Lambda reads everything after a failure again. A dead letter written now would be written twice.
        if outcomes.ends_with(&[BatchItemOutcome::Retry]) {
            break;
        }
    }
    batch_response(&readable, &outcomes)
}

/// Whether a record is a new event.
fn is_new_event(record: &Value) -> bool {
    record["eventName"] == "INSERT"
}

/// The dispatch message in a stream record; `None` for an item that intake did not write.
#[must_use]
pub fn dispatch_message(record: &Value) -> Option<String> {
    let packed = record.pointer("/dynamodb/NewImage/message/B")?.as_str()?;
    unpack(&BASE64_STANDARD.decode(packed).ok()?).ok()
}

/// The outcome of a record for whose message SQS answered with `result`.
async fn outcome_for(
    relay: &Relay,
    record: &Value,
    result: Result<(), SendError>,
) -> BatchItemOutcome {
    match result {
        Ok(()) => BatchItemOutcome::Ack,
        // SQS would refuse it again, which would block the shard for 24 hours.
        Err(error @ SendError::Refused) => move_to_dlq(relay, record, &error.to_string()).await,
        Err(error) => {
            tracing::warn!(%error, "the stream is read again from this record");
            BatchItemOutcome::Retry
        }
    }
}

/// Puts the keys of a record that can never be queued into the dead-letter queue, so that it does not
/// block the records after it.
async fn move_to_dlq(relay: &Relay, record: &Value, reason: &str) -> BatchItemOutcome {
    let keys = &record["dynamodb"]["Keys"];
    let order = keys[ORDER_KEY]["S"].as_str().and_then(|key| OrderKey::parse(key).ok());
    let dead_letter = DeadLetter::unreadable(keys.to_string(), reason.to_owned());
    relay.queues.dead_letters.move_message(DeadLetter { order, ..dead_letter }).await
}

/// The response that makes Lambda read the stream again from the first record to be retried. Later records
/// that were sent are sent again: at least once, in order.
fn batch_response(records: &[&Value], outcomes: &[BatchItemOutcome]) -> Value {
    let failed = outcomes.iter().position(|outcome| *outcome == BatchItemOutcome::Retry);
    failed.map_or_else(|| json!({ "batchItemFailures": [] }), |first| retry_from(records[first]))
}

fn retry_from(record: &Value) -> Value {
    let sequence_number = &record["dynamodb"]["SequenceNumber"];
    json!({ "batchItemFailures": [{ "itemIdentifier": sequence_number }] })
}

#[cfg(test)]
mod tests {
    use super::*;
    use BatchItemOutcome::{Ack, Retry};
    use shared::outbox::pack;

    /// A record as the event source mapping delivers it.
    fn record(sequence_number: &str, order: &str, item: Value) -> Value {
        json!({
            "eventName": "INSERT",
            "dynamodb": {
                "Keys": { "order_key": { "S": format!("default/{order}") }, "event": { "S": "shop e-1" } },
                "NewImage": item,
                "SequenceNumber": sequence_number,
            }
        })
    }

    fn item(message: &[u8]) -> Value {
        json!({ "message": { "B": BASE64_STANDARD.encode(message) } })
    }

    #[test]
    fn a_record_carries_its_message_as_intake_wrote_it() {
        let text = r#"{"v":1,"event":{"id":"Zoë"}}"#;
        assert_eq!(
            dispatch_message(&record("1", "1001", item(&pack(text)))).as_deref(),
            Some(text)
        );
    }

    #[test]
    fn a_record_that_intake_did_not_write_carries_none() {
        let no_base64 = json!({ "message": { "B": "{" } });
        let text = json!({ "message": { "S": "{}" } });
        for item in [json!({}), no_base64, text, item(b"{}")] {
            assert_eq!(dispatch_message(&record("1", "1001", item.clone())), None, "{item}");
        }
    }

    #[test]
    fn only_an_inserted_event_is_relayed() {
        let event = record("1", "1001", json!({}));
        assert!(is_new_event(&event));
        for name in ["MODIFY", "REMOVE"] {
            let mut changed = event.clone();
            changed["eventName"] = json!(name);
            assert!(!is_new_event(&changed), "the sweep's own changes and erasures: {name}");
        }
    }

    #[test]
    fn a_batch_without_failures_is_answered_with_none() {
        let records = [record("1", "1001", json!({})), record("2", "1002", json!({}))];
        let records: Vec<&Value> = records.iter().collect();
        assert_eq!(batch_response(&records, &[Ack, Ack]), json!({ "batchItemFailures": [] }));
        assert_eq!(batch_response(&[], &[]), json!({ "batchItemFailures": [] }));
    }

    #[test]
    fn the_lowest_sequence_number_that_failed_is_the_whole_answer() {
        let records: Vec<Value> =
            ["11", "12", "13"].iter().map(|number| record(number, "1001", json!({}))).collect();
        let records: Vec<&Value> = records.iter().collect();
        let expected = json!({ "batchItemFailures": [{ "itemIdentifier": "12" }] });
        assert_eq!(batch_response(&records, &[Ack, Retry, Ack]), expected);
        assert_eq!(batch_response(&records, &[Ack, Retry, Retry]), expected);
    }
}
