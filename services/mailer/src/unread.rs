//! Whether SES's events wait unread.

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::QueueAttributeName::{
    ApproximateNumberOfMessages, ApproximateNumberOfMessagesDelayed,
};

/// The queues on which SES's events may wait: feedback's, and its dead-letter queue.
#[derive(Debug, Clone)]
pub struct UnreadEvents {
    client: Client,
    queues: [String; 2],
}

impl UnreadEvents {
    /// The queues at these URLs.
    #[must_use]
    pub const fn new(client: Client, queues: [String; 2]) -> Self {
        Self { client, queues }
    }

    /// Whether an event may wait there: one does, or SQS does not say. Messages in flight
    /// are not counted, or a busy shop would never be sure: the grace is longer than a message that
    /// feedback fails on can stay hidden before it is in the dead-letter queue. SQS's counts lag by
    /// about a minute
    /// (<https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_GetQueueAttributes.html>);
    /// an event that matters here is older than the grace.
    pub async fn may_hold_events(&self) -> bool {
        let [queue, dead_letters] = &self.queues;
        self.waiting(queue).await != Some(0) || self.waiting(dead_letters).await != Some(0)
    }

    async fn waiting(&self, queue: &str) -> Option<u64> {
        let counts = [ApproximateNumberOfMessages, ApproximateNumberOfMessagesDelayed];
        let call = self.client.get_queue_attributes().queue_url(queue);
        let call = call.set_attribute_names(Some(counts.to_vec()));
        let attributes = call.send().await.ok()?.attributes?;
        counts.iter().map(|name| attributes.get(name)?.parse::<u64>().ok()).sum()
    }
}
