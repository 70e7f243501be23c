//! Whether SES events may be waiting unread.

use aws_sdk_sqs::Client;
use kit::queue::{QueueDepth, queue_depth};

/// The queues that hold SES events until `feedback` has recorded them: its own, and its dead-letter
/// queue.
#[derive(Debug, Clone)]
pub struct FeedbackBacklog {
    client: Client,
    queue_urls: [String; 2],
}

impl FeedbackBacklog {
    /// Reads feedback's queue and its dead-letter queue, in this order.
    #[must_use]
    pub const fn new(client: Client, queue_urls: [String; 2]) -> Self {
        Self { client, queue_urls }
    }

    /// Whether an event older than the grace period may be unread; also when SQS does not answer. An
    /// event that feedback fails on is in the dead-letter queue before the grace period is over.
    /// SQS's counts lag by about a minute, which is less than the grace period.
    pub async fn may_contain_events(&self) -> bool {
        let [queue, dead_letters] = &self.queue_urls;
        self.depth(queue).await.is_none_or(|depth| is_behind(&depth))
            || self.depth(dead_letters).await.is_none_or(|depth| holds_messages(&depth))
    }

    async fn depth(&self, queue_url: &str) -> Option<QueueDepth> {
        queue_depth(&self.client, queue_url).await.ok()
    }
}

/// Whether more waits than is being read just now: then an event may have waited for long. The queue
/// of a busy shop is never empty, so emptiness cannot be asked for.
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
