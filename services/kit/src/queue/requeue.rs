//! Requeues messages with a delay.

use aws_lambda_events::sqs::SqsMessage;
use aws_sdk_sqs::Client;

use super::batch::{BatchItemOutcome, FIRST_SENT_AT, sent_at};
use super::send::{MAX_DELAY_SECONDS, OutgoingMessage, send_once};
use crate::clock::Clock;

/// The system attribute with a message's group.
const GROUP: &str = "MessageGroupId";

/// Requeues messages on the queue that they come from.
#[derive(Debug, Clone)]
pub struct DelayedRequeue {
    client: Client,
    queue_url: String,
    clock: Clock,
}

impl DelayedRequeue {
    /// `queue_url` must be the queue that the messages come from.
    #[must_use]
    pub const fn new(client: Client, queue_url: String, clock: Clock) -> Self {
        Self { client, queue_url, clock }
    }

    /// Sends a copy of `message` that is not visible before `until` (milliseconds since 1970), but at most
    /// for SQS's maximum of 15 minutes. A message that has to wait longer is requeued again. `note` is an
    /// attribute that the copy carries beside those of the message, or instead of the one of that name, if it is then
    /// no larger than SQS takes. The copy is of the message's group.
    ///
    /// The copy carries when its original was sent ([`sent_at`]): who requeues a message does not replay it.
    ///
    /// Returns `Ack` once SQS has accepted the copy, otherwise `Retry`. The copy's receive count starts at
    /// zero, so waiting never moves a healthy message to the dead-letter queue. SQS is asked once: the visibility
    /// timeout is the retry.
    pub async fn requeue_until(
        &self,
        message: &SqsMessage,
        until: i64,
        note: Option<(&str, String)>,
    ) -> BatchItemOutcome {
        let copy = copy(message, delay(until.saturating_sub(self.clock.now_ms())), note);
        // The copy before the acknowledgement: a crash in between leaves two messages rather than none, and
        // handling both changes nothing.
        match send_once(&self.client, &self.queue_url, copy).await {
            Ok(()) => BatchItemOutcome::Ack,
            Err(error) => {
                tracing::warn!(%error, "not requeued; retried after the visibility timeout");
                BatchItemOutcome::Retry
            }
        }
    }
}

/// In seconds, of a copy that is to come in `wait` milliseconds.
fn delay(wait: i64) -> i32 {
    // Rounded up: a copy that is delivered a moment too early would only be requeued again.
    let seconds = wait.saturating_add(999).div_euclid(1000).max(1);
    i32::try_from(seconds).unwrap_or(MAX_DELAY_SECONDS).min(MAX_DELAY_SECONDS)
}

fn copy(message: &SqsMessage, delay: i32, note: Option<(&str, String)>) -> OutgoingMessage {
    let texts = message.message_attributes.iter();
    let attributes = texts
        .filter(|(name, _)| note.as_ref().is_none_or(|(replaced, _)| name != replaced))
        .filter_map(|(name, value)| Some((name.clone(), value.string_value.clone()?)))
        .collect();
    let body = message.body.clone().unwrap_or_default();
    let group = message.attributes.get(GROUP).cloned();
    let mut copy = OutgoingMessage { body, delay, attributes, group };
    // Of a body that fills the message, both are left out: too long, the copy would be refused each time.
    if let Some((name, value)) = note {
        copy.add_if_it_fits(name, value);
    }
    let first = sent_at(message);
    if first > i64::MIN && !message.message_attributes.contains_key(FIRST_SENT_AT) {
        copy.add_if_it_fits(FIRST_SENT_AT, first.to_string());
    }
    copy
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::queue::send::MAX_BATCH_BYTES;

    fn message(attributes: &[(&str, &str)]) -> SqsMessage {
        let mut message = SqsMessage::default();
        for (name, value) in attributes {
            let attribute = message.message_attributes.entry((*name).to_owned()).or_default();
            attribute.string_value = Some((*value).to_owned());
        }
        message
    }

    #[test]
    fn a_copy_comes_no_moment_too_early_but_after_a_quarter_of_an_hour_at_the_latest() {
        for (wait, seconds) in [
            (i64::MIN, 1),
            (0, 1),
            (1_000, 1),
            (1_001, 2),
            (899_001, 900),
            (900_001, 900),
            (i64::MAX, 900),
        ] {
            assert_eq!(delay(wait), seconds, "{wait} ms");
        }
    }

    #[tokio::test]
    async fn a_message_whose_copy_sqs_did_not_take_stays_on_its_queue() {
        // Nothing listens there.
        let endpoint = "http://127.0.0.1:1";
        let config = aws_sdk_sqs::Config::builder()
            .behavior_version(aws_sdk_sqs::config::BehaviorVersion::latest())
            .endpoint_url(endpoint)
            .region(aws_sdk_sqs::config::Region::new("us-east-1"))
            .credentials_provider(aws_sdk_sqs::config::Credentials::new("a", "b", None, None, ""))
            .retry_config(aws_sdk_sqs::config::retry::RetryConfig::disabled())
            .build();
        let client = Client::from_conf(config);
        let requeue = DelayedRequeue::new(client, endpoint.to_owned(), Clock::system());
        let outcome = requeue.requeue_until(&message(&[]), 0, None).await;
        assert_eq!(outcome, BatchItemOutcome::Retry);
    }

    #[test]
    fn a_copy_keeps_the_attributes_of_its_message_and_replaces_the_noted_one() {
        let message = message(&[("one", "1"), ("two", "2")]);
        let attributes = |note| {
            let mut all = copy(&message, 0, note).attributes;
            all.sort();
            all
        };
        let text = |pairs: [(&str, &str); 2]| pairs.map(|(n, v)| (n.to_owned(), v.to_owned()));
        assert_eq!(attributes(None), text([("one", "1"), ("two", "2")]));
        assert_eq!(attributes(Some(("two", "3".to_owned()))), text([("one", "1"), ("two", "3")]));
    }

    #[test]
    fn a_copy_of_a_message_as_large_as_sqs_takes_is_no_larger() {
        let note = || Some(("one", "1".to_owned()));
        for (left, noted) in [(10, true), (9, false), (0, false)] {
            let mut message = message(&[]);
            message.body = Some("x".repeat(MAX_BATCH_BYTES - left));
            let copy = copy(&message, 0, note());
            assert!(copy.size() <= MAX_BATCH_BYTES, "{left} left: {}", copy.size());
            assert_eq!(copy.attributes.len(), usize::from(noted), "{left} left");
        }
    }

    #[test]
    fn the_copy_of_a_copy_says_when_the_first_message_was_sent_where_there_is_room_for_it() {
        let mut first = message(&[]);
        first.attributes.insert("SentTimestamp".to_owned(), "100".to_owned());
        let expected = [(FIRST_SENT_AT.to_owned(), "100".to_owned())];
        assert_eq!(copy(&first, 1, None).attributes, expected);
        let mut second = message(&[(FIRST_SENT_AT, "100")]);
        second.attributes.insert("SentTimestamp".to_owned(), "200".to_owned());
        assert_eq!(copy(&second, 1, None).attributes, expected);
        first.body = Some("x".repeat(MAX_BATCH_BYTES - 5));
        assert_eq!(copy(&first, 1, None).attributes, []);
    }
}
