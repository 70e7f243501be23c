//! Deleting what the function is done with.

use std::time::Duration;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::error::DisplayErrorContext;
use aws_sdk_sqs::types::DeleteMessageBatchRequestEntry;
use tokio::time::sleep;

use crate::mapping::Backoff;

/// The most entries of a batch request (AWS: quotas-messages).
const MAX_ENTRIES: usize = 10;
/// How often deletion is tried. A message that is left after that is delivered again, which every
/// consumer of a standard queue must bear anyhow.
const TRIES: u32 = 5;
const BACKOFF: Backoff =
    Backoff { first: Duration::from_millis(50), longest: Duration::from_secs(1) };

/// Deletes messages by their receipt handles, those again that the service refused.
pub async fn delete(sqs: &Client, queue_url: &str, receipts: &[&str]) {
    for receipts in receipts.chunks(MAX_ENTRIES) {
        let mut left: Vec<_> = receipts.iter().enumerate().filter_map(entry).collect();
        for tried in 0..TRIES {
            sleep(BACKOFF.after(tried)).await;
            left = delete_once(sqs, queue_url, left).await;
            if left.is_empty() {
                break;
            }
        }
        if !left.is_empty() {
            tracing::warn!(queue_url, messages = left.len(), "not deleted: will come again");
        }
    }
}

fn entry((place, receipt): (usize, &&str)) -> Option<DeleteMessageBatchRequestEntry> {
    let entry = DeleteMessageBatchRequestEntry::builder();
    entry.id(place.to_string()).receipt_handle(*receipt).build().ok()
}

/// One try; returns what is worth another.
async fn delete_once(
    sqs: &Client,
    queue_url: &str,
    entries: Vec<DeleteMessageBatchRequestEntry>,
) -> Vec<DeleteMessageBatchRequestEntry> {
    let request =
        sqs.delete_message_batch().queue_url(queue_url).set_entries(Some(entries.clone()));
    match request.send().await {
        Ok(answer) => {
            // A sender's fault is a receipt that is no longer valid: trying again can't help.
            let again =
                |id: &str| answer.failed().iter().any(|f| f.id() == id && !f.sender_fault());
            entries.into_iter().filter(|entry| again(entry.id())).collect()
        }
        Err(error) => {
            tracing::warn!(queue_url, error = %DisplayErrorContext(&error), "can't delete");
            entries
        }
    }
}
