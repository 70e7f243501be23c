//! One shard: reads it in order and delivers it batch by batch.

use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use super::delivery::{Delivered, Delivery};
use super::event::Record;
use super::reader::{ReadResult, Reader};
use super::{Context, StartingPosition};
use crate::mapping::event::MAX_PAYLOAD_BYTES;

/// Whether the shard is done with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Finished {
    /// It is closed and every record was delivered: its children may be read.
    ReadToEnd,
    /// The mapping stops.
    Stopped,
}

/// Delivers the shard's records until it ends or the mapping stops.
pub(super) async fn run(
    context: &Context,
    shard: &str,
    start: StartingPosition,
    stop: &CancellationToken,
) -> Finished {
    let mut reader = Reader::new(context, shard, start);
    loop {
        let batch = match stop.run_until_cancelled(gather(context, &mut reader)).await {
            Some(Some(batch)) => batch,
            Some(None) => return Finished::ReadToEnd,
            None => return Finished::Stopped,
        };
        if deliver(context, shard, batch, stop).await == Delivered::Stopped {
            return Finished::Stopped;
        }
    }
}

/// Delivers what the filter lets pass, and moves the checkpoint past the rest.
async fn deliver(
    context: &Context,
    shard: &str,
    batch: Vec<Record>,
    stop: &CancellationToken,
) -> Delivered {
    let last = batch.last().map(|record| record.sequence_number.clone());
    let records: Vec<Record> = batch.into_iter().filter(|record| record.json.is_some()).collect();
    for records in split_by_payload_size(records) {
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

/// The next records: as soon as there are any, and then until the batch is full or its window is
/// over. Nothing when the shard has ended. Records that the filter passes by do not fill a batch.
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
            ReadResult::Nothing => sleep(mapping.idle_poll_interval.min(left(window_ends))).await,
            ReadResult::End if batch.is_empty() => return None,
            ReadResult::End => return Some(batch),
        }
    }
}

fn left(window_ends: Option<Instant>) -> std::time::Duration {
    window_ends
        .map_or(std::time::Duration::MAX, |end| end.saturating_duration_since(Instant::now()))
}

/// Batches that an invocation's payload can hold: one, unless the records are large.
fn split_by_payload_size(records: Vec<Record>) -> Vec<Vec<Record>> {
    let mut batches: Vec<Vec<Record>> = Vec::with_capacity(1);
    let mut bytes = 0;
    for record in records {
        let size = record.json.as_ref().map_or(0, Vec::len) + 1;
        bytes += size;
        match batches.last_mut() {
            Some(batch) if bytes <= MAX_PAYLOAD_BYTES => batch.push(record),
            _ => {
                bytes = size;
                batches.push(vec![record]);
            }
        }
    }
    batches
}
