//! Reads one shard's records in order; gets a new iterator where one expires, and retries while the
//! service fails.

use aws_sdk_dynamodbstreams::error::ProvideErrorMetadata;
use kit::{Backoff, describe_sdk_error};
use tokio::time::sleep;

use super::mapping::{Context, StartingPosition};
use super::record::Record;

/// The most records that one request may ask for (AWS: `GetRecords`).
const MAX_READ: usize = 1_000;

/// Where the next read continues.
enum Position {
    /// At this shard iterator.
    Iterator(String),
    /// At an iterator that must be requested: at the start, and when the last one has expired.
    Unknown,
    /// The shard is closed and was read to its end.
    End,
}

pub(super) struct Reader<'a> {
    context: &'a Context,
    shard: &'a str,
    /// Where to start if there is no checkpoint.
    start: StartingPosition,
    /// The sequence number of the last record that was read.
    last: Option<String>,
    position: Position,
    failures: u32,
}

impl<'a> Reader<'a> {
    pub fn new(context: &'a Context, shard: &'a str, start: StartingPosition) -> Self {
        let last = context.checkpoints.get(shard);
        Self { context, shard, start, last, position: Position::Unknown, failures: 0 }
    }

    /// Reads at most `limit` records; none if there are no new ones yet, `None` at the shard's end.
    /// Retries until the service responds.
    pub async fn read(&mut self, limit: usize) -> Option<Vec<Record>> {
        loop {
            match &self.position {
                Position::End => return None,
                Position::Unknown => self.request_iterator().await,
                Position::Iterator(iterator) => {
                    let iterator = iterator.clone();
                    if let Some(records) = self.read_at(iterator, limit.clamp(1, MAX_READ)).await {
                        return Some(records);
                    }
                }
            }
        }
    }

    async fn read_at(&mut self, iterator: String, limit: usize) -> Option<Vec<Record>> {
        let limit = i32::try_from(limit).unwrap_or(i32::MAX);
        let request = self.context.streams.get_records().shard_iterator(iterator).limit(limit);
        let response = match request.send().await {
            Ok(response) => response,
            Err(error) => {
                self.handle_error(error.code(), &describe_sdk_error(&error)).await;
                return None;
            }
        };
        self.failures = 0;
        self.position = response.next_shard_iterator.map_or(Position::End, Position::Iterator);
        let records = response.records.unwrap_or_default();
        let records: Vec<Record> =
            records.iter().map(|record| Record::new(record, &self.context.mapping)).collect();
        if let Some(last) = records.last() {
            self.last = Some(last.sequence_number.clone());
        }
        Some(records)
    }

    /// Requests an iterator after the last record that was read.
    async fn request_iterator(&mut self) {
        let request = self.context.streams.get_shard_iterator();
        let request = request.stream_arn(&self.context.mapping.stream_arn).shard_id(self.shard);
        let request = match &self.last {
            Some(last) => request
                .shard_iterator_type(StartingPosition::AfterSequenceNumber)
                .sequence_number(last),
            None => request.shard_iterator_type(self.start.clone()),
        };
        match request.send().await {
            Ok(response) => {
                self.position =
                    response.shard_iterator.map_or(Position::Unknown, Position::Iterator);
            }
            Err(error) => self.handle_error(error.code(), &describe_sdk_error(&error)).await,
        }
    }

    /// Decides where to continue after a call that failed.
    async fn handle_error(&mut self, code: Option<&str>, error: &str) {
        match code {
            Some("ExpiredIteratorException") => self.position = Position::Unknown,
            // The next records have left the stream: continues with the oldest one there is.
            Some("TrimmedDataAccessException") => {
                tracing::warn!(shard = self.shard, "records left the stream before they were read");
                self.last = None;
                self.start = StartingPosition::TrimHorizon;
                self.position = Position::Unknown;
            }
            _ => {
                self.failures += 1;
                tracing::warn!(shard = self.shard, error, "can't read the stream");
                sleep(Backoff::default().delay(self.failures)).await;
            }
        }
    }
}
