//! Lambda's report of stream records that it discarded, as the publisher's failure destination receives it
//! (<https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html>). It says where the records are in the
//! stream, and holds none of them.

use std::cmp::Ordering;

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use crate::output::{counted, format_time};

/// A report has the times of records in whole seconds, and an item has the time before it was written, which may have taken
/// several tries.
const TOLERANCE: SignedDuration = SignedDuration::from_mins(1);

/// Changes of the ledger that the publisher did not publish: records of one shard, one after the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamBatch {
    pub stream_arn: String,
    pub shard: String,
    /// The sequence number of the first record.
    pub first: String,
    /// The sequence number of the last record.
    pub last: String,
    pub size: u64,
    /// When the first was written, as well as the report tells.
    pub since: Timestamp,
    /// When the last was written.
    pub until: Timestamp,
    /// Why Lambda gave up, in its own word.
    pub condition: String,
    pub attempts: u64,
    /// When Lambda gave up.
    pub discarded_at: Timestamp,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    request_context: RequestContext,
    timestamp: Timestamp,
    #[serde(rename = "DDBStreamBatchInfo")]
    batch: BatchInfo,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RequestContext {
    condition: String,
    #[serde(default)]
    approximate_invoke_count: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct BatchInfo {
    shard_id: String,
    start_sequence_number: String,
    end_sequence_number: String,
    approximate_arrival_of_first_record: Timestamp,
    approximate_arrival_of_last_record: Timestamp,
    batch_size: u64,
    stream_arn: String,
}

impl StreamBatch {
    /// # Errors
    /// That the body is no such report.
    pub fn parse(body: &str) -> Result<Self, String> {
        let report: Report = serde_json::from_str(body).map_err(|_| {
            "not Lambda's report of discarded stream records: expected requestContext, timestamp and \
             DDBStreamBatchInfo"
                .to_owned()
        })?;
        let Report { request_context, timestamp, batch } = report;
        Ok(Self {
            stream_arn: batch.stream_arn,
            shard: batch.shard_id,
            first: batch.start_sequence_number,
            last: batch.end_sequence_number,
            size: batch.batch_size,
            since: batch.approximate_arrival_of_first_record,
            until: batch.approximate_arrival_of_last_record,
            condition: request_context.condition,
            attempts: request_context.approximate_invoke_count,
            discarded_at: timestamp,
        })
    }

    /// The name of the table whose stream it is.
    pub fn table(&self) -> Option<&str> {
        self.stream_arn.split_once(":table/")?.1.split('/').next()
    }

    /// Where it begins: its shard, and the sequence number of its first record.
    pub fn place(&self) -> (String, String) {
        (self.shard.clone(), self.first.clone())
    }

    /// Whether a record with this sequence number comes before the batch's last one, is it, or comes after it. Sequence
    /// numbers are decimal, with more digits than an integer holds.
    pub fn compare_to_last(&self, sequence_number: &str) -> Ordering {
        magnitude(sequence_number).cmp(&magnitude(&self.last))
    }

    /// From when to when the changes were made, in milliseconds since 1970, both included.
    pub fn window(&self) -> (i64, i64) {
        let (since, until) = (self.since - TOLERANCE, self.until + TOLERANCE);
        (since.as_millisecond(), until.as_millisecond())
    }

    /// What failed, and why, for people.
    pub fn describe(&self) -> String {
        let at = |time: Timestamp| format_time(time.as_millisecond());
        let when = match self.since == self.until {
            true => format!("of {}", at(self.since)),
            false => format!("of {} to {}", at(self.since), at(self.until)),
        };
        format!(
            "Lambda gave up {} of the ledger {when} after {}: {}",
            counted(usize::try_from(self.size).unwrap_or(usize::MAX), "change"),
            counted(usize::try_from(self.attempts).unwrap_or(usize::MAX), "attempt"),
            self.condition
        )
    }
}

fn magnitude(number: &str) -> (usize, &str) {
    let digits = number.trim_start_matches('0');
    (digits.len(), digits)
}

#[cfg(test)]
pub mod samples {
    use serde_json::{Value, json};

    /// A report about 3 records of the table `waybill-ledger`.
    pub fn report() -> Value {
        json!({
            "requestContext": {
                "requestId": "316aa6d0-8154-xmpl-9af7-85d5f4a6bc81",
                "functionArn": "arn:aws:lambda:eu-central-1:1:function:waybill-publisher",
                "condition": "RecordAgeExceeded",
                "approximateInvokeCount": 12,
            },
            "responseContext": { "statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled" },
            "version": "1.0",
            "timestamp": "2025-11-23T12:13:20.123Z",
            "DDBStreamBatchInfo": {
                "shardId": "shardId-00000001573689847184-864758bb",
                "startSequenceNumber": "800000000003126276362",
                "endSequenceNumber": "800000000003126276364",
                "approximateArrivalOfFirstRecord": "2025-11-22T13:13:19Z",
                "approximateArrivalOfLastRecord": "2025-11-22T13:14:00Z",
                "batchSize": 3,
                "streamArn": "arn:aws:dynamodb:eu-central-1:1:table/waybill-ledger/stream/2025-11-14T00:13:19.377",
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_says_which_records_of_which_table_were_given_up_and_why() {
        let batch = StreamBatch::parse(&samples::report().to_string()).unwrap();
        assert_eq!(batch.table(), Some("waybill-ledger"));
        insta::assert_snapshot!(batch.describe());
        let (since, until) = batch.window();
        assert_eq!(until - since, 41_000 + 2 * 60_000, "a minute more on each side");
        let refused = StreamBatch::parse(r#"{"version":"1.0"}"#).unwrap_err();
        assert!(refused.contains("DDBStreamBatchInfo"), "{refused}");
    }

    #[test]
    fn a_record_comes_after_the_batch_by_its_number_and_not_by_its_digits() {
        let batch = StreamBatch {
            last: "099".to_owned(),
            ..StreamBatch::parse(&samples::report().to_string()).unwrap()
        };
        for (number, place) in [
            ("98", Ordering::Less),
            ("99", Ordering::Equal),
            ("0099", Ordering::Equal),
            ("100", Ordering::Greater),
        ] {
            assert_eq!(batch.compare_to_last(number), place, "{number}");
        }
    }
}
