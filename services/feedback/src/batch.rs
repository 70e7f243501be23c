//! A batch of SES events.

use aws_lambda_events::sqs::{SqsBatchResponse, SqsMessage};
use kit::ledger::{Change, RecordOutcome};
use kit::queue::{BatchItemOutcome, DeadLetter, partial_batch_response, run_concurrently};
use kit::telemetry::{Count, count};
use shared::ledger::{Facts, State, Transition};

use crate::Feedback;
use crate::ses_event::{Reading, SesEvent, read};

/// Handles a batch. Every message ends on its own: dealt with, or to be retried.
pub async fn handle(feedback: &Feedback, messages: &[SqsMessage]) -> SqsBatchResponse {
    let done = run_concurrently(messages, |message| one(feedback, message)).await;
    let outcomes: Vec<BatchItemOutcome> =
        done.into_iter().map(|d| d.unwrap_or(BatchItemOutcome::Retry)).collect();
    partial_batch_response(messages, &outcomes)
}

async fn one(feedback: &Feedback, message: &SqsMessage) -> BatchItemOutcome {
    let body = message.body.as_deref().unwrap_or_default();
    match read(body) {
        Reading::Ours(event) => record(feedback, event).await,
        Reading::Other { event_type } => {
            tracing::info!(event_type, "nothing to record");
            BatchItemOutcome::Ack
        }
        Reading::Unreadable(reason) => {
            let letter = DeadLetter::unreadable(body.to_owned(), reason);
            feedback.dead_letters.move_message(letter).await
        }
    }
}

async fn record(feedback: &Feedback, event: SesEvent) -> BatchItemOutcome {
    let facts = Facts::new(feedback.clock.now_ms());
    let mut change = Change::new(event.transition, facts);
    if !event.message_id.is_empty() {
        change = change.with_if_absent("message_id", event.message_id.clone());
    }
    if let Some(reason) = &event.reason {
        change = change.with("reason", reason.clone());
    }
    let order_id = event.key.order_id.as_str();
    match feedback.ledger.record(order_id, &event.key.sort_key(), change).await {
        Ok(RecordOutcome::Recorded(item)) => {
            count_it(event.transition);
            suspect(&event, item.state(), item.message_id.as_deref());
            tracing::info!(
                order_id,
                notification = item.notification,
                correlation_id = item.correlation_id,
                state = item.state,
                message_id = event.message_id,
                "SES event"
            );
            BatchItemOutcome::Ack
        }
        Ok(RecordOutcome::Refused(item)) => {
            suspect(&event, item.state(), item.message_id.as_deref());
            BatchItemOutcome::Ack
        }
        Ok(RecordOutcome::Absent) => {
            tracing::warn!(
                order_id,
                "an SES event about a notification that the ledger has forgotten"
            );
            BatchItemOutcome::Ack
        }
        Err(error) => {
            tracing::warn!(%error, "the message comes back");
            BatchItemOutcome::Retry
        }
    }
}

/// A late or repeated event is normal. One about another mail than the recorded one is not: SES
/// accepted two mails for one notification.
fn suspect(event: &SesEvent, state: Option<State>, recorded: Option<&str>) {
    if !event.message_id.is_empty() && recorded.is_some_and(|id| id != event.message_id) {
        tracing::error!(
            order_id = event.key.order_id.as_str(),
            notification = event.key.sort_key(),
            state = state.map_or("", State::as_str),
            "SES accepted more than one mail for this notification"
        );
    }
}

fn count_it(transition: Transition) {
    match transition {
        Transition::Settle => count(Count::Settled),
        Transition::Deliver => count(Count::Delivered),
        Transition::Bounce | Transition::Reject => count(Count::Bounced),
        Transition::Complain => count(Count::Complained),
        _ => {}
    }
}
