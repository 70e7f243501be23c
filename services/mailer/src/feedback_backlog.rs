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

    /// Whether an event may wait unread, as far as one look can tell. Also `true` when SQS does not answer.
    /// Not for one that is in flight: see [`crate::BacklogWatch`].
    pub async fn may_contain_events(&self) -> bool {
        // An event that feedback is killed on again and again moves from the first queue to the second, so
        // they must be read in this order, or it could be missed in between.
        let [queue, dead_letters] = &self.queue_urls;
        self.depth(queue).await.is_none_or(|depth| is_behind(&depth))
            || self.depth(dead_letters).await.is_none_or(|depth| depth.total() > 0)
    }

    async fn depth(&self, queue_url: &str) -> Option<QueueDepth> {
        queue_depth(&self.client, queue_url).await.ok()
    }
}

// More messages wait than are in flight: then an event may have been waiting for long. Waiting for an empty
// queue instead would not work, because the queue of a busy shop is never empty. A delayed one is an event
// that feedback could not record.
const fn is_behind(depth: &QueueDepth) -> bool {
    depth.visible > depth.in_flight || depth.delayed > 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_queue_behind(visible: u64, in_flight: u64, delayed: u64) -> bool {
        is_behind(&QueueDepth { visible, in_flight, delayed })
    }

    #[test]
    fn a_queue_is_behind_when_more_waits_than_is_being_read_or_an_event_could_not_be_recorded() {
        assert!(is_queue_behind(1, 0, 0), "nobody reads");
        assert!(is_queue_behind(101, 100, 0), "an outage is being worked off");
        assert!(is_queue_behind(0, 50, 1), "the ledger did not answer feedback");
        assert!(!is_queue_behind(0, 0, 0));
        assert!(!is_queue_behind(10, 50, 0), "a busy shop");
    }
}
