//! Queues that outlive the process: rustack's, with every message on disk too.
//!
//! What SQS has answered is on disk: an accepted message, its delay, its deletion, a purge. rustack
//! comes first and the disk second, so a kill between the two keeps a message that was deleted, or
//! one that its sender takes for unsent: delivery is at least once, as ever. Receives are recorded
//! as well, since they decide which messages rustack has moved to a dead-letter queue.
//!
//! A message that was deleted or purged is in none of the files any more a second or so later.

use std::net::SocketAddr;
use std::path::Path;

use bytes::Bytes;
use http::Response;
use rusqlite::Connection;
use rustack_sqs_model::error::SqsError;
use rustack_sqs_model::operations::SqsOperation;
use serde_json::{Value, json};

use super::arn::ACCOUNT_ID;
use super::sqs_engine::{Engine, Redrive};
use super::sqs_restore::restore;
use super::sqs_store::{self, NewMessage, Origin, Receipt, now};
use crate::database::{DataError, Database};

/// The queues in memory and on disk.
#[derive(Debug)]
pub(super) struct DurableQueues {
    pub engine: Engine,
    database: Database,
    region: String,
}

type Answer = Result<Response<Bytes>, SqsError>;

impl DurableQueues {
    /// The queues of `queues.sqlite` in `directory`, with their messages.
    pub async fn open(
        address: SocketAddr,
        region: &str,
        directory: &Path,
    ) -> Result<Self, DataError> {
        let path = directory.join("queues.sqlite");
        let database = Database::open(&path, sqs_store::SCHEMA)?;
        let engine = Engine::new(address, region);
        restore(&engine, &database).await.map_err(DataError::at(path))?;
        Ok(Self { engine, database, region: region.to_owned() })
    }

    /// Carries out an operation; what it changed is on disk when it is answered.
    pub async fn call(&self, operation: SqsOperation, call: &Value, body: Bytes) -> Answer {
        use SqsOperation as Op;
        match operation {
            Op::SendMessage | Op::SendMessageBatch => self.send(operation, call, body).await,
            Op::ReceiveMessage => self.receive(call, body).await,
            Op::DeleteMessage | Op::DeleteMessageBatch => self.delete(operation, call, body).await,
            Op::ChangeMessageVisibility | Op::ChangeMessageVisibilityBatch => {
                self.hide(operation, call, body).await
            }
            Op::PurgeQueue | Op::DeleteQueue => self.clear(operation, call, body).await,
            Op::CreateQueue
            | Op::SetQueueAttributes
            | Op::TagQueue
            | Op::UntagQueue
            | Op::AddPermission
            | Op::RemovePermission => self.define(operation, body).await,
            Op::GetQueueUrl
            | Op::ListQueues
            | Op::GetQueueAttributes
            | Op::ListQueueTags
            | Op::ListDeadLetterSourceQueues
            // rustack refuses the tasks that would move messages.
            | Op::StartMessageMoveTask
            | Op::CancelMessageMoveTask
            | Op::ListMessageMoveTasks => self.engine.call(operation, body).await,
        }
    }

    async fn send(&self, operation: SqsOperation, call: &Value, body: Bytes) -> Answer {
        let queue = queue_name(call).to_owned();
        let usual_delay = self.engine.number(&queue, "DelaySeconds").await;
        // Held until the message is on disk: from the moment rustack has it, somebody may receive and
        // delete it, and neither can be recorded before it has a row.
        let turn = self.database.lock().await;
        let response = self.engine.call(operation, body).await?;
        let sent_at = now();
        let message = |(entry, result): (&Value, &Value)| NewMessage {
            id: text(&result["MessageId"]),
            sent_at,
            visible_at: sent_at + 1000 * entry["DelaySeconds"].as_i64().unwrap_or(usual_delay),
            content: content(entry),
        };
        let results = json(&response);
        let messages: Vec<_> = succeeded(call, &results).into_iter().map(message).collect();
        turn.change(move |rows| sqs_store::insert(rows, &queue, &messages))
            .await
            .map_err(failed)?;
        Ok(response)
    }

    async fn receive(&self, call: &Value, body: Bytes) -> Answer {
        let queue = queue_name(call).to_owned();
        let usual_timeout = self.engine.number(&queue, "VisibilityTimeout").await;
        let mut response = self.engine.call(SqsOperation::ReceiveMessage, body).await?;
        let timeout = call["VisibilityTimeout"].as_i64().unwrap_or(usual_timeout);
        let visible_at = now() + 1000 * timeout;
        let mut results = json(&response);
        let Some(messages) = results["Messages"].as_array_mut().filter(|list| !list.is_empty())
        else {
            return Ok(response);
        };
        let receipt = |message: &Value| Receipt {
            engine_id: text(&message["MessageId"]),
            receipt: text(&message["ReceiptHandle"]),
        };
        let receipts: Vec<_> = messages.iter().map(receipt).collect();
        let record =
            move |rows: &Connection| sqs_store::receive(rows, &queue, &receipts, visible_at);
        let origins = self.database.change(record).await.map_err(failed)?;
        for (message, origin) in messages.iter_mut().zip(origins) {
            if let Some(origin) = origin {
                self.restore_identity(message, origin, call);
            }
        }
        *response.body_mut() = results.to_string().into();
        Ok(response)
    }

    /// Gives a message that was put back after a restart its ID, time and source of before.
    fn restore_identity(&self, message: &mut Value, origin: Origin, call: &Value) {
        let Origin { message_id, sent_at, source_queue } = origin;
        if message["MessageId"] == message_id {
            return;
        }
        message["MessageId"] = message_id.into();
        if let Some(sent) = message.pointer_mut("/Attributes/SentTimestamp") {
            *sent = sent_at.to_string().into();
        }
        if let Some(source) = source_queue.filter(|_| asks_for(call, "DeadLetterQueueSourceArn")) {
            let arn = format!("arn:aws:sqs:{}:{ACCOUNT_ID}:{source}", self.region);
            message["Attributes"]["DeadLetterQueueSourceArn"] = arn.into();
        }
    }

    async fn delete(&self, operation: SqsOperation, call: &Value, body: Bytes) -> Answer {
        let response = self.engine.call(operation, body).await?;
        let results = json(&response);
        let deleted = succeeded(call, &results).into_iter();
        let receipts: Vec<_> = deleted.map(|(entry, _)| text(&entry["ReceiptHandle"])).collect();
        let record = move |rows: &Connection| sqs_store::delete(rows, &receipts);
        self.database.delete(record).await.map_err(failed)?;
        Ok(response)
    }

    async fn hide(&self, operation: SqsOperation, call: &Value, body: Bytes) -> Answer {
        let response = self.engine.call(operation, body).await?;
        let (now, results) = (now(), json(&response));
        let hidden = |(entry, _): (&Value, &Value)| {
            let timeout = entry["VisibilityTimeout"].as_i64().unwrap_or_default();
            (text(&entry["ReceiptHandle"]), now + 1000 * timeout)
        };
        let hidden: Vec<_> = succeeded(call, &results).into_iter().map(hidden).collect();
        self.database.change(move |rows| sqs_store::hide(rows, &hidden)).await.map_err(failed)?;
        Ok(response)
    }

    async fn clear(&self, operation: SqsOperation, call: &Value, body: Bytes) -> Answer {
        let queue = queue_name(call).to_owned();
        // Only a receive shows what rustack has moved to a dead-letter queue. Without one, a purge of
        // the source would take dead letters with it, and one of the DLQ would leave them.
        let policy = self.engine.attribute(&queue, "RedrivePolicy").await.ok().flatten();
        let redrive = policy.and_then(|policy| Redrive::parse(&policy));
        let moved_to = redrive.map_or_else(|| queue.clone(), |redrive| redrive.dead_letter_queue);
        self.locate(&moved_to).await?;
        // Held, so that a message that is sent after the purge keeps its row.
        let turn = self.database.lock().await;
        let response = self.engine.call(operation, body).await?;
        let definitions = json!(self.engine.definitions().await?).to_string();
        turn.delete(move |rows| {
            sqs_store::clear(rows, &queue)?;
            sqs_store::save_definitions(rows, &definitions)
        })
        .await
        .map_err(failed)?;
        Ok(response)
    }

    /// Receives every visible message of the queue once, and leaves it visible.
    async fn locate(&self, queue: &str) -> Result<(), SqsError> {
        let Ok(queue_url) = self.engine.url(queue).await else { return Ok(()) };
        let mut left = self.engine.number(queue, "ApproximateNumberOfMessages").await;
        while left > 0 {
            let call = json!({
                "QueueUrl": queue_url,
                "MaxNumberOfMessages": 10,
                "VisibilityTimeout": 0,
                "WaitTimeSeconds": 0,
            });
            self.receive(&call, call.to_string().into()).await?;
            left -= 10;
        }
        Ok(())
    }

    async fn define(&self, operation: SqsOperation, body: Bytes) -> Answer {
        let turn = self.database.lock().await;
        let response = self.engine.call(operation, body).await?;
        let definitions = json!(self.engine.definitions().await?).to_string();
        let save = move |rows: &Connection| sqs_store::save_definitions(rows, &definitions);
        turn.change(save).await.map_err(failed)?;
        Ok(response)
    }
}

/// What of a call or of an entry of its batch is the message.
fn content(entry: &Value) -> String {
    let mut content = entry.clone();
    if let Some(members) = content.as_object_mut() {
        members.retain(|name, _| !["Id", "QueueUrl", "DelaySeconds"].contains(&name.as_str()));
    }
    content.to_string()
}

/// The entries of a batch that succeeded, or the call itself, each with its result.
fn succeeded<'a>(call: &'a Value, response: &'a Value) -> Vec<(&'a Value, &'a Value)> {
    let Some(entries) = call["Entries"].as_array() else { return vec![(call, response)] };
    let results = response["Successful"].as_array().into_iter().flatten();
    let entry_of = |result: &Value| entries.iter().find(|entry| entry["Id"] == result["Id"]);
    results.filter_map(|result| Some((entry_of(result)?, result))).collect()
}

fn asks_for(call: &Value, attribute: &str) -> bool {
    let lists = [&call["AttributeNames"], &call["MessageSystemAttributeNames"]];
    let mut names = lists.into_iter().filter_map(Value::as_array).flatten();
    names.any(|name| name == "All" || name == attribute)
}

fn queue_name(call: &Value) -> &str {
    let url = call["QueueUrl"].as_str().unwrap_or_default();
    url.rsplit('/').next().unwrap_or_default()
}

fn json(response: &Response<Bytes>) -> Value {
    serde_json::from_slice(response.body()).unwrap_or_default()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// The disk is full, or gone: not recorded is not done, and the caller tries again.
fn failed(error: rusqlite::Error) -> SqsError {
    tracing::error!(%error, "the queues cannot be written to the directory of --data");
    SqsError::internal_error(format!("The queues cannot be written to disk: {error}."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{any_file_holds, until};

    async fn call(queues: &DurableQueues, operation: SqsOperation, call: Value) -> Value {
        json(&queues.call(operation, &call, call.to_string().into()).await.unwrap())
    }

    async fn wait_until_gone(directory: &Path, text: &str) {
        until("no file holds it", async || (!any_file_holds(directory, text)).then_some(())).await;
    }

    #[tokio::test]
    async fn a_message_that_was_deleted_or_purged_is_soon_in_no_file_while_the_queues_are_open() {
        let directory = tempfile::tempdir().unwrap();
        let address = ([127, 0, 0, 1], 9).into();
        let queues = DurableQueues::open(address, "eu-central-2", directory.path()).await.unwrap();
        let made = call(&queues, SqsOperation::CreateQueue, json!({ "QueueName": "a" })).await;
        let url = &made["QueueUrl"];
        let message = json!({ "QueueUrl": url, "MessageBody": "jo@customers.example" });

        call(&queues, SqsOperation::SendMessage, message.clone()).await;
        assert!(any_file_holds(directory.path(), "jo@"));
        let received =
            call(&queues, SqsOperation::ReceiveMessage, json!({ "QueueUrl": url })).await;
        let receipt = &received["Messages"][0]["ReceiptHandle"];
        let deletion = json!({ "QueueUrl": url, "ReceiptHandle": receipt });
        call(&queues, SqsOperation::DeleteMessage, deletion).await;
        wait_until_gone(directory.path(), "jo@").await;

        call(&queues, SqsOperation::SendMessage, message).await;
        call(&queues, SqsOperation::PurgeQueue, json!({ "QueueUrl": url })).await;
        wait_until_gone(directory.path(), "jo@").await;
    }
}
