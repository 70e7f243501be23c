//! A batch of dispatch messages: decide each, then send all mail requests together.

use std::collections::BTreeMap;

use aws_lambda_events::sqs::{SqsBatchResponse, SqsMessage};
use kit::queue::{
    BatchItemOutcome, DeadLetter, OutgoingMessage, partial_batch_response, run_concurrently,
    send_all,
};
use shared::OrderId;
use shared::queue::message::{DispatchRequest, MailRequest, Unreadable};
use tracing::Instrument;

use crate::Dispatcher;
use crate::decide::{Decision, decide};

/// What a message still needs after its decision.
enum Next {
    Nothing(BatchItemOutcome),
    Send(Box<MailRequest>),
}

/// Handles a batch. Every message ends on its own: dealt with, or to be retried.
pub async fn handle(dispatcher: &Dispatcher, messages: &[SqsMessage]) -> SqsBatchResponse {
    let mut outcomes = vec![BatchItemOutcome::Retry; messages.len()];
    let mut requests = Vec::new();
    for (i, next) in decide_all(dispatcher, messages).await {
        match next {
            Next::Nothing(outcome) => outcomes[i] = outcome,
            Next::Send(request) => requests.push((i, request)),
        }
    }
    for (i, outcome) in send(dispatcher, requests).await {
        outcomes[i] = outcome;
    }
    partial_batch_response(messages, &outcomes)
}

/// Different orders at the same time, the messages of one order one after the other: a
/// confirmation must not be superseded by the parcel that stands behind it in the same batch.
async fn decide_all(dispatcher: &Dispatcher, messages: &[SqsMessage]) -> Vec<(usize, Next)> {
    let mut orders: BTreeMap<OrderId, Vec<(usize, DispatchRequest)>> = BTreeMap::new();
    let mut nexts = Vec::with_capacity(messages.len());
    for (i, message) in messages.iter().enumerate() {
        let body = message.body.as_deref().unwrap_or_default();
        match DispatchRequest::parse(body) {
            Ok(request) => {
                orders.entry(request.event.order.id.clone()).or_default().push((i, request));
            }
            Err(why) => nexts.push((i, Next::Nothing(dead_letter(dispatcher, body, &why).await))),
        }
    }
    let orders: Vec<_> = orders.into_values().collect();
    let of_orders = run_concurrently(&orders, |requests| decide_in_turn(dispatcher, requests));
    nexts.extend(of_orders.await.into_iter().flatten().flatten());
    nexts
}

async fn decide_in_turn(
    dispatcher: &Dispatcher,
    requests: &[(usize, DispatchRequest)],
) -> Vec<(usize, Next)> {
    let mut nexts = Vec::with_capacity(requests.len());
    for (i, request) in requests {
        let span = tracing::info_span!(
            "event",
            correlation_id = request.correlation_id.as_str(),
            order_id = request.event.order.id.as_str(),
        );
        nexts.push((*i, decided(dispatcher, request.clone()).instrument(span).await));
    }
    nexts
}

async fn dead_letter(dispatcher: &Dispatcher, body: &str, why: &Unreadable) -> BatchItemOutcome {
    let letter = DeadLetter::unreadable(body.to_owned(), why.to_string());
    dispatcher.dead_letters.move_message(letter).await
}

async fn decided(dispatcher: &Dispatcher, request: DispatchRequest) -> Next {
    match decide(dispatcher, request).await {
        Ok(Decision::Notify(request)) => Next::Send(request),
        Ok(Decision::Nothing) => Next::Nothing(BatchItemOutcome::Ack),
        Err(error) => {
            tracing::warn!(%error, "the message comes back");
            Next::Nothing(BatchItemOutcome::Retry)
        }
    }
}

async fn send(
    dispatcher: &Dispatcher,
    requests: Vec<(usize, Box<MailRequest>)>,
) -> Vec<(usize, BatchItemOutcome)> {
    let outgoing = requests
        .iter()
        .map(|(_, r)| OutgoingMessage { body: r.to_body(), ..OutgoingMessage::default() })
        .collect();
    let results = send_all(&dispatcher.sqs, &dispatcher.mail_queue, outgoing).await;
    let outcome = |result: Result<(), kit::queue::SendError>| match result {
        Ok(()) => BatchItemOutcome::Ack,
        Err(error) => {
            tracing::warn!(%error, "the message comes back");
            BatchItemOutcome::Retry
        }
    };
    requests.iter().zip(results).map(|((i, _), result)| (*i, outcome(result))).collect()
}
