//! Publishes the changes of one batch, in the order of the stream.
//! (<https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html>)

use kit::queue::{BatchItemOutcome, DeadLetter};
use kit::telemetry::{Count, count};
use serde_json::{Value, json};
use shared::mail_event::MailEvent;

use crate::bus::{BusError, MAX_ENTRIES};
use crate::dependencies::Publisher;
use crate::record::{Change, order, read};

const UNREADABLE_REASON: &str =
    "the publisher cannot read this record of the ledger: a newer version may have written it";

/// Publishes what the records tell. The response names the record from which Lambda reads the stream again, if any.
pub async fn publish(publisher: &Publisher, records: &[Value]) -> Value {
    match publish_in_order(publisher, records).await {
        Ok(()) => json!({ "batchItemFailures": [] }),
        Err(record) => {
            let sequence_number = &record["dynamodb"]["SequenceNumber"];
            json!({ "batchItemFailures": [{ "itemIdentifier": sequence_number }] })
        }
    }
}

/// Stops at the first record that failed, which is the error: Lambda reads everything after it again, so whatever was done
/// now would be done twice.
async fn publish_in_order<'r>(
    publisher: &Publisher,
    records: &'r [Value],
) -> Result<(), &'r Value> {
    let mut waiting: Vec<(&Value, MailEvent)> = Vec::with_capacity(MAX_ENTRIES);
    for record in records {
        match read(record, &publisher.stack) {
            Change::Untold => {}
            Change::Told(event) => {
                waiting.push((record, *event));
                if waiting.len() == MAX_ENTRIES {
                    put(publisher, std::mem::take(&mut waiting)).await?;
                }
            }
            Change::Unreadable => {
                put(publisher, std::mem::take(&mut waiting)).await?;
                move_to_dlq(publisher, record, UNREADABLE_REASON).await?;
            }
        }
    }
    put(publisher, waiting).await
}

/// Puts events on the bus; the error is the first record whose event is not there.
async fn put<'r>(
    publisher: &Publisher,
    events: Vec<(&'r Value, MailEvent)>,
) -> Result<(), &'r Value> {
    if events.is_empty() {
        return Ok(());
    }
    let batch: Vec<&MailEvent> = events.iter().map(|(_, event)| event).collect();
    let results = publisher.bus.put(&batch).await;
    for ((record, _), result) in events.iter().zip(results) {
        match result {
            Ok(()) => count(Count::Published),
            Err(error @ BusError::Refused(_)) => {
                move_to_dlq(publisher, record, &error.to_string()).await?;
            }
            Err(error) => {
                tracing::warn!(%error, "the stream is read again from this record");
                return Err(record);
            }
        }
    }
    Ok(())
}

/// Puts the keys of a record whose event can never be published into the dead-letter queue: the item is in the ledger, for
/// whoever replays it. The error is the record itself, if that queue is away too.
async fn move_to_dlq<'r>(
    publisher: &Publisher,
    record: &'r Value,
    reason: &str,
) -> Result<(), &'r Value> {
    let keys = record["dynamodb"]["Keys"].to_string();
    let dead_letter = DeadLetter::unreadable(keys, reason.to_owned());
    let dead_letter = DeadLetter { order: order(record), ..dead_letter };
    match publisher.dead_letters.move_message(dead_letter).await {
        BatchItemOutcome::Ack => Ok(()),
        BatchItemOutcome::Retry => Err(record),
    }
}
