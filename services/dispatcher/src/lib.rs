//! `dispatcher`: decides for each accepted event whether to notify, once.
//!
//! Promises:
//! - The decision about a notification is one conditional put in the ledger. A second event for the same
//!   notification, a redelivery and a replay all find the first decision.
//! - Each copy is a notification of its own, with its own mail request and its own fate. The customer's is planned last:
//!   whoever finds it in the ledger knows that the event's copies are planned.
//! - An address gets a notification once, whether as the customer's, as a copy's or as a corrected one: of two mails that tell
//!   the same to it, one is skipped.
//! - A planned notification reaches the mail queue: after a crash, the redelivered event sends the mail
//!   request again. The mailer's claim ensures that several requests lead to one mail.
//! - Muted, stale and superseded events, and those that tell nothing new, are recorded as skipped, with the reason.
//! - No older truth is mailed after a newer one, whichever event comes first, and no change is told twice in a row: the
//!   plan is put before the order's other records are read.
//! - News counts from its `time`, but never from later than its acceptance: an event by a clock that is ahead is
//!   superseded like any other.
//! - Where a mail bounced or failed, another event for the same notification sends the same news to the address that it
//!   names, once: the further delivery has a record of its own, and the first one's mail can't be sent any more.
//!   While the first mail may yet arrive, such an event waits, for 15 hours at most once that mail was sent.
//! - The mail request of an order's update says what changed since its customer was last told of it, where that is known
//!   and the event does not say it itself.
//! - A mail request names its shop to SQS, so that one shop's many do not hold up another's few.
//! - A mail request has what its event and its dispatch request have that this version does not know.
//! - While the ledger or the mail queue is unavailable or slow, a message is requeued with a delay, which uses up no
//!   receives: an outage moves nothing to the dead-letter queue, and a batch ends before the function's time does.
//! - A message that cannot be parsed goes to the dead-letter queue with the reason; its neighbours are not
//!   affected.
//!
//! Delivery semantics: at least once from the dispatch queue to the mail queue.

mod batch;
mod decide;
mod dependencies;
mod mail_groups;
mod order_before;
mod plan;
mod readdress;

use std::sync::Arc;

use aws_lambda_events::sqs::SqsEvent;
use kit::ledger::Ledger;
use kit::queue::{DeadLetterQueue, DelayedRequeue};
use kit::{Clock, config, telemetry};
use lambda_runtime::{Error, LambdaEvent, service_fn};

pub use batch::handle;
pub use dependencies::Dispatcher;
pub use mail_groups::MailGroups;
pub use order_before::EventReader;

/// Runs the function until its environment is shut down.
///
/// # Errors
/// When a setting is missing or invalid, or the Runtime API cannot be reached.
pub async fn run() -> Result<(), Error> {
    telemetry::init("dispatcher");
    let dispatcher = Arc::new(from_env().await?);
    lambda_runtime::run(service_fn(move |event: LambdaEvent<SqsEvent>| {
        let dispatcher = Arc::clone(&dispatcher);
        async move {
            let deadline = event.context.deadline();
            let response = Box::pin(handle(&dispatcher, &event.payload.records, deadline)).await;
            telemetry::flush();
            Ok::<_, Error>(response)
        }
    }))
    .await
}

async fn from_env() -> Result<Dispatcher, Error> {
    let sdk = kit::aws::sdk_config().await;
    let (dynamodb, sqs) = (kit::aws::dynamodb(&sdk), kit::aws::sqs(&sdk));
    tokio::join!(kit::connect::dynamodb(&dynamodb), kit::connect::sqs(&sqs));
    let clock = Clock::system();
    let queue = config::required("DISPATCH_QUEUE_URL", "the dispatch queue's URL")?;
    let events = config::required("EVENTS_TABLE", "the name of the Events table")?;
    let dead_letters =
        config::required("DISPATCH_DLQ_URL", "the dispatch dead-letter queue's URL")?;
    Ok(Dispatcher {
        groups: Arc::default(),
        ledger: Ledger::from_settings(dynamodb.clone())?,
        events: EventReader::new(dynamodb, events),
        mail_queue: config::required("MAIL_QUEUE_URL", "the mail queue's URL")?,
        dead_letters: DeadLetterQueue::new(sqs.clone(), dead_letters, clock),
        requeue: DelayedRequeue::new(sqs.clone(), queue, clock),
        sqs,
        clock,
    })
}

#[cfg(test)]
mod fixture;
