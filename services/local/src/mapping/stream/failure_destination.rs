//! The message that the failure destination receives for discarded records
//! ([AWS: services-dynamodb-errors](https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html)).
//! It holds their sequence numbers, not the records.

use aws_sdk_dynamodbstreams::primitives::DateTime;
use jiff::Timestamp;
use kit::{Backoff, describe_sdk_error};
use serde_json::{Value, json};
use tokio::time::sleep;
use uuid::Uuid;

use super::mapping::Context;
use super::record::Record;

/// Why records were discarded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Condition {
    RetryAttemptsExhausted,
    RecordAgeExceeded,
}

/// How the last attempt at the records ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LastResponse {
    /// There was none.
    None,
    /// The function responded.
    Response,
    /// The function failed.
    FunctionError,
}

/// Records that are discarded.
#[derive(Debug, Clone, Copy)]
pub(super) struct DiscardedRecords<'a> {
    pub shard: &'a str,
    /// In order; at least one.
    pub records: &'a [Record],
    pub condition: Condition,
    pub request_id: Uuid,
    pub attempts: u32,
    pub last_response: LastResponse,
}

/// Sends the message, and retries until the destination has it: records that are discarded without
/// one are lost. Without a destination they are discarded silently, as on AWS.
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
        let request = context.sqs.send_message().queue_url(queue_url).message_body(&body);
        match request.send().await {
            Ok(_) => return,
            Err(error) => {
                let error = describe_sdk_error(&error);
                tracing::warn!(error, "can't send to the failure destination");
                sleep(Backoff::default().delay(failures)).await;
            }
        }
    }
}

fn message(context: &Context, discarded: &DiscardedRecords<'_>, now: Timestamp) -> Value {
    let (first, last) = (discarded.records.first(), discarded.records.last());
    let mut message = json!({
        "requestContext": {
            "requestId": discarded.request_id.to_string(),
            "functionArn": context.function.arn(),
            "condition": format!("{:?}", discarded.condition),
            "approximateInvokeCount": discarded.attempts,
        },
        "version": "1.0",
        "timestamp": format!("{now:.3}"),
        "DDBStreamBatchInfo": {
            "shardId": discarded.shard,
            "startSequenceNumber": first.map(|record| &record.sequence_number),
            "endSequenceNumber": last.map(|record| &record.sequence_number),
            "approximateArrivalOfFirstRecord": first.map(|record| arrival(record.created)),
            "approximateArrivalOfLastRecord": last.map(|record| arrival(record.created)),
            "batchSize": discarded.records.len(),
            "streamArn": context.mapping.stream_arn,
        },
    });
    if discarded.last_response != LastResponse::None {
        message["responseContext"] = json!({ "statusCode": 200, "executedVersion": "$LATEST" });
    }
    if discarded.last_response == LastResponse::FunctionError {
        message["responseContext"]["functionError"] = "Unhandled".into();
    }
    message
}

fn arrival(created: DateTime) -> String {
    let time = Timestamp::from_second(created.secs()).unwrap_or_default();
    format!("{time:.0}")
}
