//! A batch of mail requests.

use std::time::SystemTime;

use aws_lambda_events::sqs::{SqsBatchResponse, SqsMessage};
use kit::queue::{BatchItemOutcome, DeadLetter, partial_batch_response, run_concurrently};
use shared::queue::message::MailRequest;
use tracing::Instrument;

use crate::Mailer;
use crate::deliver::{Delivery, deliver};

/// Handles a batch concurrently. Every message ends on its own: dealt with, or to be retried.
/// `deadline` is the function's own.
pub async fn handle(
    mailer: &Mailer,
    messages: &[SqsMessage],
    deadline: SystemTime,
) -> SqsBatchResponse {
    mailer.rate_limiter.learn(mailer.sender.client()).await;
    let done = run_concurrently(messages, |message| one(mailer, message, deadline)).await;
    let outcomes: Vec<BatchItemOutcome> =
        done.into_iter().map(|d| d.unwrap_or(BatchItemOutcome::Retry)).collect();
    partial_batch_response(messages, &outcomes)
}

async fn one(mailer: &Mailer, message: &SqsMessage, deadline: SystemTime) -> BatchItemOutcome {
    let body = message.body.as_deref().unwrap_or_default();
    let request = match MailRequest::parse(body) {
        Ok(request) => request,
        Err(unreadable) => {
            let letter = DeadLetter::unreadable(body.to_owned(), unreadable.to_string());
            return mailer.dead_letters.move_message(letter).await;
        }
    };
    let span = tracing::info_span!(
        "mail",
        correlation_id = request.correlation_id.as_str(),
        order_id = request.key.order_id.as_str(),
        notification = request.key.sort_key(),
    );
    let delivery = Delivery::new(mailer, message, &request, deadline);
    deliver(&delivery).instrument(span).await.unwrap_or_else(|error| {
        tracing::warn!(%error, "the message comes back");
        BatchItemOutcome::Retry
    })
}
