//! Handles a batch of mail requests.

use std::time::SystemTime;

use aws_lambda_events::sqs::{SqsBatchResponse, SqsMessage};
use kit::queue::{BatchItemOutcome, DeadLetter, partial_batch_response, run_concurrently};
use shared::queue::message::MailRequest;
use tracing::Instrument;

use crate::delivery::{Delivery, deliver};
use crate::mailer::Mailer;

/// Handles the messages of a batch concurrently. One that fails or panics is retried; the others are not
/// affected. `deadline` is when Lambda ends the invocation.
pub async fn handle(
    mailer: &Mailer,
    messages: &[SqsMessage],
    deadline: SystemTime,
) -> SqsBatchResponse {
    // Once per batch, not per mail: `GetAccount` may be called once a second by the whole account.
    mailer.rate_limiter.refresh(mailer.sender.client()).await;
    let outcomes =
        run_concurrently(messages, |message| handle_message(mailer, message, deadline)).await;
    let outcomes: Vec<BatchItemOutcome> =
        outcomes.into_iter().map(|o| o.unwrap_or(BatchItemOutcome::Retry)).collect();
    partial_batch_response(messages, &outcomes)
}

async fn handle_message(
    mailer: &Mailer,
    message: &SqsMessage,
    deadline: SystemTime,
) -> BatchItemOutcome {
    let body = message.body.as_deref().unwrap_or_default();
    let request = match MailRequest::parse(body) {
        Ok(request) => request,
        Err(unreadable) => {
            let dead_letter = DeadLetter::unreadable(body.to_owned(), unreadable.to_string());
            return mailer.dead_letters.move_message(dead_letter).await;
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
        tracing::warn!(%error, "retried after the visibility timeout");
        BatchItemOutcome::Retry
    })
}
