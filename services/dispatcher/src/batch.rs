//! Handles a batch of dispatch messages: decides about each, then sends all mail requests together.
//!
//! A batch ends before its invocation does. What was not decided, or SQS has not taken, by then is requeued, as while the
//! ledger or SQS is away: it finds what was recorded.

use std::collections::BTreeMap;
use std::time::SystemTime;

use aws_lambda_events::sqs::{SqsBatchResponse, SqsMessage};
use kit::aws::OPERATION_TIMEOUT;
use kit::ledger::LedgerError;
use kit::queue::{
    BatchItemOutcome, DeadLetter, OutgoingMessage, SendError, before, partial_batch_response,
    run_concurrently, send_all_until, settles_at,
};
use kit::telemetry::{Count, count};
use shared::OrderKey;
use shared::queue::message::{DispatchRequest, MailRequest, MessageError};
use tracing::Instrument;

use crate::decide::decide;
use crate::dependencies::Dispatcher;
use crate::plan::Decision;

/// How long a message waits when the ledger or the mail queue is unavailable.
const RETRY_DELAY_MS: i64 = 60_000;

/// A value with the index of its message in the batch.
type Indexed<T> = (usize, T);

/// What remains to be done for a message after the decision.
enum NextStep {
    Done(BatchItemOutcome),
    Send(Mails),
    /// What it calls is unavailable.
    Requeue,
    /// It is decided about again at this time (milliseconds since 1970).
    RequeueUntil(i64),
}

/// The mail requests for some recipients of an event.
struct Mails {
    requests: Vec<MailRequest>,
    /// When it is decided again about the others, if about any (milliseconds since 1970).
    until: Option<i64>,
}

/// The parsed messages of a batch.
struct Batch {
    /// Grouped by order; within an order, in the order of the batch.
    orders: Vec<Vec<Indexed<DispatchRequest>>>,
    unreadable: Vec<Indexed<MessageError>>,
}

/// When the steps of a batch end.
#[derive(Debug, Clone, Copy)]
struct Limits {
    decide: SystemTime,
    send: SystemTime,
}

impl Limits {
    /// Of an invocation that begins `now` and that Lambda ends at `deadline`. A slow call to the mail queue has its time
    /// after slow decisions, or half of the time, if it is shorter than deployed.
    fn new(now: SystemTime, deadline: SystemTime) -> Self {
        let send = settles_at(now, deadline);
        let total = send.duration_since(now).unwrap_or_default();
        Self { decide: send - OPERATION_TIMEOUT.min(total / 2), send }
    }
}

/// Handles a batch, before Lambda ends the invocation at `deadline`. Each message is acknowledged or retried on its own.
pub async fn handle(
    dispatcher: &Dispatcher,
    messages: &[SqsMessage],
    deadline: SystemTime,
) -> SqsBatchResponse {
    let limits = Limits::new(SystemTime::now(), deadline);
    // A message for which no step below sets an outcome, for example because of a panic, is retried.
    let mut outcomes = vec![BatchItemOutcome::Retry; messages.len()];
    let Batch { orders, unreadable } = read(messages);
    // The plans first, then their mail requests: the other way round, a crash in between would leave a mail
    // request for a notification that the ledger does not know. A plan without a mail request is
    // completed when the message is delivered again.
    let (mut mails, mut waiting) = (Vec::new(), Vec::new());
    // Dead letters meanwhile: calls that all are slow must fit into the function's time.
    let dead = run_concurrently(&unreadable, |(i, error)| {
        move_to_dlq(dispatcher, body(&messages[*i]), error)
    });
    let (decided, dead) = tokio::join!(decide_all(dispatcher, &orders, limits.decide), dead);
    for ((i, _), outcome) in unreadable.iter().zip(dead) {
        outcomes[*i] = outcome.unwrap_or(BatchItemOutcome::Retry);
    }
    for (i, next) in decided {
        match next {
            NextStep::Done(outcome) => outcomes[i] = outcome,
            NextStep::Send(of_event) => mails.push((i, of_event)),
            NextStep::Requeue => waiting.push((i, None)),
            NextStep::RequeueUntil(until) => waiting.push((i, Some(until))),
        }
    }
    for (i, next) in send(dispatcher, mails, limits.send).await {
        match next {
            NextStep::Done(outcome) => outcomes[i] = outcome,
            NextStep::RequeueUntil(until) => waiting.push((i, Some(until))),
            NextStep::Send(_) | NextStep::Requeue => waiting.push((i, None)),
        }
    }
    let requeued =
        run_concurrently(&waiting, |(i, until)| requeue(dispatcher, &messages[*i], *until)).await;
    for ((i, _), outcome) in waiting.into_iter().zip(requeued) {
        outcomes[i] = outcome.unwrap_or(BatchItemOutcome::Retry);
    }
    partial_batch_response(messages, &outcomes)
}

fn body(message: &SqsMessage) -> &str {
    message.body.as_deref().unwrap_or_default()
}

fn read(messages: &[SqsMessage]) -> Batch {
    let mut orders: BTreeMap<OrderKey, Vec<Indexed<DispatchRequest>>> = BTreeMap::new();
    let mut unreadable = Vec::new();
    for (i, message) in messages.iter().enumerate() {
        match DispatchRequest::parse(body(message)) {
            Ok(request) => {
                orders.entry(OrderKey::of_event(&request.event)).or_default().push((i, request));
            }
            Err(error) => unreadable.push((i, error)),
        }
    }
    Batch { orders: orders.into_values().collect(), unreadable }
}

/// Decides about different orders concurrently, but about the messages of one order one after the other: each finds
/// what was decided about those before it.
async fn decide_all(
    dispatcher: &Dispatcher,
    orders: &[Vec<Indexed<DispatchRequest>>],
    until: SystemTime,
) -> Vec<Indexed<NextStep>> {
    let steps =
        run_concurrently(orders, |requests| decide_sequentially(dispatcher, requests, until)).await;
    steps.into_iter().flatten().flatten().collect()
}

async fn decide_sequentially(
    dispatcher: &Dispatcher,
    requests: &[Indexed<DispatchRequest>],
    until: SystemTime,
) -> Vec<Indexed<NextStep>> {
    let mut steps: Vec<Indexed<NextStep>> = Vec::with_capacity(requests.len());
    for (i, request) in requests {
        // The ledger has just not answered about this order. A call that hangs takes seven seconds: one for each
        // message of a batch would take longer than the function may, and so use up their receives.
        if matches!(steps.last(), Some((_, NextStep::Requeue))) {
            steps.push((*i, NextStep::Requeue));
            continue;
        }
        let span = tracing::info_span!(
            "event",
            correlation_id = request.correlation_id.as_str(),
            shop = request.event.shop.as_str(),
            order_id = request.event.order.id.as_str(),
        );
        let decided = before(until, next_step(dispatcher, request).instrument(span.clone())).await;
        let out_of_time = || {
            span.in_scope(|| tracing::warn!("requeued: the time to decide was over"));
            NextStep::Requeue
        };
        steps.push((*i, decided.unwrap_or_else(out_of_time)));
    }
    steps
}

async fn move_to_dlq(
    dispatcher: &Dispatcher,
    body: &str,
    error: &MessageError,
) -> BatchItemOutcome {
    let dead_letter = DeadLetter::unreadable(body.to_owned(), error.to_string());
    dispatcher.dead_letters.move_message(dead_letter).await
}

async fn next_step(dispatcher: &Dispatcher, request: &DispatchRequest) -> NextStep {
    match decide(dispatcher, request).await {
        Ok(decisions) => after_decisions(decisions),
        // An item of another version uses up receives instead, so that the message ends in the dead-letter
        // queue.
        Err(error @ LedgerError::Incompatible(_)) => {
            tracing::warn!(%error, "retried after the visibility timeout");
            NextStep::Done(BatchItemOutcome::Retry)
        }
        Err(error @ LedgerError::Unavailable(_)) => {
            tracing::warn!(%error, "requeued until the ledger answers");
            NextStep::Requeue
        }
    }
}

/// One recipient's mail does not wait for another's: what is decided goes out, and the message comes back for the rest.
fn after_decisions(decisions: Vec<Decision>) -> NextStep {
    let (mut requests, mut until) = (Vec::new(), None);
    for decision in decisions {
        match decision {
            Decision::Notify(request) => requests.push(*request),
            Decision::Wait { until: at } => until = Some(until.map_or(at, |other| at.min(other))),
            Decision::NoMail => {}
        }
    }
    match (requests.is_empty(), until) {
        (true, Some(until)) => NextStep::RequeueUntil(until),
        (true, None) => NextStep::Done(BatchItemOutcome::Ack),
        (false, until) => NextStep::Send(Mails { requests, until }),
    }
}

/// Has the message delivered again after a while, or at `until`. The decision may have been recorded, or the mail request
/// sent: the copy finds the decision, and the mailer's claim makes one mail of two requests.
async fn requeue(
    dispatcher: &Dispatcher,
    message: &SqsMessage,
    until: Option<i64>,
) -> BatchItemOutcome {
    // Only an outage is counted, for the alarm: an event that waits for a mail of its order does so by itself.
    let is_outage = until.is_none();
    let until = until.unwrap_or_else(|| dispatcher.clock.now_ms() + RETRY_DELAY_MS);
    let outcome = dispatcher.requeue.requeue_until(message, until, None).await;
    if outcome == BatchItemOutcome::Ack && is_outage {
        count(Count::Requeued);
    }
    outcome
}

/// What remains once SQS has answered for each mail request of an event. The other requests are sent once more with those
/// that SQS did not take: the claim makes one mail of two.
fn after_sending(results: Vec<Result<(), SendError>>, until: Option<i64>) -> NextStep {
    let mut errors: Vec<SendError> = results.into_iter().filter_map(Result::err).collect();
    errors.sort_by_key(|error| matches!(error, SendError::Refused));
    match errors.into_iter().next() {
        None => until.map_or(NextStep::Done(BatchItemOutcome::Ack), NextStep::RequeueUntil),
        // SQS will never accept it: it uses up receives, and ends in the dead-letter queue.
        Some(error @ SendError::Refused) => {
            tracing::warn!(%error, "retried after the visibility timeout");
            NextStep::Done(BatchItemOutcome::Retry)
        }
        Some(error @ SendError::Unavailable(_)) => {
            tracing::warn!(%error, "requeued until the mail queue answers");
            NextStep::Requeue
        }
    }
}

/// Sends the mail requests of all events, all together and only until `until`.
async fn send(
    dispatcher: &Dispatcher,
    mails: Vec<Indexed<Mails>>,
    until: SystemTime,
) -> Vec<Indexed<NextStep>> {
    let now = dispatcher.clock.now_ms();
    let outgoing = mails.iter().flat_map(|(_, mails)| &mails.requests);
    let outgoing = outgoing.map(|request| OutgoingMessage {
        body: request.to_body(),
        group: Some(dispatcher.groups.assign(request.shop(), now)),
        ..OutgoingMessage::default()
    });
    let (sqs, queue, outgoing) = (&dispatcher.sqs, &dispatcher.mail_queue, outgoing.collect());
    let mut results = send_all_until(sqs, queue, outgoing, until).await.into_iter();
    let next = |(i, Mails { requests, until }): Indexed<Mails>| {
        (i, after_sending(results.by_ref().take(requests.len()).collect(), until))
    };
    mails.into_iter().map(next).collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::fixture::{event, message_body};
    use serde_json::Value;

    fn message(event: &Value) -> SqsMessage {
        let mut message = SqsMessage::default();
        message.body = Some(message_body(event));
        message
    }

    fn message_for_order(id: &str, order_id: &str) -> SqsMessage {
        let mut event = event("order.confirmed", id);
        event["data"]["order"]["id"] = order_id.into();
        message(&event)
    }

    fn in_a_minute() -> SystemTime {
        SystemTime::now() + Duration::from_secs(60)
    }

    /// Message indices and event ids, grouped by order.
    fn indices(batch: &Batch) -> Vec<Vec<(usize, &str)>> {
        let mut indices = Vec::new();
        for order in &batch.orders {
            let ids = order.iter().map(|(i, request)| (*i, request.event.reference.id.as_str()));
            indices.push(ids.collect());
        }
        indices
    }

    #[test]
    fn messages_are_grouped_by_order_and_keep_the_order_of_the_batch() {
        let messages = [
            message_for_order("a", "1001"),
            message_for_order("b", "1000"),
            message_for_order("c", "1001"),
            message_for_order("d", "1001"),
        ];
        let batch = read(&messages);
        assert_eq!(indices(&batch), [vec![(1, "b")], vec![(0, "a"), (2, "c"), (3, "d")]]);
        assert!(batch.unreadable.is_empty());
    }

    #[test]
    fn the_orders_of_one_id_of_two_shops_are_two() {
        let mut of_another_shop = event("order.confirmed", "b");
        of_another_shop["shop"] = "north".into();
        let batch = read(&[message_for_order("a", "1001"), message(&of_another_shop)]);
        assert_eq!(indices(&batch), [vec![(0, "a")], vec![(1, "b")]]);
    }

    #[test]
    fn a_slow_call_to_the_mail_queue_has_its_time_after_slow_decisions() {
        let now = SystemTime::UNIX_EPOCH;
        let limits = |seconds| {
            let limits = Limits::new(now, now + Duration::from_secs(seconds));
            [limits.decide, limits.send].map(|at| at.duration_since(now).expect("later").as_secs())
        };
        assert_eq!([30, 8, 0].map(limits), [[18, 25], [2, 4], [0, 0]]);
    }

    #[test]
    fn only_what_the_mail_queue_has_taken_is_acknowledged() {
        use kit::queue::SendFailure;
        let unavailable = SendError::Unavailable(SendFailure::MissingFromResponse);
        let refused = || Err(SendError::Refused);
        let acknowledged = after_sending(vec![Ok(()), Ok(())], None);
        assert!(matches!(acknowledged, NextStep::Done(BatchItemOutcome::Ack)));
        assert!(matches!(after_sending(vec![Ok(())], Some(5)), NextStep::RequeueUntil(5)));
        let retried = after_sending(vec![Ok(()), refused()], None);
        assert!(matches!(retried, NextStep::Done(BatchItemOutcome::Retry)));
        let both = after_sending(vec![refused(), Ok(()), Err(unavailable)], Some(5));
        assert!(matches!(both, NextStep::Requeue));
    }

    #[test]
    fn what_is_decided_for_one_recipient_does_not_wait_for_another() {
        let request = crate::fixture::dispatch_request(&event("order.confirmed", "e-1"));
        let mail = request.clone().into_mail_request(request.send_before());
        let notify = || Decision::Notify(Box::new(mail.clone()));
        let wait = |until| Decision::Wait { until };
        let next = after_decisions(vec![wait(9), notify(), wait(7), Decision::NoMail]);
        assert!(
            matches!(next, NextStep::Send(Mails { requests, until: Some(7) }) if requests.len() == 1)
        );
        assert!(matches!(after_decisions(vec![wait(9), wait(7)]), NextStep::RequeueUntil(7)));
        let done = after_decisions(vec![Decision::NoMail]);
        assert!(matches!(done, NextStep::Done(BatchItemOutcome::Ack)));
    }

    #[tokio::test]
    async fn a_message_that_can_neither_be_decided_about_nor_requeued_stays_on_its_queue() {
        let dispatcher = crate::fixture::without_aws().await;
        let mut messages = vec![message_for_order("a", "1001"), message_for_order("b", "1001")];
        // Unreadable: it can't be moved to the dead-letter queue.
        messages.push(SqsMessage::default());
        for (i, message) in messages.iter_mut().enumerate() {
            message.message_id = Some(i.to_string());
        }
        let response = handle(&dispatcher, &messages, in_a_minute()).await;
        let kept = response.batch_item_failures.iter().map(|failure| &*failure.item_identifier);
        assert_eq!(kept.collect::<Vec<_>>(), ["0", "1", "2"]);
    }

    #[tokio::test]
    async fn once_the_ledger_does_not_answer_about_an_order_each_message_of_it_is_put_back() {
        let dispatcher = crate::fixture::without_aws().await;
        let messages = ["a", "b", "c"].map(|id| message_for_order(id, "1001"));
        let steps = decide_all(&dispatcher, &read(&messages).orders, in_a_minute()).await;
        let requeued = steps.iter().filter(|(_, step)| matches!(step, NextStep::Requeue));
        assert_eq!(requeued.map(|(i, _)| *i).collect::<Vec<_>>(), [0, 1, 2]);
    }

    #[test]
    fn an_unreadable_message_does_not_affect_its_neighbours() {
        let messages =
            [message_for_order("a", "1001"), SqsMessage::default(), message_for_order("b", "1001")];
        let batch = read(&messages);
        assert_eq!(indices(&batch), [vec![(0, "a"), (2, "b")]]);
        let indices: Vec<usize> = batch.unreadable.iter().map(|(i, _)| *i).collect();
        assert_eq!(indices, [1]);
    }
}
