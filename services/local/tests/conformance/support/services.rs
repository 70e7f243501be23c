//! DynamoDB and SQS of the one-machine stack on a free port, with a place to put faults.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType,
    ScalarAttributeType, StreamSpecification, StreamViewType,
};
use aws_sdk_sqs::types::{Message, MessageSystemAttributeName, QueueAttributeName};
use axum::Router;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http_body_util::BodyExt;
use local::aws::clients;
use local::aws::dynamodb::Dynamodb;
use local::aws::sqs::Sqs;
use local::resources::Queue;
use tokio::net::TcpListener;
use tokio_util::task::AbortOnDropHandle;

use super::wait::until;

pub const REGION: &str = "us-east-1";

/// Looks at each call before the service does; a response from here keeps it from the service.
type Fault = Box<dyn FnMut(&str, &str) -> Option<(StatusCode, String)> + Send>;

struct Back {
    dynamodb: Dynamodb,
    sqs: Sqs,
    fault: Mutex<Option<Fault>>,
    calls: Mutex<HashMap<String, usize>>,
}

/// Running services.
pub struct Services {
    back: Arc<Back>,
    pub dynamodb: aws_sdk_dynamodb::Client,
    pub streams: aws_sdk_dynamodbstreams::Client,
    pub sqs: aws_sdk_sqs::Client,
    _server: AbortOnDropHandle<()>,
}

impl Services {
    pub async fn start() -> Self {
        Self::start_in(None).await
    }

    /// With the tables in this directory.
    pub async fn start_in(data: Option<&Path>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let back = Arc::new(Back {
            dynamodb: Dynamodb::start(data).await.unwrap(),
            sqs: Sqs::new(address, REGION),
            fault: Mutex::new(None),
            calls: Mutex::new(HashMap::new()),
        });
        let app = Router::new().fallback(call).with_state(Arc::clone(&back));
        let server = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        let endpoint = format!("http://{address}");
        Self {
            back,
            dynamodb: clients::dynamodb(&endpoint, REGION),
            streams: clients::dynamodb_streams(&endpoint, REGION),
            sqs: clients::sqs(&endpoint, REGION),
            _server: AbortOnDropHandle::new(server),
        }
    }

    /// Has `fault` look at each call from now on: its operation and its body.
    pub fn inject_fault(
        &self,
        fault: impl FnMut(&str, &str) -> Option<(StatusCode, String)> + Send + 'static,
    ) {
        *self.back.fault.lock().unwrap() = Some(Box::new(fault));
    }

    /// How often an operation was called.
    pub fn calls(&self, operation: &str) -> usize {
        self.back.calls.lock().unwrap().get(operation).copied().unwrap_or_default()
    }

    /// A queue with these attributes.
    pub async fn queue(
        &self,
        name: &str,
        attributes: impl IntoIterator<Item = (QueueAttributeName, String)>,
    ) -> Queue {
        let request = self.sqs.create_queue().queue_name(name);
        let attributes: HashMap<_, _> = attributes.into_iter().collect();
        let made = request.set_attributes(Some(attributes)).send().await.unwrap();
        Queue {
            url: made.queue_url.unwrap(),
            arn: format!("arn:aws:sqs:{REGION}:000000000000:{name}"),
        }
    }

    pub async fn send(&self, queue: &Queue, bodies: &[&str]) {
        for body in bodies {
            let request = self.sqs.send_message().queue_url(&queue.url).message_body(*body);
            request.send().await.unwrap();
        }
    }

    /// Messages of the queue: those that can be received, and those that are hidden.
    pub async fn counts(&self, queue: &Queue) -> (usize, usize) {
        let visible = QueueAttributeName::ApproximateNumberOfMessages;
        let hidden = QueueAttributeName::ApproximateNumberOfMessagesNotVisible;
        let request = self.sqs.get_queue_attributes().queue_url(&queue.url);
        let answer = request
            .attribute_names(visible.clone())
            .attribute_names(hidden.clone())
            .send()
            .await
            .unwrap();
        let count = |name| answer.attributes().unwrap()[name].parse().unwrap();
        (count(&visible), count(&hidden))
    }

    /// Waits until the queue holds nothing.
    pub async fn wait_until_empty(&self, queue: &Queue) {
        until("an empty queue", async || (self.counts(queue).await == (0, 0)).then_some(())).await;
    }

    /// Waits for a message of the queue.
    pub async fn wait_for_message(&self, queue: &Queue) -> Message {
        until("a message", async || {
            let request = self.sqs.receive_message().queue_url(&queue.url).wait_time_seconds(1);
            let request = request.message_system_attribute_names(MessageSystemAttributeName::All);
            request.send().await.unwrap().messages.and_then(|mut messages| messages.pop())
        })
        .await
    }

    /// A table `events` with a stream of new images; returns the stream's ARN.
    pub async fn streamed_table(&self) -> String {
        let string = |name| {
            let attribute = AttributeDefinition::builder().attribute_name(name);
            attribute.attribute_type(ScalarAttributeType::S).build().unwrap()
        };
        let key = |name, kind| {
            KeySchemaElement::builder().attribute_name(name).key_type(kind).build().unwrap()
        };
        let stream = StreamSpecification::builder()
            .stream_enabled(true)
            .stream_view_type(StreamViewType::NewImage)
            .build()
            .unwrap();
        let request = self.dynamodb.create_table().table_name("events");
        let made = request
            .billing_mode(BillingMode::PayPerRequest)
            .attribute_definitions(string("id"))
            .key_schema(key("id", KeyType::Hash))
            .stream_specification(stream)
            .send()
            .await
            .unwrap();
        made.table_description.unwrap().latest_stream_arn.unwrap()
    }

    /// Puts items of these ids into the table, one after the other.
    pub async fn put(&self, ids: &[&str]) {
        for id in ids {
            let id = AttributeValue::S((*id).to_owned());
            self.dynamodb.put_item().table_name("events").item("id", id).send().await.unwrap();
        }
    }

    /// Removes an item from the table.
    pub async fn remove(&self, id: &str) {
        let id = AttributeValue::S(id.to_owned());
        self.dynamodb.delete_item().table_name("events").key("id", id).send().await.unwrap();
    }
}

async fn call(State(back): State<Arc<Back>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let target = parts.headers["x-amz-target"].to_str().unwrap();
    let (service, operation) = target.split_once('.').unwrap();
    *back.calls.lock().unwrap().entry(operation.to_owned()).or_default() += 1;
    let fault = {
        let mut fault = back.fault.lock().unwrap();
        let text = std::str::from_utf8(&body).unwrap();
        fault.as_mut().and_then(|fault| fault(operation, text))
    };
    match fault {
        Some((status, body)) => (status, body).into_response(),
        None if service.starts_with("DynamoDB") => {
            back.dynamodb.call(parts.headers.clone(), body).await.into_response()
        }
        None => back.sqs.call(&parts.headers, body).await.into_response(),
    }
}
