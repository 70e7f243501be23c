//! How many messages a queue holds.

use aws_sdk_sqs::Client;
use aws_sdk_sqs::error::SdkError;
use aws_sdk_sqs::operation::get_queue_attributes::GetQueueAttributesError;
use aws_sdk_sqs::types::QueueAttributeName::{
    self, ApproximateNumberOfMessages, ApproximateNumberOfMessagesDelayed,
    ApproximateNumberOfMessagesNotVisible,
};
use serde::Serialize;

/// SQS's counts of a queue. All are approximate, and settle only about a minute after the last
/// change
/// (<https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_GetQueueAttributes.html>).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct QueueDepth {
    /// Ready to be received.
    pub visible: u64,
    /// Received and neither deleted nor visible again.
    pub in_flight: u64,
    /// Not to be received before their delay is over.
    pub delayed: u64,
}

impl QueueDepth {
    /// Every message that is on the queue, whoever may see it.
    #[must_use]
    pub const fn total(&self) -> u64 {
        self.visible + self.in_flight + self.delayed
    }
}

/// Asks SQS for the depth of the queue at `url`. Reads only.
///
/// # Errors
/// When the call failed, or the answer lacks a count: a missing number is not a zero.
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
    let count = |name: QueueAttributeName| {
        let count = counts.get(&name).and_then(|count| count.parse().ok());
        count.ok_or_else(|| SdkError::construction_failure(format!("SQS answered without {name}")))
    };
    let [visible, in_flight, delayed] = names.map(count);
    Ok(QueueDepth { visible: visible?, in_flight: in_flight?, delayed: delayed? })
}
