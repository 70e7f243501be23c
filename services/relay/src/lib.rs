//! `relay`: reads the outbox. It moves accepted events from the Events table to the dispatch queue.
//!
//! Promises:
//! - At least once: a stream record is done only when SQS has accepted its message. The lowest sequence
//!   number that failed is reported, so Lambda reads the stream again from there.
//! - In stream order, which within an order is the order of acceptance. (The dispatch queue is a standard
//!   queue and does not keep this order; nothing downstream relies on it.)
//! - It knows no business rules and parses no event: the item contains the finished message, compressed.
//! - A batch that fails is tried again for as long as the stream keeps it, a day. It has no destination for what
//!   is older: every event is in the sweep index too.
//! - An event with copies is done once each of them is: one whose mail request is lost is found as the customer's is.
//! - An event that corrects the customer's address is watched for as long as it may be needed: until the mail to the address
//!   before arrived, or for 15 hours after that was sent.
//! - On a schedule it sweeps, concurrently, and never past an event that the index shows and that it did not check: an
//!   event that has not reached the ledger after some minutes is queued again,
//!   so that an outage longer than the 24 hours for which a stream keeps records loses nothing. So is an event
//!   whose mail no mailer moves on although it could, so that a lost mail queue loses nothing either.
//! - DynamoDB promises no time within which an index shows an item. So each hour is looked at a second time, when it is
//!   over for at least an hour.

mod dependencies;
mod error;
mod follow_up;
mod index_page;
mod outbox;
mod progress;
mod send_gate;
mod stream;
mod sweep;
mod watermark;

use std::sync::Arc;

use kit::queue::DeadLetterQueue;
use kit::{Clock, config, telemetry};
use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::{Value, json};

pub use dependencies::{Queues, Relay, Tables};
pub use error::OutboxError;
pub use index_page::{IndexEntry, IndexPage, chunks};
pub use outbox::{Outbox, StoredEvent};
pub use progress::{Criteria, LedgerRecord, Progress};
pub use stream::dispatch_message;
pub use sweep::{SweepStats, sweep};
pub use watermark::swept_until;

/// Runs the function until its environment is shut down.
///
/// # Errors
/// When a setting is missing or invalid, or the Runtime API cannot be reached.
pub async fn run() -> Result<(), Error> {
    telemetry::init("relay");
    let relay = Arc::new(from_env().await?);
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Value>| {
        let relay = Arc::clone(&relay);
        async move {
            let answer = handle(&relay, event.payload, event.context.deadline).await;
            telemetry::flush();
            answer
        }
    }))
    .await
}

/// Handles one invocation. A payload with `Records` is a stream batch; every other payload comes from the
/// schedule and starts a sweep. `deadline` is in milliseconds since 1970.
///
/// # Errors
/// When a sweep fails. The next one starts again from the watermark. (A batch fails by its response.)
pub async fn handle(relay: &Relay, payload: Value, deadline: u64) -> Result<Value, Error> {
    match payload.get("Records") {
        Some(Value::Array(records)) => Ok(Box::pin(stream::relay(relay, records)).await),
        _ => {
            let deadline = i64::try_from(deadline).unwrap_or(i64::MAX);
            let stats = Box::pin(sweep(relay, deadline)).await?;
            Ok(json!({ "checked": stats.checked, "queued_again": stats.queued_again }))
        }
    }
}

async fn from_env() -> Result<Relay, Error> {
    let sdk = kit::aws::sdk_config().await;
    let (dynamodb, sqs) = (kit::aws::dynamodb(&sdk), kit::aws::sqs(&sdk));
    let clock = Clock::system();
    kit::connect::sqs(&sqs).await;
    let dead_letters =
        config::required("DISPATCH_DLQ_URL", "the dispatch dead-letter queue's URL")?;
    Ok(Relay {
        tables: Tables {
            client: dynamodb,
            events: config::required("EVENTS_TABLE", "the name of the Events table")?,
            ledger: config::required("LEDGER_TABLE", "the name of the ledger table")?,
        },
        queues: Queues {
            dead_letters: DeadLetterQueue::new(sqs.clone(), dead_letters, clock),
            client: sqs,
            dispatch: config::required("DISPATCH_QUEUE_URL", "the dispatch queue's URL")?,
        },
        sweep_after_ms: millis(config::number("SWEEP_AFTER_SECONDS", 300, 1..=86_400)?),
        // Eleven hours at most where SES's `Send` events are off; the mailer has the same limits.
        grace_ms: millis(config::number("DOUBT_GRACE_SECONDS", 1200, 1..=1_209_600)?),
        clock,
    })
}

const fn millis(seconds: i64) -> i64 {
    1000 * seconds
}

#[cfg(test)]
mod tests;
