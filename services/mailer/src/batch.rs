//! Handles a batch of mail requests.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_lambda_events::sqs::{SqsBatchResponse, SqsMessage};
use kit::queue::{BatchItemOutcome, DeadLetter, partial_batch_response, run_concurrently};
use kit::telemetry::{Count, count};
use shared::queue::message::{MailRequest, MessageError};
use shared::{ShopId, ShopSettings};
use tracing::Instrument;

use crate::delivery::{Delivery, Start, deliver, end_if_stale, take_places};
use crate::mailer::Mailer;

/// Limits the reads of the settings of a batch's shops.
const SETTINGS_TIMEOUT: Duration = Duration::from_secs(3);

/// How long a mail waits whose shop's settings nobody could read.
const SETTINGS_RETRY_MS: i64 = 30_000;

/// Handles the messages of a batch concurrently. One that fails or panics is retried; the others are not
/// affected. `deadline` is when Lambda ends the invocation.
pub async fn handle(
    mailer: &Mailer,
    messages: &[SqsMessage],
    deadline: SystemTime,
) -> SqsBatchResponse {
    let requests = run_concurrently(messages, parse).await;
    let shops = shops_of(mailer, &requests).await;
    let deliveries: Vec<Option<Delivery<'_>>> = messages
        .iter()
        .zip(&requests)
        .map(|(message, request)| {
            let request = request.as_ref()?.as_ref().ok()?;
            let settings = shops.get(&request.key.shop)?;
            Some(Delivery::new(mailer, message, request, settings, deadline))
        })
        .collect();
    // Once per batch, not per mail: it is a write.
    let starts = take_places(mailer, &deliveries).await;
    let records: Vec<Record<'_>> = messages
        .iter()
        .zip(&requests)
        .zip(deliveries.iter().zip(starts))
        .map(|((message, request), (delivery, start))| Record { message, request, delivery, start })
        .collect();
    let outcomes =
        run_concurrently(records, |record| handle_record(mailer, record, deadline)).await;
    let outcomes: Vec<BatchItemOutcome> =
        outcomes.into_iter().map(|o| o.unwrap_or(BatchItemOutcome::Retry)).collect();
    partial_batch_response(messages, &outcomes)
}

/// The settings of the shops that mail requests are of, without those that nobody could read.
async fn shops_of(
    mailer: &Mailer,
    requests: &[Option<Result<MailRequest, MessageError>>],
) -> BTreeMap<ShopId, Arc<ShopSettings>> {
    let mut shops = BTreeMap::new();
    let all: BTreeSet<&ShopId> =
        requests.iter().flatten().flatten().map(|request| &request.key.shop).collect();
    let read = async {
        for shop in all {
            match mailer.shops.settings(shop).await {
                Ok(settings) => drop(shops.insert(shop.clone(), settings)),
                Err(error) => tracing::error!(%error, "the shop's mails are requeued"),
            }
        }
    };
    // For all together: what is left of the function's time is for the mails of the others.
    if tokio::time::timeout(SETTINGS_TIMEOUT, read).await.is_err() {
        tracing::error!("the settings of some shops took too long: their mails are requeued");
    }
    shops
}

/// A message of the batch.
struct Record<'a> {
    message: &'a SqsMessage,
    /// `None` if its parsing panicked.
    request: &'a Option<Result<MailRequest, MessageError>>,
    /// `None` if it could not be parsed, or its shop's settings are not known.
    delivery: &'a Option<Delivery<'a>>,
    /// With the memory for its files, which is free again when the delivery ends.
    start: Start,
}

/// Has the message delivered again when the shop's settings may be known, unless its mail is too old by now.
async fn requeue(
    mailer: &Mailer,
    message: &SqsMessage,
    request: &MailRequest,
    deadline: SystemTime,
) -> BatchItemOutcome {
    // To end it, nothing of the shop is needed.
    let settings = ShopSettings::default();
    let delivery = Delivery::new(mailer, message, request, &settings, deadline);
    match end_if_stale(&delivery).await {
        Ok(Some(ended)) => return ended,
        Ok(None) => {}
        Err(error) => tracing::warn!(%error, "requeued until the ledger answers"),
    }
    let until = mailer.clock.now_ms() + SETTINGS_RETRY_MS;
    let outcome = mailer.requeue.requeue_until(message, until, None).await;
    if outcome == BatchItemOutcome::Ack {
        count(Count::Requeued);
    }
    outcome
}

async fn parse(message: &SqsMessage) -> Result<MailRequest, MessageError> {
    MailRequest::parse(message.body.as_deref().unwrap_or_default())
}

async fn handle_record(
    mailer: &Mailer,
    record: Record<'_>,
    deadline: SystemTime,
) -> BatchItemOutcome {
    let (request, delivery) = match (record.request, record.delivery) {
        (Some(Ok(request)), Some(delivery)) => (request, delivery),
        (Some(Err(unreadable)), _) => {
            let body = record.message.body.clone().unwrap_or_default();
            let dead_letter = DeadLetter::unreadable(body, unreadable.to_string());
            return mailer.dead_letters.move_message(dead_letter).await;
        }
        // A mail that looked like another shop's would be worse than a late one. Nothing was claimed.
        (Some(Ok(request)), None) => {
            return requeue(mailer, record.message, request, deadline).await;
        }
        (None, _) => return BatchItemOutcome::Retry,
    };
    let span = tracing::info_span!(
        "mail",
        correlation_id = request.correlation_id.as_str(),
        shop = request.key.shop.as_str(),
        order_id = request.key.order_id.as_str(),
        notification = request.key.sort_key(),
    );
    deliver(delivery, record.start).instrument(span).await.unwrap_or_else(|error| {
        tracing::warn!(%error, "retried after the visibility timeout");
        BatchItemOutcome::Retry
    })
}
