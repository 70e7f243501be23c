//! The shards of a stream: finds them, and reads each after its parent.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_dynamodbstreams::error::DisplayErrorContext;
use aws_sdk_dynamodbstreams::types::Shard;
use tokio::task::JoinSet;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::shard::{self, Finished};
use super::{Context, StartingPosition};
use crate::mapping::Backoff;

/// How often new shards are looked for. A shard that ends is followed by its children at once.
const DISCOVERY_INTERVAL: Duration = Duration::from_secs(30);

/// What is known of the shards.
#[derive(Default)]
struct ShardTracker {
    started: BTreeSet<String>,
    finished: BTreeSet<String>,
}

/// Reads the stream until told to stop; returns when nothing of it is under way.
pub(super) async fn run(context: Arc<Context>, stop: CancellationToken) {
    let mut known = ShardTracker::default();
    let mut readers: JoinSet<(String, Finished)> = JoinSet::new();
    let mut start = context.mapping.starting_position;
    loop {
        let Some(shards) = stop.run_until_cancelled(describe(&context)).await else { break };
        for shard in known.start_ready(&shards) {
            let (context, stop) = (Arc::clone(&context), stop.clone());
            readers.spawn(async move {
                let finished = shard::run(&context, &shard, start, &stop).await;
                (shard, finished)
            });
        }
        // What appears later is new in whole, also to a mapping that began with the latest.
        start = StartingPosition::TrimHorizon;
        tokio::select! {
            biased;
            () = stop.cancelled() => break,
            Some(Ok((shard, Finished::ReadToEnd))) = readers.join_next() => {
                known.finished.insert(shard);
            }
            () = sleep(DISCOVERY_INTERVAL) => {}
        }
    }
    while readers.join_next().await.is_some() {}
}

impl ShardTracker {
    /// The shards that can be started now: those whose parent is read to its end or is gone.
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

/// All shards that the stream has now, whatever the service does meanwhile.
async fn describe(context: &Context) -> Vec<Shard> {
    let mut failures = 0;
    loop {
        match describe_once(context).await {
            Ok(shards) => return shards,
            Err(error) => {
                failures += 1;
                tracing::warn!(error, "can't describe the stream");
                sleep(Backoff::default().after(failures)).await;
            }
        }
    }
}

async fn describe_once(context: &Context) -> Result<Vec<Shard>, String> {
    let mut shards = Vec::new();
    let mut after = None;
    loop {
        let request = context
            .clients
            .streams
            .describe_stream()
            .stream_arn(&context.mapping.stream_arn)
            .set_exclusive_start_shard_id(after);
        let answer =
            request.send().await.map_err(|error| DisplayErrorContext(&error).to_string())?;
        let Some(description) = answer.stream_description else { return Ok(shards) };
        shards.extend(description.shards.unwrap_or_default());
        after = description.last_evaluated_shard_id;
        if after.is_none() {
            return Ok(shards);
        }
    }
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
