//! `connector`: takes the webhooks of a shop system, and publishes what its orders say as events of the contract.
//!
//! One function with two triggers: its Function URL keeps a delivery, and the mapping of the queue `deliveries` makes
//! events of it.
//!
//! Promises:
//! - Keep first. What is signed right is on the queue before it is answered, and answered with 200: also what is no JSON,
//!   not understood or too large for a message. It needs Secrets Manager, whose secrets are in memory, and SQS; no
//!   DynamoDB. While SQS is away the answer is 503: Shopify sends it again, WooCommerce does not, and
//!   `waybill reconcile` brings it back.
//! - A wrong signature is answered with 401, and nothing is kept. What costs little is checked first: path and header,
//!   then whether there is a secret at all, then one HMAC over the raw body for each of its two versions, compared in
//!   constant time.
//! - A rotation of the secret needs no deployment and refuses no delivery ([`kit::secrets`]).
//! - Names without a secret are looked up 20 times a second in each environment and each at most once in ten seconds, so that
//!   a flood of forged deliveries is no flood of calls. A shop whose secret is in memory is not held up by one. A shop whose
//!   secret this environment has not read yet is, if the flood invents new names all the time: 503 until a second has room.
//! - A signature covers the body and nothing else: no header, no time. So the body decides, the topic is a label, and a
//!   body that is sent again, even under another topic, makes the same events, which intake knows by their ids. The
//!   secret is the shop's own, by the name in the path: who signs with it publishes for that shop and system only.
//! - WooCommerce's ping, which is unsigned, is answered with 200; a test of Shopify's too. Neither is kept.
//! - What a delivery says is published with the time of its facts, and with when it arrived, so that news that was
//!   held up here is as old as it is.
//! - What carries no order is joined with the newest stored event of its order. As long as there is none it waits, for
//!   a day ([`worker::MAX_WAIT`]), then it is in the dead-letter queue with that reason.
//! - What cannot be translated is in the dead-letter queue with the reason, as it came, and a replay after a fix
//!   translates it anew. The messages beside it are not affected.
//! - While DynamoDB or SQS is away or slow, a message is requeued with a delay, which uses up no receives: a batch's calls
//!   end before the function's time does.
//!
//! Delivery semantics: at least once from the shop system to the inbox queue. Repeated deliveries make events with the
//! same ids; the ledger's business keys mail each fact once, whatever snapshot it comes from.

mod dependencies;
mod events;
mod http;
pub mod message;
mod request;
mod secrets;
mod signature;
pub mod translate;
mod trigger;
pub mod worker;

use std::sync::Arc;

use kit::queue::{DeadLetterQueue, DelayedRequeue};
use kit::{Clock, config, telemetry};
use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::value::RawValue;

pub use dependencies::Connector;
pub use events::EventReader;
pub use secrets::SystemSecrets;
pub use signature::{MalformedSecret, SystemKeys};
pub use translate::{Delivery, System, Translation, Untranslatable, translate};
pub use trigger::{UnknownPayload, handle};

/// Runs the function until its environment is shut down.
///
/// # Errors
/// When a setting is missing or invalid, or the Runtime API cannot be reached.
pub async fn run() -> Result<(), Error> {
    telemetry::init("connector");
    let connector = Arc::new(from_env().await?);
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Box<RawValue>>| {
        let connector = Arc::clone(&connector);
        async move {
            let (payload, deadline) = (event.payload.get(), event.context.deadline());
            let answer = Box::pin(handle(&connector, payload, deadline)).await;
            telemetry::flush();
            answer.map_err(Error::from)
        }
    }))
    .await
}

async fn from_env() -> Result<Connector, Error> {
    let sdk = kit::aws::sdk_config().await;
    let (sqs, clock) = (kit::aws::sqs(&sdk), Clock::system());
    let store = kit::secrets::client(&sdk);
    tokio::join!(kit::connect::sqs(&sqs), kit::connect::secrets(&store));
    let prefix = "what the names of the shop systems' secrets begin with: PREFIX/SHOP/SYSTEM";
    let deliveries = config::required("DELIVERIES_QUEUE_URL", "the deliveries queue's URL")?;
    let dead_letters =
        config::required("DELIVERIES_DLQ_URL", "the deliveries dead-letter queue's URL")?;
    let events = config::required("EVENTS_TABLE", "the name of the Events table")?;
    Ok(Connector {
        secrets: SystemSecrets::new(
            store,
            config::required("SYSTEM_SECRET_PREFIX", prefix)?,
            clock,
        ),
        events: EventReader::new(kit::aws::dynamodb(&sdk), events),
        dead_letters: DeadLetterQueue::new(sqs.clone(), dead_letters, clock),
        requeue: DelayedRequeue::new(sqs.clone(), deliveries.clone(), clock),
        deliveries,
        inbox: config::required("INBOX_QUEUE_URL", "the inbox queue's URL")?,
        sqs,
        clock,
    })
}
