//! Deleting messages.

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::DeleteMessageBatchRequestEntry;

use super::received::Received;

/// SQS deletes at most ten messages a call.
const BATCH: usize = 10;

/// Deletes the messages and says of each whether SQS confirmed it. An unconfirmed one may be gone
/// or may come back.
pub async fn delete(client: &Client, url: &str, messages: &[Received]) -> Vec<bool> {
    let mut deleted = Vec::with_capacity(messages.len());
    for batch in messages.chunks(BATCH) {
        deleted.extend(delete_batch(client, url, batch).await);
    }
    deleted
}

async fn delete_batch(client: &Client, url: &str, batch: &[Received]) -> Vec<bool> {
    let entries = batch.iter().enumerate().map(|(i, message)| {
        DeleteMessageBatchRequestEntry::builder()
            .id(i.to_string())
            .receipt_handle(&message.receipt)
            .build()
            .expect("id and receipt handle are set")
    });
    let call = client.delete_message_batch().queue_url(url).set_entries(Some(entries.collect()));
    let mut deleted = vec![false; batch.len()];
    if let Ok(answer) = call.send().await {
        for entry in answer.successful() {
            if let Some(is_deleted) =
                entry.id().parse::<usize>().ok().and_then(|i| deleted.get_mut(i))
            {
                *is_deleted = true;
            }
        }
    }
    deleted
}
