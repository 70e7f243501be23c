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

    /// What one look can tell. `Unread` also when SQS does not answer.
    pub async fn check(&self) -> Backlog {
        // An event that feedback is killed on again and again moves from the first queue to the second, so
        // they must be read in this order, or it could be missed in between.
        let [queue, dead_letters] = &self.queue_urls;
        let state = self.depth(queue).await.map_or(Backlog::Unread, Backlog::of_queue);
        match self.depth(dead_letters).await {
            Some(depth) if depth.total() == 0 => state,
            _ => Backlog::Unread,
        }
    }

    async fn depth(&self, queue_url: &str) -> Option<QueueDepth> {
        queue_depth(&self.client, queue_url).await.ok()
    }
}

/// Whether SES events are unread, as far as one look can tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backlog {
    /// There are none.
    Empty,
    /// Feedback is reading. An event may be in flight because it is being recorded, or because it could not
    /// be: [`crate::BacklogWatch`] tells.
    BeingRead,
    /// An event may have been waiting for long.
    Unread,
}

impl Backlog {
    fn of_queue(depth: QueueDepth) -> Self {
        match depth {
            QueueDepth { visible: 0, in_flight: 0, delayed: 0 } => Self::Empty,
            // A delayed one is an event that feedback could not record.
            QueueDepth { visible, in_flight, delayed: 0 } if visible <= in_flight => {
                Self::BeingRead
            }
            _ => Self::Unread,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_queue_is_unread_when_more_waits_than_is_being_read_or_an_event_could_not_be_recorded() {
        let backlog = |visible, in_flight, delayed| {
            Backlog::of_queue(QueueDepth { visible, in_flight, delayed })
        };
        assert_eq!(backlog(1, 0, 0), Backlog::Unread, "nobody reads");
        assert_eq!(backlog(101, 100, 0), Backlog::Unread, "an outage is being worked off");
        assert_eq!(backlog(0, 50, 1), Backlog::Unread, "the ledger did not answer feedback");
        assert_eq!(backlog(0, 0, 0), Backlog::Empty);
        assert_eq!(backlog(10, 50, 0), Backlog::BeingRead, "a busy shop");
        assert_eq!(backlog(0, 1, 0), Backlog::BeingRead, "or an event on which feedback fails");
    }
}
