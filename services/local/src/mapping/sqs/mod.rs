//! The event source mapping of a queue.
//!
//! By AWS's rules:
//! [with-sqs](https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html),
//! [errors](https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html),
//! [scaling](https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html).
//! Messages are long-polled and gathered until the batch is full or its window is over. Those that
//! succeeded are deleted after the function's response; the others become visible again when their
//! visibility timeout ends. The redrive to the dead-letter queue is the queue's own.

mod delete;
mod record;

use std::sync::Arc;
use std::time::Duration;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::MessageSystemAttributeName;
use kit::{Backoff, describe_sdk_error};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use self::record::Record;
use super::batch_response::BatchResult;
use super::event::{MAX_PAYLOAD_BYTES, batch_event, split_by_payload_size};
use super::handle::Mapping;
use crate::lambda::Invoke;

/// A queue's mapping.
#[derive(Debug, Clone)]
pub struct QueueMapping {
    /// The queue.
    pub queue_url: String,
    /// Its ARN, as the function sees it.
    pub queue_arn: String,
    /// The region, as the function sees it.
    pub region: String,
    /// The most messages in a batch: 1 to 10,000; above 10 only with a window.
    pub batch_size: usize,
    /// How long a batch that is not full waits for more messages.
    pub window: Duration,
    /// How many invocations may run at once (AWS: `MaximumConcurrency`).
    pub concurrency: usize,
    /// Whether the response names the messages that failed (AWS: `FunctionResponseTypes`).
    pub report_batch_item_failures: bool,
}

impl QueueMapping {
    /// Starts reading the queue for the function.
    pub fn start(self, sqs: Client, function: Arc<dyn Invoke>) -> Mapping {
        let poller = Arc::new(Poller { mapping: self, sqs, function });
        Mapping::spawn(|stop| poller.run(stop))
    }
}

/// The most messages that one request may ask for (AWS: `ReceiveMessage`).
const MAX_RECEIVED: usize = 10;
/// The longest long poll (AWS: `ReceiveMessage`).
const LONG_POLL: Duration = Duration::from_secs(20);
/// The pause between two polls of an empty queue in the last second of a window: a long poll lasts
/// whole seconds only.
const SHORT_POLL_PAUSE: Duration = Duration::from_millis(50);

/// One mapping, shared by the batches that are being processed.
struct Poller {
    mapping: QueueMapping,
    sqs: Client,
    function: Arc<dyn Invoke>,
}

impl Poller {
    /// Polls until `stop`; returns when every batch that was received is settled.
    async fn run(self: Arc<Self>, stop: CancellationToken) {
        let batches = TaskTracker::new();
        self.poll(&stop, &batches).await;
        batches.close();
        batches.wait().await;
    }

    async fn poll(self: Arc<Self>, stop: &CancellationToken, batches: &TaskTracker) {
        let permits = Arc::new(Semaphore::new(self.mapping.concurrency.max(1)));
        loop {
            // The permit comes before the receive: a message that waited for a permit would use up
            // its visibility timeout, and be delivered twice.
            let Some(permit) = stop.run_until_cancelled(acquire(&permits)).await else { return };
            let Some(first) = stop.run_until_cancelled(self.receive_first()).await else { return };
            let messages = self.gather(first, stop).await;
            let mut permit = Some(permit);
            for batch in split_by_payload_size(messages, |record| record.json.len()) {
                let permit = match permit.take() {
                    Some(permit) => permit,
                    None => acquire(&permits).await,
                };
                let poller = Arc::clone(&self);
                batches.spawn(async move { poller.process(batch, permit).await });
            }
        }
    }

    /// Receives more until the batch is full or its window is over.
    async fn gather(&self, mut messages: Vec<Record>, stop: &CancellationToken) -> Vec<Record> {
        let until = Instant::now() + self.mapping.window;
        loop {
            let room = self.mapping.batch_size.saturating_sub(messages.len());
            let bytes: usize = messages.iter().map(|record| record.json.len()).sum();
            let left = until.saturating_duration_since(Instant::now());
            if room == 0 || bytes >= MAX_PAYLOAD_BYTES || left.is_zero() {
                return messages;
            }
            let wait = Duration::from_secs(left.as_secs()).min(LONG_POLL);
            match stop.run_until_cancelled(self.receive(room, wait)).await.flatten() {
                Some(more) if more.is_empty() => sleep(left.min(SHORT_POLL_PAUSE)).await,
                Some(more) => messages.extend(more),
                // Neither for a service that fails nor for a mapping that stops: the visibility
                // timeout of the messages at hand has begun.
                None => return messages,
            }
        }
    }

    /// Polls until there is a message, also over a service that fails.
    async fn receive_first(&self) -> Vec<Record> {
        let mut failures = 0;
        loop {
            match self.receive(self.mapping.batch_size, LONG_POLL).await {
                Some(messages) if messages.is_empty() => failures = 0,
                Some(messages) => return messages,
                None => {
                    failures += 1;
                    sleep(Backoff::default().delay(failures)).await;
                }
            }
        }
    }

    /// One `ReceiveMessage`; `None` if it failed.
    async fn receive(&self, room: usize, wait: Duration) -> Option<Vec<Record>> {
        let QueueMapping { queue_url, queue_arn, region, .. } = &self.mapping;
        let request = self
            .sqs
            .receive_message()
            .queue_url(queue_url)
            .max_number_of_messages(as_i32(room.clamp(1, MAX_RECEIVED)))
            .wait_time_seconds(as_i32(wait.as_secs()))
            .message_system_attribute_names(MessageSystemAttributeName::All)
            .message_attribute_names("All");
        match request.send().await {
            Ok(received) => {
                let messages = received.messages.unwrap_or_default();
                Some(messages.iter().map(|m| Record::new(m, queue_arn, region)).collect())
            }
            Err(error) => {
                tracing::warn!(queue_url, error = describe_sdk_error(&error), "can't receive");
                None
            }
        }
    }

    /// Invokes the function with one batch and deletes the messages that succeeded.
    async fn process(&self, batch: Vec<Record>, permit: OwnedSemaphorePermit) {
        let event = batch_event(batch.iter().map(|record| record.json.as_str()));
        let invocation = self.function.invoke(Uuid::new_v4(), event).await;
        // The function is free for the next batch while this one is deleted.
        drop(permit);
        let QueueMapping { queue_url, report_batch_item_failures, .. } = &self.mapping;
        let position = |id: &str| batch.iter().position(|record| record.message_id == id);
        let result = BatchResult::new(&invocation, *report_batch_item_failures, position);
        let succeeded = |position: usize| match &result {
            BatchResult::Succeeded => true,
            BatchResult::PartialFailure(failed) => failed.binary_search(&position).is_err(),
            BatchResult::Malformed | BatchResult::FunctionError => false,
        };
        if matches!(result, BatchResult::Malformed | BatchResult::FunctionError) {
            tracing::warn!(queue_url, messages = batch.len(), ?result, "the batch failed");
        }
        let done = batch.iter().enumerate().filter(|(position, _)| succeeded(*position));
        let receipts: Vec<&str> = done.map(|(_, record)| record.receipt_handle.as_str()).collect();
        // Only after the response: a crash before this delivers the batch again. What failed is left
        // to its visibility timeout, after which the queue counts one more receive.
        delete::delete(&self.sqs, queue_url, &receipts).await;
    }
}

async fn acquire(permits: &Arc<Semaphore>) -> OwnedSemaphorePermit {
    let permit = Arc::clone(permits).acquire_owned().await;
    permit.expect("nothing closes this semaphore")
}

/// Seconds and counts of a request; its limits are far below `i32`'s.
fn as_i32(number: impl TryInto<i32>) -> i32 {
    number.try_into().unwrap_or(i32::MAX)
}
