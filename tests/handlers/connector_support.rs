//! The connector's own code in this process, against the stack's services or nothing.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use aws_config::{Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_sdk_sqs::types::{Message, MessageSystemAttributeName};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use connector::{Connector, EventReader, System, SystemSecrets};
use jiff::SignedDuration;
use kit::Clock;
use kit::queue::{DeadLetterQueue, DelayedRequeue};
use local::resources::{EVENTS_TABLE, Queue};
use local::stack::SystemSecret;
use serde_json::{Value, json};
use shared::ShopId;

use crate::support::TestStack;

/// Nothing listens there.
const NOWHERE: &str = "http://127.0.0.1:1";

/// Which services the connector reaches.
#[derive(Clone, Copy)]
pub struct Reach {
    pub secrets: bool,
    pub sqs: bool,
    pub inbox: bool,
    pub dynamodb: bool,
    /// How far its clock is ahead.
    pub ahead: SignedDuration,
}

pub const ALL: Reach =
    Reach { secrets: true, sqs: true, inbox: true, dynamodb: true, ahead: SignedDuration::ZERO };

/// The configuration of clients, as deployed, of the services at `endpoint`.
pub async fn aws(endpoint: &str) -> SdkConfig {
    kit::aws::loader()
        .endpoint_url(endpoint)
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("a", "b", None, None, "test"))
        .load()
        .await
}

pub async fn connector(services: &TestStack, reach: Reach) -> Connector {
    let here = services.stack.url();
    let endpoint = |is_there: bool| if is_there { here.clone() } else { NOWHERE.to_owned() };
    let secrets = kit::secrets::client(&aws(&endpoint(reach.secrets)).await);
    let sqs = kit::aws::sqs(&aws(&endpoint(reach.sqs)).await);
    let dynamodb = kit::aws::dynamodb(&aws(&endpoint(reach.dynamodb)).await);
    let (clock, queues) = (Clock::ahead_by(reach.ahead), &services.stack.resources.queues);
    let no_queue = format!("{here}/000000000000/no-such-queue");
    Connector {
        secrets: SystemSecrets::new(secrets, "waybill".to_owned(), clock),
        dead_letters: DeadLetterQueue::new(sqs.clone(), queues.deliveries_dlq.url.clone(), clock),
        requeue: DelayedRequeue::new(sqs.clone(), queues.deliveries.url.clone(), clock),
        events: EventReader::new(dynamodb, EVENTS_TABLE.to_owned()),
        deliveries: queues.deliveries.url.clone(),
        inbox: if reach.inbox { queues.inbox.url.clone() } else { no_queue },
        sqs,
        clock,
    }
}

/// Puts a secret of the shop `default`'s system, or rotates it.
pub fn put_secret(services: &TestStack, system: System, secret: &str) {
    let secret = SystemSecret { shop: ShopId::default(), system, secret: secret.to_owned() };
    services.stack.put_system_secret(&secret);
}

/// A request as a Function URL passes it on, its body in base64 or as text.
pub fn request(path: &str, headers: &[(&str, String)], body: &[u8], is_base64: bool) -> String {
    let headers: BTreeMap<String, &String> =
        headers.iter().map(|(name, value)| (name.to_lowercase(), value)).collect();
    let text = || String::from_utf8(body.to_vec()).expect("text");
    let body = if is_base64 { BASE64_STANDARD.encode(body) } else { text() };
    json!({
        "version": "2.0", "rawPath": path, "headers": headers, "body": body,
        "isBase64Encoded": is_base64, "requestContext": { "http": { "method": "POST" } },
    })
    .to_string()
}

/// When an invocation of the deployed function that starts now is ended.
pub fn deadline() -> SystemTime {
    SystemTime::now() + Duration::from_secs(30)
}

/// The status that a request is answered with.
pub async fn status(connector: &Connector, payload: &str) -> u64 {
    let answer = connector::handle(connector, payload, deadline()).await;
    let answer = answer.expect("over HTTP all is an answer");
    answer["statusCode"].as_u64().expect("a status")
}

/// Every visible message of a queue, which are deleted.
pub async fn take_all(services: &TestStack, queue: &Queue) -> Vec<Message> {
    let sqs = &services.stack.sqs;
    let mut all = Vec::new();
    loop {
        let receive = sqs.receive_message().queue_url(&queue.url).max_number_of_messages(10);
        let receive = receive
            .message_attribute_names("All")
            .message_system_attribute_names(MessageSystemAttributeName::All);
        let batch = receive.send().await.expect("SQS answers").messages.unwrap_or_default();
        if batch.is_empty() {
            return all;
        }
        for message in batch {
            let handle = message.receipt_handle.as_deref().expect("a handle");
            let delete = sqs.delete_message().queue_url(&queue.url).receipt_handle(handle);
            delete.send().await.expect("SQS answers");
            all.push(message);
        }
    }
}

/// The text of a message's attribute.
pub fn attribute<'a>(message: &'a Message, name: &str) -> Option<&'a str> {
    message.message_attributes.as_ref()?.get(name)?.string_value()
}

/// A batch of the mapping: bodies that were put on the queue just now, or with these attributes.
pub fn batch(bodies: &[&str]) -> Value {
    let sent = jiff::Timestamp::now().as_millisecond().to_string();
    let record = |(n, body): (usize, &&str)| {
        json!({
            "messageId": n.to_string(), "body": body, "eventSource": "aws:sqs",
            "attributes": { "SentTimestamp": sent }, "messageAttributes": {},
        })
    };
    json!({ "Records": bodies.iter().enumerate().map(record).collect::<Vec<_>>() })
}

/// The messages that stay on the queue after a batch.
pub async fn kept_of(connector: &Connector, batch: &Value) -> Vec<String> {
    kept_at(connector, batch, deadline()).await
}

/// The same of an invocation that is ended at `deadline`.
pub async fn kept_at(connector: &Connector, batch: &Value, deadline: SystemTime) -> Vec<String> {
    let answer = connector::handle(connector, &batch.to_string(), deadline).await;
    let answer = answer.expect("an answer");
    let kept = answer["batchItemFailures"].as_array().cloned().unwrap_or_default();
    let id = |item: &Value| item["itemIdentifier"].as_str().expect("an id").to_owned();
    kept.iter().map(id).collect()
}
