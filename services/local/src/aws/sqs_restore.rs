//! Puts the messages of the last run back into their queues.
//!
//! A message keeps its ID, the time it was sent, and what is left of its delay or visibility timeout.
//! Its receives are counted anew.

use std::collections::HashMap;

use axum::BoxError;
use rusqlite::Connection;
use rustack_sqs_core::provider::{SqsQueueSnapshot, SqsSnapshot};
use rustack_sqs_model::input::SendMessageInput;
use serde_json::Value;

use super::sqs_engine::{Engine, Redrive};
use super::sqs_store::{self, StoredMessage, now};
use crate::database::Database;

/// AWS's longest delay of a message that is sent. What was hidden for longer comes early.
const MAX_DELAY_SECONDS: i64 = 900;

/// Makes the queues of the last run, and puts their messages back.
pub(super) async fn restore(engine: &Engine, database: &Database) -> Result<(), BoxError> {
    let stored =
        |rows: &Connection| Ok((sqs_store::definitions(rows)?, sqs_store::messages(rows)?));
    let (definitions, messages) = database.change(stored).await?;
    let Some(definitions) = definitions else { return Ok(()) };
    let definitions: SqsSnapshot = serde_json::from_str(&definitions)?;
    let redrives = redrives(&definitions);
    engine.define(definitions).await?;
    let mut put_back = Vec::with_capacity(messages.len());
    for mut message in messages {
        bury(&mut message, &redrives);
        let input = input(&message)?;
        let id = engine.send(&message.queue, input).await?.unwrap_or_default();
        put_back.push((message, id));
    }
    // One transaction: after a kill before it, all are put back again.
    let record = move |rows: &Connection| {
        put_back.iter().try_for_each(|(message, id)| sqs_store::put_back(rows, message, id))
    };
    Ok(database.change(record).await?)
}

/// Each queue's redrive, if its dead-letter queue is still there.
fn redrives(definitions: &SqsSnapshot) -> HashMap<String, Redrive> {
    let exists = |name: &str| definitions.queues.iter().any(|queue| queue.name == name);
    let redrive = |queue: &SqsQueueSnapshot| {
        let redrive = Redrive::read(&queue.attributes)?;
        exists(&redrive.dead_letter_queue).then(|| (queue.name.clone(), redrive))
    };
    definitions.queues.iter().filter_map(redrive).collect()
}

/// Moves a message to the dead-letter queue if its next receive would have: rustack has moved it
/// since, or was about to.
fn bury(message: &mut StoredMessage, redrives: &HashMap<String, Redrive>) {
    let Some(redrive) = redrives.get(&message.queue) else { return };
    if message.receives >= redrive.max_receives && message.visible_at <= now() {
        let queue = std::mem::replace(&mut message.queue, redrive.dead_letter_queue.clone());
        message.source_queue = Some(queue);
    }
}

/// The call that puts a message back.
fn input(message: &StoredMessage) -> Result<SendMessageInput, serde_json::Error> {
    let mut content: Value = serde_json::from_str(&message.content)?;
    content["QueueUrl"] = "".into();
    let input: SendMessageInput = serde_json::from_value(content)?;
    if message.queue.ends_with(".fifo") {
        // Its own: two messages of one deduplication ID may both be there, sent minutes apart.
        let id = Some(message.message_id.clone());
        return Ok(SendMessageInput { message_deduplication_id: id, ..input });
    }
    let delay = (message.visible_at - now() + 999).max(0) / 1000;
    let delay = i32::try_from(delay.min(MAX_DELAY_SECONDS)).unwrap_or_default();
    Ok(SendMessageInput { delay_seconds: Some(delay), ..input })
}
