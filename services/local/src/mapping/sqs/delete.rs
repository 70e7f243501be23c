//! Deletes the messages that a function has processed.

use std::time::Duration;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::DeleteMessageBatchRequestEntry;
use kit::{Backoff, describe_sdk_error};
use tokio::time::sleep;

/// The most entries in one `DeleteMessageBatch` (AWS: quotas-messages).
const MAX_ENTRIES: usize = 10;
/// How often deletion is tried. A message that is left after that is delivered again, which any
/// consumer of a standard queue must expect.
const ATTEMPTS: u32 = 5;
const BACKOFF: Backoff = Backoff { first: Duration::from_millis(50), max: Duration::from_secs(1) };

/// Deletes messages by their receipt handles, and tries those again that the service failed on.
pub async fn delete(sqs: &Client, queue_url: &str, receipts: &[&str]) {
    for receipts in receipts.chunks(MAX_ENTRIES) {
        let mut remaining: Vec<_> = receipts.iter().enumerate().filter_map(entry).collect();
        for attempt in 0..ATTEMPTS {
            sleep(BACKOFF.delay(attempt)).await;
            remaining = delete_once(sqs, queue_url, remaining).await;
            if remaining.is_empty() {
                break;
            }
        }
        if !remaining.is_empty() {
            tracing::warn!(
                queue_url,
                messages = remaining.len(),
                "messages were not deleted and will be delivered again"
            );
        }
    }
}

fn entry((position, receipt): (usize, &&str)) -> Option<DeleteMessageBatchRequestEntry> {
    let entry = DeleteMessageBatchRequestEntry::builder();
    entry.id(position.to_string()).receipt_handle(*receipt).build().ok()
}

/// One attempt; returns what is worth another.
async fn delete_once(
    sqs: &Client,
    queue_url: &str,
    entries: Vec<DeleteMessageBatchRequestEntry>,
) -> Vec<DeleteMessageBatchRequestEntry> {
    let request =
        sqs.delete_message_batch().queue_url(queue_url).set_entries(Some(entries.clone()));
    match request.send().await {
        Ok(response) => {
            // A sender's fault is a receipt handle that is no longer valid: no retry can help.
            let again =
                |id: &str| response.failed().iter().any(|f| f.id() == id && !f.sender_fault());
            entries.into_iter().filter(|entry| again(entry.id())).collect()
        }
        Err(error) => {
            tracing::warn!(queue_url, error = describe_sdk_error(&error), "can't delete");
            entries
        }
    }
}
