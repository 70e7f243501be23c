//! The event source mapping of a queue.
//!
//! By AWS's rules, in its words where they are short:
//! [with-sqs](https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html),
//! [errors](https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html),
//! [scaling](https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html).
//! Messages are polled by long polling, gathered into a batch until it is full or its window is
//! over, and deleted after the answer; the others come back when their visibility timeout ends.
//! Giving up on a message (redrive) is the queue's own doing.

mod delete;
mod event;
mod poll;

use std::sync::Arc;
use std::time::Duration;

use aws_sdk_sqs::Client;

use super::{FunctionResponse, Mapping};
use crate::lambda::Invoke;

/// A queue's mapping.
#[derive(Debug, Clone)]
pub struct QueueMapping {
    /// The queue.
    pub queue_url: String,
    /// Its ARN, as the function sees it.
    pub queue_arn: String,
    /// The region, as the function sees it.
    pub region: String,
    /// The most messages in a batch: 1 to 10,000; above 10 only with a window.
    pub batch_size: usize,
    /// How long a batch that is not full waits for more messages.
    pub window: Duration,
    /// How many batches may be with the function at once.
    pub concurrency: usize,
    /// Whether the answer names the messages that failed.
    pub function_response: FunctionResponse,
}

impl QueueMapping {
    /// Starts reading the queue for the function.
    #[must_use]
    pub fn start(self, sqs: Client, function: Arc<dyn Invoke>) -> Mapping {
        Mapping::spawn(|stop| poll::run(Arc::new(self), sqs, function, stop))
    }
}
