//! The settings of a stream's mapping, and what its shards share.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::checkpoint::Checkpoints;
use crate::lambda::Invoke;
use crate::mapping::backoff::Backoff;
use crate::mapping::batch_response::FunctionResponse;

/// Which kind of change a record describes.
pub use aws_sdk_dynamodbstreams::types::OperationType as EventName;

/// Where a shard without a checkpoint is read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StartingPosition {
    /// The oldest record in the stream.
    TrimHorizon,
    /// The next record that is written.
    Latest,
}

/// Which records the function gets (AWS: `FilterCriteria`, as far as it is used here). The others
/// are skipped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Filter {
    /// All of them.
    All,
    /// `{"eventName": ["…"]}`.
    EventName(EventName),
}

/// What happens to a batch that failed (AWS: `BisectBatchOnFunctionError`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnFailure {
    /// It is retried as it is.
    Retry,
    /// It is split in two, and each half is retried on its own.
    Bisect,
}

/// A stream's mapping.
#[derive(Debug, Clone)]
pub struct StreamMapping {
    /// The stream.
    pub stream_arn: String,
    /// The region, as the function sees it.
    pub region: String,
    /// Where a shard without a checkpoint is read from.
    pub starting_position: StartingPosition,
    /// Which records the function gets.
    pub filter: Filter,
    /// The most records in a batch: 1 to 10,000.
    pub batch_size: usize,
    /// How long a batch that is not full waits for more records.
    pub window: Duration,
    /// Whether the response names the first record that failed.
    pub function_response: FunctionResponse,
    /// What happens to a batch that failed.
    pub on_failure: OnFailure,
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

/// The clients that a stream's mapping needs.
#[derive(Debug, Clone)]
pub struct Clients {
    /// Reads the stream.
    pub streams: aws_sdk_dynamodbstreams::Client,
    /// Writes to the failure destination.
    pub sqs: aws_sdk_sqs::Client,
}

/// A running mapping, shared by its shards.
pub(super) struct Context {
    pub mapping: StreamMapping,
    pub clients: Clients,
    pub function: Arc<dyn Invoke>,
    pub checkpoints: Checkpoints,
}
