//! The EventBridge rule that sends SES's events to the feedback queue.

use aws_sdk_sqs::Client;
use kit::queue::{Outgoing, send_all};
use tokio::sync::mpsc::UnboundedReceiver;

/// As many as one call to SQS takes.
const AT_ONCE: usize = 10;

/// Sends what arrives to `queue` until the channel closes. An event that the queue refuses is
/// logged and dropped: nothing may rely on SES's events.
pub async fn forward(mut events: UnboundedReceiver<String>, sqs: Client, queue: String) {
    let mut batch = Vec::with_capacity(AT_ONCE);
    while events.recv_many(&mut batch, AT_ONCE).await > 0 {
        let messages =
            batch.drain(..).map(|body| Outgoing { body, ..Outgoing::default() }).collect();
        for refused in send_all(&sqs, &queue, messages).await.into_iter().filter_map(Result::err) {
            tracing::warn!(%refused, "an SES event was dropped");
        }
    }
}
