//! Reading the queue, and giving its batches to the function.

use std::sync::Arc;
use std::time::Duration;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::error::DisplayErrorContext;
use aws_sdk_sqs::types::{Message, MessageSystemAttributeName};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use super::QueueMapping;
use super::delete::delete;
use super::event::{event, size};
use crate::lambda::{Invocation, Invoke};
use crate::mapping::Backoff;
use crate::mapping::FunctionResponse;
use crate::mapping::batch_response::{BatchResult, parse};
use crate::mapping::event::MAX_PAYLOAD_BYTES;

/// The most messages that one request may ask for (AWS: `ReceiveMessage`).
const MAX_RECEIVED: usize = 10;
/// The longest that a request may wait for a first message (AWS: `ReceiveMessage`).
const LONG_POLL: Duration = Duration::from_secs(20);
/// The pause between two looks at an empty queue in the last second of a window: the service
/// waits in whole seconds only.
const SHORT_POLL_PAUSE: Duration = Duration::from_millis(50);

/// One mapping's parts, shared by the batches that are under way.
struct Poller {
    mapping: Arc<QueueMapping>,
    sqs: Client,
    function: Arc<dyn Invoke>,
}

/// Reads the queue until told to stop; returns when every batch is settled.
pub async fn run(
    mapping: Arc<QueueMapping>,
    sqs: Client,
    function: Arc<dyn Invoke>,
    stop: CancellationToken,
) {
    let poller = Poller { mapping, sqs, function };
    let batches = TaskTracker::new();
    Arc::new(poller).poll(&stop, &batches).await;
    batches.close();
    batches.wait().await;
}

impl Poller {
    async fn poll(self: Arc<Self>, stop: &CancellationToken, batches: &TaskTracker) {
        let places = Arc::new(Semaphore::new(self.mapping.concurrency.max(1)));
        loop {
            // No message is taken before there is a place for its batch: waiting would cost it
            // its visibility timeout.
            let Some(place) = stop.run_until_cancelled(acquire(&places)).await else { return };
            let Some(first) = stop.run_until_cancelled(self.receive_some()).await else { return };
            let messages = self.gather(first, stop).await;
            let mut place = Some(place);
            for batch in split_by_payload_size(messages, self.mapping.batch_size) {
                let place = match place.take() {
                    Some(place) => place,
                    None => acquire(&places).await,
                };
                let this = Arc::clone(&self);
                batches.spawn(async move { this.process(batch, place).await });
            }
        }
    }

    /// Adds what comes until the batch is full or its window is over.
    async fn gather(&self, mut messages: Vec<Message>, stop: &CancellationToken) -> Vec<Message> {
        let until = Instant::now() + self.mapping.window;
        let mut bytes: usize = messages.iter().map(size).sum();
        while messages.len() < self.mapping.batch_size && bytes < MAX_PAYLOAD_BYTES {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            let room = self.mapping.batch_size - messages.len();
            let wait = Duration::from_secs(left.as_secs()).min(LONG_POLL);
            match stop.run_until_cancelled(self.receive(room, wait)).await {
                Some(Ok(more)) if more.is_empty() => sleep(left.min(SHORT_POLL_PAUSE)).await,
                Some(Ok(more)) => {
                    bytes += more.iter().map(size).sum::<usize>();
                    messages.extend(more);
                }
                // What is there already is not made to wait, for the service or for the window.
                Some(Err(())) | None => break,
            }
        }
        messages
    }

    /// Waits for messages as long as it takes, whatever the service does meanwhile.
    async fn receive_some(&self) -> Vec<Message> {
        let mut failures = 0;
        loop {
            match self.receive(self.mapping.batch_size, LONG_POLL).await {
                Ok(messages) if messages.is_empty() => failures = 0,
                Ok(messages) => return messages,
                Err(()) => {
                    failures += 1;
                    sleep(Backoff::default().after(failures)).await;
                }
            }
        }
    }

    async fn receive(&self, room: usize, wait: Duration) -> Result<Vec<Message>, ()> {
        let request = self
            .sqs
            .receive_message()
            .queue_url(&self.mapping.queue_url)
            .max_number_of_messages(small(room.clamp(1, MAX_RECEIVED)))
            .wait_time_seconds(small(wait.as_secs()))
            .message_system_attribute_names(MessageSystemAttributeName::All)
            .message_attribute_names("All");
        match request.send().await {
            Ok(answer) => Ok(answer.messages.unwrap_or_default()),
            Err(error) => {
                let queue_url = &self.mapping.queue_url;
                tracing::warn!(queue_url, error = %DisplayErrorContext(&error), "can't receive");
                Err(())
            }
        }
    }

    /// One batch: invoke, read the answer, delete what is done with. The place is free for the
    /// next batch as soon as the function is.
    async fn process(&self, batch: Vec<Message>, place: OwnedSemaphorePermit) {
        let payload = event(&batch, &self.mapping);
        let invocation = self.function.invoke(Uuid::new_v4(), payload).await;
        drop(place);
        let failed = self.failed(&batch, &invocation);
        let done = batch.iter().enumerate().filter(|(place, _)| !failed.contains(*place));
        let receipts: Vec<&str> =
            done.filter_map(|(_, message)| message.receipt_handle()).collect();
        delete(&self.sqs, &self.mapping.queue_url, &receipts).await;
    }

    fn failed(&self, batch: &[Message], invocation: &Invocation) -> Failed {
        let queue_url = &self.mapping.queue_url;
        match (invocation, self.mapping.function_response) {
            (Invocation::Failed { .. }, _) => {
                tracing::warn!(queue_url, messages = batch.len(), "the function failed");
                Failed::All
            }
            (Invocation::Answered(_), FunctionResponse::Ignored) => Failed::None,
            (Invocation::Answered(answer), FunctionResponse::ReportBatchItemFailures) => {
                let place = |id: &str| batch.iter().position(|m| m.message_id() == Some(id));
                match parse(answer, place) {
                    BatchResult::Succeeded => Failed::None,
                    BatchResult::PartialFailure(places) => Failed::Some(places),
                    BatchResult::Malformed => {
                        tracing::warn!(queue_url, "the function's answer is malformed");
                        Failed::All
                    }
                }
            }
        }
    }
}

/// Which messages of a batch stay in the queue.
enum Failed {
    None,
    Some(Vec<usize>),
    All,
}

impl Failed {
    fn contains(&self, place: usize) -> bool {
        match self {
            Self::None => false,
            Self::Some(places) => places.binary_search(&place).is_ok(),
            Self::All => true,
        }
    }
}

async fn acquire(places: &Arc<Semaphore>) -> OwnedSemaphorePermit {
    let place = Arc::clone(places).acquire_owned().await;
    place.expect("nothing closes this semaphore")
}

/// Batches that an invocation's payload can hold: one, unless the bodies are large.
fn split_by_payload_size(messages: Vec<Message>, batch_size: usize) -> Vec<Vec<Message>> {
    let mut batches: Vec<Vec<Message>> = Vec::with_capacity(1);
    let mut bytes = 0;
    for message in messages {
        let size = size(&message);
        bytes += size;
        match batches.last_mut() {
            Some(batch) if bytes <= MAX_PAYLOAD_BYTES && batch.len() < batch_size => {
                batch.push(message);
            }
            _ => {
                bytes = size;
                batches.push(vec![message]);
            }
        }
    }
    batches
}

/// Seconds and counts of a request; its limits are far below `i32`'s.
fn small(number: impl TryInto<i32>) -> i32 {
    number.try_into().unwrap_or(i32::MAX)
}
