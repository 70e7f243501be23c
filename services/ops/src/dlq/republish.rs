//! `waybill dlq replay publisher`: gives changes of the ledger to the publisher again.
//!
//! Neither Lambda's report of a batch nor the publisher's own dead letter holds a record, so they are read again: from the
//! stream, which keeps them for 24 hours (and the mapping reports a batch after at most 12), or else from the ledger, as it
//! is now. The deployed function publishes them, so a fix that was deployed counts. At least once: an event has the same id
//! however often it is published.

use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_dynamodbstreams::error::SdkError;
use aws_sdk_dynamodbstreams::operation::get_records::GetRecordsError;
use aws_sdk_dynamodbstreams::operation::get_shard_iterator::GetShardIteratorError;
use aws_sdk_dynamodbstreams::types::{Record, ShardIteratorType};
use aws_sdk_lambda::primitives::Blob;
use kit::batch_get::Attributes;
use serde_json::{Value, json};

use super::stream_batch::StreamBatch;
use crate::aws::{Stack, service_error};
use crate::error::CliError;
use crate::output::{counted, number};
use crate::store::Key;

/// Records in one invocation. A record of the ledger is small, and an invocation takes 6 MB
/// (<https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>).
const MAX_RECORDS: usize = 100;

/// After so many records that the publisher does not publish, the rest is not tried: it cannot reach the bus.
const MAX_FAILURES: usize = 5;

/// A read may bring nothing although there is more behind it, but not so many in a row.
const MAX_EMPTY_READS: u32 = 20;

/// Publishes the changes of a batch again.
///
/// # Errors
/// [`CliError::Service`] when they cannot be read, or when the publisher does not publish all of them.
pub async fn republish_batch(stack: &Stack, batch: &StreamBatch) -> Result<(), CliError> {
    let records = match from_stream(stack, batch).await? {
        Some(records) => records,
        None => from_ledger(stack, batch).await?,
    };
    publish_all(stack, &records).await
}

/// Publishes the state of a record of the ledger as it is now; of one that is not there any more, nothing.
///
/// # Errors
/// As of [`republish_batch`].
pub async fn republish_record(stack: &Stack, (order, name): &Key) -> Result<(), CliError> {
    let text = |text: &str| AttributeValue::S(text.to_owned());
    let table = stack.ledger_table();
    let call = stack.dynamodb.get_item().table_name(&table).consistent_read(true);
    let call = call.key("order_key", text(order)).key("notification", text(name));
    let answer = call.send().await.map_err(service_error(format!("read the table {table}")))?;
    let records: Vec<Value> = answer.item.into_iter().map(|item| as_written_now(item, 0)).collect();
    publish_all(stack, &records).await
}

async fn publish_all(stack: &Stack, records: &[Value]) -> Result<(), CliError> {
    let mut failed = Vec::new();
    for chunk in records.chunks(MAX_RECORDS) {
        publish(stack, chunk, &mut failed).await?;
    }
    let Some(first) = failed.first() else { return Ok(()) };
    Err(CliError::service(format!(
        "{} of {} not published, the first with the sequence number {first}: the publisher's log says why; replay again \
         when that is mended",
        number(failed.len()),
        counted(records.len(), "change")
    )))
}

/// Whether the stream still has the records of the batch.
///
/// # Errors
/// [`CliError::Service`] when DynamoDB does not say.
pub async fn is_in_stream(stack: &Stack, batch: &StreamBatch) -> Result<bool, CliError> {
    Ok(iterator(stack, batch).await?.is_some())
}

/// Where to read the batch; `None` where the stream has forgotten it.
async fn iterator(stack: &Stack, batch: &StreamBatch) -> Result<Option<String>, CliError> {
    let call = stack.streams().get_shard_iterator().stream_arn(&batch.stream_arn);
    let call = call.shard_id(&batch.shard).sequence_number(&batch.first);
    let answer = call.shard_iterator_type(ShardIteratorType::AtSequenceNumber).send().await;
    match answer {
        Ok(answer) => Ok(answer.shard_iterator),
        Err(error) if is_shard_forgotten(&error) => Ok(None),
        Err(error) => Err(service_error("read the ledger's stream")(error)),
    }
}

/// The shard, or the whole stream, goes with its last record.
fn is_shard_forgotten(error: &SdkError<GetShardIteratorError>) -> bool {
    error.as_service_error().is_some_and(|error| {
        error.is_trimmed_data_access_exception() || error.is_resource_not_found_exception()
    })
}

fn is_trimmed(error: &SdkError<GetRecordsError>) -> bool {
    error.as_service_error().is_some_and(GetRecordsError::is_trimmed_data_access_exception)
}

/// The records from the first of the batch to its last, as Lambda gives them to a function; `None` where the stream has
/// forgotten some of them. They may be more than the batch had, which only had those that the mapping's filter lets through.
async fn from_stream(stack: &Stack, batch: &StreamBatch) -> Result<Option<Vec<Value>>, CliError> {
    let client = stack.streams();
    let mut next = iterator(stack, batch).await?;
    let (mut records, mut empty_reads) = (Vec::new(), 0);
    while let Some(iterator) = next.take() {
        let answer = match client.get_records().shard_iterator(iterator).send().await {
            Ok(answer) => answer,
            Err(error) if is_trimmed(&error) => return Ok(None),
            Err(error) => return Err(service_error("read the ledger's stream")(error)),
        };
        for record in answer.records() {
            let number = record.dynamodb().and_then(|change| change.sequence_number());
            let place = batch.compare_to_last(number.unwrap_or_default());
            if place.is_le() {
                records.push(stream_record(record));
            }
            if place.is_ge() {
                return Ok(Some(records));
            }
        }
        empty_reads = if answer.records().is_empty() { empty_reads + 1 } else { 0 };
        // An open shard has no end: one that has lost the batch would be read for ever.
        next = answer.next_shard_iterator.filter(|_| empty_reads < MAX_EMPTY_READS);
    }
    Ok(None)
}

/// The notifications whose latest change was made within the batch's time, each as if it had been written now. One that
/// has changed since then is told by its later change.
async fn from_ledger(stack: &Stack, batch: &StreamBatch) -> Result<Vec<Value>, CliError> {
    let (since, until) = batch.window();
    let milliseconds = |time: i64| AttributeValue::N(time.to_string());
    let items = stack
        .dynamodb
        .scan()
        .table_name(stack.ledger_table())
        .filter_expression("since BETWEEN :since AND :until")
        .expression_attribute_values(":since", milliseconds(since))
        .expression_attribute_values(":until", milliseconds(until))
        .into_paginator()
        .items()
        .send()
        .collect::<Result<Vec<_>, _>>()
        .await
        .map_err(service_error("read the ledger"))?;
    Ok(items.into_iter().enumerate().map(|(i, item)| as_written_now(item, i)).collect())
}

/// The `i`th item as a record that tells its state, whatever it was before.
fn as_written_now(item: Attributes, i: usize) -> Value {
    let image = json!(serde_dynamo::Item::from(item));
    let keys = json!({ "order_key": image["order_key"], "notification": image["notification"] });
    let number = i.to_string();
    record("INSERT", json!({ "SequenceNumber": number, "Keys": keys, "NewImage": image }))
}

fn stream_record(given: &Record) -> Value {
    let name = given.event_name().map_or("", |name| name.as_str());
    let Some(change) = given.dynamodb() else { return record(name, Value::Null) };
    let mut json = json!({ "SequenceNumber": change.sequence_number() });
    let images = [
        ("Keys", change.keys()),
        ("NewImage", change.new_image()),
        ("OldImage", change.old_image()),
    ];
    for (name, image) in images {
        if let Some(image) = image {
            json[name] = json!(serde_dynamo::Item::from(image.clone()));
        }
    }
    record(name, json)
}

/// A record as Lambda gives it to a function (<https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html>), with what a
/// function needs of it.
fn record(name: &str, change: Value) -> Value {
    json!({ "eventSource": "aws:dynamodb", "eventVersion": "1.1", "eventName": name, "dynamodb": change })
}

/// Has the publisher publish `records`; adds to `failed` the sequence number of each that it does not publish.
async fn publish(
    stack: &Stack,
    mut records: &[Value],
    failed: &mut Vec<String>,
) -> Result<(), CliError> {
    while !records.is_empty() && failed.len() < MAX_FAILURES {
        // A stream's function names the first record that failed; what comes after it counts as not done.
        let Some(at) = first_failure(stack, records).await? else { return Ok(()) };
        // Alone, so that one that can never be published does not hold up those behind it.
        if first_failure(stack, &records[at..=at]).await?.is_some() {
            failed.push(sequence_number(&records[at]).to_owned());
        }
        records = &records[at + 1..];
    }
    failed.extend(records.iter().map(|record| sequence_number(record).to_owned()));
    Ok(())
}

fn sequence_number(record: &Value) -> &str {
    record["dynamodb"]["SequenceNumber"].as_str().unwrap_or_default()
}

/// The index of the first record that the publisher did not publish.
async fn first_failure(stack: &Stack, records: &[Value]) -> Result<Option<usize>, CliError> {
    let name = stack.function("publisher");
    let payload = json!({ "Records": records }).to_string();
    let call = stack.lambda().invoke().function_name(&name).payload(Blob::new(payload));
    let answer = call.send().await.map_err(service_error(format!("invoke {name}")))?;
    if answer.function_error().is_some() {
        return Ok(Some(0));
    }
    let answer = answer.payload().map(|payload| payload.as_ref()).unwrap_or_default();
    Ok(first_failed(records, &serde_json::from_slice(answer).unwrap_or_default()))
}

fn first_failed(records: &[Value], answer: &Value) -> Option<usize> {
    let failures = answer["batchItemFailures"].as_array()?;
    let is_failed = |record: &Value| {
        failures.iter().any(|failure| failure["itemIdentifier"] == sequence_number(record))
    };
    // A number that no record has is no answer to this batch.
    let first = records.iter().position(is_failed);
    if failures.is_empty() { None } else { Some(first.unwrap_or(0)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_record_that_the_function_names_is_where_it_stopped() {
        let records: Vec<Value> =
            ["7", "8", "9"].map(|n| record("MODIFY", json!({ "SequenceNumber": n }))).into();
        let failed = |numbers: &[&str]| {
            let failures: Vec<Value> =
                numbers.iter().map(|n| json!({ "itemIdentifier": n })).collect();
            first_failed(&records, &json!({ "batchItemFailures": failures }))
        };
        assert_eq!(failed(&[]), None);
        assert_eq!(failed(&["9", "8"]), Some(1));
        assert_eq!(failed(&["70"]), Some(0), "unknown, so nothing counts as done");
        assert_eq!(first_failed(&records, &Value::Null), None, "a function that answers nothing");
    }
}
