//! Delivers events to the webhook, each in as many attempts as it takes, or moves them to the dead-letter queue
//! (<https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html>).

use std::sync::Arc;
use std::time::Duration;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::MessageAttributeValue;
use bytes::Bytes;
use jiff::Timestamp;
use kit::{AwsError, Backoff};
use shared::queue::sqs_json::escape_noncharacters;
use tokio::sync::Semaphore;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::hook::{Hook, HookClient};
use super::retry::{Failure, NextAttempt};
use super::store::MailEventStore;
use super::taken::TakenEvent;
use crate::aws::arn::ACCOUNT_ID;
use crate::resources::{MAIL_HOOK_DLQ, MAIL_HOOK_RULE};

/// How many events are posted at the same time. What waits for its next attempt does not count.
const MAX_CONCURRENCY: usize = 32;

/// The running deliveries.
#[derive(Debug)]
pub(super) struct Deliveries {
    target: Arc<Target>,
    tasks: TaskTracker,
    stop: CancellationToken,
}

/// The rule's target and its dead-letter queue.
#[derive(Debug)]
struct Target {
    hook: HookClient,
    slots: Semaphore,
    sqs: Client,
    region: String,
    store: Option<MailEventStore>,
}

impl Deliveries {
    pub fn new(hook: Hook, sqs: Client, region: &str, store: Option<MailEventStore>) -> Self {
        let (hook, region) = (HookClient::new(hook), region.to_owned());
        let slots = Semaphore::new(MAX_CONCURRENCY);
        let target = Arc::new(Target { hook, slots, sqs, region, store });
        Self { target, tasks: TaskTracker::new(), stop: CancellationToken::new() }
    }

    /// Delivers an event in the background.
    pub fn start(&self, event: TakenEvent) {
        let (target, stop) = (Arc::clone(&self.target), self.stop.clone());
        self.tasks.spawn(async move {
            stop.run_until_cancelled(target.deliver(event)).await;
        });
    }

    /// How many are under way.
    pub fn count(&self) -> usize {
        self.tasks.len()
    }

    pub async fn stop(&self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

impl Target {
    async fn deliver(&self, event: TakenEvent) {
        // The rule's target gets the CloudEvent alone (`InputPath: $.detail`).
        let body = Bytes::from(event.envelope["detail"].to_string());
        for attempt in 1.. {
            let Err(failure) = self.post(body.clone()).await else { break };
            match self.hook.retry().next(attempt, &failure, age(&event)) {
                NextAttempt::After(delay) => sleep(delay).await,
                NextAttempt::Never(condition) => {
                    self.give_up(&event, attempt, &failure, condition).await;
                    break;
                }
            }
        }
        // Last: a crash before this delivers the event again, the other order could lose it.
        if let (Some(store), Some(position)) = (&self.store, event.position)
            && let Err(error) = store.set_delivered(position).await
        {
            tracing::error!(%error, "an event that is delivered will be repeated after a restart");
        }
    }

    async fn post(&self, body: Bytes) -> Result<(), Failure> {
        // The semaphore is never closed; without a permit the event would only be sent sooner.
        let _slot = self.slots.acquire().await;
        self.hook.post(body).await
    }

    /// Moves an event to the dead-letter queue, as often as it takes: without it, the event would be lost.
    async fn give_up(
        &self,
        event: &TakenEvent,
        attempts: u32,
        failure: &Failure,
        condition: Option<&str>,
    ) {
        tracing::warn!("A mail event is in {MAIL_HOOK_DLQ}: {}", failure.message);
        for failures in 1.. {
            let Err(error) = self.move_to_dlq(event, attempts, failure, condition).await else {
                return;
            };
            tracing::warn!("A mail event waits for {MAIL_HOOK_DLQ}: {error}");
            sleep(Backoff::default().delay(failures)).await;
        }
    }

    async fn move_to_dlq(
        &self,
        event: &TakenEvent,
        attempts: u32,
        failure: &Failure,
        condition: Option<&str>,
    ) -> Result<(), AwsError> {
        let queue = self.sqs.get_queue_url().queue_name(MAIL_HOOK_DLQ).send().await?;
        let arn = format!("arn:aws:events:{}:{ACCOUNT_ID}", self.region);
        let mut attributes = vec![
            ("RULE_ARN", format!("{arn}:rule/{MAIL_HOOK_RULE}")),
            ("TARGET_ARN", format!("{arn}:api-destination/{}", self.hook.host())),
            ("ERROR_CODE", failure.code.to_owned()),
            ("ERROR_MESSAGE", failure.message.clone()),
            ("RETRY_ATTEMPTS", (attempts - 1).to_string()),
        ];
        attributes.extend(condition.map(|it| ("EXHAUSTED_RETRY_CONDITION", it.to_owned())));
        let body = escape_noncharacters(event.envelope.to_string());
        let mut send = self.sqs.send_message().set_queue_url(queue.queue_url).message_body(body);
        for (name, value) in attributes {
            send = send.message_attributes(name, text(value));
        }
        send.send().await?;
        Ok(())
    }
}

fn age(event: &TakenEvent) -> Duration {
    Timestamp::now().duration_since(event.taken_at).try_into().unwrap_or_default()
}

fn text(value: String) -> MessageAttributeValue {
    let attribute = MessageAttributeValue::builder().data_type("String").string_value(value);
    attribute.build().expect("the data type is set")
}
