//! The queues, each with its dead-letter queue where it has one.

use std::collections::HashMap;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::QueueAttributeName as Attribute;
use serde_json::json;

use super::{Error, Settings};

/// One queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queue {
    /// Its address, by which it is used.
    pub url: String,
    /// Its ARN.
    pub arn: String,
}

/// All queues.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queues {
    /// Events for the dispatcher.
    pub dispatch: Queue,
    /// What the dispatcher could not do.
    pub dispatch_dlq: Queue,
    /// Requests for the mailer.
    pub mail: Queue,
    /// What the mailer could not do.
    pub mail_dlq: Queue,
    /// SES events for feedback.
    pub feedback: Queue,
    /// What feedback could not do.
    pub feedback_dlq: Queue,
    /// Places in the stream that relay could not do: its failure destination.
    pub relay_dlq: Queue,
    /// EventBridge events that intake could not take: the failure destination of its
    /// asynchronous invocations.
    pub intake_dlq: Queue,
}

pub(super) async fn create(sqs: &Client, settings: &Settings) -> Result<Queues, Error> {
    let dispatch_dlq = dead_letter(sqs, "waybill-dispatch-dlq", settings).await?;
    let mail_dlq = dead_letter(sqs, "waybill-mail-dlq", settings).await?;
    let feedback_dlq = dead_letter(sqs, "waybill-feedback-dlq", settings).await?;
    Ok(Queues {
        dispatch: work(sqs, "waybill-dispatch", &dispatch_dlq, settings).await?,
        dispatch_dlq,
        mail: work(sqs, "waybill-mail", &mail_dlq, settings).await?,
        mail_dlq,
        feedback: work(sqs, "waybill-feedback", &feedback_dlq, settings).await?,
        feedback_dlq,
        relay_dlq: dead_letter(sqs, "waybill-relay-dlq", settings).await?,
        intake_dlq: dead_letter(sqs, "waybill-intake-dlq", settings).await?,
    })
}

/// A queue that a function reads.
async fn work(
    sqs: &Client,
    name: &str,
    dead_letters: &Queue,
    settings: &Settings,
) -> Result<Queue, Error> {
    let redrive = json!({
        "deadLetterTargetArn": dead_letters.arn,
        "maxReceiveCount": settings.max_receive_count,
    });
    let attributes = [
        (Attribute::VisibilityTimeout, settings.visibility_timeout.as_secs().to_string()),
        (Attribute::RedrivePolicy, redrive.to_string()),
    ];
    queue(sqs, name, attributes.into()).await
}

/// A queue that a person reads.
async fn dead_letter(sqs: &Client, name: &str, settings: &Settings) -> Result<Queue, Error> {
    let retention = settings.dead_letter_retention.as_secs().to_string();
    queue(sqs, name, [(Attribute::MessageRetentionPeriod, retention)].into()).await
}

/// Makes the queue, or gives the one that is there these attributes.
async fn queue(
    sqs: &Client,
    name: &str,
    attributes: HashMap<Attribute, String>,
) -> Result<Queue, Error> {
    let request = sqs.create_queue().queue_name(name).set_attributes(Some(attributes.clone()));
    let url = match request.send().await {
        Ok(made) => made.queue_url,
        Err(error) if error.as_service_error().is_some_and(|e| e.is_queue_name_exists()) => {
            Some(change(sqs, name, attributes).await?)
        }
        Err(error) => return Err(Error::new(name, error)),
    };
    let url = url.ok_or_else(|| Error::missing(name, "address"))?;
    let known = sqs.get_queue_attributes().queue_url(&url).attribute_names(Attribute::QueueArn);
    let known = known.send().await.map_err(|error| Error::new(name, error))?;
    let arn = known.attributes().and_then(|known| known.get(&Attribute::QueueArn));
    let arn = arn.ok_or_else(|| Error::missing(name, "ARN"))?.clone();
    Ok(Queue { url, arn })
}

/// AWS refuses to make a queue that is there with other attributes.
async fn change(
    sqs: &Client,
    name: &str,
    attributes: HashMap<Attribute, String>,
) -> Result<String, Error> {
    let there = sqs.get_queue_url().queue_name(name).send().await;
    let url = there.map_err(|error| Error::new(name, error))?.queue_url;
    let url = url.ok_or_else(|| Error::missing(name, "address"))?;
    let request = sqs.set_queue_attributes().queue_url(&url).set_attributes(Some(attributes));
    request.send().await.map_err(|error| Error::new(name, error))?;
    Ok(url)
}
