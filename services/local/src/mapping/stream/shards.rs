//! The shards of a stream: each is read in order, batch by batch, after its parent.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_dynamodbstreams::types::Shard;
use kit::{Backoff, describe_sdk_error};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use super::checkpoint::Checkpoints;
use super::delivery::Delivery;
use super::mapping::{Context, StartingPosition, StreamMapping};
use super::reader::Reader;
use super::record::Record;
use crate::lambda::Invoke;
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

impl StreamMapping {
    /// Starts reading the stream for the function. `sqs` writes to the failure destination.
    ///
    /// # Errors
    /// The checkpoint file exists and can't be read.
    pub fn start(
        self,
        streams: aws_sdk_dynamodbstreams::Client,
        sqs: aws_sdk_sqs::Client,
        function: Arc<dyn Invoke>,
    ) -> std::io::Result<Mapping> {
        let checkpoints = Checkpoints::open(&self.stream_arn, self.checkpoint_file.clone())?;
        let context = Arc::new(Context { mapping: self, streams, sqs, function, checkpoints });
        Ok(Mapping::spawn(|stop| run(context, stop)))
    }
}

/// Reads the stream until `stop`; returns when every started delivery has ended.
async fn run(context: Arc<Context>, stop: CancellationToken) {
    let mut known = ShardTracker::default();
    let mut readers: JoinSet<Option<String>> = JoinSet::new();
    let mut start = context.mapping.starting_position.clone();
    while let Some(shards) = stop.run_until_cancelled(describe(&context)).await {
        for shard in known.start_ready(&shards) {
            let (context, start, stop) = (Arc::clone(&context), start.clone(), stop.clone());
            readers.spawn(async move {
                read_shard(&context, &shard, start, &stop).await.map(|()| shard)
            });
        }
        // Shards that appear later hold only new records: also a mapping that started at LATEST
        // reads those from their start.
        start = StartingPosition::TrimHorizon;
        tokio::select! {
            biased;
            () = stop.cancelled() => break,
            Some(Ok(Some(shard))) = readers.join_next() => {
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
    let mut shards = Vec::new();
    let mut after = None;
    let mut failures = 0;
    loop {
        let request = context.streams.describe_stream().stream_arn(&context.mapping.stream_arn);
        match request.set_exclusive_start_shard_id(after.clone()).send().await {
            Ok(response) => {
                let Some(description) = response.stream_description else { return shards };
                shards.extend(description.shards.unwrap_or_default());
                after = description.last_evaluated_shard_id;
                if after.is_none() {
                    return shards;
                }
            }
            Err(error) => {
                failures += 1;
                let error = describe_sdk_error(&error);
                tracing::warn!(error, "can't describe the stream");
                sleep(Backoff::default().delay(failures)).await;
            }
        }
    }
}

/// Delivers a shard's records in order, until it is closed and each was delivered: its children may
/// be read then. `None` if the mapping stops first.
async fn read_shard(
    context: &Context,
    shard: &str,
    start: StartingPosition,
    stop: &CancellationToken,
) -> Option<()> {
    let mut reader = Reader::new(context, shard, start);
    while let Some(batch) = stop.run_until_cancelled(gather(context, &mut reader)).await? {
        deliver(context, shard, batch, stop).await?;
    }
    Some(())
}

/// Delivers the records that the filter matches, and moves the checkpoint past the others. `None` if
/// the mapping stops first.
async fn deliver(
    context: &Context,
    shard: &str,
    batch: Vec<Record>,
    stop: &CancellationToken,
) -> Option<()> {
    let last = batch.last().map(|record| record.sequence_number.clone());
    let records: Vec<Record> = batch.into_iter().filter(|record| record.json.is_some()).collect();
    let json_bytes = |record: &Record| record.json.as_ref().map_or(0, String::len);
    for records in split_by_payload_size(records, json_bytes) {
        Delivery { context, shard, records }.run(stop).await?;
    }
    // The batch may end with records that the filter skipped. They are done only now: before, a
    // crash would skip the delivered ones before them too.
    if let Some(last) = last {
        context.checkpoints.advance(shard, &last);
    }
    Some(())
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
            None if batch.is_empty() => return None,
            None => return Some(batch),
            Some(records) if records.is_empty() => {
                sleep(mapping.idle_poll_interval.min(time_left(window_ends))).await;
            }
            Some(records) => {
                batch.extend(records);
                window_ends.get_or_insert_with(|| Instant::now() + mapping.window);
            }
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
