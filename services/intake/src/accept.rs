//! Parses and stores published events, and reports the outcome of each.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::SystemTime;

use futures::{StreamExt, stream};
use kit::telemetry::{Count, count};
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::Value;
use shared::contract::event::MAX_EVENT_BYTES;
use shared::contract::warnings::parse_with_warnings;
use shared::queue::arrival::Arrival;
use shared::{CorrelationId, Event, EventRef, FieldError, FieldWarning, OrderId};

use crate::store::{EventStore, EventText, PutOutcome, StoreError};

/// How many orders are written at the same time.
const MAX_CONCURRENCY: usize = 16;

/// The outcome of one published event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// Source and id, if both could be parsed.
    pub reference: Option<EventRef>,
    /// The order, if the event is valid.
    pub order_id: Option<OrderId>,
    /// The stored event's correlation id.
    pub correlation_id: Option<CorrelationId>,
    /// What intake did with it.
    pub result: PublishResult,
    /// What in it is probably not meant as it stands, whatever became of it.
    pub warnings: Vec<FieldWarning>,
}

/// What intake did with an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PublishResult {
    /// It was stored.
    Accepted,
    /// An event with the same source, id, type and data was stored before.
    Duplicate,
    /// Another event with the same source and id was stored before. Nothing changed.
    Conflict,
    /// It violates the contract. Nothing was stored.
    Invalid(Vec<FieldError>),
}

impl PublishResult {
    /// The value of `result` in the response.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Duplicate => "duplicate",
            Self::Conflict => "conflict",
            Self::Invalid(_) => "invalid",
        }
    }

    /// Whether the event is stored.
    #[must_use]
    pub const fn is_success(&self) -> bool {
        matches!(self, Self::Accepted | Self::Duplicate)
    }
}

impl Outcome {
    /// The outcome of a payload whose source and id are unknown.
    #[must_use]
    pub const fn without_reference(result: PublishResult) -> Self {
        Self { reference: None, order_id: None, correlation_id: None, result, warnings: Vec::new() }
    }
}

impl Serialize for Outcome {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(None)?;
        map.serialize_entry("result", self.result.as_str())?;
        if let Some(reference) = &self.reference {
            map.serialize_entry("source", &reference.source)?;
            map.serialize_entry("id", &reference.id)?;
        }
        if let Some(order_id) = &self.order_id {
            map.serialize_entry("order_id", order_id)?;
        }
        if let Some(correlation_id) = &self.correlation_id {
            map.serialize_entry("correlation_id", correlation_id)?;
        }
        if let PublishResult::Invalid(errors) = &self.result {
            map.serialize_entry("errors", errors)?;
        }
        if !self.warnings.is_empty() {
            map.serialize_entry("warnings", &self.warnings)?;
        }
        map.end()
    }
}

/// [`accept_all`] for a publisher who waits for the answer, before Lambda ends the invocation at `deadline`: cut off by
/// that, it would end as a failure that says nothing.
///
/// # Errors
/// As [`accept_all`], and [`StoreError::OutOfTime`].
pub async fn accept_in_time(
    store: &EventStore,
    events: Vec<Value>,
    arrival: Arrival,
    deadline: SystemTime,
) -> Result<Vec<Outcome>, StoreError> {
    let time = deadline.duration_since(SystemTime::now()).unwrap_or_default();
    // A tenth is for the answer.
    let stored = tokio::time::timeout(time * 9 / 10, accept_all(store, events, arrival)).await;
    stored.unwrap_or(Err(StoreError::OutOfTime))
}

/// Stores the events and returns their outcomes in the same order. Different orders are written
/// concurrently, the events of one order one after the other, so that the first of two conflicting events
/// is stored. Once DynamoDB did not answer for one, no other is begun: each could take as long, and all of them more
/// time than there is.
///
/// # Errors
/// [`StoreError`] when DynamoDB did not answer for at least one event, or refuses it. Others may have been stored.
pub async fn accept_all(
    store: &EventStore,
    events: Vec<Value>,
    arrival: Arrival,
) -> Result<Vec<Outcome>, StoreError> {
    let mut outcomes: Vec<Option<Outcome>> = Vec::with_capacity(events.len());
    let mut warnings: Vec<Vec<FieldWarning>> = Vec::with_capacity(events.len());
    let mut orders: BTreeMap<OrderId, Vec<(usize, Event, EventText)>> = BTreeMap::new();
    for (i, json) in events.into_iter().enumerate() {
        let (event, warnings_of_event) = parse_with_warnings(&json, store.now());
        warnings.push(warnings_of_event);
        // Here as text, for its size, its hash and the outbox. The tree, several times as large, ends here.
        match event.and_then(|event| Ok((event, text_within_limit(&json)?))) {
            Ok((event, text)) => {
                orders.entry(event.order.id.clone()).or_default().push((i, event, text));
                outcomes.push(None);
            }
            Err(errors) => outcomes.push(Some(invalid(&json, errors))),
        }
    }
    outcomes.iter().flatten().for_each(log_outcome);
    let is_away = AtomicBool::new(false);
    // Unordered, and put back in order by index: a slow order must not hold up the others.
    let stored: Vec<Result<Vec<(usize, Outcome)>, StoreError>> = stream::iter(orders.into_values())
        .map(|events| accept_one_order(store, events, arrival, &is_away))
        .buffer_unordered(MAX_CONCURRENCY)
        .collect()
        .await;
    for of_one_order in stored {
        for (i, outcome) in of_one_order? {
            outcomes[i] = Some(outcome);
        }
    }
    let outcomes = outcomes.into_iter().flatten().zip(warnings);
    Ok(outcomes.map(|(outcome, warnings)| Outcome { warnings, ..outcome }).collect())
}

async fn accept_one_order(
    store: &EventStore,
    events: Vec<(usize, Event, EventText)>,
    arrival: Arrival,
    is_away: &AtomicBool,
) -> Result<Vec<(usize, Outcome)>, StoreError> {
    let mut outcomes = Vec::with_capacity(events.len());
    for (i, event, text) in events {
        if is_away.load(Ordering::Relaxed) {
            break;
        }
        let accepted = accept(store, event, &text, arrival).await;
        // What is refused for good is refused for itself, and its neighbours are stored.
        if accepted.as_ref().is_err_and(|error| !error.is_permanent()) {
            is_away.store(true, Ordering::Relaxed);
        }
        let outcome = accepted?;
        // Logged immediately: it is stored even if a later event fails and the whole request ends as an
        // error.
        log_outcome(&outcome);
        outcomes.push((i, outcome));
    }
    Ok(outcomes)
}

async fn accept(
    store: &EventStore,
    event: Event,
    text: &EventText,
    arrival: Arrival,
) -> Result<Outcome, StoreError> {
    let (result, correlation_id) = match store.put(&event, text, arrival).await? {
        PutOutcome::Stored(correlation_id) => (PublishResult::Accepted, correlation_id),
        PutOutcome::Duplicate(correlation_id) => (PublishResult::Duplicate, correlation_id),
        PutOutcome::Conflict => (PublishResult::Conflict, None),
    };
    Ok(Outcome {
        reference: Some(event.reference),
        order_id: Some(event.order.id),
        correlation_id,
        result,
        warnings: Vec::new(),
    })
}

/// An event's text.
///
/// # Errors
/// When it is larger than intake takes.
pub fn text_within_limit(json: &Value) -> Result<EventText, Vec<FieldError>> {
    let text = EventText::new(json);
    // Measured again as it is stored: in a batch or an EventBridge envelope, no earlier check has seen the
    // size of the single event.
    if text.byte_len() > MAX_EVENT_BYTES {
        let detail = format!("expected at most {MAX_EVENT_BYTES} bytes of JSON");
        return Err(vec![FieldError { pointer: String::new(), detail }]);
    }
    Ok(text)
}

fn invalid(json: &Value, errors: Vec<FieldError>) -> Outcome {
    // Best effort, so that the publisher can tell which event of a batch is invalid.
    let part = |name: &str| serde_json::from_value(json.get(name)?.clone()).ok();
    let reference = part("source")
        .zip(json.get("id").cloned())
        .and_then(|(source, id)| Some(EventRef { source, id: serde_json::from_value(id).ok()? }));
    Outcome { reference, ..Outcome::without_reference(PublishResult::Invalid(errors)) }
}

fn log_outcome(outcome: &Outcome) {
    count(match outcome.result {
        PublishResult::Accepted => Count::Accepted,
        PublishResult::Duplicate => Count::Duplicate,
        PublishResult::Conflict => Count::Conflict,
        PublishResult::Invalid(_) => Count::Invalid,
    });
    let event = outcome.reference.as_ref().map(EventRef::sort_key).unwrap_or_default();
    tracing::info!(
        result = outcome.result.as_str(),
        event,
        order_id = outcome.order_id.as_ref().map(OrderId::as_str),
        correlation_id = outcome.correlation_id.as_ref().map(CorrelationId::as_str),
        "event"
    );
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::AtomicUsize;
    use std::time::Duration;

    use aws_sdk_dynamodb::config::retry::RetryConfig;
    use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
    use aws_smithy_runtime_api::client::http::{
        HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
    };
    use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
    use aws_smithy_types::body::SdkBody;
    use kit::Clock;
    use shared::contract::event::MAX_BATCH_EVENTS;

    use super::*;

    /// DynamoDB that refuses each call with this code, or, without one, never answers.
    #[derive(Debug, Clone)]
    struct Away {
        code: Option<&'static str>,
        calls: Arc<AtomicUsize>,
    }

    impl HttpConnector for Away {
        fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
            self.calls.fetch_add(1, Ordering::Relaxed);
            let Some(code) = self.code else {
                return HttpConnectorFuture::new(std::future::pending());
            };
            let body = format!(r#"{{"__type":"com.amazonaws.dynamodb#{code}"}}"#);
            let status = 400.try_into().expect("a status");
            HttpConnectorFuture::ready(Ok(HttpResponse::new(status, SdkBody::from(body))))
        }
    }

    fn store(code: Option<&'static str>) -> (EventStore, Arc<AtomicUsize>) {
        let away = Away { code, calls: Arc::default() };
        let calls = Arc::clone(&away.calls);
        let connector = SharedHttpConnector::new(away);
        let config = aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .endpoint_url("http://tables.example")
            .region(Region::new("us-east-1"))
            .credentials_provider(Credentials::new("a", "b", None, None, "test"))
            .retry_config(RetryConfig::disabled())
            .http_client(http_client_fn(move |_, _| connector.clone()));
        let client = aws_sdk_dynamodb::Client::from_conf(config.build());
        (EventStore::new(client, "events".to_owned(), 90, Clock::system()), calls)
    }

    /// As many orders as a request may hold.
    fn orders() -> Vec<Value> {
        let sample = include_str!("../../local/samples/orders.jsonl").lines().next();
        let sample: Value = serde_json::from_str(sample.expect("a sample")).expect("JSON");
        let order = |n: usize| {
            let mut event = sample.clone();
            event["data"]["order"]["id"] = n.to_string().into();
            event
        };
        (0..MAX_BATCH_EVENTS).map(order).collect()
    }

    #[tokio::test]
    async fn while_the_store_hangs_a_publisher_is_answered_before_the_function_s_time_is_over() {
        let (store, calls) = store(None);
        let deadline = SystemTime::now() + Duration::from_secs(1);
        let accepted = accept_in_time(&store, orders(), Arrival::default(), deadline).await;
        assert!(matches!(accepted, Err(StoreError::OutOfTime)), "{accepted:?}");
        assert!(SystemTime::now() < deadline);
        assert_eq!(calls.load(Ordering::Relaxed), MAX_CONCURRENCY);
    }

    #[tokio::test]
    async fn once_the_store_does_not_answer_for_one_event_no_other_is_begun() {
        let (store, calls) = store(Some("AccessDeniedException"));
        let accepted = accept_all(&store, orders(), Arrival::default()).await;
        assert!(matches!(accepted, Err(StoreError::Put(_))), "{accepted:?}");
        assert!(calls.load(Ordering::Relaxed) <= MAX_CONCURRENCY);
    }

    #[tokio::test]
    async fn an_event_that_the_store_refuses_for_good_keeps_no_other_from_being_stored() {
        let (store, calls) = store(Some("ValidationException"));
        let accepted = accept_all(&store, orders(), Arrival::default()).await;
        assert!(accepted.is_err_and(|error| error.is_permanent()));
        assert_eq!(calls.load(Ordering::Relaxed), MAX_BATCH_EVENTS);
    }
}
