//! The EventBridge rule that sends SES's events to the feedback queue.

use std::sync::Arc;

use aws_sdk_sqs::Client;
use kit::queue::{OutgoingMessage, send_all};
use tokio::sync::mpsc::UnboundedReceiver;

use crate::edge::faults::Faults;

/// As many as one call to SQS takes.
const MAX_CONCURRENCY: usize = 10;

/// Sends what arrives to `queue` until the channel closes, as often and as late as `faults` say.
/// An event that the queue refuses is logged and dropped: nothing may rely on SES's events.
pub async fn forward(
    mut events: UnboundedReceiver<String>,
    faults: Arc<dyn Faults>,
    sqs: Client,
    queue: String,
) {
    let mut batch = Vec::with_capacity(MAX_CONCURRENCY);
    while events.recv_many(&mut batch, MAX_CONCURRENCY).await > 0 {
        let messages = batch.drain(..).flat_map(|body| copies(&*faults, &body)).collect();
        for refused in send_all(&sqs, &queue, messages).await.into_iter().filter_map(Result::err) {
            tracing::warn!(%refused, "an SES event was dropped");
        }
    }
}

fn copies(faults: &dyn Faults, body: &str) -> Vec<OutgoingMessage> {
    let copy = |late: std::time::Duration| OutgoingMessage {
        body: body.to_owned(),
        delay: i32::try_from(late.as_secs()).unwrap_or(i32::MAX),
        ..OutgoingMessage::default()
    };
    faults.ses_event(body).into_iter().map(copy).collect()
}
