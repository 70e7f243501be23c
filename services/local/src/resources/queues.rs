//! The queues, and the dead-letter queue of each that a function reads.

use std::collections::HashMap;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::QueueAttributeName as Attribute;
use serde_json::json;

use super::{Error, Settings};

/// AWS's maximum, 14 days: what is in a dead-letter queue waits for an operator.
const MESSAGE_RETENTION_SECONDS: u32 = 14 * 24 * 60 * 60;

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
    /// The failure destination of relay's stream: positions of the records that it gave up.
    pub relay_dlq: Queue,
    /// The failure destination of intake's asynchronous invocations: EventBridge events that it
    /// did not take.
    pub intake_dlq: Queue,
}

pub(super) async fn create(sqs: &Client, settings: &Settings) -> Result<Queues, Error> {
    let create = Creator { sqs, settings };
    // Dead-letter queues first: the redrive policy of a queue names the ARN of its own.
    let dispatch_dlq = create.dead_letter_queue("waybill-dispatch-dlq").await?;
    let mail_dlq = create.dead_letter_queue("waybill-mail-dlq").await?;
    let feedback_dlq = create.dead_letter_queue("waybill-feedback-dlq").await?;
    Ok(Queues {
        dispatch: create.source_queue("waybill-dispatch", &dispatch_dlq).await?,
        dispatch_dlq,
        mail: create.source_queue("waybill-mail", &mail_dlq).await?,
        mail_dlq,
        feedback: create.source_queue("waybill-feedback", &feedback_dlq).await?,
        feedback_dlq,
        relay_dlq: create.dead_letter_queue("waybill-relay-dlq").await?,
        intake_dlq: create.dead_letter_queue("waybill-intake-dlq").await?,
    })
}

struct Creator<'a> {
    sqs: &'a Client,
    settings: &'a Settings,
}

impl Creator<'_> {
    /// A queue that a function reads.
    async fn source_queue(&self, name: &str, dead_letters: &Queue) -> Result<Queue, Error> {
        let redrive = json!({
            "deadLetterTargetArn": dead_letters.arn,
            "maxReceiveCount": self.settings.max_receive_count,
        });
        let visibility = self.settings.visibility_timeout.as_secs().to_string();
        let attributes = [
            (Attribute::VisibilityTimeout, visibility),
            (Attribute::RedrivePolicy, redrive.to_string()),
        ];
        self.queue(name, attributes.into()).await
    }

    /// A queue that an operator reads.
    async fn dead_letter_queue(&self, name: &str) -> Result<Queue, Error> {
        self.queue(name, HashMap::new()).await
    }

    async fn queue(
        &self,
        name: &str,
        mut attributes: HashMap<Attribute, String>,
    ) -> Result<Queue, Error> {
        let retention = MESSAGE_RETENTION_SECONDS.to_string();
        attributes.insert(Attribute::MessageRetentionPeriod, retention);
        let url = self.create_or_update(name, attributes).await?;
        let request = self.sqs.get_queue_attributes().queue_url(&url);
        let known = request.attribute_names(Attribute::QueueArn).send().await;
        let known = known.map_err(Error::creating(name))?.attributes;
        let arn = known.and_then(|mut known| known.remove(&Attribute::QueueArn));
        Ok(Queue { url, arn: arn.ok_or_else(Error::missing(name, "ARN"))? })
    }

    /// Creates the queue or sets the attributes of an existing one; returns its URL.
    async fn create_or_update(
        &self,
        name: &str,
        attributes: HashMap<Attribute, String>,
    ) -> Result<String, Error> {
        let request = self.sqs.create_queue().queue_name(name);
        let url = match request.set_attributes(Some(attributes.clone())).send().await {
            Ok(created) => created.queue_url,
            // SQS refuses to create a queue that exists with other attributes: those are changed.
            Err(error) if error.as_service_error().is_some_and(|e| e.is_queue_name_exists()) => {
                let existing = self.sqs.get_queue_url().queue_name(name).send().await;
                let url = existing.map_err(Error::creating(name))?.queue_url;
                let request = self.sqs.set_queue_attributes().set_queue_url(url.clone());
                let changed = request.set_attributes(Some(attributes)).send().await;
                changed.map_err(Error::creating(name))?;
                url
            }
            Err(error) => return Err(Error::creating(name)(error)),
        };
        url.ok_or_else(Error::missing(name, "URL"))
    }
}
