//! The event source mapping of a DynamoDB stream.
//!
//! By AWS's rules:
//! [with-ddb](https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html),
//! [errors](https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html),
//! [partial answers](https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html).
//! Each shard is read in order, one batch at a time, a child after its parent. A batch that fails
//! is tried again, in whole or split, until its records succeed, are too old, or have used up
//! their retries; then they are described to the failure destination and discarded.

mod checkpoint;
mod delivery;
mod event;
mod failure_destination;
mod reader;
mod retry;
mod shard;
mod shards;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::{Backoff, FunctionResponse, Mapping};
use crate::lambda::Invoke;

/// Which kind of change a record describes.
pub use aws_sdk_dynamodbstreams::types::OperationType as EventName;

/// Where a shard without a checkpoint is read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StartingPosition {
    /// The oldest record there is.
    TrimHorizon,
    /// What is written from now on.
    Latest,
}

/// Which records the function gets (AWS: `FilterCriteria`, as far as it is used here). The others
/// are discarded.
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
    /// It is tried again as it is.
    Retry,
    /// It is split in two, and each half is tried on its own.
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
    /// Whether the answer names the first record that failed.
    pub function_response: FunctionResponse,
    /// What happens to a batch that failed.
    pub on_failure: OnFailure,
    /// How often a batch is tried again; without a limit until it succeeds or is too old.
    pub maximum_retries: Option<u32>,
    /// How old a record may be and still be given to the function.
    pub maximum_age: Option<Duration>,
    /// The queue that is told of records that were discarded after a failure.
    pub failure_destination: Option<String>,
    /// The pause between two looks at a shard that has nothing new (AWS looks four times a
    /// second).
    pub idle_poll_interval: Duration,
    /// The pauses between the tries of what fails.
    pub retry_pause: Backoff,
    /// Where the checkpoints are kept; without it they live as long as the mapping.
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

/// What the shards of a mapping share.
struct Context {
    mapping: StreamMapping,
    clients: Clients,
    function: Arc<dyn Invoke>,
    checkpoints: checkpoint::Checkpoints,
}

impl StreamMapping {
    /// Starts reading the stream for the function.
    ///
    /// # Errors
    /// The checkpoint file is there and can't be read.
    pub fn start(self, clients: Clients, function: Arc<dyn Invoke>) -> std::io::Result<Mapping> {
        let checkpoints =
            checkpoint::Checkpoints::open(&self.stream_arn, self.checkpoint_file.clone())?;
        let context = Arc::new(Context { mapping: self, clients, function, checkpoints });
        Ok(Mapping::spawn(|stop| shards::run(context, stop)))
    }
}
