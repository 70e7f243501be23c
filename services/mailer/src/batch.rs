//! Handles a batch of mail requests.

use std::time::SystemTime;

use aws_lambda_events::sqs::{SqsBatchResponse, SqsMessage};
use kit::queue::{BatchItemOutcome, DeadLetter, partial_batch_response, run_concurrently};
use shared::queue::message::{MailRequest, MessageError};
use tracing::Instrument;

use crate::delivery::{Delivery, deliver, take_places};
use crate::mailer::Mailer;
use crate::send_gate::Place;

/// Handles the messages of a batch concurrently. One that fails or panics is retried; the others are not
/// affected. `deadline` is when Lambda ends the invocation.
pub async fn handle(
    mailer: &Mailer,
    messages: &[SqsMessage],
    deadline: SystemTime,
) -> SqsBatchResponse {
    let requests = run_concurrently(messages, parse).await;
    let deliveries: Vec<Option<Delivery<'_>>> = messages
        .iter()
        .zip(&requests)
        .map(|(message, request)| {
            let request = request.as_ref()?.as_ref().ok()?;
            Some(Delivery::new(mailer, message, request, deadline))
        })
        .collect();
    // Once per batch, not per mail: it is a write.
    let places = take_places(mailer, &deliveries).await;
    let records: Vec<Record<'_>> = messages
        .iter()
        .zip(&requests)
        .zip(deliveries.iter().zip(places))
        .map(|((message, request), (delivery, place))| Record { message, request, delivery, place })
        .collect();
    let outcomes = run_concurrently(&records, |record| handle_record(mailer, record)).await;
    let outcomes: Vec<BatchItemOutcome> =
        outcomes.into_iter().map(|o| o.unwrap_or(BatchItemOutcome::Retry)).collect();
    partial_batch_response(messages, &outcomes)
}

/// A message of the batch.
struct Record<'a> {
    message: &'a SqsMessage,
    /// `None` if its parsing panicked.
    request: &'a Option<Result<MailRequest, MessageError>>,
    /// `None` if it could not be parsed.
    delivery: &'a Option<Delivery<'a>>,
    place: Option<Place>,
}

async fn parse(message: &SqsMessage) -> Result<MailRequest, MessageError> {
    MailRequest::parse(message.body.as_deref().unwrap_or_default())
}

async fn handle_record(mailer: &Mailer, record: &Record<'_>) -> BatchItemOutcome {
    let (request, delivery) = match (record.request, record.delivery) {
        (Some(Ok(request)), Some(delivery)) => (request, delivery),
        (Some(Err(unreadable)), _) => {
            let body = record.message.body.clone().unwrap_or_default();
            let dead_letter = DeadLetter::unreadable(body, unreadable.to_string());
            return mailer.dead_letters.move_message(dead_letter).await;
        }
        _ => return BatchItemOutcome::Retry,
    };
    let span = tracing::info_span!(
        "mail",
        correlation_id = request.correlation_id.as_str(),
        shop = request.key.shop.as_str(),
        order_id = request.key.order_id.as_str(),
        notification = request.key.sort_key(),
    );
    deliver(delivery, record.place).instrument(span).await.unwrap_or_else(|error| {
        tracing::warn!(%error, "retried after the visibility timeout");
        BatchItemOutcome::Retry
    })
}
