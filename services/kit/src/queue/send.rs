//! `SendMessageBatch`, within AWS's limits.

use std::time::SystemTime;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::config::retry::RetryConfig;
use aws_sdk_sqs::error::ProvideErrorMetadata;
use aws_sdk_sqs::types::{MessageAttributeValue, SendMessageBatchRequestEntry};

use super::time_limit::before;
use crate::sdk_error::AwsError;

/// A batch holds at most 10 messages and 1 MiB
/// (<https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html>).
pub const MAX_BATCH_ENTRIES: usize = 10;
pub(super) const MAX_BATCH_BYTES: usize = 1024 * 1024;

/// SQS's longest delay, in seconds
/// (<https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-delay-queues.html>).
pub const MAX_DELAY_SECONDS: i32 = 900;

/// A message to send.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OutgoingMessage {
    /// The message body.
    pub body: String,
    /// Seconds until it can be received, at most [`MAX_DELAY_SECONDS`].
    pub delay: i32,
    /// Name and value of each message attribute, all of type `String`.
    pub attributes: Vec<(String, String)>,
    /// Whose message it is: 1 to 128 letters, digits and punctuation. A fair queue delivers others' messages first while
    /// this group's use up the consumers
    /// (<https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-fair-queues.html>). A message
    /// without one is a group of its own.
    pub group: Option<String>,
}

impl OutgoingMessage {
    pub(super) fn size(&self) -> usize {
        // The limit covers name, value and data type ("String") of each attribute as well.
        let attributes: usize =
            self.attributes.iter().map(|(name, value)| name.len() + value.len() + 6).sum();
        self.body.len() + attributes
    }

    /// Adds an attribute, if the message is then still no larger than SQS takes.
    pub fn add_if_it_fits(&mut self, name: &str, value: String) {
        self.attributes.push((name.to_owned(), value));
        if self.size() > MAX_BATCH_BYTES {
            self.attributes.pop();
        }
    }

    /// How long the value of an attribute `name` may be, in bytes.
    pub(super) fn room_for(&self, name: &str) -> usize {
        let with_it = OutgoingMessage {
            attributes: vec![(name.to_owned(), String::new())],
            ..Self::default()
        };
        MAX_BATCH_BYTES.saturating_sub(self.size() + with_it.size())
    }
}

/// Why a message was not sent. Contains no part of it.
#[derive(Debug, Clone, thiserror::Error)]
pub enum SendError {
    /// SQS will never accept it: the body contains a character that SQS refuses, or is too long.
    #[error("SQS refuses the message: a character of it, or its length")]
    Refused,
    /// SQS did not accept it, or its answer was lost. A retry may succeed.
    #[error("SQS did not take the message: {0}")]
    Unavailable(#[source] SendFailure),
}

/// Which part of a `SendMessageBatch` failed.
#[derive(Debug, Clone, thiserror::Error)]
pub enum SendFailure {
    /// The whole call.
    #[error(transparent)]
    Call(AwsError),
    /// This message's entry, with this error code.
    #[error("{0}")]
    Entry(String),
    /// SQS's answer does not mention this message.
    #[error("it was not in the answer")]
    MissingFromResponse,
    /// The time for sending was over before SQS had answered for it, or before it was asked.
    #[error("the time for sending was over before SQS had confirmed it")]
    OutOfTime,
    /// SQS was not asked, since it had not confirmed an earlier message.
    #[error("it waits for an earlier message, which SQS has not confirmed")]
    HeldUp,
}

/// The error codes for a body that SQS never accepts
/// (<https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html#API_SendMessage_Errors>).
const INVALID_BODY_CODES: [&str; 2] = ["InvalidMessageContents", "InvalidParameterValue"];

impl SendError {
    fn new(code: Option<&str>, failure: SendFailure) -> Self {
        if is_invalid_body(code) { Self::Refused } else { Self::Unavailable(failure) }
    }
}

fn is_invalid_body(code: Option<&str>) -> bool {
    // A suffix: the query protocol prefixes the code (`AWS.SimpleQueueService.…`).
    code.is_some_and(|code| INVALID_BODY_CODES.iter().any(|bad| code.ends_with(bad)))
}

/// Sends the messages in as few calls as AWS's limits allow, and returns one result per message, in the
/// same order. At least once: an [`SendError::Unavailable`] message may be on the queue. Where SQS refuses a call for the body
/// of one of its messages, each is sent alone, until SQS does not confirm one of them.
///
/// One call after the other: a standard queue mostly keeps the order, and news that is handled after later news about
/// the same order is superseded.
pub async fn send_all(
    client: &Client,
    queue_url: &str,
    messages: Vec<OutgoingMessage>,
) -> Vec<Result<(), SendError>> {
    let mut results = Vec::with_capacity(messages.len());
    for batch in pack(messages) {
        results.extend(send_batch(client, queue_url, batch, Retries::OfTheClient).await);
    }
    results
}

/// As [`send_all`], but only until `until`, by the machine's clock. What SQS has not confirmed by then is
/// [`SendError::Unavailable`]: the call that was running may have been carried out, those after it were not made. Nor are
/// those after a call of which SQS did not confirm every message, so that the news of later calls waits for that of earlier
/// ones.
pub async fn send_all_until(
    client: &Client,
    queue_url: &str,
    messages: Vec<OutgoingMessage>,
    until: SystemTime,
) -> Vec<Result<(), SendError>> {
    let mut results = Vec::with_capacity(messages.len());
    let mut is_held_up = false;
    for batch in pack(messages) {
        let size = batch.len();
        if is_held_up {
            results.extend(vec![Err(SendError::Unavailable(SendFailure::HeldUp)); size]);
            continue;
        }
        let sent = before(until, send_batch(client, queue_url, batch, Retries::OfTheClient)).await;
        let out_of_time = || vec![Err(SendError::Unavailable(SendFailure::OutOfTime)); size];
        let sent = sent.unwrap_or_else(out_of_time);
        is_held_up = sent.iter().any(is_unconfirmed);
        results.extend(sent);
    }
    results
}

/// Sends one message in a single attempt: for a copy of one that stays on its queue, and so is tried again, where SQS
/// did not confirm the copy.
///
/// When SQS is slow, an attempt that ran into its time-out may have been carried out. With the client's retries, each
/// hop would leave one copy for each attempt beside the original, and each of those would do the same.
pub(super) async fn send_once(
    client: &Client,
    queue_url: &str,
    message: OutgoingMessage,
) -> Result<(), SendError> {
    only(send_batch(client, queue_url, vec![message], Retries::None).await)
}

fn only(results: Vec<Result<(), SendError>>) -> Result<(), SendError> {
    let missing = || Err(SendError::Unavailable(SendFailure::MissingFromResponse));
    results.into_iter().next().unwrap_or_else(missing)
}

/// Sends one message; see [`send_all`].
///
/// # Errors
/// [`SendError`] when SQS did not confirm that it accepted the message.
pub async fn send_one(
    client: &Client,
    queue_url: &str,
    message: OutgoingMessage,
) -> Result<(), SendError> {
    only(send_all(client, queue_url, vec![message]).await)
}

/// What the SDK does after a failed attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Retries {
    OfTheClient,
    None,
}

fn pack(messages: Vec<OutgoingMessage>) -> Vec<Vec<OutgoingMessage>> {
    let mut batches: Vec<Vec<OutgoingMessage>> = Vec::new();
    let mut bytes = 0;
    for message in messages {
        let size = message.size();
        match batches.last_mut() {
            Some(batch) if batch.len() < MAX_BATCH_ENTRIES && bytes + size <= MAX_BATCH_BYTES => {
                bytes += size;
                batch.push(message);
            }
            _ => {
                bytes = size;
                batches.push(vec![message]);
            }
        }
    }
    batches
}

/// Whether SQS may take it later, or has taken it.
fn is_unconfirmed(result: &Result<(), SendError>) -> bool {
    matches!(result, Err(SendError::Unavailable(_)))
}

async fn send_batch(
    client: &Client,
    queue_url: &str,
    batch: Vec<OutgoingMessage>,
    retries: Retries,
) -> Vec<Result<(), SendError>> {
    let size = batch.len();
    let entries = batch.iter().cloned().enumerate().map(|(i, message)| entry(i, message));
    let entries = entries.collect();
    let call = client.send_message_batch().queue_url(queue_url).set_entries(Some(entries));
    let mut call = call.customize();
    if retries == Retries::None {
        let once = aws_sdk_sqs::Config::builder().retry_config(RetryConfig::disabled());
        call = call.config_override(once);
    }
    let answer = match call.send().await {
        Ok(answer) => answer,
        // The bad body is one of several. Sent alone, each is taken or refused for itself; together, its
        // neighbours would be refused each time they are tried again.
        Err(error) if size > 1 && is_invalid_body(error.code()) => {
            return send_each(client, queue_url, batch, retries).await;
        }
        Err(error) => {
            let code = error.code().map(str::to_owned);
            let error = SendError::new(code.as_deref(), SendFailure::Call(error.into()));
            return vec![Err(error); size];
        }
    };
    // Each message counts as not sent until SQS confirms it.
    let mut results = vec![Err(SendError::Unavailable(SendFailure::MissingFromResponse)); size];
    let mut note = |id: &str, result| {
        if let Some(noted) = id.parse().ok().and_then(|i: usize| results.get_mut(i)) {
            *noted = result;
        }
    };
    for sent in answer.successful() {
        note(sent.id(), Ok(()));
    }
    for refused in answer.failed() {
        let failure = SendFailure::Entry(refused.code().to_owned());
        note(refused.id(), Err(SendError::new(Some(refused.code()), failure)));
    }
    results
}

/// Sends each message in a call of its own. As of a call for them all, none is taken after one that SQS did not confirm:
/// the news behind it waits for it.
async fn send_each(
    client: &Client,
    queue_url: &str,
    messages: Vec<OutgoingMessage>,
    retries: Retries,
) -> Vec<Result<(), SendError>> {
    let mut results: Vec<Result<(), SendError>> = Vec::with_capacity(messages.len());
    for message in messages {
        if results.last().is_some_and(is_unconfirmed) {
            results.push(Err(SendError::Unavailable(SendFailure::HeldUp)));
            continue;
        }
        let alone = send_batch(client, queue_url, vec![message], retries);
        results.extend(Box::pin(alone).await);
    }
    results
}

fn entry(i: usize, message: OutgoingMessage) -> SendMessageBatchRequestEntry {
    // No queue of Waybill's has a delay of its own that a zero would take away.
    let mut entry = SendMessageBatchRequestEntry::builder()
        .id(i.to_string())
        .message_body(message.body)
        .delay_seconds(message.delay.min(MAX_DELAY_SECONDS))
        .set_message_group_id(message.group);
    for (name, value) in message.attributes {
        entry = entry.message_attributes(name, string_attribute(value));
    }
    entry.build().expect("id and body are set")
}

fn string_attribute(value: String) -> MessageAttributeValue {
    MessageAttributeValue::builder()
        .data_type("String")
        .string_value(value)
        .build()
        .expect("the data type is set")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use aws_sdk_sqs::config::{BehaviorVersion, Credentials, Region};
    use aws_smithy_runtime_api::client::http::{
        HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
    };
    use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
    use aws_smithy_types::body::SdkBody;

    use super::*;

    /// Status and body.
    type Answer = (u16, &'static str);

    /// SQS that gives its calls these answers, the last one to all further ones, and how often it was called.
    #[derive(Debug, Clone)]
    struct Answers(&'static [Answer], Arc<AtomicUsize>);

    impl HttpConnector for Answers {
        fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
            let n = self.1.fetch_add(1, Ordering::Relaxed);
            let (status, body) = self.0[n.min(self.0.len() - 1)];
            let status = status.try_into().expect("a status");
            HttpConnectorFuture::ready(Ok(HttpResponse::new(status, SdkBody::from(body))))
        }
    }

    /// A client of an SQS that gives its calls these answers, and how often that was called.
    fn answering(answers: &'static [Answer]) -> (Client, Arc<AtomicUsize>) {
        let calls = Arc::<AtomicUsize>::default();
        let connector = SharedHttpConnector::new(Answers(answers, Arc::clone(&calls)));
        let config = aws_sdk_sqs::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .endpoint_url("http://queues.example")
            .region(Region::new("us-east-1"))
            .credentials_provider(Credentials::new("a", "b", None, None, "test"))
            .retry_config(RetryConfig::standard().with_max_attempts(3))
            .http_client(http_client_fn(move |_, _| connector.clone()));
        (Client::from_conf(config.build()), calls)
    }

    #[tokio::test]
    async fn a_copy_is_sent_in_one_attempt_however_often_the_client_would_try() {
        let (away, calls) = answering(&[(503, "")]);
        let sent = send_once(&away, "mail", message(1)).await;
        assert!(matches!(sent, Err(SendError::Unavailable(_))), "{sent:?}");
        assert_eq!(calls.load(Ordering::Relaxed), 1);
    }

    #[tokio::test]
    async fn of_messages_that_one_answer_tells_apart_each_has_its_own_result() {
        // In another order than the messages, without the fifth of them, and with one that was not sent.
        const ANSWER: &str = r#"{
            "Failed": [
                { "Id": "3", "Code": "InternalError", "SenderFault": false },
                { "Id": "1", "Code": "InvalidMessageContents", "SenderFault": true },
                { "Id": "2", "Code": "AWS.SimpleQueueService.InvalidParameterValue", "SenderFault": true }
            ],
            "Successful": [
                { "Id": "9", "MessageId": "n", "MD5OfMessageBody": "0" },
                { "Id": "0", "MessageId": "m", "MD5OfMessageBody": "0" }
            ]
        }"#;
        let (client, calls) = answering(&[(200, ANSWER)]);
        let results = send_all(&client, "mail", vec![message(1); 5]).await;
        let [Ok(()), Err(first), Err(second), Err(third), Err(fourth)] = &results[..] else {
            panic!("{results:?}");
        };
        let refused = |error: &SendError| matches!(error, SendError::Refused);
        assert!(refused(first) && refused(second), "{results:?}");
        let SendError::Unavailable(SendFailure::Entry(code)) = third else { panic!("{third:?}") };
        assert_eq!(code, "InternalError");
        assert!(
            matches!(fourth, SendError::Unavailable(SendFailure::MissingFromResponse)),
            "{fourth:?}"
        );
        assert_eq!(calls.load(Ordering::Relaxed), 1);
    }

    #[tokio::test]
    async fn of_messages_that_are_sent_alone_none_is_sent_after_one_that_sqs_did_not_confirm() {
        let (client, calls) = answering(&[
            (400, r#"{ "__type": "com.amazonaws.sqs#InvalidMessageContents" }"#),
            (
                200,
                r#"{ "Successful": [{ "Id": "0", "MessageId": "m", "MD5OfMessageBody": "0" }] }"#,
            ),
            (400, r#"{ "__type": "com.amazonaws.sqs#InvalidMessageContents" }"#),
            (403, r#"{ "__type": "com.amazonaws.sqs#AccessDenied" }"#),
        ]);
        let results = send_all(&client, "mail", vec![message(1); 5]).await;
        let [Ok(()), Err(SendError::Refused), Err(third), Err(fourth), Err(fifth)] = &results[..]
        else {
            panic!("{results:?}");
        };
        assert!(matches!(third, SendError::Unavailable(SendFailure::Call(_))), "{third:?}");
        for behind in [fourth, fifth] {
            assert!(matches!(behind, SendError::Unavailable(SendFailure::HeldUp)), "{behind:?}");
        }
        assert_eq!(calls.load(Ordering::Relaxed), 4);
    }

    #[tokio::test]
    async fn nothing_is_sent_once_the_time_for_it_is_over() {
        let (client, calls) = answering(&[(200, "{}")]);
        let results =
            send_all_until(&client, "mail", vec![message(1); 11], SystemTime::now()).await;
        let is_late = |result: &Result<(), SendError>| {
            matches!(result, Err(SendError::Unavailable(SendFailure::OutOfTime)))
        };
        // Ten are a call; the last one waits for them.
        let (last, first) = results.split_last().expect("eleven");
        assert!(first.len() == 10 && first.iter().all(is_late), "{results:?}");
        assert!(matches!(last, Err(SendError::Unavailable(SendFailure::HeldUp))), "{last:?}");
        assert_eq!(calls.load(Ordering::Relaxed), 0);
    }

    fn message(bytes: usize) -> OutgoingMessage {
        OutgoingMessage { body: "x".repeat(bytes), ..OutgoingMessage::default() }
    }

    #[test]
    fn a_batch_keeps_to_ten_messages_and_one_mebibyte() {
        let messages = std::iter::repeat_with(|| message(300_000)).take(5);
        let sizes: Vec<usize> = pack(messages.collect()).iter().map(Vec::len).collect();
        assert_eq!(sizes, [3, 2]);
        let messages = std::iter::repeat_with(|| message(1)).take(21);
        let sizes: Vec<usize> = pack(messages.collect()).iter().map(Vec::len).collect();
        assert_eq!(sizes, [10, 10, 1]);
    }
}
