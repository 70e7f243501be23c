//! Looking at a dead-letter queue without consuming it.
//!
//! SQS has no peek. A look is a receive: it hides the message for a while and counts one receive
//! more. A dead-letter queue has no redrive of its own, so the count harms nobody; and every
//! message is given back as soon as the look is over, also when it was broken off. After a kill
//! that leaves no time for this, the messages come back by themselves when the hold is over.

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::error::ProvideErrorMetadata;
use aws_sdk_sqs::types::{
    ChangeMessageVisibilityBatchRequestEntry, MessageSystemAttributeName as System,
    QueueAttributeName as Attribute,
};
use futures::{StreamExt, future, stream};
use serde::Serialize;

use super::received::Received;
use crate::aws::refused;
use crate::error::CliError;

/// SQS hands out at most ten messages a call.
const BATCH: i32 = 10;

/// The bodies that are in memory at the same time, at most: ten calls of the largest messages would
/// bring a hundred mebibytes.
const MAX_BYTES: usize = 8 * 1024 * 1024;

/// What a body is taken to be until a larger one comes: an ordinary event.
const USUAL_BODY: usize = 16 * 1024;

/// How many calls run at the same time.
pub const MAX_CONCURRENCY: usize = 10;

/// How many messages a queue says it has. SQS calls all three approximate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct QueueDepth {
    /// To be received.
    pub visible: u64,
    /// Received by somebody and not yet deleted.
    pub in_flight: u64,
    /// Not to be received before their delay is over.
    pub delayed: u64,
}

impl QueueDepth {
    /// Asks SQS.
    ///
    /// # Errors
    /// [`CliError::Service`] when it does not answer.
    pub async fn of(client: &Client, url: &str) -> Result<Self, CliError> {
        let answer = client
            .get_queue_attributes()
            .queue_url(url)
            .attribute_names(Attribute::ApproximateNumberOfMessages)
            .attribute_names(Attribute::ApproximateNumberOfMessagesNotVisible)
            .attribute_names(Attribute::ApproximateNumberOfMessagesDelayed)
            .send()
            .await
            .map_err(refused(format!("read the depth of {url}")))?;
        let known = answer.attributes.unwrap_or_default();
        let number = |name: Attribute| known.get(&name).and_then(|n| n.parse().ok()).unwrap_or(0);
        Ok(Self {
            visible: number(Attribute::ApproximateNumberOfMessages),
            in_flight: number(Attribute::ApproximateNumberOfMessagesNotVisible),
            delayed: number(Attribute::ApproximateNumberOfMessagesDelayed),
        })
    }
}

/// A look at a queue. Ends with [`QueueScanner::give_back`].
#[derive(Debug)]
pub struct QueueScanner<'a> {
    client: &'a Client,
    url: &'a str,
    hold: Duration,
    held: HashMap<String, String>,
    rounds_without_news: u32,
    largest: usize,
    ended: End,
}

/// After so many rounds that brought only messages seen before, there is nothing else: the hold
/// runs out faster than the queue can be paged through.
const MAX_ROUNDS_WITHOUT_NEWS: u32 = 50;

/// Whether there is more to be received.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// There may be.
    NotYet,
    /// SQS had nothing more, waiting for it included.
    Drained,
    /// More messages are in flight than SQS allows (120,000): the rest was not seen.
    TooManyInFlight,
}

/// The hold under which `expected` messages can be paged through: seconds to spare, and half an
/// hour at most.
#[must_use]
pub fn hold_for(expected: u64) -> Duration {
    Duration::from_secs((30 + expected / 50).min(1800))
}

impl<'a> QueueScanner<'a> {
    /// Looks at the queue at `url`; each message is hidden from others for `hold`.
    #[must_use]
    pub fn new(client: &'a Client, url: &'a str, hold: Duration) -> Self {
        Self {
            client,
            url,
            hold,
            held: HashMap::new(),
            rounds_without_news: 0,
            largest: USUAL_BODY,
            ended: End::NotYet,
        }
    }

    /// Whether it is over.
    #[must_use]
    pub const fn end(&self) -> End {
        self.ended
    }

    /// The next messages, by `calls` calls at once; those that were not seen before, so none twice.
    /// Empty when the look is over, or everything received had been seen.
    ///
    /// # Errors
    /// [`CliError::Service`] when SQS does not answer.
    pub async fn next(&mut self, calls: usize) -> Result<Vec<Received>, CliError> {
        let mut received = self.receive(calls.min(self.affordable()), 0).await?;
        if received.is_empty() && self.ended == End::NotYet {
            // Only a long poll asks every server of the queue.
            received = self.receive(1, 1).await?;
            if received.is_empty() && self.ended == End::NotYet {
                self.ended = End::Drained;
            }
        }
        let mut new = Vec::with_capacity(received.len());
        for message in received {
            self.largest = self.largest.max(message.body.len());
            if self.held.insert(message.id.clone(), message.receipt.clone()).is_none() {
                new.push(message);
            }
        }
        self.rounds_without_news = if new.is_empty() { self.rounds_without_news + 1 } else { 0 };
        if self.rounds_without_news > MAX_ROUNDS_WITHOUT_NEWS {
            self.ended = End::Drained;
        }
        Ok(new)
    }

    /// How many calls bring at most [`MAX_BYTES`], if every body is as large as the largest was.
    const fn affordable(&self) -> usize {
        let a_call = self.largest * BATCH as usize;
        let calls = MAX_BYTES / a_call;
        if calls == 0 { 1 } else { calls }
    }

    async fn receive(&mut self, calls: usize, wait: i32) -> Result<Vec<Received>, CliError> {
        let hold = i32::try_from(self.hold.as_secs()).unwrap_or(1800);
        let (client, url) = (self.client, self.url);
        let call = || async move {
            client
                .receive_message()
                .queue_url(url)
                .max_number_of_messages(BATCH)
                .wait_time_seconds(wait)
                .visibility_timeout(hold)
                .message_system_attribute_names(System::All)
                .message_attribute_names("All")
                .send()
                .await
        };
        let answers = future::join_all((0..calls).map(|_| call())).await;
        let mut received = Vec::new();
        let mut failure = None;
        for answer in answers {
            match answer {
                Ok(answer) => received
                    .extend(answer.messages.unwrap_or_default().into_iter().map(Received::read)),
                Err(error) if error.code().is_some_and(|code| code.ends_with("OverLimit")) => {
                    self.ended = End::TooManyInFlight;
                }
                Err(error) => failure = Some(refused("look into the dead-letter queue")(error)),
            }
        }
        match failure {
            Some(failure) => {
                // What the other calls brought is to be given back too.
                self.held.extend(received.into_iter().map(|m| (m.id, m.receipt)));
                Err(failure)
            }
            None => Ok(received),
        }
    }

    /// A message that was dealt with: it is not to be given back.
    pub fn forget(&mut self, id: &str) {
        self.held.remove(id);
    }

    /// Makes every message that is still held visible again, and answers how many could not be:
    /// those come back by themselves when the hold is over.
    pub async fn give_back(&mut self) -> usize {
        let receipts: Vec<String> = self.held.drain().map(|(_, receipt)| receipt).collect();
        let batches: Vec<Vec<String>> = receipts.chunks(10).map(<[String]>::to_vec).collect();
        let left: Vec<usize> = stream::iter(batches)
            .map(|batch| give_back(self.client, self.url, batch))
            .buffer_unordered(MAX_CONCURRENCY)
            .collect()
            .await;
        left.into_iter().sum()
    }
}

/// How many of the batch were not given back.
async fn give_back(client: &Client, url: &str, receipts: Vec<String>) -> usize {
    let size = receipts.len();
    let entries = receipts.into_iter().enumerate().map(|(i, receipt)| {
        ChangeMessageVisibilityBatchRequestEntry::builder()
            .id(i.to_string())
            .receipt_handle(receipt)
            .visibility_timeout(0)
            .build()
            .expect("id and receipt handle are set")
    });
    let call = client
        .change_message_visibility_batch()
        .queue_url(url)
        .set_entries(Some(entries.collect()));
    match call.send().await {
        Ok(answer) => answer.failed().len(),
        Err(_) => size,
    }
}
