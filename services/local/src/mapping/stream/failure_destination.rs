//! The failure destination: what is told of records that were discarded.
//!
//! [AWS: services-dynamodb-errors](https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html).
//! It names the place of the records in the stream, not the records.

use aws_sdk_dynamodbstreams::primitives::DateTime;
use aws_sdk_sqs::error::DisplayErrorContext;
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::time::sleep;
use uuid::Uuid;

use super::Context;
use super::event::Record;
use crate::mapping::Backoff;

/// Why records were discarded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Condition {
    RetryAttemptsExhausted,
    RecordAgeExceeded,
}

/// What the last try of the records gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LastResponse {
    /// They were never tried.
    None,
    /// The function answered that they failed.
    Reported,
    /// The function itself failed.
    FunctionError,
}

/// Records that are discarded, and why.
#[derive(Debug, Clone, Copy)]
pub(super) struct DiscardedRecords<'a> {
    pub shard: &'a str,
    /// In order, at least one.
    pub records: &'a [Record],
    pub condition: Condition,
    pub request_id: Uuid,
    pub tries: u32,
    pub last_response: LastResponse,
}

/// Tells the destination, again and again until it has taken the message: what is not told is
/// lost. Without a destination the records are discarded silently, as on AWS.
pub(super) async fn report_discarded(context: &Context, discarded: DiscardedRecords<'_>) {
    tracing::warn!(
        shard = discarded.shard,
        records = discarded.records.len(),
        condition = ?discarded.condition,
        "records are discarded"
    );
    let Some(queue_url) = &context.mapping.failure_destination else { return };
    let body = message(context, &discarded, Timestamp::now()).to_string();
    for failures in 1.. {
        let request = context.clients.sqs.send_message().queue_url(queue_url).message_body(&body);
        match request.send().await {
            Ok(_) => return,
            Err(error) => {
                let error = DisplayErrorContext(&error);
                tracing::warn!(%error, "the failure destination does not answer");
                sleep(Backoff::default().after(failures)).await;
            }
        }
    }
}

fn message(context: &Context, discarded: &DiscardedRecords<'_>, now: Timestamp) -> Value {
    let mut message = json!({
        "requestContext": {
            "requestId": discarded.request_id.to_string(),
            "functionArn": context.function.arn(),
            "condition": format!("{:?}", discarded.condition),
            "approximateInvokeCount": discarded.tries,
        },
        "version": "1.0",
        "timestamp": format!("{now:.3}"),
        "DDBStreamBatchInfo": batch(context, discarded),
    });
    match discarded.last_response {
        LastResponse::None => {}
        LastResponse::Reported => {
            message["responseContext"] = json!({ "statusCode": 200, "executedVersion": "$LATEST" });
        }
        LastResponse::FunctionError => {
            message["responseContext"] = json!({
                "statusCode": 200,
                "executedVersion": "$LATEST",
                "functionError": "Unhandled",
            });
        }
    }
    message
}

fn batch(context: &Context, discarded: &DiscardedRecords<'_>) -> Value {
    let first = discarded.records.first();
    let last = discarded.records.last();
    json!({
        "shardId": discarded.shard,
        "startSequenceNumber": first.map(|record| &record.sequence_number),
        "endSequenceNumber": last.map(|record| &record.sequence_number),
        "approximateArrivalOfFirstRecord": first.map(|record| arrival(record.created)),
        "approximateArrivalOfLastRecord": last.map(|record| arrival(record.created)),
        "batchSize": discarded.records.len(),
        "streamArn": context.mapping.stream_arn,
    })
}

fn arrival(created: DateTime) -> String {
    let time = Timestamp::from_second(created.secs()).unwrap_or_default();
    format!("{time:.0}")
}
