//! The number of messages in a queue.

use aws_sdk_sqs::Client;
use aws_sdk_sqs::error::SdkError;
use aws_sdk_sqs::operation::get_queue_attributes::GetQueueAttributesError;
use aws_sdk_sqs::types::QueueAttributeName::{
    ApproximateNumberOfMessages, ApproximateNumberOfMessagesDelayed,
    ApproximateNumberOfMessagesNotVisible,
};
use serde::Serialize;

/// SQS's counts for a queue. All are approximate, and accurate only about a minute after the last change
/// (<https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_GetQueueAttributes.html>).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct QueueDepth {
    /// Can be received now.
    pub visible: u64,
    /// Received, and neither deleted nor visible again.
    pub in_flight: u64,
    /// Cannot be received before their delay is over.
    pub delayed: u64,
}

impl QueueDepth {
    /// All messages in the queue.
    #[must_use]
    pub const fn total(&self) -> u64 {
        self.visible + self.in_flight + self.delayed
    }
}

/// Reads the depth of the queue at `url`.
///
/// # Errors
/// When the call failed, or the answer lacks a count.
pub async fn queue_depth(
    client: &Client,
    url: &str,
) -> Result<QueueDepth, SdkError<GetQueueAttributesError>> {
    let names = [
        ApproximateNumberOfMessages,
        ApproximateNumberOfMessagesNotVisible,
        ApproximateNumberOfMessagesDelayed,
    ];
    let call = client.get_queue_attributes().queue_url(url);
    let answer = call.set_attribute_names(Some(names.to_vec())).send().await?;
    let counts = answer.attributes.unwrap_or_default();
    // A missing count is an error and not zero: a queue must not look empty because SQS left it out.
    let [visible, in_flight, delayed] = names.map(|name| counts.get(&name)?.parse().ok());
    let depth = || Some(QueueDepth { visible: visible?, in_flight: in_flight?, delayed: delayed? });
    depth().ok_or_else(|| SdkError::construction_failure("SQS answered without one of the counts"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_delayed_or_in_flight_is_in_the_queue_too() {
        assert_eq!(QueueDepth { visible: 2, in_flight: 30, delayed: 500 }.total(), 532);
    }
}
