//! Queues in simulated time, which the functions use through the real SDK.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_lambda_events::sqs::{SqsBatchResponse, SqsMessage};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::outages::{Call, Failure, Outages, Service, Stage};
use super::settings::{QueueSettings, Settings};
use super::tables::{failed, lost_answer};

/// A message in a queue.
#[derive(Debug, Clone)]
pub struct StoredMessage {
    pub id: String,
    pub body: String,
    /// The attribute `waybill-code`.
    pub code: Option<String>,
    /// By which a fair queue delivers.
    pub group: Option<String>,
    /// All attributes of type `String`.
    pub attributes: BTreeMap<String, String>,
    pub sent_at: i64,
    pub visible_at: i64,
    pub receives: u32,
}

#[derive(Debug, Default)]
struct QueueState {
    queues: BTreeMap<String, Vec<StoredMessage>>,
    sent: u64,
    max_receives: u32,
    /// The most messages that each queue has had.
    peaks: BTreeMap<String, usize>,
}

/// All queues, by URL. A clone is another handle to the same.
#[derive(Debug, Clone)]
pub struct Queues {
    state: Arc<Mutex<QueueState>>,
    settings: Arc<BTreeMap<&'static str, QueueSettings>>,
    outages: Outages,
    /// How many milliseconds the simulation is ahead of the machine's clock.
    ahead_ms: Arc<AtomicI64>,
    /// For how many milliseconds a new message is in no count.
    counts_lag_ms: Arc<AtomicI64>,
}

impl Queues {
    /// Empty queues with these settings.
    pub fn new(settings: &Settings, outages: Outages) -> Self {
        let settings = Arc::new(settings.queues.clone());
        let (ahead_ms, counts_lag_ms) = (Arc::default(), Arc::default());
        Self { state: Arc::default(), settings, outages, ahead_ms, counts_lag_ms }
    }

    /// From now on, `GetQueueAttributes` counts a message only after this time, as SQS may.
    pub fn set_counts_lag(&self, lag: SignedDuration) {
        let lag = i64::try_from(lag.as_millis()).expect("a bounded time");
        self.counts_lag_ms.store(lag, Ordering::SeqCst);
    }

    /// From now on, messages are enqueued at the time of a clock that is so far ahead.
    pub fn set_ahead(&self, ahead: SignedDuration) {
        let ahead = i64::try_from(ahead.as_millis()).expect("a bounded time");
        self.ahead_ms.store(ahead, Ordering::SeqCst);
    }

    fn now(&self) -> i64 {
        Timestamp::now().as_millisecond() + self.ahead_ms.load(Ordering::SeqCst)
    }

    /// An HTTP client that answers `SendMessageBatch` and `GetQueueAttributes` to `stage`.
    pub fn client(&self, stage: Stage) -> SharedHttpClient {
        let connector = Connector { queues: self.clone(), stage };
        http_client_fn(move |_, _| SharedHttpConnector::new(connector.clone()))
    }

    /// Puts a message into a queue, as an operator would.
    pub fn put(&self, queue: &str, body: &str, now: i64) {
        self.put_with(queue, body, &[], now);
    }

    /// Puts a message with these attributes into a queue.
    pub fn put_with(&self, queue: &str, body: &str, attributes: &[(&str, String)], now: i64) {
        let text = |(name, value): &(&str, String)| ((*name).to_owned(), value.clone());
        let attributes = attributes.iter().map(text).collect();
        let body = body.to_owned();
        self.lock().put(
            queue,
            OutgoingMessage { body, attributes, ..OutgoingMessage::default() },
            now,
        );
    }

    /// Receives up to `most` visible messages. One that has been received too often moves to the dead-letter
    /// queue instead.
    pub fn receive(&self, queue: &str, most: usize, now: i64) -> Vec<SqsMessage> {
        if self.is_away(Stage::EventSource, "ReceiveMessage", queue) {
            return Vec::new();
        }
        let settings = self.settings[queue];
        let mut state = self.lock();
        let (mut dead, mut batch) = (Vec::new(), Vec::new());
        let messages = state.queues.entry(queue.to_owned()).or_default();
        for message in messages.iter_mut().filter(|m| m.visible_at <= now).take(most) {
            // As SQS: the receive is counted first, and the one after the last allowed moves the message.
            message.receives += 1;
            message.visible_at = now + settings.visibility_ms;
            if message.receives > settings.max_receives {
                dead.push(message.clone());
            } else {
                batch.push(message.clone());
            }
        }
        messages.retain(|m| !dead.iter().any(|d| d.id == m.id));
        let receives = batch.iter().map(|m| m.receives).max().unwrap_or(0);
        state.max_receives = state.max_receives.max(receives);
        state.queues.entry(settings.dead_letters.to_owned()).or_default().extend(dead);
        batch.iter().map(received).collect()
    }

    /// Deletes the messages of a batch that the function did not report as failed.
    pub fn settle(&self, queue: &str, batch: &[SqsMessage], answer: &SqsBatchResponse) {
        if self.is_away(Stage::EventSource, "DeleteMessageBatch", queue) {
            return;
        }
        let failed = |id: &str| answer.batch_item_failures.iter().any(|f| f.item_identifier == id);
        let done =
            |id: &str| batch.iter().any(|m| m.message_id.as_deref() == Some(id)) && !failed(id);
        let mut state = self.lock();
        state.queues.entry(queue.to_owned()).or_default().retain(|m| !done(&m.id));
    }

    /// Whether SQS does not carry out this operation now.
    pub fn is_away(&self, stage: Stage, operation: &str, queue: &str) -> bool {
        self.failure(stage, operation, queue).is_some()
    }

    fn failure(&self, stage: Stage, operation: &str, queue: &str) -> Option<Failure> {
        let queue = Some(queue);
        self.outages.failure(&Call { service: Service::Sqs, stage, operation, queue })
    }

    /// The time after `now` at which the next message of these queues becomes visible.
    pub fn next_due(&self, queues: &[&str], now: i64) -> Option<i64> {
        let state = self.lock();
        let messages = queues.iter().filter_map(|queue| state.queues.get(*queue)).flatten();
        messages.map(|m| m.visible_at).filter(|at| *at > now).min()
    }

    /// All messages of a queue.
    pub fn all(&self, queue: &str) -> Vec<StoredMessage> {
        self.lock().queues.get(queue).cloned().unwrap_or_default()
    }

    /// Removes and returns all messages of a queue.
    pub fn take_all(&self, queue: &str) -> Vec<StoredMessage> {
        self.lock().queues.remove(queue).unwrap_or_default()
    }

    /// The most messages that a queue has had.
    pub fn peak(&self, queue: &str) -> usize {
        self.lock().peaks.get(queue).copied().unwrap_or(0)
    }

    /// The highest receive count of any message so far.
    pub fn max_receives(&self) -> u32 {
        self.lock().max_receives
    }

    fn lock(&self) -> MutexGuard<'_, QueueState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Default)]
struct OutgoingMessage {
    body: String,
    delay_seconds: i64,
    group: Option<String>,
    attributes: BTreeMap<String, String>,
}

impl QueueState {
    fn put(&mut self, queue: &str, message: OutgoingMessage, now: i64) -> String {
        self.sent += 1;
        let id = format!("m-{}", self.sent);
        let visible_at = now + message.delay_seconds * 1000;
        let OutgoingMessage { body, group, attributes, .. } = message;
        let code = attributes.get("waybill-code").cloned();
        let stored = StoredMessage {
            id: id.clone(),
            body,
            code,
            group,
            attributes,
            sent_at: now,
            visible_at,
            receives: 0,
        };
        let messages = self.queues.entry(queue.to_owned()).or_default();
        messages.push(stored);
        let peak = self.peaks.entry(queue.to_owned()).or_default();
        *peak = (*peak).max(messages.len());
        id
    }
}

fn received(message: &StoredMessage) -> SqsMessage {
    let mut received = SqsMessage::default();
    received.message_id = Some(message.id.clone());
    received.body = Some(message.body.clone());
    received.attributes =
        HashMap::from([("SentTimestamp".to_owned(), message.sent_at.to_string())]);
    let group = message.group.clone().map(|group| ("MessageGroupId".to_owned(), group));
    received.attributes.extend(group);
    for (name, value) in &message.attributes {
        let attribute = received.message_attributes.entry(name.clone()).or_default();
        attribute.string_value = Some(value.clone());
    }
    received
}

#[derive(Debug, Clone)]
struct Connector {
    queues: Queues,
    stage: Stage,
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let body = request.body().bytes().expect("a body in memory");
        let call: Value = serde_json::from_slice(body).expect("JSON");
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        let operation = target.rsplit('.').next().unwrap_or_default();
        let queue = call["QueueUrl"].as_str().expect("a queue");
        let failure = self.queues.failure(self.stage, operation, queue);
        if let Some(failure) = failure.filter(|failure| *failure != Failure::LostAnswer) {
            return failed(failure);
        }
        let answer = match operation {
            "SendMessageBatch" => self.send(queue, &call),
            "GetQueueAttributes" => self.attributes(queue),
            other => panic!("no answer for {other:?}"),
        };
        if failure.is_some() {
            return HttpConnectorFuture::ready(Err(lost_answer()));
        }
        let status = http::StatusCode::OK.into();
        HttpConnectorFuture::ready(Ok(HttpResponse::new(status, SdkBody::from(answer.to_string()))))
    }
}

impl Connector {
    fn send(&self, queue: &str, call: &Value) -> Value {
        let now = self.queues.now();
        let mut state = self.queues.lock();
        let entries = call["Entries"].as_array().expect("entries").iter();
        let taken = entries.map(|entry| {
            let id = state.put(queue, outgoing(entry), now);
            json!({ "Id": entry["Id"], "MessageId": id, "MD5OfMessageBody": "" })
        });
        json!({ "Successful": taken.collect::<Vec<_>>() })
    }

    fn attributes(&self, queue: &str) -> Value {
        let (mut queue, now) = (self.queues.all(queue), self.queues.now());
        let counted = now - self.queues.counts_lag_ms.load(Ordering::SeqCst);
        queue.retain(|message| message.sent_at <= counted);
        let visible = queue.iter().filter(|message| message.visible_at <= now).count();
        let in_flight = queue.iter().filter(|m| m.visible_at > now && m.receives > 0).count();
        let delayed = queue.len() - visible - in_flight;
        json!({ "Attributes": {
            "ApproximateNumberOfMessages": visible.to_string(),
            "ApproximateNumberOfMessagesNotVisible": in_flight.to_string(),
            "ApproximateNumberOfMessagesDelayed": delayed.to_string(),
        } })
    }
}

fn outgoing(entry: &Value) -> OutgoingMessage {
    let attributes = entry["MessageAttributes"].as_object().into_iter().flatten();
    let text = |value: &Value| value["StringValue"].as_str().unwrap_or_default().to_owned();
    OutgoingMessage {
        body: entry["MessageBody"].as_str().expect("a body").to_owned(),
        delay_seconds: entry["DelaySeconds"].as_i64().unwrap_or(0),
        group: entry["MessageGroupId"].as_str().map(str::to_owned),
        attributes: attributes.map(|(name, value)| (name.clone(), text(value))).collect(),
    }
}
