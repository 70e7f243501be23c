//! A batch of the inbox queue: events whose publisher does not wait for the answer.
//!
//! A message holds what a direct invocation would: an event, an array, or an EventBridge envelope. It comes
//! from EventBridge's rule, from a publisher, or from Lambda, which sends the payload of an asynchronous
//! invocation that failed (<https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html>).
//!
//! Delivery semantics: at least once. Each message has its own outcome. A stored one is acknowledged; while
//! DynamoDB does not answer, it is requeued with a delay, which uses up no receives, however long that takes;
//! a refused one goes to the dead-letter queue with the reason. What uses up receives, until SQS moves the
//! message itself, is a crash, a timeout, and what neither queue takes. An array holds as many events as a
//! request over HTTP; a longer one is refused, because no invocation would come to its end.

use std::time::{Duration, SystemTime};

use aws_lambda_events::sqs::{SqsEvent, SqsMessage};
use jiff::Timestamp;
use kit::queue::{BatchItemOutcome, DeadLetter, partial_batch_response, run_concurrently, sent_at};
use kit::telemetry::{Count, count};
use serde_json::Value;
use shared::queue::arrival::{Arrival, RECEIVED_AT};
use tokio::sync::Mutex;

use crate::accept::accept_all;
use crate::dependencies::Intake;
use crate::error::IntakeError;
use crate::message::{Published, events_in};
use crate::outcome::Outcome;
use crate::refusal;

/// How long a message waits while DynamoDB does not answer.
const RETRY_DELAY_MS: i64 = 60_000;

/// Whether an invocation comes from a queue's event source mapping
/// (<https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html>).
pub fn is_batch(payload: &Value) -> bool {
    payload.pointer("/Records/0/eventSource").is_some_and(|source| source == "aws:sqs")
}

/// Handles a batch and returns the messages that stay on the queue, as the mapping expects it. `deadline` is
/// when Lambda ends the invocation.
///
/// # Errors
/// [`IntakeError::UnknownBatch`]: then all of them stay.
pub async fn handle(
    intake: &Intake,
    payload: Value,
    deadline: SystemTime,
) -> Result<Value, IntakeError> {
    let event: Result<SqsEvent, _> = serde_json::from_value(payload);
    let messages = event.map_err(|_| IntakeError::UnknownBatch)?.records;
    // Half of the time to store: an array takes several puts, and each may take seconds while DynamoDB hangs.
    // The other half is for what has to be requeued then. A timeout would use up a receive instead.
    let store_time = deadline.duration_since(SystemTime::now()).unwrap_or_default() / 2;
    let array_turn = Mutex::new(());
    let handle = |message| handle_message(intake, message, store_time, &array_turn);
    let outcomes = run_concurrently(&messages, handle).await;
    // After a panic, the message stays on the queue.
    let outcomes: Vec<_> =
        outcomes.into_iter().map(|outcome| outcome.unwrap_or(BatchItemOutcome::Retry)).collect();
    let response = partial_batch_response(&messages, &outcomes);
    Ok(serde_json::to_value(response).expect("a list of ids serialises to JSON without fail"))
}

async fn handle_message(
    intake: &Intake,
    message: &SqsMessage,
    store_time: Duration,
    array_turn: &Mutex<()>,
) -> BatchItemOutcome {
    let body = message.body.as_deref().unwrap_or_default();
    let Published { events, put_at } = match events_in(body) {
        Ok(published) => published,
        Err(why) => {
            let dead_letter = DeadLetter::unreadable(body.to_owned(), why);
            return refuse(intake, dead_letter, arrival(message, None)).await;
        }
    };
    let arrival = arrival(message, put_at);
    let store = async {
        // One array after the other, beside the single events: what is stored of all of them together may be
        // more than the time allows. Then each round completes some, and the others, which have not begun,
        // come first in one of the next. All at once, each could come to nothing but duplicates every time.
        let _turn = if events.len() > 1 { Some(array_turn.lock().await) } else { None };
        accept_all(intake.publishing(None), events, arrival).await
    };
    match tokio::time::timeout(store_time, store).await {
        Ok(Ok(outcomes)) => settle(intake, body, &outcomes, arrival).await,
        // Waiting will not change it: it uses up receives, and ends in the dead-letter queue.
        Ok(Err(error)) if error.is_permanent() => {
            tracing::warn!(%error, "retried after the visibility timeout");
            BatchItemOutcome::Retry
        }
        Ok(Err(error)) => requeue(intake, message, &error.to_string(), arrival).await,
        // What was stored by then is a duplicate the next time.
        Err(elapsed) => requeue(intake, message, &elapsed.to_string(), arrival).await,
    }
}

/// When the message's events arrived: the first copy of it, where this is not that. `put_at` is EventBridge's time.
fn arrival(message: &SqsMessage, put_at: Option<Timestamp>) -> Arrival {
    let attribute = |name: &str| message.message_attributes.get(name)?.string_value.as_deref();
    Arrival::new(attribute, put_at, Timestamp::from_millisecond(sent_at(message)).ok())
}

/// Acknowledges a message whose events are all stored. Of another, what was stored stays stored: a replay
/// finds it as a duplicate.
async fn settle(
    intake: &Intake,
    body: &str,
    outcomes: &[Outcome],
    arrival: Arrival,
) -> BatchItemOutcome {
    match refusal::from_outcomes(body, outcomes) {
        None => BatchItemOutcome::Ack,
        Some(dead_letter) => refuse(intake, dead_letter, arrival).await,
    }
}

async fn refuse(intake: &Intake, dead_letter: DeadLetter, arrival: Arrival) -> BatchItemOutcome {
    intake.inbox.dead_letters.move_published(dead_letter, arrival.received_at).await
}

async fn requeue(
    intake: &Intake,
    message: &SqsMessage,
    reason: &str,
    arrival: Arrival,
) -> BatchItemOutcome {
    tracing::warn!(reason, "requeued until the Events table answers");
    let until = intake.inbox.clock.now_ms() + RETRY_DELAY_MS;
    let note = arrival.received_at.map(|at| (RECEIVED_AT, at.as_millisecond().to_string()));
    let outcome = intake.inbox.requeue.requeue_until(message, until, note).await;
    if outcome == BatchItemOutcome::Ack {
        count(Count::Requeued);
    }
    outcome
}
