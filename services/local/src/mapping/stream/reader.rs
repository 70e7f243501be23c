//! Reads one shard's records in order; gets a new iterator where one expires, and retries while the
//! service fails.

use aws_sdk_dynamodbstreams::error::SdkError;
use aws_sdk_dynamodbstreams::operation::get_records::GetRecordsError;
use aws_sdk_dynamodbstreams::types::ShardIteratorType;
use kit::describe_sdk_error;
use tokio::time::sleep;

use super::event::Record;
use super::mapping::{Context, StartingPosition};
use crate::mapping::backoff::Backoff;

/// The most records that one request may ask for (AWS: `GetRecords`).
const MAX_READ: usize = 1_000;

/// What a read of the shard gave.
pub(super) enum ReadResult {
    Records(Vec<Record>),
    /// There are no new records yet.
    Nothing,
    /// The shard is closed and was read to its end.
    End,
}

/// Where the next read continues.
enum Position {
    /// At this shard iterator.
    Iterator(String),
    /// At an iterator that must be requested: at the start, and when the last one has expired.
    Unknown,
    /// Read to its end.
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

    /// Reads at most `limit` records; retries until the service responds.
    pub async fn read(&mut self, limit: usize) -> ReadResult {
        loop {
            let iterator = match &self.position {
                Position::End => return ReadResult::End,
                Position::Iterator(iterator) => iterator.clone(),
                Position::Unknown => match self.iterator().await {
                    Some(iterator) => iterator,
                    None => continue,
                },
            };
            if let Some(read) = self.read_at(iterator, limit.clamp(1, MAX_READ)).await {
                return read;
            }
        }
    }

    async fn read_at(&mut self, iterator: String, limit: usize) -> Option<ReadResult> {
        let limit = i32::try_from(limit).unwrap_or(i32::MAX);
        let request =
            self.context.clients.streams.get_records().shard_iterator(iterator).limit(limit);
        let response = match request.send().await {
            Ok(response) => response,
            Err(error) => {
                self.handle_read_error(&error).await;
                return None;
            }
        };
        self.failures = 0;
        self.position = match response.next_shard_iterator {
            Some(iterator) => Position::Iterator(iterator),
            None => Position::End,
        };
        let records = response.records.unwrap_or_default();
        let records: Vec<Record> =
            records.iter().map(|record| Record::new(record, &self.context.mapping)).collect();
        match records.last() {
            Some(last) => {
                self.last = Some(last.sequence_number.clone());
                Some(ReadResult::Records(records))
            }
            None if matches!(self.position, Position::End) => Some(ReadResult::End),
            None => Some(ReadResult::Nothing),
        }
    }

    /// An iterator after the last record that was read.
    async fn iterator(&mut self) -> Option<String> {
        let request = self
            .context
            .clients
            .streams
            .get_shard_iterator()
            .stream_arn(&self.context.mapping.stream_arn)
            .shard_id(self.shard);
        let request = match (&self.last, self.start) {
            (Some(last), _) => request
                .shard_iterator_type(ShardIteratorType::AfterSequenceNumber)
                .sequence_number(last),
            (None, StartingPosition::TrimHorizon) => {
                request.shard_iterator_type(ShardIteratorType::TrimHorizon)
            }
            (None, StartingPosition::Latest) => {
                request.shard_iterator_type(ShardIteratorType::Latest)
            }
        };
        match request.send().await {
            Ok(response) => response.shard_iterator,
            Err(error) => {
                let trimmed = error
                    .as_service_error()
                    .is_some_and(|error| error.is_trimmed_data_access_exception());
                if trimmed {
                    self.restart_at_oldest();
                }
                self.pause(&describe_sdk_error(&error)).await;
                None
            }
        }
    }

    /// Decides where to continue after a failed `GetRecords`.
    async fn handle_read_error(&mut self, error: &SdkError<GetRecordsError>) {
        match error.as_service_error() {
            Some(GetRecordsError::ExpiredIteratorException(_)) => self.position = Position::Unknown,
            Some(GetRecordsError::TrimmedDataAccessException(_)) => self.restart_at_oldest(),
            _ => self.pause(&describe_sdk_error(error)).await,
        }
    }

    /// The next records have left the stream: continues with the oldest one there is.
    fn restart_at_oldest(&mut self) {
        tracing::warn!(shard = self.shard, "records left the stream before they were read");
        self.last = None;
        self.start = StartingPosition::TrimHorizon;
        self.position = Position::Unknown;
    }

    async fn pause(&mut self, error: &str) {
        self.failures += 1;
        tracing::warn!(shard = self.shard, error, "can't read the stream");
        sleep(Backoff::default().after(self.failures)).await;
    }
}
