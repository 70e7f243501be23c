//! `feedback`: records SES events in the ledger.
//!
//! Promises:
//! - A `Send`, `Delivery`, `Bounce` or `Complaint` event with our tags proves that SES accepted the mail,
//!   whatever the mailer has recorded. It settles a doubt, even before the mailer records one.
//! - Events may arrive twice, late and in any order; the ledger only moves forward.
//! - An event is believed only with the token that the mailer gave the mail: others in the account may send
//!   mails with our tags. One without it changes nothing, and is logged and counted.
//! - Unknown event types and mails of other senders are logged and acknowledged, not retried. A mail with a tag of
//!   ours that this version cannot read is not another sender's: a newer version has sent it. Its event is retried, and
//!   ends in the dead-letter queue if no newer version comes.
//! - While the ledger is unavailable, an event is requeued with a delay, which uses up no receives. So an
//!   event that is not recorded yet is seldom in flight: the mailer counts those that wait before it sends a
//!   mail in doubt again.
//! - A message that cannot be parsed goes to the dead-letter queue with the reason; its neighbours are not
//!   affected.
//!
//! Delivery semantics: SES publishes events at least once, in any order, and may lose some. The absence of
//! an event proves nothing.

mod batch;
mod dependencies;
mod ses_event;

use std::sync::Arc;

use aws_lambda_events::sqs::SqsEvent;
use kit::ledger::Ledger;
use kit::queue::{DeadLetterQueue, DelayedRequeue};
use kit::{Clock, config, telemetry};
use lambda_runtime::{Error, LambdaEvent, service_fn};

pub use batch::handle;
pub use dependencies::Feedback;
pub use ses_event::{FeedbackMessage, SesEvent};

/// Runs the function until its environment is shut down.
///
/// # Errors
/// When a setting is missing or invalid, or the Runtime API cannot be reached.
pub async fn run() -> Result<(), Error> {
    telemetry::init("feedback");
    let feedback = Arc::new(from_env().await?);
    lambda_runtime::run(service_fn(move |event: LambdaEvent<SqsEvent>| {
        let feedback = Arc::clone(&feedback);
        async move {
            let response = Box::pin(handle(&feedback, &event.payload.records)).await;
            telemetry::flush();
            Ok::<_, Error>(response)
        }
    }))
    .await
}

async fn from_env() -> Result<Feedback, Error> {
    let sdk = kit::aws::sdk_config().await;
    let clock = Clock::system();
    let sqs = kit::aws::sqs(&sdk);
    let queue = config::required("FEEDBACK_QUEUE_URL", "the feedback queue's URL")?;
    let dead_letters =
        config::required("FEEDBACK_DLQ_URL", "the feedback dead-letter queue's URL")?;
    let dynamodb = kit::aws::dynamodb(&sdk);
    kit::connect::dynamodb(&dynamodb).await;
    Ok(Feedback {
        ledger: Ledger::from_settings(dynamodb)?,
        requeue: DelayedRequeue::new(sqs.clone(), queue, clock),
        retry_after: config::feedback_retry()?,
        dead_letters: DeadLetterQueue::new(sqs, dead_letters, clock),
        clock,
    })
}
