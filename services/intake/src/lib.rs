//! `intake`: accepts order events from the shop and stores each one once.
//!
//! Promises:
//! - An event is durable before it is answered as accepted: event and outbox are one item, written by one
//!   conditional put.
//! - Within its order, `source` and `id` identify an event. The same pair with the same type and data is a
//!   duplicate (a success; nothing changes), with others a conflict (refused; nothing changes).
//! - Invalid input is not stored. The response lists every bad field at once, by JSON Pointer.
//! - Nothing is refused into the void. A message of the inbox queue of which any event is refused goes to that
//!   queue's dead-letter queue with the reason; the messages beside it are not affected. A direct invocation
//!   ends as a function error then, and Lambda sends one that nobody waits for to the inbox queue after its
//!   retries. What is valid of it stays stored.
//! - What is probably not meant as it stands (a misspelt member, totals that do not add up) is named in
//!   `warnings` beside the result. A warning changes nothing else.
//! - A batch is answered as a success only if at least one of its events is stored.
//! - Over HTTP it answers what `shared/schema/openapi.json` says, and nothing else. That document is generated from this
//!   code, as is `asyncapi.json` about the other ways in.
//! - A request is answered alike whichever way it came, and in the form of that way: a Function URL or an HTTP API (payload
//!   2.0), a REST API (payload 1.0), an Application Load Balancer with multi-value headers or without.
//! - Intake itself authorizes every HTTP request by the setting [`Publishers`], and does not start if the
//!   setting is invalid. It cannot rely on the Function URL: while a deployment changes who may publish,
//!   the URL may be open before or after intake is. IAM counts as far as AWS has authenticated the caller, which a load
//!   balancer never does. A signature is valid for five minutes; a replay within
//!   them finds its events stored, and changes nothing. It covers the body alone, so nothing outside the body says what
//!   a signed event is: binary mode is refused, and the stack's secret does not count at a shop's path.
//! - Of a request without a valid signature no JSON but the envelope is read: what its headers show refuses it
//!   first, then its size, then one HMAC for each secret.
//! - An event of a shop that has no settings is refused, but for the shop `default`, which needs none. Path and attribute
//!   that name different shops are refused. Who signs with a shop's secret publishes for that shop only. A shop whose
//!   settings are no valid document holds up its own events, and no other's.
//! - Which mails a shop has turned off, and who gets copies, is decided once, when the event is accepted: of the order's
//!   `copies` and the shop's settings, each address once.
//! - A rotation of the webhook secret needs no deployment and refuses no signed request: the current version and
//!   the previous one are both accepted, a new one as soon as it is ten seconds old. While Secrets Manager is away, those read
//!   last are; as long as none was ever read, requests are answered with 503. The secret is in no variable and no
//!   log line.
//! - The largest request, [`MAX_BATCH_EVENTS`](shared::contract::event::MAX_BATCH_EVENTS) events of
//!   [`MAX_REQUEST_BYTES`](shared::contract::event::MAX_REQUEST_BYTES) together, takes less than a third of the
//!   function's timeout. What is larger is refused whole, with 413. A message of the inbox queue with more
//!   events goes to the dead-letter queue at once.
//! - An event's news ages from when AWS took it from its publisher, whether or not intake could store it: the inbox
//!   queue's first `SentTimestamp` goes with each copy of a message, also through its dead-letter queue.
//! - When DynamoDB does not answer, intake responds with HTTP 503 or a function error. The publisher
//!   retries, and whatever was stored is then a duplicate. A message of the inbox queue is requeued with a
//!   delay, which uses up no receives: an outage of any length moves nothing to the dead-letter queue.
//!
//! Delivery semantics: the table's stream delivers an accepted event to `relay` at least once. From the inbox
//! queue to the table: at least once, and a second delivery finds its events stored.

mod accept;
mod binary_mode;
mod dependencies;
#[cfg(test)]
mod documents;
mod error;
mod event_bridge;
mod http;
mod inbox;
mod message;
mod outcome;
mod problem;
mod publication;
mod publishers;
mod refusal;
mod signature;
mod stale;
mod store;
mod trigger;
mod webhooks;

use std::sync::Arc;

use kit::queue::{DeadLetterQueue, DelayedRequeue};
use kit::{Clock, ShopDirectory, config, telemetry};
use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::value::RawValue;

pub use dependencies::{Inbox, Intake};
pub use error::IntakeError;
pub use event_bridge::to_cloud_event;
pub use message::{AcceptableEvent, acceptable_events, arrival};
pub use outcome::{Outcome, PublishResult};
pub use publishers::Publishers;
pub use signature::{MalformedSecret, WebhookSecrets};
pub use store::{EventStore, EventText, StoreError};
pub use trigger::handle;
pub use webhooks::Webhooks;

/// Runs the function until its environment is shut down.
///
/// # Errors
/// When a setting is missing or invalid, or the Runtime API cannot be reached.
pub async fn run() -> Result<(), Error> {
    telemetry::init("intake");
    let intake = Arc::new(from_env().await?);
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Box<RawValue>>| {
        let intake = Arc::clone(&intake);
        async move {
            let deadline = event.context.deadline();
            let answer = Box::pin(handle(&intake, event.payload.get(), deadline)).await;
            telemetry::flush();
            answer.map_err(Error::from)
        }
    }))
    .await
}

async fn from_env() -> Result<Intake, Error> {
    let table = config::required("EVENTS_TABLE", "the name of the Events table")?;
    let days = config::number("EVENTS_RETENTION_DAYS", 90, 1..=36_500)?;
    let sdk = kit::aws::sdk_config().await;
    let clock = Clock::system();
    let publishers = Publishers::from_env(&sdk)?;
    let dynamodb = kit::aws::dynamodb(&sdk);
    let shops = ShopDirectory::from_settings(dynamodb.clone(), clock)?;
    let secrets = async {
        if let Publishers::Webhook(secrets) = &publishers {
            secrets.warm_up().await;
        }
    };
    let ((), _) = tokio::join!(secrets, shops.warm_up());
    shared::outbox::warm_up();
    Ok(Intake {
        shops,
        store: EventStore::new(dynamodb, table, days, clock),
        publishers,
        inbox: inbox_from_env(kit::aws::sqs(&sdk), clock)?,
    })
}

fn inbox_from_env(sqs: aws_sdk_sqs::Client, clock: Clock) -> Result<Inbox, Error> {
    let queue = config::required("INBOX_QUEUE_URL", "the inbox queue's URL")?;
    let dead_letters = config::required("INBOX_DLQ_URL", "the inbox dead-letter queue's URL")?;
    Ok(Inbox {
        dead_letters: DeadLetterQueue::new(sqs.clone(), dead_letters, clock),
        requeue: DelayedRequeue::new(sqs, queue, clock),
        clock,
    })
}
