//! SQS: rustack's queues, called in process; `sqs_durable` keeps them on disk.
//!
//! Where rustack differs from AWS, `sqs_compat` changes calls and responses, and `sqs_fair` makes a standard queue fair.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use axum::response::Response;
use bytes::Bytes;
use http::response::Parts;
use http::{HeaderMap, StatusCode};
use rustack_sqs_http::response::{error_to_json, error_to_response};
use rustack_sqs_http::router::resolve_operation;
use rustack_sqs_model::error::SqsError;
use rustack_sqs_model::operations::SqsOperation;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::sqs_compat::{adapt_request, has_invalid_characters, restore_response};
use super::sqs_durable::DurableQueues;
use super::sqs_engine::Engine;
use super::sqs_fair::{Lanes, lane, merged, url, without_lanes};
use crate::database::DataError;
use crate::response::{aws_json_error, request_id};

/// How often a queue and its lane are asked while a long poll waits.
const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// The queues.
#[derive(Debug)]
pub struct Sqs {
    queues: Queues,
    lanes: Lanes,
}

type Answer = Result<(Parts, Bytes), SqsError>;

#[derive(Debug)]
enum Queues {
    /// Gone with the process.
    InMemory(Engine),
    /// As they were at the end of the last process.
    OnDisk(DurableQueues),
}

impl Sqs {
    /// Queues in memory, whose addresses are at `address`, the edge's.
    pub fn new(address: SocketAddr, region: &str) -> Self {
        Self { queues: Queues::InMemory(Engine::new(address, region)), lanes: Lanes::default() }
    }

    /// As [`Sqs::new`], with messages that outlive the process if there is a directory for them.
    ///
    /// # Errors
    /// The file in the directory is of another kind, or in use.
    pub async fn open(
        address: SocketAddr,
        region: &str,
        directory: Option<&Path>,
    ) -> Result<Self, DataError> {
        let Some(directory) = directory else { return Ok(Self::new(address, region)) };
        let queues = Queues::OnDisk(DurableQueues::open(address, region, directory).await?);
        let sqs = Self { queues, lanes: Lanes::default() };
        // One that cannot list its queues has none.
        let all = sqs.carry_out(SqsOperation::ListQueues, Bytes::new(), json!({})).await;
        all.iter().for_each(|(_, queues)| sqs.lanes.find(&parsed(queues)));
        Ok(sqs)
    }

    /// Carries out a call of the API: `headers` name the operation, `body` is its JSON.
    pub async fn call(&self, headers: &HeaderMap, body: Bytes) -> Response {
        let call: Value = serde_json::from_slice(&body).unwrap_or_default();
        if has_invalid_characters(&call) {
            let sentence = "The message contains characters outside the allowed set.";
            let code = "com.amazonaws.sqs#InvalidMessageContents";
            return aws_json_error(StatusCode::BAD_REQUEST, code, sentence);
        }
        self.dispatch(headers, body, call).await.unwrap_or_else(|error| {
            // rustack's response has its own body type; its status and headers are kept.
            let bytes = Bytes::from(error_to_json(&error));
            error_to_response(&error, &request_id()).map(|_| bytes.into())
        })
    }

    async fn dispatch(
        &self,
        headers: &HeaderMap,
        body: Bytes,
        call: Value,
    ) -> Result<Response, SqsError> {
        use SqsOperation as Op;
        let operation = resolve_operation(headers)?;
        let lane = self.lanes.of(&call);
        let (mut parts, body) = match (operation, lane) {
            (Op::SendMessage | Op::SendMessageBatch, _) => self.send(operation, body, call).await?,
            (Op::ListQueues, _) => {
                let (parts, queues) = self.carry_out(operation, body, call).await?;
                (parts, without_lanes(parsed(&queues)).to_string().into())
            }
            (Op::ReceiveMessage, Some(lane)) => self.receive(call, &lane).await?,
            (Op::GetQueueAttributes, Some(lane)) => {
                let (parts, queue) = self.carry_out(operation, body, call.clone()).await?;
                let (_, lane) = self.carry_out(operation, Bytes::new(), to(&lane, call)).await?;
                (parts, merged(parsed(&queue), &parsed(&lane)).to_string().into())
            }
            // A receipt handle is of one of the two, and the other has nothing to delete.
            (
                Op::DeleteMessage
                | Op::DeleteMessageBatch
                | Op::PurgeQueue
                | Op::DeleteQueue
                | Op::SetQueueAttributes,
                Some(lane),
            ) => {
                self.carry_out(operation, Bytes::new(), to(&lane, call.clone())).await?;
                self.carry_out(operation, body, call).await?
            }
            (Op::ChangeMessageVisibility, Some(lane)) => {
                match self.carry_out(operation, body, call.clone()).await {
                    Err(_) => self.carry_out(operation, Bytes::new(), to(&lane, call)).await?,
                    changed => changed?,
                }
            }
            _ => self.carry_out(operation, body, call).await?,
        };
        // The checksum was that of another body: a compressed one, one before a restart, one of two queues.
        parts.headers.remove("x-amz-crc32");
        Ok(Response::from_parts(parts, body.into()))
    }

    /// Sends the messages of quiet groups to the queue's lane, which is made for the first of them.
    async fn send(&self, operation: SqsOperation, body: Bytes, call: Value) -> Answer {
        let queue = url(&call).to_owned();
        let (rest, quiet) = self.lanes.split(call);
        let Some(quiet) = quiet else {
            return self.carry_out(operation, body, rest.unwrap_or_default()).await;
        };
        let asked = json!({ "QueueUrl": queue, "AttributeNames": ["All"] });
        if self.lanes.of(&asked).is_none() {
            let attributes = SqsOperation::GetQueueAttributes;
            let (_, attributes) = self.carry_out(attributes, Bytes::new(), asked.clone()).await?;
            let lane = lane(&asked, &parsed(&attributes));
            self.carry_out(SqsOperation::CreateQueue, Bytes::new(), lane).await?;
            self.lanes.add(&queue);
        }
        let (parts, sent) = self.carry_out(operation, Bytes::new(), quiet).await?;
        let Some(rest) = rest else { return Ok((parts, sent)) };
        let (parts, more) = self.carry_out(operation, Bytes::new(), rest).await?;
        Ok((parts, merged(parsed(&sent), &parsed(&more)).to_string().into()))
    }

    /// Receives from the lane first.
    async fn receive(&self, call: Value, lane: &str) -> Answer {
        let receive = SqsOperation::ReceiveMessage;
        let wait = call["WaitTimeSeconds"].as_u64().unwrap_or_default();
        let until = Instant::now() + Duration::from_secs(wait);
        let most = call["MaxNumberOfMessages"].as_u64().unwrap_or(1);
        let mut call = call;
        call["WaitTimeSeconds"] = 0.into();
        loop {
            let quiet = self.carry_out(receive, Bytes::new(), to(lane, call.clone())).await?;
            let received = parsed(&quiet.1);
            let count = received["Messages"].as_array().map_or(0, Vec::len) as u64;
            if count >= most {
                return Ok(quiet);
            }
            let mut rest = call.clone();
            rest["MaxNumberOfMessages"] = (most - count).into();
            let (parts, more) = self.carry_out(receive, Bytes::new(), rest).await?;
            let all = merged(received, &parsed(&more));
            let is_empty = all["Messages"].as_array().is_none_or(Vec::is_empty);
            if !is_empty || Instant::now() >= until {
                return Ok((parts, all.to_string().into()));
            }
            sleep(POLL_INTERVAL).await;
        }
    }

    /// Carries out a call on the one queue that it names.
    async fn carry_out(&self, operation: SqsOperation, body: Bytes, mut call: Value) -> Answer {
        adapt_request(operation, &mut call)?;
        // What is no JSON goes on as it is: rustack refuses it as AWS does.
        let body = if call.is_null() { body } else { call.to_string().into() };
        let response = match &self.queues {
            Queues::InMemory(engine) => engine.call(operation, body).await,
            Queues::OnDisk(queues) => queues.call(operation, &call, body).await,
        };
        let (parts, body) = response?.into_parts();
        let is_receive = operation == SqsOperation::ReceiveMessage;
        Ok((parts, if is_receive { restore_response(body) } else { body }))
    }

    /// Closes all queues.
    pub async fn stop(&self) {
        match &self.queues {
            Queues::InMemory(engine) => engine.stop().await,
            Queues::OnDisk(queues) => queues.engine.stop().await,
        }
    }
}

fn to(lane: &str, mut call: Value) -> Value {
    call["QueueUrl"] = lane.into();
    call
}

fn parsed(body: &Bytes) -> Value {
    serde_json::from_slice(body).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt;

    use super::*;

    const QUEUE: &str = "http://127.0.0.1:1/000000000000/mail";

    async fn call(sqs: &Sqs, operation: &str, body: &Value) -> Value {
        let target = format!("AmazonSQS.{operation}").parse().expect("a header");
        let headers =
            HeaderMap::from_iter([(http::HeaderName::from_static("x-amz-target"), target)]);
        let answer = sqs.call(&headers, body.to_string().into()).await;
        assert_eq!(answer.status(), StatusCode::OK, "{operation}");
        parsed(&answer.into_body().collect().await.expect("a body").to_bytes())
    }

    async fn send(sqs: &Sqs, group: &str, count: usize) {
        let entry = |n: usize| json!({ "Id": n.to_string(), "MessageBody": group, "MessageGroupId": group });
        let entries: Vec<Value> = (0..count).map(entry).collect();
        let body = json!({ "QueueUrl": QUEUE, "Entries": entries });
        let sent = call(sqs, "SendMessageBatch", &body).await;
        assert_eq!(sent["Successful"].as_array().map(Vec::len), Some(count), "{sent}");
    }

    async fn receive(sqs: &Sqs) -> Vec<Value> {
        let body = json!({
            "QueueUrl": QUEUE, "MaxNumberOfMessages": 10, "WaitTimeSeconds": 1,
            "AttributeNames": ["All"], "MessageAttributeNames": ["All"],
        });
        let received = call(sqs, "ReceiveMessage", &body).await;
        received["Messages"].as_array().cloned().unwrap_or_default()
    }

    async fn waiting(sqs: &Sqs) -> Value {
        let name = "ApproximateNumberOfMessages";
        let body = json!({ "QueueUrl": QUEUE, "AttributeNames": [name] });
        call(sqs, "GetQueueAttributes", &body).await["Attributes"][name].take()
    }

    async fn assert_fair(sqs: &Sqs) {
        call(sqs, "CreateQueue", &json!({ "QueueName": "mail" })).await;
        for _ in 0..10 {
            send(sqs, "large", 10).await;
        }
        send(sqs, "small", 3).await;
        assert_eq!(waiting(sqs).await, "103");
        let batch = receive(sqs).await;
        let of = |group: &str| batch.iter().filter(|m| m["Body"] == group).count();
        assert_eq!((of("small"), of("large")), (3, 7));
        assert_eq!(batch[0]["Attributes"]["MessageGroupId"], "small");
        for message in batch {
            let handle = &message["ReceiptHandle"];
            call(sqs, "DeleteMessage", &json!({ "QueueUrl": QUEUE, "ReceiptHandle": handle }))
                .await;
        }
        assert_eq!(waiting(sqs).await, "93");
        let queues = call(sqs, "ListQueues", &json!({})).await;
        assert_eq!(queues["QueueUrls"], json!([QUEUE]));
        call(sqs, "PurgeQueue", &json!({ "QueueUrl": QUEUE })).await;
        assert_eq!(receive(sqs).await, Vec::<Value>::new());
    }

    fn address() -> SocketAddr {
        ([127, 0, 0, 1], 1).into()
    }

    #[tokio::test]
    async fn a_quiet_groups_messages_are_received_before_those_of_a_noisy_one() {
        assert_fair(&Sqs::new(address(), "us-east-1")).await;
    }

    #[tokio::test]
    async fn so_are_they_on_disk_and_after_a_restart() {
        let directory = tempfile::tempdir().expect("a directory");
        let open = || Sqs::open(address(), "us-east-1", Some(directory.path()));
        let sqs = open().await.expect("queues");
        assert_fair(&sqs).await;
        for _ in 0..10 {
            send(&sqs, "large", 10).await;
        }
        send(&sqs, "small", 1).await;
        sqs.stop().await;
        drop(sqs);
        let sqs = open().await.expect("queues");
        assert_eq!(waiting(&sqs).await, "101");
        assert_eq!(receive(&sqs).await[0]["Body"], "small");
    }
}
