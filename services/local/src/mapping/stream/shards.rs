//! The shards of a stream: each is read in order, batch by batch, after its parent.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_dynamodbstreams::error::SdkError;
use aws_sdk_dynamodbstreams::operation::describe_stream::DescribeStreamError;
use aws_sdk_dynamodbstreams::types::Shard;
use kit::describe_sdk_error;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use super::checkpoint::Checkpoints;
use super::delivery::{Delivered, Delivery};
use super::event::Record;
use super::mapping::{Clients, Context, StartingPosition, StreamMapping};
use super::reader::{ReadResult, Reader};
use crate::lambda::Invoke;
use crate::mapping::backoff::Backoff;
use crate::mapping::event::split_by_payload_size;
use crate::mapping::handle::Mapping;

/// How often new shards are searched for. The children of a shard that ends are started at once.
const DISCOVERY_INTERVAL: Duration = Duration::from_secs(30);

/// Which shards have been started, and which were read to their end.
#[derive(Default)]
struct ShardTracker {
    started: BTreeSet<String>,
    finished: BTreeSet<String>,
}

/// How reading or delivering ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// The shard is closed and each of its records was delivered: its children may be read.
    Reached,
    /// The mapping stopped before that.
    Stopped,
}

impl StreamMapping {
    /// Starts reading the stream for the function.
    ///
    /// # Errors
    /// The checkpoint file exists and can't be read.
    pub fn start(self, clients: Clients, function: Arc<dyn Invoke>) -> std::io::Result<Mapping> {
        let checkpoints = Checkpoints::open(&self.stream_arn, self.checkpoint_file.clone())?;
        let context = Arc::new(Context { mapping: self, clients, function, checkpoints });
        Ok(Mapping::spawn(|stop| run(context, stop)))
    }
}

/// Reads the stream until `stop`; returns when every started delivery has ended.
async fn run(context: Arc<Context>, stop: CancellationToken) {
    let mut known = ShardTracker::default();
    let mut readers: JoinSet<(String, End)> = JoinSet::new();
    let mut start = context.mapping.starting_position;
    loop {
        let Some(shards) = stop.run_until_cancelled(describe(&context)).await else { break };
        for shard in known.start_ready(&shards) {
            let (context, stop) = (Arc::clone(&context), stop.clone());
            readers.spawn(async move {
                let finished = read_shard(&context, &shard, start, &stop).await;
                (shard, finished)
            });
        }
        // Shards that appear later hold only new records: also a mapping that started at LATEST
        // reads those from their start.
        start = StartingPosition::TrimHorizon;
        tokio::select! {
            biased;
            () = stop.cancelled() => break,
            Some(Ok((shard, End::Reached))) = readers.join_next() => {
                known.finished.insert(shard);
            }
            () = sleep(DISCOVERY_INTERVAL) => {}
        }
    }
    while readers.join_next().await.is_some() {}
}

impl ShardTracker {
    /// Marks as started, and returns, the shards that can be read now: those whose parent was read
    /// to its end or is no longer in the stream.
    fn start_ready(&mut self, shards: &[Shard]) -> Vec<String> {
        let ids: BTreeSet<&str> = shards.iter().filter_map(Shard::shard_id).collect();
        let ready = |shard: &&Shard| {
            shard
                .parent_shard_id()
                .is_none_or(|parent| !ids.contains(parent) || self.finished.contains(parent))
        };
        let new: Vec<String> = shards
            .iter()
            .filter(ready)
            .filter_map(Shard::shard_id)
            .filter(|id| !self.started.contains(*id))
            .map(str::to_owned)
            .collect();
        self.started.extend(new.iter().cloned());
        new
    }
}

/// All shards that the stream has now; retries until the service responds.
async fn describe(context: &Context) -> Vec<Shard> {
    let mut failures = 0;
    loop {
        match describe_once(context).await {
            Ok(shards) => return shards,
            Err(error) => {
                failures += 1;
                let error = describe_sdk_error(&error);
                tracing::warn!(error, "can't describe the stream");
                sleep(Backoff::default().after(failures)).await;
            }
        }
    }
}

async fn describe_once(context: &Context) -> Result<Vec<Shard>, SdkError<DescribeStreamError>> {
    let mut shards = Vec::new();
    let mut after = None;
    loop {
        let request = context
            .clients
            .streams
            .describe_stream()
            .stream_arn(&context.mapping.stream_arn)
            .set_exclusive_start_shard_id(after);
        let Some(description) = request.send().await?.stream_description else {
            return Ok(shards);
        };
        shards.extend(description.shards.unwrap_or_default());
        after = description.last_evaluated_shard_id;
        if after.is_none() {
            return Ok(shards);
        }
    }
}

/// Delivers a shard's records in order, until it ends or the mapping stops.
async fn read_shard(
    context: &Context,
    shard: &str,
    start: StartingPosition,
    stop: &CancellationToken,
) -> End {
    let mut reader = Reader::new(context, shard, start);
    loop {
        let batch = match stop.run_until_cancelled(gather(context, &mut reader)).await {
            Some(Some(batch)) => batch,
            Some(None) => return End::Reached,
            None => return End::Stopped,
        };
        if deliver(context, shard, batch, stop).await == Delivered::Stopped {
            return End::Stopped;
        }
    }
}

/// Delivers the records that the filter matches, and moves the checkpoint past the others.
async fn deliver(
    context: &Context,
    shard: &str,
    batch: Vec<Record>,
    stop: &CancellationToken,
) -> Delivered {
    let last = batch.last().map(|record| record.sequence_number.clone());
    let records: Vec<Record> = batch.into_iter().filter(|record| record.json.is_some()).collect();
    for records in split_by_payload_size(records, usize::MAX, Record::json_bytes) {
        let delivery = Delivery { context, shard, records };
        if delivery.run(stop).await == Delivered::Stopped {
            return Delivered::Stopped;
        }
    }
    if let Some(last) = last {
        context.checkpoints.advance(shard, &last);
    }
    Delivered::Done
}

/// The next batch: what there is by the time that it is full or its window is over. `None` when the
/// shard has ended. Records that the filter does not match do not count.
async fn gather(context: &Context, reader: &mut Reader<'_>) -> Option<Vec<Record>> {
    let mapping = &context.mapping;
    let mut batch: Vec<Record> = Vec::new();
    let mut window_ends = None;
    loop {
        let matching = batch.iter().filter(|record| record.json.is_some()).count();
        let full = matching >= mapping.batch_size;
        let over = window_ends.is_some_and(|end| Instant::now() >= end);
        if !batch.is_empty() && (full || over) {
            return Some(batch);
        }
        match reader.read(mapping.batch_size - matching).await {
            ReadResult::Records(records) => {
                batch.extend(records);
                window_ends.get_or_insert_with(|| Instant::now() + mapping.window);
            }
            ReadResult::Nothing => {
                sleep(mapping.idle_poll_interval.min(time_left(window_ends))).await
            }
            ReadResult::End if batch.is_empty() => return None,
            ReadResult::End => return Some(batch),
        }
    }
}

fn time_left(window_ends: Option<Instant>) -> Duration {
    window_ends.map_or(Duration::MAX, |end| end.saturating_duration_since(Instant::now()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shard(id: &str, parent: Option<&str>) -> Shard {
        Shard::builder().shard_id(id).set_parent_shard_id(parent.map(str::to_owned)).build()
    }

    #[test]
    fn a_shard_is_begun_once_and_after_its_parent() {
        let shards =
            [shard("a", None), shard("b", Some("a")), shard("c", Some("gone-from-the-stream"))];
        let mut known = ShardTracker::default();
        assert_eq!(known.start_ready(&shards), ["a", "c"]);
        assert!(known.start_ready(&shards).is_empty());
        known.finished.insert("a".to_owned());
        assert_eq!(known.start_ready(&shards), ["b"]);
    }
}
