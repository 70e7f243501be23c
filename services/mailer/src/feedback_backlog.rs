//! Checks whether SES events may be unread.

use aws_sdk_sqs::Client;
use kit::queue::{QueueDepth, queue_depth};

/// The queues that contain SES events until `feedback` has recorded them: its queue and its dead-letter
/// queue.
#[derive(Debug, Clone)]
pub struct FeedbackBacklog {
    client: Client,
    queue_urls: [String; 2],
}

impl FeedbackBacklog {
    /// `queue_urls` are feedback's queue and its dead-letter queue, in this order.
    #[must_use]
    pub const fn new(client: Client, queue_urls: [String; 2]) -> Self {
        Self { client, queue_urls }
    }

    /// Whether an event older than the grace period may be unread. Also `true` when SQS does not answer.
    pub async fn may_contain_events(&self) -> bool {
        // An event that feedback keeps failing on moves from the first queue to the second before the grace
        // period is over, so it must be read in this order, or it could be missed in between. SQS's counts
        // lag by about a minute, which is less than the grace period.
        let [queue, dead_letters] = &self.queue_urls;
        self.depth(queue).await.is_none_or(|depth| is_behind(&depth))
            || self.depth(dead_letters).await.is_none_or(|depth| holds_messages(&depth))
    }

    async fn depth(&self, queue_url: &str) -> Option<QueueDepth> {
        queue_depth(&self.client, queue_url).await.ok()
    }
}

// More messages wait than are in flight: then an event may have been waiting for long. Waiting for an empty
// queue instead would not work, because the queue of a busy shop is never empty.
const fn is_behind(depth: &QueueDepth) -> bool {
    depth.visible > depth.in_flight
}

const fn holds_messages(depth: &QueueDepth) -> bool {
    depth.visible > 0 || depth.in_flight > 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_queue_behind(visible: u64, in_flight: u64) -> bool {
        is_behind(&QueueDepth { visible, in_flight, delayed: 0 })
    }

    #[test]
    fn a_queue_is_behind_when_more_waits_than_is_being_read() {
        assert!(is_queue_behind(1, 0), "nobody reads");
        assert!(is_queue_behind(101, 100), "an outage is being worked off");
        assert!(!is_queue_behind(0, 0));
        assert!(!is_queue_behind(10, 50), "a busy shop");
    }
}
