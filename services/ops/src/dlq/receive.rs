//! Receiving every message of a queue without consuming it.
//!
//! SQS has no peek. Reading a message is receiving it: that hides it from others for a while (the
//! hold) and adds one to its receive count. A dead-letter queue has no redrive policy of its own, so
//! the count does no harm. [`QueueScanner::release`] makes every message visible again at once, also
//! after a scan that was stopped; after a kill, SQS does it when the hold ends.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::error::ProvideErrorMetadata;
use aws_sdk_sqs::types::{
    ChangeMessageVisibilityBatchRequestEntry, DeleteMessageBatchRequestEntry, Message,
    MessageSystemAttributeName as System,
};
use futures::{StreamExt, future, stream};
use jiff::Timestamp;
use serde_json::json;

use super::delivery;
use crate::aws::{Dlq, service_error};
use crate::error::CliError;

/// SQS receives, deletes and releases at most ten messages a call.
const BATCH: usize = 10;

/// Bodies in memory at the same time, at most: ten calls that bring the largest possible messages
/// would hold a hundred mebibytes.
const MAX_BYTES: usize = 8 * 1024 * 1024;

/// The assumed size of a body until a larger one is received: that of an ordinary event.
const TYPICAL_BODY_BYTES: usize = 16 * 1024;

pub const MAX_CONCURRENCY: usize = 10;

/// After so many calls in a row that bring only known messages, the scan ends: the hold is shorter
/// than one pass through the queue takes.
const MAX_ROUNDS_WITHOUT_NEW: u32 = 50;

/// A message as received. Times are milliseconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Received {
    /// SQS's message id: the same at every receive.
    pub id: String,
    /// The receipt handle of this receive, which deletes or releases the message.
    pub receipt: String,
    pub body: String,
    /// Attributes of the type String.
    pub attributes: BTreeMap<String, String>,
    /// When it was sent to its first queue (`SentTimestamp`; a redrive by SQS keeps it).
    pub queued_at: i64,
    pub first_received_at: i64,
    /// How often it was received, this time included.
    pub receives: u32,
}

impl From<Message> for Received {
    fn from(message: Message) -> Self {
        let system = |name: System| message.attributes()?.get(&name)?.parse::<i64>().ok();
        let queued_at = system(System::SentTimestamp).unwrap_or_default();
        let first_received_at =
            system(System::ApproximateFirstReceiveTimestamp).unwrap_or(queued_at);
        let receives = system(System::ApproximateReceiveCount).unwrap_or(1);
        let attributes = message.message_attributes.unwrap_or_default();
        Self {
            id: message.message_id.unwrap_or_default(),
            receipt: message.receipt_handle.unwrap_or_default(),
            body: message.body.unwrap_or_default(),
            attributes: attributes
                .into_iter()
                .filter_map(|(name, value)| Some((name, value.string_value?)))
                .collect(),
            queued_at,
            first_received_at,
            receives: u32::try_from(receives).unwrap_or(u32::MAX),
        }
    }
}

impl Received {
    /// When it was sent to its first queue: of the inbox's dead letters and of deliveries, which may have waited and been
    /// copied before, when what they publish arrived.
    pub fn received_at(&self, dlq: Dlq) -> Timestamp {
        let sent_at =
            Timestamp::from_millisecond(self.queued_at).ok().filter(|_| self.queued_at > 0);
        let attribute = |name: &str| self.attributes.get(name).map(String::as_str);
        let received_at = match dlq {
            Dlq::Inbox => ::intake::arrival(&self.body, attribute, sent_at).received_at,
            Dlq::Deliveries => {
                delivery::read(&self.body).ok().map(|delivery| delivery.received_at).or(sent_at)
            }
            Dlq::Dispatch | Dlq::Mail | Dlq::Feedback | Dlq::Publisher | Dlq::MailHook => sent_at,
        };
        received_at.unwrap_or_else(Timestamp::now)
    }

    /// The message as one line of JSON, for the file that `dlq drop` keeps.
    pub fn to_line(&self) -> String {
        let line = json!({
            "message_id": self.id,
            "queued_at": self.queued_at,
            "attributes": self.attributes,
            "body": self.body,
        });
        format!("{line}\n")
    }
}

/// The hold that suffices to page through `expected` messages once: half a minute to spare, half an
/// hour at most.
pub fn hold_for(expected: u64) -> Duration {
    Duration::from_secs((30 + expected / 50).min(1800))
}

/// Pages through a queue, each message once. Call [`QueueScanner::release`] at the end, whatever
/// happened.
#[derive(Debug)]
pub struct QueueScanner<'a> {
    client: &'a Client,
    url: &'a str,
    hold: Duration,
    /// Receipt handles by message id, of every message that is neither deleted nor released.
    held: RefCell<HashMap<String, String>>,
    rounds_without_new: u32,
    largest_body: usize,
    is_drained: bool,
    hit_in_flight_limit: bool,
}

impl<'a> QueueScanner<'a> {
    /// Scans the queue at `url`; each message is hidden from others for `hold`.
    pub fn new(client: &'a Client, url: &'a str, hold: Duration) -> Self {
        Self {
            client,
            url,
            hold,
            held: RefCell::default(),
            rounds_without_new: 0,
            largest_body: TYPICAL_BODY_BYTES,
            is_drained: false,
            hit_in_flight_limit: false,
        }
    }

    /// Whether the scan ended early because SQS allows no more messages in flight (120,000).
    pub const fn hit_in_flight_limit(&self) -> bool {
        self.hit_in_flight_limit
    }

    /// The next messages, by up to `calls` concurrent calls; none twice. Empty when all that came
    /// was known already; `None` at the end of the queue.
    pub async fn next(&mut self, calls: usize) -> Result<Option<Vec<Received>>, CliError> {
        // At the limit SQS refuses every receive until something is released or deleted.
        if self.is_drained || self.hit_in_flight_limit {
            return Ok(None);
        }
        let mut received = self.receive(calls.min(self.affordable_calls()), 0).await?;
        if received.is_empty() && !self.hit_in_flight_limit {
            // A short poll asks only some of the queue's servers. An empty queue shows by a long one.
            received = self.receive(1, 1).await?;
            self.is_drained = received.is_empty();
        }
        let mut new = Vec::with_capacity(received.len());
        for message in received {
            self.largest_body = self.largest_body.max(message.body.len());
            // A message whose hold ran out comes again with a new receipt, which outdates the old.
            // Deleted or released with the old receipt, it would only look as if it had been.
            let held = self.held.get_mut().insert(message.id.clone(), message.receipt.clone());
            if held.is_none() {
                new.push(message);
            }
        }
        self.rounds_without_new = if new.is_empty() { self.rounds_without_new + 1 } else { 0 };
        self.is_drained |= self.rounds_without_new > MAX_ROUNDS_WITHOUT_NEW;
        Ok(Some(new))
    }

    /// How many calls bring at most [`MAX_BYTES`] if every body is as large as the largest so far.
    fn affordable_calls(&self) -> usize {
        (MAX_BYTES / (self.largest_body * BATCH)).max(1)
    }

    async fn receive(&mut self, calls: usize, wait: i32) -> Result<Vec<Received>, CliError> {
        let hold = i32::try_from(self.hold.as_secs()).unwrap_or(1800);
        let call = |_| {
            let call = self.client.receive_message().queue_url(self.url);
            call.max_number_of_messages(BATCH as i32)
                .wait_time_seconds(wait)
                .visibility_timeout(hold)
                .message_system_attribute_names(System::All)
                .message_attribute_names("All")
                .send()
        };
        let answers = future::join_all((0..calls).map(call)).await;
        let mut received: Vec<Received> = Vec::new();
        let mut failure = None;
        for answer in answers {
            match answer {
                Ok(answer) => received
                    .extend(answer.messages.unwrap_or_default().into_iter().map(Received::from)),
                Err(error) if error.code().is_some_and(|code| code.ends_with("OverLimit")) => {
                    self.hit_in_flight_limit = true;
                }
                Err(error) => failure = Some(service_error("read the dead-letter queue")(error)),
            }
        }
        match failure {
            Some(failure) => {
                // What the calls beside the failed one brought must be released too.
                self.held.get_mut().extend(received.into_iter().map(|m| (m.id, m.receipt)));
                Err(failure)
            }
            None => Ok(received),
        }
    }

    /// Deletes the messages. Returns how many SQS confirmed: another one may be gone, or may become
    /// visible again.
    pub async fn delete(&self, messages: &[Received]) -> usize {
        let mut confirmed = 0;
        for batch in messages.chunks(BATCH) {
            let entries = batch.iter().enumerate().map(|(i, message)| {
                DeleteMessageBatchRequestEntry::builder()
                    .id(i.to_string())
                    .receipt_handle(&message.receipt)
                    .build()
                    .expect("id and receipt handle are set")
            });
            let call = self.client.delete_message_batch().queue_url(self.url);
            let answer = call.set_entries(Some(entries.collect())).send().await;
            // A failed call confirms nothing. SQS may have deleted all the same, so none is sent again.
            let deleted = answer.map(|answer| answer.successful).unwrap_or_default();
            confirmed += deleted.len();
            let mut held = self.held.borrow_mut();
            for message in
                deleted.iter().filter_map(|entry| batch.get(entry.id().parse::<usize>().ok()?))
            {
                // What is deleted is not released.
                held.remove(&message.id);
            }
        }
        confirmed
    }

    /// Makes every message that was not deleted visible again. Returns how many SQS did not
    /// release: those stay hidden until the hold ends.
    pub async fn release(&mut self) -> usize {
        let receipts = self.held.take().into_values();
        let left: Vec<usize> = stream::iter(receipts)
            .chunks(BATCH)
            .map(|batch| release_batch(self.client, self.url, batch))
            .buffer_unordered(MAX_CONCURRENCY)
            .collect()
            .await;
        left.into_iter().sum()
    }
}

/// How many of the batch were not released.
async fn release_batch(client: &Client, url: &str, receipts: Vec<String>) -> usize {
    let size = receipts.len();
    let entries = receipts.into_iter().enumerate().map(|(i, receipt)| {
        ChangeMessageVisibilityBatchRequestEntry::builder()
            .id(i.to_string())
            .receipt_handle(receipt)
            .visibility_timeout(0)
            .build()
            .expect("id and receipt handle are set")
    });
    let call = client.change_message_visibility_batch().queue_url(url);
    // Not an error: what is not released now comes back by itself when the hold ends.
    let answer = call.set_entries(Some(entries.collect())).send().await;
    answer.map_or(size, |answer| answer.failed.len())
}
