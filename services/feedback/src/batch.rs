//! Handles a batch of SES events.

use aws_lambda_events::sqs::{SqsBatchResponse, SqsMessage};
use kit::ledger::{Change, LedgerError, RecordOutcome};
use kit::queue::{BatchItemOutcome, DeadLetter, partial_batch_response, run_concurrently};
use kit::telemetry::{Count, count};
use shared::ledger::{Facts, State, TRANSIENT_BOUNCE_MS, Transition};

use crate::dependencies::Feedback;
use crate::ses_event::{FeedbackMessage, SesEvent};

/// Handles a batch. Each message is acknowledged or retried on its own.
pub async fn handle(feedback: &Feedback, messages: &[SqsMessage]) -> SqsBatchResponse {
    let done = run_concurrently(messages, |message| handle_message(feedback, message)).await;
    // A handler that panicked has no outcome; its message is retried.
    let outcomes: Vec<BatchItemOutcome> =
        done.into_iter().map(|d| d.unwrap_or(BatchItemOutcome::Retry)).collect();
    partial_batch_response(messages, &outcomes)
}

async fn handle_message(feedback: &Feedback, message: &SqsMessage) -> BatchItemOutcome {
    let body = message.body.as_deref().unwrap_or_default();
    match FeedbackMessage::parse(body) {
        FeedbackMessage::OwnMail(event) => match record(feedback, event).await {
            Ok(()) => BatchItemOutcome::Ack,
            Err(error) => postpone(feedback, message, &error).await,
        },
        FeedbackMessage::OfNewerVersion { event_type } => {
            // During a deployment, the newer version gets it from its next receive. After a rollback, it ends in the
            // dead-letter queue, from where that version takes it when it is back.
            tracing::warn!(
                event_type,
                "SES event about a mail of a newer version: not acknowledged"
            );
            BatchItemOutcome::Retry
        }
        FeedbackMessage::Ignored { event_type } => {
            tracing::info!(event_type, "SES event ignored");
            BatchItemOutcome::Ack
        }
        FeedbackMessage::Unreadable(reason) => {
            let dead_letter = DeadLetter::unreadable(body.to_owned(), reason);
            feedback.dead_letters.move_message(dead_letter).await
        }
    }
}

async fn record(feedback: &Feedback, event: SesEvent) -> Result<(), LedgerError> {
    let now = feedback.clock.now_ms();
    // Of a bounce that passes: its mail may be reported as delivered until then.
    let facts = Facts { not_before: now + TRANSIENT_BOUNCE_MS, ..Facts::new(now) };
    // The protocol allows an SES event in nearly every state. The mailer may have crashed after SES
    // accepted the mail and before it recorded that, the event may arrive before that record, or a later
    // attempt may have failed after an earlier one was in doubt. In each case the SES event is the better
    // proof.
    let mut change =
        Change::new(event.transition, facts).if_equals("feedback_token", event.token.clone());
    if !event.message_id.is_empty() {
        // Only if none is recorded: if SES accepted two mails, the record keeps the id of the first.
        change = change.with_if_absent("message_id", event.message_id.clone());
    }
    if let Some(reason) = &event.reason {
        change = change.with("reason", reason.clone());
    }
    let (shop, order_id) = (event.key.shop.as_str(), event.key.order_id.as_str());
    let order_key = event.key.order_key().to_string();
    match feedback.ledger.record(&order_key, &event.key.sort_key(), change).await? {
        RecordOutcome::Recorded(item) => {
            count_transition(event.transition);
            log_second_mail(&event, item.state(), item.message_id.as_deref());
            if item.was_rejected_with_files() {
                tracing::warn!(
                    shop,
                    order_id,
                    notification = item.notification,
                    "SES found a virus in a mail with files, and delivered it to nobody: see `waybill order`"
                );
            }
            tracing::info!(
                shop,
                order_id,
                notification = item.notification,
                correlation_id = item.correlation_id,
                state = item.state,
                message_id = event.message_id,
                "SES event"
            );
        }
        RecordOutcome::Refused(item) if !event.is_about_mail_of(&item) => reject_forged(&event),
        // The record is already as far as the event, or further: the event is a duplicate or late.
        RecordOutcome::Refused(item) => {
            log_second_mail(&event, item.state(), item.message_id.as_deref());
        }
        RecordOutcome::Absent => {
            tracing::warn!(
                shop,
                order_id,
                "SES event about a notification that is not in the ledger any more"
            );
        }
    }
    Ok(())
}

/// Has the event delivered again. If the ledger is unavailable, by requeuing it: left to the visibility
/// timeout, it would use up receives, and the mailer would take it for an event that is just being recorded.
/// An item of another version uses up receives instead, so that the event ends in the dead-letter queue.
async fn postpone(
    feedback: &Feedback,
    message: &SqsMessage,
    error: &LedgerError,
) -> BatchItemOutcome {
    if matches!(error, LedgerError::Incompatible(_)) {
        tracing::warn!(%error, "retried after the visibility timeout");
        return BatchItemOutcome::Retry;
    }
    tracing::warn!(%error, "requeued until the ledger answers");
    let until = feedback.clock.now() + feedback.retry_after;
    let outcome = feedback.requeue.requeue_until(message, until.as_millisecond(), None).await;
    if outcome == BatchItemOutcome::Ack {
        count(Count::Requeued);
    }
    outcome
}

/// An event with our tags that is not about a mail of ours: somebody else in the account sent it. Acknowledged,
/// because it stays wrong however often it is received.
fn reject_forged(event: &SesEvent) {
    count(Count::ForgedFeedback);
    tracing::error!(
        shop = event.key.shop.as_str(),
        order_id = event.key.order_id.as_str(),
        notification = event.key.sort_key(),
        event_type = event.event_type,
        "SES event without this mail's token: not recorded"
    );
}

/// Logs an error if the event is about another mail than the recorded one, which means that SES accepted
/// two mails for one notification. A late or repeated event about the recorded mail is normal.
fn log_second_mail(event: &SesEvent, state: Option<State>, recorded: Option<&str>) {
    if !event.message_id.is_empty() && recorded.is_some_and(|id| id != event.message_id) {
        tracing::error!(
            shop = event.key.shop.as_str(),
            order_id = event.key.order_id.as_str(),
            notification = event.key.sort_key(),
            state = state.map_or("", State::as_str),
            "SES accepted more than one mail for this notification"
        );
    }
}

fn count_transition(transition: Transition) {
    match transition {
        Transition::Settle => count(Count::Settled),
        Transition::Deliver => count(Count::Delivered),
        Transition::Bounce | Transition::BounceTransiently | Transition::Reject => {
            count(Count::Bounced);
        }
        Transition::Complain => count(Count::Complained),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_sqs::config::retry::RetryConfig;
    use aws_sdk_sqs::config::{Credentials, Region};
    use jiff::SignedDuration;
    use kit::Clock;
    use kit::ledger::Ledger;
    use kit::queue::{DeadLetterQueue, DelayedRequeue};
    use serde_json::json;

    use super::*;

    /// Feedback that reaches neither ledger nor queues: nothing listens at the endpoint.
    async fn without_aws() -> Feedback {
        let loader = kit::aws::loader().endpoint_url("http://127.0.0.1:1");
        let loader = loader.region(Region::new("us-east-1")).retry_config(RetryConfig::disabled());
        let credentials = Credentials::new("a", "b", None, None, "test");
        let sdk = loader.credentials_provider(credentials).load().await;
        let (sqs, clock) = (kit::aws::sqs(&sdk), Clock::system());
        let queue = |name: &str| format!("http://127.0.0.1:1/{name}");
        Feedback {
            ledger: Ledger::new(kit::aws::dynamodb(&sdk), "l".to_owned(), SignedDuration::ZERO),
            dead_letters: DeadLetterQueue::new(sqs.clone(), queue("dlq"), clock),
            requeue: DelayedRequeue::new(sqs, queue("feedback"), clock),
            retry_after: SignedDuration::from_mins(4),
            clock,
        }
    }

    #[tokio::test]
    async fn an_event_that_can_neither_be_recorded_nor_requeued_and_one_of_a_newer_version_stay_on_their_queue()
     {
        let tag = |text: &str| json!([base64::Engine::encode(&BASE64, text)]);
        let tags = json!({
            "waybill-shop": ["default"], "waybill-order": tag("1001"), "waybill-notification": tag("order.confirmed##customer"),
        });
        let event = json!({ "detail": { "eventType": "Send", "mail": { "tags": tags } } });
        let mut newer = event.clone();
        newer["detail"]["mail"]["tags"]["waybill-notification"] = tag("order.gifted##customer");
        let other = json!({ "detail": { "eventType": "Send", "mail": { "tags": {} } } });
        // The second one is unreadable: it can't be moved to the dead-letter queue.
        let bodies = [event.to_string(), "{".to_owned(), newer.to_string(), other.to_string()];
        let messages = bodies.into_iter().enumerate().map(|(i, body)| {
            let mut message = SqsMessage::default();
            (message.message_id, message.body) = (Some(i.to_string()), Some(body));
            message
        });
        let messages: Vec<SqsMessage> = messages.collect();
        let own = FeedbackMessage::parse(messages[0].body.as_deref().unwrap_or_default());
        assert!(matches!(own, FeedbackMessage::OwnMail(_)), "{own:?}");
        let response = handle(&without_aws().await, &messages).await;
        let kept = response.batch_item_failures.iter().map(|failure| &*failure.item_identifier);
        assert_eq!(kept.collect::<Vec<_>>(), ["0", "1", "2"]);
    }

    const BASE64: base64::engine::GeneralPurpose = base64::prelude::BASE64_URL_SAFE_NO_PAD;
}
