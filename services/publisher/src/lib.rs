//! `publisher`: tells the shop what became of each mail. It reads the ledger's stream and puts a CloudEvent on the bus of
//! mail events for each change of a notification that a shop would act on.
//!
//! Promises:
//! - One event for each change to sent, delivered, bounced, complained, failed, in doubt or skipped, and for each change
//!   from "may yet" to "will not": SES reports a final bounce after one that passes, a doubt is not sent again. That the
//!   `open_until` of a bounce passes is no change and no event of its own: who hears of the bounce has to keep it. Copies
//!   and further deliveries to a corrected address are notifications of their own. What is planned or being sent, and what
//!   is removed from the ledger, by expiry or erasure, is not told.
//! - No event holds an address but what the shop wrote into its ids: see [`shared::mail_event`].
//! - At least once, in no promised order: a record is done only when the bus has accepted its event. The lowest sequence
//!   number that failed is reported, so Lambda reads the stream again from there, and events after it that the bus took are
//!   published again. An event's id is derived from the two images alone, so it is the same each time.
//! - A bus that is away delays events: the mapping tries for 12 hours, half of the time for which the stream keeps records.
//!   Then the sequence numbers are in the mapping's failure destination, `publisher-dlq`, from which an operator publishes
//!   each of them in the other 12 hours, and later only the last state of each mail.
//! - A record that cannot be read, or whose event the bus can never take, is moved to the same queue by its keys, and holds
//!   up no other one. Left to the mapping, it would hold up its shard for those 12 hours. Not so a state of a newer version:
//!   the mapping's filter names the states that are told, so Lambda drops a record in any other one and this function never
//!   sees it. A new state is told from the deployment on that names it in the filter.

mod batch;
mod bus;
mod change;
mod dependencies;
mod record;

use std::sync::Arc;

use kit::queue::DeadLetterQueue;
use kit::{Clock, config, telemetry};
use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::Value;

pub use bus::{BusError, MailBus};
pub use change::mail_event;
pub use dependencies::Publisher;

/// Runs the function until its environment is shut down.
///
/// # Errors
/// When a setting is missing or invalid, or the Runtime API cannot be reached.
pub async fn run() -> Result<(), Error> {
    telemetry::init("publisher");
    let publisher = Arc::new(from_env().await?);
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Value>| {
        let publisher = Arc::clone(&publisher);
        async move {
            let answer = Box::pin(handle(&publisher, &event.payload)).await;
            telemetry::flush();
            answer
        }
    }))
    .await
}

/// Handles one batch of the ledger's stream. The answer names the first record from which it has to be read again, if any.
///
/// # Errors
/// When the payload is no batch: nothing but a mapping of a stream invokes this function.
pub async fn handle(publisher: &Publisher, payload: &Value) -> Result<Value, Error> {
    let records = payload["Records"].as_array();
    let records = records.ok_or("expected a batch of a stream's records, in `Records`")?;
    Ok(batch::publish(publisher, records).await)
}

async fn from_env() -> Result<Publisher, Error> {
    let sdk = kit::aws::sdk_config().await;
    let bus = config::required("MAIL_BUS_NAME", "the name of the bus of mail events")?;
    let dead_letters =
        config::required("PUBLISHER_DLQ_URL", "the publisher's dead-letter queue's URL")?;
    let bus = MailBus::new(aws_sdk_eventbridge::Client::new(&sdk), bus);
    bus.connect().await;
    Ok(Publisher {
        bus,
        dead_letters: DeadLetterQueue::new(kit::aws::sqs(&sdk), dead_letters, Clock::system()),
        stack: config::optional("WAYBILL_STACK").unwrap_or_else(|| "local".to_owned()),
    })
}
