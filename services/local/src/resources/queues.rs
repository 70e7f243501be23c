//! The queues, the dead-letter queue of each that a function reads, and those of what is told to the shop.

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::QueueAttributeName as Attribute;
use serde_json::json;

use super::{Error, FeedbackTimes, Settings};

/// AWS's maximum, 14 days: what is in a dead-letter queue waits for an operator.
const MESSAGE_RETENTION_SECONDS: u32 = 14 * 24 * 60 * 60;

/// The name of the queue before intake.
pub const INBOX_QUEUE: &str = "waybill-inbox";

/// The name of the queue of mail events that the shop's webhook did not take.
pub const MAIL_HOOK_DLQ: &str = "waybill-mail-hook-dlq";

/// One queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queue {
    /// Its URL, by which it is called.
    pub url: String,
    /// Its ARN.
    pub arn: String,
}

/// All queues.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queues {
    /// Events for intake whose publisher does not wait for the answer.
    pub inbox: Queue,
    /// Events of that queue that intake refused or failed on.
    pub inbox_dlq: Queue,
    /// Deliveries of shop systems, kept before anything else.
    pub deliveries: Queue,
    /// Deliveries that the connector could not translate or failed on.
    pub deliveries_dlq: Queue,
    /// Events for the dispatcher.
    pub dispatch: Queue,
    /// Events that the dispatcher failed on.
    pub dispatch_dlq: Queue,
    /// Mail requests for the mailer.
    pub mail: Queue,
    /// Mail requests that the mailer failed on.
    pub mail_dlq: Queue,
    /// SES events for feedback.
    pub feedback: Queue,
    /// SES events that feedback failed on.
    pub feedback_dlq: Queue,
    /// Changes of the ledger that the publisher could not publish, where mail events are on.
    pub publisher_dlq: Option<Queue>,
    /// Mail events that the shop's webhook did not take, where mail events are on.
    pub mail_hook_dlq: Option<Queue>,
}

pub(super) async fn create(
    sqs: &Client,
    settings: &Settings,
    mail_events: bool,
) -> Result<Queues, Error> {
    let dlq = |name| queue(sqs, name, HashMap::new());
    // As deployed: by these queues the operator's command knows whether mail events are on.
    let mail_events_dlq =
        async |name| if mail_events { dlq(name).await.map(Some) } else { Ok(None) };
    let receives = (settings.visibility_timeout, settings.max_receive_count);
    let FeedbackTimes { visibility_timeout, max_receive_count, .. } = settings.feedback;
    let feedback_receives = (visibility_timeout, max_receive_count);
    // Dead-letter queues first: the redrive policy of a queue names the ARN of its own.
    let inbox_dlq = dlq("waybill-inbox-dlq").await?;
    let deliveries_dlq = dlq("waybill-deliveries-dlq").await?;
    let dispatch_dlq = dlq("waybill-dispatch-dlq").await?;
    let mail_dlq = dlq("waybill-mail-dlq").await?;
    let feedback_dlq = dlq("waybill-feedback-dlq").await?;
    Ok(Queues {
        inbox: source(sqs, INBOX_QUEUE, &inbox_dlq, receives).await?,
        inbox_dlq,
        deliveries: source(sqs, "waybill-deliveries", &deliveries_dlq, receives).await?,
        deliveries_dlq,
        dispatch: source(sqs, "waybill-dispatch", &dispatch_dlq, receives).await?,
        dispatch_dlq,
        mail: source(sqs, "waybill-mail", &mail_dlq, receives).await?,
        mail_dlq,
        feedback: source(sqs, "waybill-feedback", &feedback_dlq, feedback_receives).await?,
        feedback_dlq,
        publisher_dlq: mail_events_dlq("waybill-publisher-dlq").await?,
        mail_hook_dlq: mail_events_dlq(MAIL_HOOK_DLQ).await?,
    })
}

/// A queue that a function reads: its messages are hidden for so long when they are received, and are
/// received so often before they go to `dead_letters`.
async fn source(
    sqs: &Client,
    name: &str,
    dead_letters: &Queue,
    (visibility_timeout, max_receive_count): (Duration, u32),
) -> Result<Queue, Error> {
    let redrive = json!({
        "deadLetterTargetArn": dead_letters.arn,
        "maxReceiveCount": max_receive_count,
    });
    let attributes = [
        (Attribute::VisibilityTimeout, visibility_timeout.as_secs().to_string()),
        (Attribute::RedrivePolicy, redrive.to_string()),
    ];
    queue(sqs, name, attributes.into()).await
}

/// The queue with these attributes, created if it is missing.
async fn queue(
    sqs: &Client,
    name: &str,
    mut attributes: HashMap<Attribute, String>,
) -> Result<Queue, Error> {
    attributes.insert(Attribute::MessageRetentionPeriod, MESSAGE_RETENTION_SECONDS.to_string());
    let request = sqs.create_queue().queue_name(name);
    let url = match request.set_attributes(Some(attributes.clone())).send().await {
        Ok(created) => created.queue_url,
        // SQS refuses to create a queue that exists with other attributes: those are changed.
        Err(error) if error.as_service_error().is_some_and(|e| e.is_queue_name_exists()) => {
            let existing = sqs.get_queue_url().queue_name(name).send().await;
            let url = existing.map_err(Error::creating(name))?.queue_url;
            let request = sqs.set_queue_attributes().set_queue_url(url.clone());
            let changed = request.set_attributes(Some(attributes)).send().await;
            changed.map_err(Error::creating(name))?;
            url
        }
        Err(error) => return Err(Error::creating(name)(error)),
    };
    let url = url.ok_or_else(Error::missing(name, "URL"))?;
    let request = sqs.get_queue_attributes().queue_url(&url);
    let known = request.attribute_names(Attribute::QueueArn).send().await;
    let known = known.map_err(Error::creating(name))?.attributes;
    let arn = known.and_then(|mut known| known.remove(&Attribute::QueueArn));
    Ok(Queue { url, arn: arn.ok_or_else(Error::missing(name, "ARN"))? })
}
