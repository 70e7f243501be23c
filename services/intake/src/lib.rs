//! `intake`: accepts order events from the shop and stores each one once.
//!
//! Promises:
//! - An event is durable before it is answered as accepted: event and outbox are one item, written by one
//!   conditional put.
//! - Within its order, `source` and `id` identify an event. The same pair with the same type and data is a
//!   duplicate (a success; nothing changes), with others a conflict (refused; nothing changes).
//! - Invalid input is not stored. The response lists every bad field at once, by JSON Pointer.
//! - Nothing is refused into the void: what EventBridge or a direct invocation brings ends as a function error
//!   if any event of it is refused, and Lambda's failure destination keeps it. The events beside it stay stored.
//! - What is probably not meant as it stands (a misspelt member, totals that do not add up) is named in
//!   `warnings` beside the result. A warning changes nothing else.
//! - A batch is answered as a success only if at least one of its events is stored.
//! - Intake itself authorizes every HTTP request by the setting [`Publishers`], and does not start if the
//!   setting is invalid. It cannot rely on the Function URL: while a deployment changes who may publish,
//!   the URL may be open before or after intake is. A signature is valid for five minutes; a replay within
//!   them finds its events stored, and changes nothing.
//! - Of a request without a valid signature no JSON but the envelope is read: what its headers show refuses it
//!   first, then its size, then one HMAC for each secret.
//! - A rotation of the webhook secret needs no deployment and refuses no signed request: the current version and
//!   the previous one are both accepted, a new one as soon as it is ten seconds old. While Secrets Manager is away, those read
//!   last are; as long as none was ever read, requests are answered with 503. The secret is in no variable and no
//!   log line.
//! - The largest request, [`MAX_BATCH_EVENTS`](shared::contract::event::MAX_BATCH_EVENTS) events of
//!   [`MAX_REQUEST_BYTES`](shared::contract::event::MAX_REQUEST_BYTES) together, takes less than a third of the
//!   function's timeout. What is larger is refused whole, with 413.
//! - When DynamoDB does not answer, intake responds with HTTP 503 or a function error. The publisher
//!   retries, and whatever was stored is then a duplicate.
//!
//! Delivery semantics: the table's stream delivers an accepted event to `relay` at least once.

mod accept;
mod binary_mode;
mod dependencies;
mod event_bridge;
mod http;
mod problem;
mod publishers;
mod secret_store;
mod signature;
mod store;
mod trigger;

use std::sync::Arc;

use kit::{Clock, config, telemetry};
use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::value::RawValue;

pub use accept::{Outcome, PublishResult};
pub use dependencies::Intake;
pub use event_bridge::to_cloud_event;
pub use publishers::Publishers;
pub use secret_store::{MIN_INTERVAL, SecretStore};
pub use store::{EventStore, StoreError};
pub use trigger::{IntakeError, handle};

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
            let answer = Box::pin(handle(&intake, event.payload.get())).await;
            telemetry::flush();
            answer.map_err(Error::from)
        }
    }))
    .await
}

async fn from_env() -> Result<Intake, Error> {
    let table = config::required("EVENTS_TABLE", "the name of the Events table")?;
    let days = config::number("EVENTS_RETENTION_DAYS", 90, 1..=36_500)?;
    let aws = kit::aws::sdk_config().await;
    let publishers = Publishers::from_env(&aws)?;
    if let Publishers::Webhook(secrets) = &publishers {
        secrets.warm_up().await;
    }
    let store = EventStore::new(kit::aws::dynamodb(&aws), table, days, Clock::system());
    Ok(Intake { store, publishers })
}
