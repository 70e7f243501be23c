//! DynamoDB and SQS in this process, as far as the sweep calls them: tests that see every call, fail or stop at
//! one, and run in milliseconds.
//!
//! Each write of the watermark is checked: it may not pass an event that is not done, and was not
//! queued and moved ahead.

mod answers;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;
use kit::Clock;
use kit::queue::DeadLetterQueue;
use serde_json::{Value, json};
use shared::OrderKey;
use shared::outbox::bucket;

use crate::dependencies::{Queues, Relay, Tables};
use crate::sweep::second_look_until;

pub const SWEEP_AFTER_MS: i64 = 300_000;

/// The sort key of each order's notification.
const CUSTOMERS: &str = "order.confirmed##customer";

/// What happens to a call instead of its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The service refuses it, without an effect.
    Refused,
    /// SQS refuses the first message of the call, and takes the others.
    FirstRefused,
    /// It has its effect, and no answer ever comes, nor does any later call.
    Stop,
    /// Another sweep has moved the event that it updates.
    Overtaken,
    /// It is answered only after this time (milliseconds since 1970).
    SlowUntil(i64),
}

type Faults = Box<dyn Fn(&Call) -> Option<Fault> + Send>;

/// A call, as a test's faults see it.
pub struct Call {
    /// The number of the call, from 0.
    pub number: usize,
    pub operation: String,
    pub body: Value,
}

impl Call {
    /// Whether the call is about this order.
    pub fn is_about(&self, order: &str) -> bool {
        self.body.to_string().contains(&format!("\"{order}\""))
    }
}

struct StoredEvent {
    /// The sort key of the ledger item that it should lead to.
    ledger_key: String,
    sweep_at: i64,
    bucket: Option<String>,
    sweeps: u32,
}

#[derive(Default)]
struct State {
    events: BTreeMap<String, StoredEvent>,
    /// Items of the ledger by order and notification.
    ledger: BTreeMap<(String, String), Value>,
    watermark: Option<i64>,
    watermarks: Vec<i64>,
    /// The watermark of the second look.
    second_watermark: Option<i64>,
    gate: Option<i64>,
    /// The orders of the dispatch queue's messages.
    queue: Vec<String>,
    /// How many messages went to the dead-letter queue.
    dead_letters: usize,
    /// The order whose message SQS refuses for good, with every call that holds it.
    poison: Option<String>,
    calls: Vec<String>,
    faults: Option<Faults>,
    has_stopped: bool,
    in_flight: usize,
    max_in_flight: usize,
}

/// The fake services. A clone is another handle.
#[derive(Clone, Default)]
pub struct FakeAws(Arc<Mutex<State>>);

impl FakeAws {
    /// One event of each order, due at `due` (milliseconds since 1970) and each a millisecond later. The sweep
    /// has come this far.
    pub fn with_events(orders: usize, due: i64) -> Self {
        let fake = Self::default();
        fake.lock().watermark = Some(due - 1);
        // The second look has come to its end.
        let until = Clock::system().now_ms() - SWEEP_AFTER_MS;
        fake.lock().second_watermark = Some(second_look_until(until));
        for (n, sweep_at) in (0..orders).zip(due..) {
            let order = order(n);
            let key = OrderKey::parse(&order).expect("valid");
            let bucket = Some(bucket(&key, sweep_at));
            let ledger_key = CUSTOMERS.to_owned();
            let event = StoredEvent { ledger_key, sweep_at, bucket, sweeps: 0 };
            fake.lock().events.insert(order, event);
        }
        fake
    }

    /// As if all events were of one bucket of the hour.
    pub fn in_one_bucket(self) -> Self {
        let mut state = self.lock();
        let first = state.events.values().next().and_then(|event| event.bucket.clone());
        state.events.values_mut().for_each(|event| event.bucket.clone_from(&first));
        drop(state);
        self
    }

    /// A ledger item of the order of this number.
    pub fn record(&self, n: usize, state: &str, since: i64) {
        let item = json!({
            "order_key": { "S": order(n) }, "notification": { "S": CUSTOMERS },
            "state": { "S": state }, "attempt": { "N": "0" }, "since": { "N": since.to_string() },
            "event": { "S": "shop e-1" }, "correlation_id": { "S": "c" }, "accepted_at": { "N": "1" },
            "send_before": { "N": i64::MAX.to_string() }, "expires_at": { "N": "1" },
        });
        self.lock().ledger.insert((order(n), CUSTOMERS.to_owned()), item);
    }

    /// As if another event's mail had bounced, and that of the order of this number were planned to `address`, which it
    /// names.
    pub fn readdress(&self, n: usize, address: &str, since: i64) {
        self.record(n, "planned", since);
        let mut state = self.lock();
        let key = |notification: &str| (order(n), notification.to_owned());
        let first = state.ledger.get_mut(&key(CUSTOMERS)).expect("just put");
        let further = format!("order.confirmed##corrected-{address}");
        let mut second = first.clone();
        (second["notification"]["S"], second["address_hash"]) =
            (json!(further), json!({ "S": address }));
        (first["state"]["S"], first["event"]["S"]) = (json!("bounced"), json!("shop e-0"));
        first["readdressed_to"] = json!({ "S": address });
        state.ledger.insert(key(&further), second);
    }

    /// As if the event of the order of this number should lead to the ledger item of this sort key.
    pub fn set_ledger_key(&self, n: usize, key: &str) {
        let mut state = self.lock();
        key.clone_into(&mut state.events.get_mut(&order(n)).expect("stored").ledger_key);
    }

    /// As if a sweep had come this far; `None` as if there had been none.
    pub fn set_watermark(&self, at: Option<i64>) {
        self.lock().watermark = at;
    }

    /// As if the second look had come this far; `None` as if there had been none.
    pub fn set_second_watermark(&self, at: Option<i64>) {
        self.lock().second_watermark = at;
    }

    pub fn second_watermark(&self) -> Option<i64> {
        self.lock().second_watermark
    }

    /// The watermarks that were written, the first first.
    pub fn watermarks(&self) -> Vec<i64> {
        self.lock().watermarks.clone()
    }

    pub fn close_gate(&self, until: i64) {
        self.lock().gate = Some(until);
    }

    pub fn fail_when(&self, faults: impl Fn(&Call) -> Option<Fault> + Send + 'static) {
        let mut state = self.lock();
        state.faults = Some(Box::new(faults));
        state.has_stopped = false;
        state.calls.clear();
    }

    pub fn watermark(&self) -> Option<i64> {
        self.lock().watermark
    }

    /// When the event of the order of this number is checked next.
    pub fn sweep_at(&self, n: usize) -> i64 {
        self.lock().events[&order(n)].sweep_at
    }

    pub fn has_stopped(&self) -> bool {
        self.lock().has_stopped
    }

    pub fn poison(&self, n: usize) {
        self.lock().poison = Some(order(n));
    }

    pub fn dead_letters(&self) -> usize {
        self.lock().dead_letters
    }

    pub fn queued(&self) -> Vec<String> {
        self.lock().queue.clone()
    }

    /// How often an operation was called since the faults were set.
    pub fn calls(&self, operation: &str) -> usize {
        self.lock().calls.iter().filter(|called| *called == operation).count()
    }

    /// The highest number of calls that were not answered yet.
    pub fn max_in_flight(&self) -> usize {
        self.lock().max_in_flight
    }

    /// A relay whose services these are.
    pub fn relay(&self) -> Relay {
        let connector = SharedHttpConnector::new(Connector(self.clone()));
        let http = http_client_fn(move |_, _| connector.clone());
        let credentials = Credentials::new("a", "b", None, None, "test");
        let dynamodb = aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .endpoint_url("http://tables.example")
            .region(Region::new("us-east-1"))
            .credentials_provider(credentials.clone())
            .http_client(http.clone())
            .build();
        let sqs = aws_sdk_sqs::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .endpoint_url("http://queues.example")
            .region(Region::new("us-east-1"))
            .credentials_provider(credentials)
            .http_client(http)
            .build();
        let sqs = aws_sdk_sqs::Client::from_conf(sqs);
        let clock = Clock::system();
        Relay {
            tables: Tables {
                client: aws_sdk_dynamodb::Client::from_conf(dynamodb),
                events: "events".to_owned(),
                ledger: "ledger".to_owned(),
            },
            queues: Queues {
                dead_letters: DeadLetterQueue::new(sqs.clone(), "dlq".to_owned(), clock),
                client: sqs,
                dispatch: "dispatch".to_owned(),
            },
            sweep_after_ms: SWEEP_AFTER_MS,
            grace_ms: 1_200_000,
            clock,
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn answer(self, operation: String, body: Value) -> HttpResponse {
        let fault = {
            let mut state = self.lock();
            let call = Call {
                number: state.calls.len(),
                operation: operation.clone(),
                body: body.clone(),
            };
            state.calls.push(operation.clone());
            state.in_flight += 1;
            state.max_in_flight = state.max_in_flight.max(state.in_flight);
            state.faults.as_ref().and_then(|fault| fault(&call))
        };
        // Lets the other calls of this process begin before this one is answered.
        for _ in 0..20 {
            tokio::task::yield_now().await;
        }
        if let Some(Fault::SlowUntil(time)) = fault {
            while Clock::system().now_ms() <= time {
                tokio::task::yield_now().await;
            }
        }
        let answer = {
            let mut state = self.lock();
            state.in_flight -= 1;
            if fault == Some(Fault::Overtaken) {
                let order = body["Key"]["order_key"]["S"].as_str().expect("an update's key");
                state.events.get_mut(order).expect("stored").sweep_at += 86_400_000;
            }
            let is_refused = fault == Some(Fault::Refused) || state.has_stopped;
            (!is_refused)
                .then(|| state.answer(&operation, &body, fault == Some(Fault::FirstRefused)))
        };
        if fault == Some(Fault::Stop) {
            self.lock().has_stopped = true;
        }
        if self.has_stopped() {
            std::future::pending::<()>().await;
        }
        answer.unwrap_or_else(|| {
            // A fault that the SDK does not try again.
            response(400, &json!({ "__type": "com.amazonaws#AccessDeniedException" }))
        })
    }
}

pub fn order(n: usize) -> String {
    format!("default/{}", 1000 + n)
}

fn response(status: u16, body: &Value) -> HttpResponse {
    let status = status.try_into().expect("a status");
    HttpResponse::new(status, SdkBody::from(body.to_string()))
}

#[derive(Clone)]
struct Connector(FakeAws);

impl std::fmt::Debug for Connector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Connector")
    }
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let body = request.body().bytes().expect("a body in memory");
        let body: Value = serde_json::from_slice(body).expect("JSON");
        let target = request.headers().get("x-amz-target").expect("a target");
        let operation = target.rsplit('.').next().expect("an operation").to_owned();
        let fake = self.0.clone();
        HttpConnectorFuture::new(async move { Ok(fake.answer(operation, body).await) })
    }
}
