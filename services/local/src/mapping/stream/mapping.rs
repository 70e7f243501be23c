//! The settings of a stream's mapping, and what its shards share.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_dynamodbstreams::types;
use kit::Backoff;
use serde_json::json;

use super::checkpoint::Checkpoints;
use crate::lambda::Invoke;

pub use aws_sdk_dynamodbstreams::types::{
    OperationType as EventName, ShardIteratorType as StartingPosition,
};

/// A stream's mapping.
#[derive(Debug, Clone)]
pub struct StreamMapping {
    /// The stream.
    pub stream_arn: String,
    /// The region, as the function sees it.
    pub region: String,
    /// Where a shard without a checkpoint is read from: `TrimHorizon`, its oldest record, or
    /// `Latest`, the next that is written.
    pub starting_position: StartingPosition,
    /// The changes that the function gets, all if absent; others are skipped.
    pub filter: Option<Filter>,
    /// The most records in a batch: 1 to 10,000.
    pub batch_size: usize,
    /// How long a batch that is not full waits for more records.
    pub window: Duration,
    /// Whether the response names the first record that failed (AWS: `FunctionResponseTypes`).
    pub report_batch_item_failures: bool,
    /// Whether a batch that failed is split in two, each retried on its own, or retried as it is
    /// (AWS: `BisectBatchOnFunctionError`).
    pub bisect_on_error: bool,
    /// How often a batch is retried; if absent, until it succeeds or is too old.
    pub maximum_retries: Option<u32>,
    /// How old a record may be and still be given to the function.
    pub maximum_age: Option<Duration>,
    /// The queue that receives a message for each batch of records that is discarded after a
    /// failure (AWS: `OnFailure`).
    pub failure_destination: Option<String>,
    /// The pause between two reads of a shard that has nothing new (AWS reads four times a
    /// second).
    pub idle_poll_interval: Duration,
    /// The pauses between the attempts at a batch that fails.
    pub retry_pause: Backoff,
    /// Where the checkpoints are kept; if absent, in memory.
    pub checkpoint_file: Option<PathBuf>,
}

/// Which changes a function gets (AWS: `FilterCriteria`, whose pattern is [`Filter::pattern`]).
#[derive(Debug, Clone, Copy)]
pub struct Filter {
    /// The kinds of change.
    pub event_names: &'static [EventName],
    /// The values that the new item's `state` may have; any or none if empty.
    pub new_states: &'static [&'static str],
}

impl Filter {
    /// The pattern, as a template writes it
    /// ([AWS](https://docs.aws.amazon.com/lambda/latest/dg/with-ddb-filtering.html)).
    pub fn pattern(&self) -> String {
        let names: Vec<&str> = self.event_names.iter().map(EventName::as_str).collect();
        let (names, states) = (json!(names), json!(self.new_states));
        match self.new_states {
            [] => format!(r#"{{"eventName":{names}}}"#),
            _ => format!(
                r#"{{"eventName":{names},"dynamodb":{{"NewImage":{{"state":{{"S":{states}}}}}}}}}"#
            ),
        }
    }

    pub(super) fn matches(&self, record: &types::Record) -> bool {
        let has_name = record.event_name().is_some_and(|name| self.event_names.contains(name));
        let state = record.dynamodb().and_then(|change| change.new_image()?.get("state"));
        let state = state.and_then(|state| state.as_s().ok());
        let has_state = state.is_some_and(|state| self.new_states.contains(&state.as_str()));
        has_name && (self.new_states.is_empty() || has_state)
    }
}

/// A running mapping, shared by its shards.
pub(super) struct Context {
    pub mapping: StreamMapping,
    pub streams: aws_sdk_dynamodbstreams::Client,
    /// Writes to the failure destination.
    pub sqs: aws_sdk_sqs::Client,
    pub function: Arc<dyn Invoke>,
    pub checkpoints: Checkpoints,
}
