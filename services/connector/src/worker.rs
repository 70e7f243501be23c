//! A batch of the queue of deliveries: each is translated, and its events are put on the inbox queue.
//!
//! Delivery semantics: at least once. Each message has its own outcome. One whose events are on the inbox queue is
//! acknowledged; one that waits for its order, or for DynamoDB or SQS, is requeued with a delay, which uses up no receives;
//! one that cannot be translated goes to the dead-letter queue with the reason. What uses up receives, until SQS moves the
//! message itself, is a crash, a timeout, and what no queue takes.

use std::time::{Duration, SystemTime};

use aws_lambda_events::sqs::{SqsBatchResponse, SqsMessage};
use jiff::SignedDuration;
use kit::queue::{
    BatchItemOutcome, DeadLetter, OutgoingMessage, SendError, partial_batch_response,
    run_concurrently, send_all_until, sent_at, settles_at,
};
use kit::telemetry::{Count, count};
use serde_json::Value;
use shared::contract::event::{MAX_BATCH_EVENTS, MAX_EVENT_BYTES, MAX_REQUEST_BYTES};
use shared::queue::arrival::{FORCED_AT, RECEIVED_AT};
use shared::queue::dead_letter::DeadLetterCode;
use shared::queue::sqs_json::escape_noncharacters;
use shared::{OrderId, OrderKey};

use crate::dependencies::Connector;
use crate::message::QueuedDelivery;
use crate::translate::{Translation, Untranslatable, translate};

/// How long a delivery that carries no order waits for the first event of its order.
pub const MAX_WAIT: SignedDuration = SignedDuration::from_hours(24);

/// A message that waits is looked at again after half of its age: what is missing for a moment is soon there, and what is
/// missing for hours is asked for rarely.
const MIN_DELAY: Duration = Duration::from_secs(5);
/// Of one that waits for its order.
const MAX_ORDER_DELAY: Duration = Duration::from_mins(15);
/// Of one that waits for AWS.
const MAX_OUTAGE_DELAY: Duration = Duration::from_mins(1);

/// Limits reading an order's events, which may take several calls.
const READ_TIMEOUT: Duration = kit::aws::OPERATION_TIMEOUT;

/// A message of the inbox queue holds so many bytes of events, beside their array and its attributes.
const MAX_EVENTS_BYTES: usize = MAX_REQUEST_BYTES - 4096;

/// What is to be done with a delivery.
enum Step {
    /// These events are to be published, perhaps none.
    Publish(Vec<Value>),
    /// Nothing: why.
    Ignore(&'static str),
    /// Its order is not stored yet.
    AwaitOrder(OrderKey),
    /// Its order cannot be read now: why.
    AwaitAws(String),
    /// It can never be translated by this version: why.
    Refuse(String),
}

/// What is to be done with a message, once that is known.
enum Prepared {
    Done(BatchItemOutcome),
    Publish(Publication),
}

/// The events of a delivery, as messages of the inbox queue.
struct Publication {
    delivery: QueuedDelivery,
    /// For the log.
    order_id: Option<String>,
    events: usize,
    messages: Vec<OutgoingMessage>,
}

/// A publication, with the index of its delivery's message in the batch.
type Indexed<T> = (usize, T);

/// Handles a batch: prepares each message, then sends the events of them all together. Each message is acknowledged or
/// retried on its own. `deadline` is when Lambda ends the invocation: what SQS has not taken some time before waits, as if
/// SQS were away.
pub async fn handle(
    connector: &Connector,
    messages: &[SqsMessage],
    deadline: SystemTime,
) -> SqsBatchResponse {
    let until = settles_at(SystemTime::now(), deadline);
    // A message for which no step below sets an outcome, for example because of a panic, is retried.
    let mut outcomes = vec![BatchItemOutcome::Retry; messages.len()];
    let mut publications = Vec::new();
    let prepared = run_concurrently(messages, |message| prepare(connector, message)).await;
    for (i, prepared) in prepared.into_iter().enumerate() {
        match prepared {
            Some(Prepared::Done(outcome)) => outcomes[i] = outcome,
            Some(Prepared::Publish(publication)) => publications.push((i, publication)),
            None => {}
        }
    }
    let errors = send(connector, &mut publications, until).await;
    let sent = publications.iter().zip(errors);
    let settled = run_concurrently(sent, |((i, publication), error)| {
        after_sending(connector, &messages[*i], publication, error)
    });
    let settled = settled.await;
    for ((i, _), outcome) in publications.iter().zip(settled) {
        outcomes[*i] = outcome.unwrap_or(BatchItemOutcome::Retry);
    }
    partial_batch_response(messages, &outcomes)
}

async fn prepare(connector: &Connector, message: &SqsMessage) -> Prepared {
    let body = message.body.as_deref().unwrap_or_default();
    let delivery = match QueuedDelivery::parse(body) {
        Ok(delivery) => delivery,
        Err(error) => {
            let dead_letter = DeadLetter {
                code: error.code(),
                ..DeadLetter::unreadable(body.to_owned(), error.to_string())
            };
            return Prepared::Done(connector.dead_letters.move_message(dead_letter).await);
        }
    };
    let step = if delivery.is_test {
        Step::Ignore("a test of the shop system's")
    } else {
        next_step(connector, &delivery).await
    };
    Prepared::Done(match step {
        Step::Publish(events) => match inbox_messages(&delivery, &events, forced_at(message)) {
            Ok(messages) => {
                let (order_id, events) = (order_id(&delivery, &events), events.len());
                return Prepared::Publish(Publication { delivery, order_id, events, messages });
            }
            Err(reason) => {
                refuse(connector, message, &delivery, DeadLetterCode::Untranslatable, reason).await
            }
        },
        Step::Ignore(why) => {
            let (shop, system) = (delivery.shop.as_str(), delivery.system);
            tracing::info!(shop, %system, topic = delivery.topic, why, "delivery ignored");
            BatchItemOutcome::Ack
        }
        Step::AwaitOrder(order) => await_order(connector, message, &delivery, order).await,
        Step::AwaitAws(why) => await_aws(connector, message, &why).await,
        Step::Refuse(reason) => {
            refuse(connector, message, &delivery, DeadLetterCode::Untranslatable, reason).await
        }
    })
}

/// The id of its order, as its events name it; of a delivery without events, as far as its body says.
fn order_id(delivery: &QueuedDelivery, events: &[Value]) -> Option<String> {
    match events.first() {
        Some(event) => Some(event.pointer("/data/order/id")?.as_str()?.to_owned()),
        None => Some(delivery.order()?.order_id.as_str().to_owned()),
    }
}

/// When an operator had the delivery published although its news is stale: that is so of what is made of it.
fn forced_at(message: &SqsMessage) -> Option<String> {
    message.message_attributes.get(FORCED_AT)?.string_value.clone()
}

async fn next_step(connector: &Connector, delivery: &QueuedDelivery) -> Step {
    let order_id = match translate(&delivery.delivery(), None) {
        Ok(Translation::NeedsOrder { order_id }) => order_id,
        other => return without_waiting(other),
    };
    let Ok(order_id) = OrderId::parse(&order_id) else {
        return Step::Refuse("expected an order's id where it names its order".to_owned());
    };
    let order = OrderKey { shop: delivery.shop.clone(), order_id };
    let source = format!("/{}/{}", delivery.system, delivery.shop);
    let read = connector.events.newest(&order, &source);
    match tokio::time::timeout(READ_TIMEOUT, read).await {
        Ok(Ok(Some(data))) => match translate(&delivery.delivery(), Some(&data)) {
            Ok(Translation::NeedsOrder { .. }) => Step::AwaitOrder(order),
            other => without_waiting(other),
        },
        Ok(Ok(None)) => Step::AwaitOrder(order),
        Ok(Err(error)) => Step::AwaitAws(error.to_string()),
        Err(elapsed) => Step::AwaitAws(elapsed.to_string()),
    }
}

fn without_waiting(translated: Result<Translation, Untranslatable>) -> Step {
    match translated {
        Ok(Translation::Events(events)) => Step::Publish(events),
        Ok(Translation::Ignored(why)) => Step::Ignore(why),
        Ok(Translation::NeedsOrder { .. }) => {
            Step::Refuse("its order is known, and was asked for again".to_owned())
        }
        Err(error) => Step::Refuse(error.to_string()),
    }
}

/// Puts the messages of all deliveries on the inbox queue, in as few calls as hold them and only until `until`. The first
/// error of each delivery.
async fn send(
    connector: &Connector,
    publications: &mut [Indexed<Publication>],
    until: SystemTime,
) -> Vec<Option<SendError>> {
    let counts: Vec<usize> = publications.iter().map(|(_, it)| it.messages.len()).collect();
    let messages = publications.iter_mut().flat_map(|(_, it)| std::mem::take(&mut it.messages));
    let messages = messages.collect();
    // One call after the other: an older fact that arrives after a newer one of its order is not mailed.
    let sent = send_all_until(&connector.sqs, &connector.inbox, messages, until).await;
    let mut results = sent.into_iter();
    let first_error = |count| {
        results.by_ref().take(count).fold(None, |first, result| first.or_else(|| result.err()))
    };
    counts.into_iter().map(first_error).collect()
}

/// What remains once SQS has answered for each of a delivery's messages. Those that were taken when another was not are sent
/// once more later: intake knows their events.
async fn after_sending(
    connector: &Connector,
    message: &SqsMessage,
    publication: &Publication,
    error: Option<SendError>,
) -> BatchItemOutcome {
    let Publication { delivery, order_id, events, .. } = publication;
    match error {
        None => {
            let (shop, system) = (delivery.shop.as_str(), delivery.system);
            tracing::info!(shop, %system, topic = delivery.topic, order_id, events, "translated");
            BatchItemOutcome::Ack
        }
        Some(error @ SendError::Unavailable(_)) => {
            await_aws(connector, message, &error.to_string()).await
        }
        Some(error @ SendError::Refused) => {
            let code = DeadLetterCode::Untranslatable;
            refuse(connector, message, delivery, code, error.to_string()).await
        }
    }
}

/// Arrays of events, as few as hold them. They carry when the delivery arrived: from then on its news ages.
///
/// # Errors
/// An event is larger than intake takes.
fn inbox_messages(
    delivery: &QueuedDelivery,
    events: &[Value],
    forced_at: Option<String>,
) -> Result<Vec<OutgoingMessage>, String> {
    let mut arrays: Vec<Vec<String>> = Vec::new();
    let mut bytes = 0;
    for event in events {
        let text = serde_json::to_string(event).expect("a JSON value serialises without fail");
        let text = escape_noncharacters(text);
        if text.len() > MAX_EVENT_BYTES {
            return Err(format!(
                "expected events of at most {MAX_EVENT_BYTES} bytes, and one of its would have {}",
                text.len()
            ));
        }
        bytes += text.len() + 1;
        match arrays.last_mut() {
            Some(array) if array.len() < MAX_BATCH_EVENTS && bytes <= MAX_EVENTS_BYTES => {
                array.push(text);
            }
            _ => {
                bytes = text.len() + 1;
                arrays.push(vec![text]);
            }
        }
    }
    let received_at = delivery.received_at.as_millisecond().to_string();
    let mut attributes = vec![(RECEIVED_AT.to_owned(), received_at)];
    attributes.extend(forced_at.map(|at| (FORCED_AT.to_owned(), at)));
    let message = |array: Vec<String>| OutgoingMessage {
        body: format!("[{}]", array.join(",")),
        attributes: attributes.clone(),
        ..OutgoingMessage::default()
    };
    Ok(arrays.into_iter().map(message).collect())
}

async fn await_order(
    connector: &Connector,
    message: &SqsMessage,
    delivery: &QueuedDelivery,
    order: OrderKey,
) -> BatchItemOutcome {
    let age = age(connector, message);
    if age >= MAX_WAIT.unsigned_abs() {
        let dead_letter = DeadLetter {
            body: message.body.clone().unwrap_or_default(),
            code: DeadLetterCode::OrderMissing,
            reason: "it carries no order, and for a day no event of its order came: `waybill reconcile` brings the \
                     order, then replay this; or it is of an order without an address, and may be dropped"
                .to_owned(),
            order: Some(order),
            kind: None,
        };
        return connector
            .dead_letters
            .move_published(dead_letter, Some(delivery.received_at))
            .await;
    }
    let (shop, order_id) = (order.shop.as_str(), order.order_id.as_str());
    tracing::info!(shop, order_id, "requeued until an event of the order is stored");
    let outcome = requeue(connector, message, age, MAX_ORDER_DELAY).await;
    if outcome == BatchItemOutcome::Ack {
        count(Count::OrderAwaited);
    }
    outcome
}

async fn await_aws(connector: &Connector, message: &SqsMessage, why: &str) -> BatchItemOutcome {
    tracing::warn!(reason = why, "requeued until AWS answers");
    let outcome = requeue(connector, message, age(connector, message), MAX_OUTAGE_DELAY).await;
    if outcome == BatchItemOutcome::Ack {
        count(Count::Requeued);
    }
    outcome
}

async fn requeue(
    connector: &Connector,
    message: &SqsMessage,
    age: Duration,
    max_delay: Duration,
) -> BatchItemOutcome {
    let delay = delay(age, max_delay).as_millis();
    let until = connector.clock.now_ms().saturating_add(i64::try_from(delay).unwrap_or(i64::MAX));
    connector.requeue.requeue_until(message, until, None).await
}

/// How long ago the message, or the first of which it is a copy, was put on the queue. A replay is a new one, and waits
/// as long again.
fn age(connector: &Connector, message: &SqsMessage) -> Duration {
    let age = connector.clock.now_ms().saturating_sub(sent_at(message));
    Duration::from_millis(u64::try_from(age).unwrap_or_default())
}

fn delay(age: Duration, max: Duration) -> Duration {
    (age / 2).clamp(MIN_DELAY, max)
}

async fn refuse(
    connector: &Connector,
    message: &SqsMessage,
    delivery: &QueuedDelivery,
    code: DeadLetterCode,
    reason: String,
) -> BatchItemOutcome {
    let body = message.body.clone().unwrap_or_default();
    let dead_letter = DeadLetter { body, code, reason, order: delivery.order(), kind: None };
    connector.dead_letters.move_published(dead_letter, Some(delivery.received_at)).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn delivery() -> QueuedDelivery {
        let message =
            r#"{"shop":"north","system":"shopify","received_at":"2026-11-27T16:30:00Z","body":""}"#;
        QueuedDelivery::parse(message).expect("a delivery")
    }

    #[test]
    fn events_are_put_into_as_few_messages_as_hold_them_in_their_order() {
        let event = |n: usize, bytes: usize| json!({ "id": n, "x": "y".repeat(bytes) });
        for (count, bytes, expected) in [
            (0, 1, vec![]),
            (3, 1, vec![3]),
            (250, 1, vec![100, 100, 50]),
            (9, 250_000, vec![4, 4, 1]),
        ] {
            let events: Vec<Value> = (0..count).map(|n| event(n, bytes)).collect();
            let messages = inbox_messages(&delivery(), &events, None).expect("each fits");
            let arrays: Vec<Vec<Value>> =
                messages.iter().map(|m| serde_json::from_str(&m.body).expect("an array")).collect();
            assert_eq!(arrays.iter().map(Vec::len).collect::<Vec<_>>(), expected);
            assert_eq!(arrays.concat(), events);
            for message in messages {
                assert!(message.body.len() < MAX_REQUEST_BYTES);
                let received_at = (RECEIVED_AT.to_owned(), "1795797000000".to_owned());
                assert_eq!(message.attributes, [received_at]);
            }
        }
    }

    #[test]
    fn an_event_that_intake_would_not_take_is_said_so() {
        let events = [json!({ "x": "y".repeat(MAX_EVENT_BYTES) })];
        let reason = inbox_messages(&delivery(), &events, None).expect_err("too large");
        assert!(reason.starts_with("expected events of at most 262144 bytes"), "{reason}");
    }

    #[test]
    fn what_waits_is_looked_at_again_after_half_of_its_age() {
        let after = |seconds, max| delay(Duration::from_secs(seconds), max).as_secs();
        assert_eq!([0, 12, 600, 86_400].map(|age| after(age, MAX_ORDER_DELAY)), [5, 6, 300, 900]);
        assert_eq!([0, 12, 600, 86_400].map(|age| after(age, MAX_OUTAGE_DELAY)), [5, 6, 60, 60]);
    }
}
