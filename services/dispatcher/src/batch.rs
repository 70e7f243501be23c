//! A batch of dispatch messages: decide each, then send all mail requests together.

use aws_lambda_events::sqs::{SqsBatchResponse, SqsMessage};
use kit::queue::{DeadLetter, Disposition, Outgoing, answer, in_parallel, send_all};
use shared::dead_letter::Code;
use shared::message::{DispatchRequest, MailRequest};
use tracing::Instrument;

use crate::Dispatcher;
use crate::decide::{Decision, decide};

/// SQS hands over at most this many messages at a time.
const AT_ONCE: usize = 10;

/// What a message still needs after its decision.
enum Next {
    Nothing(Disposition),
    Send(Box<MailRequest>),
}

/// Handles a batch. Every message ends on its own: dealt with, or to be retried.
pub async fn handle(dispatcher: &Dispatcher, messages: &[SqsMessage]) -> SqsBatchResponse {
    let nexts = in_parallel(messages, AT_ONCE, |i| next(dispatcher, &messages[i])).await;
    let mut dispositions = vec![Disposition::Retry; messages.len()];
    let mut requests = Vec::new();
    for (i, next) in nexts.into_iter().enumerate() {
        match next {
            Some(Next::Nothing(disposition)) => dispositions[i] = disposition,
            Some(Next::Send(request)) => requests.push((i, request)),
            None => tracing::error!("deciding panicked; the message comes back"),
        }
    }
    for (i, disposition) in send(dispatcher, requests).await {
        dispositions[i] = disposition;
    }
    answer(messages, &dispositions)
}

async fn next(dispatcher: &Dispatcher, message: &SqsMessage) -> Next {
    let body = message.body.as_deref().unwrap_or_default();
    match DispatchRequest::parse(body) {
        Ok(request) => {
            let span = tracing::info_span!(
                "event",
                correlation_id = request.correlation_id.as_str(),
                order_id = request.event.order.id.as_str(),
            );
            decided(dispatcher, request).instrument(span).await
        }
        Err(unreadable) => {
            let letter = DeadLetter {
                body: body.to_owned(),
                code: Code::Unreadable,
                reason: unreadable.to_string(),
                order_id: None,
                kind: None,
            };
            Next::Nothing(dispatcher.dead_letters.take(letter).await)
        }
    }
}

async fn decided(dispatcher: &Dispatcher, request: DispatchRequest) -> Next {
    match decide(dispatcher, request).await {
        Ok(Decision::Notify(request)) => Next::Send(request),
        Ok(Decision::Nothing) => Next::Nothing(Disposition::Done),
        Err(error) => {
            tracing::warn!(%error, "the message comes back");
            Next::Nothing(Disposition::Retry)
        }
    }
}

async fn send(
    dispatcher: &Dispatcher,
    requests: Vec<(usize, Box<MailRequest>)>,
) -> Vec<(usize, Disposition)> {
    let outgoing = requests
        .iter()
        .map(|(_, r)| Outgoing { body: r.to_body(), ..Outgoing::default() })
        .collect();
    let results = send_all(&dispatcher.sqs, &dispatcher.mail_queue, outgoing).await;
    let disposition = |result: Result<(), kit::queue::SendFailure>| match result {
        Ok(()) => Disposition::Done,
        Err(error) => {
            tracing::warn!(%error, "the message comes back");
            Disposition::Retry
        }
    };
    requests.iter().zip(results).map(|((i, _), result)| (*i, disposition(result))).collect()
}
