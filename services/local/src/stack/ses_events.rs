//! Sends SES's events to the feedback queue, as the deployed EventBridge rule does.

use std::sync::Arc;

use aws_sdk_sqs::Client;
use kit::queue::{OutgoingMessage, send_all};
use tokio::sync::mpsc::UnboundedReceiver;

use crate::edge::faults::Faults;
use crate::ses::{Ses, SesEvent};

/// The most messages in one `SendMessageBatch`.
const MAX_BATCH: usize = 10;

/// Sends each event to `queue` until the channel closes, in the copies and with the delays that
/// `faults` ask for. An event that the queue refuses is logged and dropped: nothing may rely on
/// SES's events.
pub async fn forward(
    mut events: UnboundedReceiver<SesEvent>,
    ses: Arc<Ses>,
    faults: Arc<dyn Faults>,
    sqs: Client,
    queue: String,
) {
    let mut batch = Vec::with_capacity(MAX_BATCH);
    while events.recv_many(&mut batch, MAX_BATCH).await > 0 {
        let messages = batch.iter().flat_map(|event| copies(&*faults, &event.body)).collect();
        for refused in send_all(&sqs, &queue, messages).await.into_iter().filter_map(Result::err) {
            tracing::warn!(%refused, "an SES event was dropped");
        }
        ses.mailbox().forget_events(&batch).await;
        batch.clear();
    }
}

fn copies(faults: &dyn Faults, body: &str) -> Vec<OutgoingMessage> {
    let copy = |delay: std::time::Duration| OutgoingMessage {
        body: body.to_owned(),
        delay: i32::try_from(delay.as_secs()).unwrap_or(i32::MAX),
        ..OutgoingMessage::default()
    };
    faults.ses_event(body).into_iter().map(copy).collect()
}
