//! Whether SES's events wait feedback_backlog.

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::QueueAttributeName::{
    ApproximateNumberOfMessages as Visible, ApproximateNumberOfMessagesNotVisible as InFlight,
};

/// The queues on which SES's events may wait: feedback's, and its dead-letter queue.
#[derive(Debug, Clone)]
pub struct FeedbackBacklog {
    client: Client,
    queues: [String; 2],
}

/// What a queue holds.
#[derive(Debug, Clone, Copy)]
struct Depth {
    visible: u64,
    in_flight: u64,
}

impl Depth {
    /// Whether what waits may have waited for long: it is more than is being read just now. A busy
    /// shop's queue is never empty.
    const fn is_behind(self) -> bool {
        self.visible > self.in_flight
    }

    const fn is_empty(self) -> bool {
        self.visible == 0 && self.in_flight == 0
    }
}

impl FeedbackBacklog {
    /// The queues at these URLs.
    #[must_use]
    pub const fn new(client: Client, queues: [String; 2]) -> Self {
        Self { client, queues }
    }

    /// Whether an event older than the grace may wait there; also when SQS does not say. An event
    /// that feedback fails on is in the dead-letter queue before the grace is over. SQS's counts lag
    /// by about a minute
    /// (<https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_GetQueueAttributes.html>),
    /// the grace is longer.
    pub async fn may_contain_events(&self) -> bool {
        let [queue, dead_letters] = &self.queues;
        self.depth(queue).await.is_none_or(Depth::is_behind)
            || self.depth(dead_letters).await.is_none_or(|depth| !depth.is_empty())
    }

    async fn depth(&self, queue: &str) -> Option<Depth> {
        let call = self.client.get_queue_attributes().queue_url(queue);
        let call = call.set_attribute_names(Some(vec![Visible, InFlight]));
        let attributes = call.send().await.ok()?.attributes?;
        let count = |name| attributes.get(&name)?.parse().ok();
        Some(Depth { visible: count(Visible)?, in_flight: count(InFlight)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_behind(visible: u64, in_flight: u64) -> bool {
        Depth { visible, in_flight }.is_behind()
    }

    #[test]
    fn a_queue_is_behind_when_more_waits_than_is_being_read() {
        assert!(is_behind(1, 0), "nobody reads");
        assert!(is_behind(101, 100), "an outage is being worked off");
        assert!(!is_behind(0, 0));
        assert!(!is_behind(10, 50), "a busy shop");
    }
}
