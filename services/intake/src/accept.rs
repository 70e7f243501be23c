//! Parses and stores published events; each has an [`Outcome`].

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::SystemTime;

use futures::{StreamExt, stream};
use jiff::{SignedDuration, Timestamp};
use kit::telemetry::{Count, count};
use kit::{ShopDirectory, ShopError};
use serde_json::Value;
use shared::contract::event::MAX_EVENT_BYTES;
use shared::contract::warnings::parse_with_warnings;
use shared::queue::arrival::Arrival;
use shared::routing::Routing;
use shared::{
    CorrelationId, Event, EventRef, FieldError, FieldWarning, OrderKey, ShopId, ShopSettings,
};

use crate::outcome::{Outcome, PublishResult};
use crate::stale;
use crate::store::{EventStore, EventText, PutOutcome, StoreError};

/// What tells the acceptances of two events of a request apart: the ledger's times are in milliseconds.
const MILLISECOND: SignedDuration = SignedDuration::from_millis(1);

/// How many orders are written at the same time.
const MAX_CONCURRENCY: usize = 16;

/// Why not all events were stored. The publisher repeats them.
#[derive(Debug, thiserror::Error)]
pub enum AcceptError {
    /// DynamoDB did not answer for at least one event, or refuses it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A shop's settings were never read, so nobody knows whether there is such a shop.
    #[error("publish the same events again: {0}")]
    Shop(#[from] ShopError),
}

impl AcceptError {
    /// Whether it will be so each time, however long its publisher waits.
    pub fn is_permanent(&self) -> bool {
        matches!(self, Self::Store(error) if error.is_permanent())
    }
}

/// What a publisher may publish, and where it goes.
#[derive(Debug, Clone, Copy)]
pub struct Publishing<'a> {
    /// Where the events are stored.
    pub store: &'a EventStore,
    /// The settings of their shops.
    pub shops: &'a ShopDirectory,
    /// The only shop that they may be about, which they need not name; `None` for any that they name.
    pub only: Option<&'a ShopId>,
}

/// An event of a batch with its position there, its text and who gets its mails.
type Routed = (usize, Event, EventText, Routing);

/// [`accept_all`] for a publisher who waits for the answer, before Lambda ends the invocation at `deadline`: cut off by
/// that, it would end as a failure that says nothing.
///
/// # Errors
/// As [`accept_all`], and [`StoreError::OutOfTime`].
pub async fn accept_in_time(
    to: Publishing<'_>,
    events: Vec<Value>,
    arrival: Arrival,
    deadline: SystemTime,
) -> Result<Vec<Outcome>, AcceptError> {
    let time = deadline.duration_since(SystemTime::now()).unwrap_or_default();
    // A tenth is for the answer.
    let stored = tokio::time::timeout(time * 9 / 10, accept_all(to, events, arrival)).await;
    stored.unwrap_or(Err(AcceptError::Store(StoreError::OutOfTime)))
}

/// Stores the events and returns their outcomes in the same order. Different orders are written
/// concurrently, the events of one order one after the other, so that the first of two conflicting events
/// is stored. Once DynamoDB did not answer for one, no other is begun: each could take as long, and all of them more
/// time than there is. A shop whose settings are no valid document holds up its own events alone.
///
/// # Errors
/// [`AcceptError`] when DynamoDB did not answer for at least one event, or refuses it, or a shop's settings are not known.
/// Others may have been stored.
pub async fn accept_all(
    to: Publishing<'_>,
    events: Vec<Value>,
    arrival: Arrival,
) -> Result<Vec<Outcome>, AcceptError> {
    let mut outcomes: Vec<Option<Outcome>> = Vec::with_capacity(events.len());
    let mut warnings: Vec<Vec<FieldWarning>> = Vec::with_capacity(events.len());
    let mut orders: BTreeMap<OrderKey, Vec<Routed>> = BTreeMap::new();
    let mut unknown_shop = None;
    for (i, mut json) in events.into_iter().enumerate() {
        let shop = to.only.map_or(Ok(()), |only| name_shop(&mut json, only));
        let now = to.store.now();
        let (event, mut warnings_of_event) = parse_with_warnings(&json, now);
        warnings_of_event
            .extend(event.iter().filter_map(|event| stale::warning(event, arrival, now)));
        warnings.push(warnings_of_event);
        // Here as text, for its size, its hash and the outbox. The tree, several times as large, ends here.
        let event = shop.and(event).and_then(|event| Ok((event, text_within_limit(&json)?)));
        let event = match event {
            Ok((event, text)) => match route(to.shops, event, text).await {
                Ok(routed) => routed,
                // Where the table does not answer, it answers for no other shop either.
                Err(error) if !error.is_of_this_shop() => return Err(error.into()),
                Err(error) => {
                    unknown_shop = Some(error);
                    outcomes.push(None);
                    continue;
                }
            },
            Err(errors) => Err(errors),
        };
        match event {
            Ok((event, text, routing)) => {
                let order = OrderKey::of_event(&event);
                orders.entry(order).or_default().push((i, event, text, routing));
                outcomes.push(None);
            }
            Err(errors) => outcomes.push(Some(invalid(&json, errors))),
        }
    }
    outcomes.iter().flatten().for_each(log_outcome);
    let is_away = AtomicBool::new(false);
    // Unordered, and put back in order by index: a slow order must not hold up the others.
    let stored: Vec<Result<Vec<(usize, Outcome)>, StoreError>> = stream::iter(orders.into_values())
        .map(|events| accept_one_order(to.store, events, arrival, &is_away))
        .buffer_unordered(MAX_CONCURRENCY)
        .collect()
        .await;
    for of_one_order in stored {
        for (i, outcome) in of_one_order? {
            outcomes[i] = Some(outcome);
        }
    }
    if let Some(error) = unknown_shop {
        return Err(error.into());
    }
    let outcomes = outcomes.into_iter().flatten().zip(warnings);
    Ok(outcomes.map(|(outcome, warnings)| Outcome { warnings, ..outcome }).collect())
}

/// Names the only shop that an event may be about, where it names none.
fn name_shop(event: &mut Value, only: &ShopId) -> Result<(), Vec<FieldError>> {
    // What is no object is refused by its parser.
    let Value::Object(members) = event else { return Ok(()) };
    let named = members.entry("shop").or_insert(Value::Null);
    match named {
        Value::Null => *named = Value::String(only.to_string()),
        Value::String(text) if text.is_empty() => *text = only.to_string(),
        Value::String(text) if text == only.as_str() => {}
        _ => {
            let detail = format!("expected {only}, the shop that the path names, or none");
            return Err(vec![FieldError { pointer: "/shop".to_owned(), detail }]);
        }
    }
    Ok(())
}

/// Decides who gets the mails of an event by its shop's settings; refuses it if there is no such shop.
async fn route(
    shops: &ShopDirectory,
    event: Event,
    text: EventText,
) -> Result<Result<(Event, EventText, Routing), Vec<FieldError>>, ShopError> {
    let settings: &ShopSettings = &*match shops.settings(&event.shop).await {
        Ok(settings) => settings,
        Err(unknown @ ShopError::Unknown(_)) => {
            let detail = format!("expected a known shop: {unknown}");
            return Ok(Err(vec![FieldError { pointer: "/shop".to_owned(), detail }]));
        }
        Err(unavailable) => return Err(unavailable),
    };
    let routing = Routing::new(settings, &event);
    Ok(Ok((event, text, routing)))
}

/// Of two events without a time, the one that was accepted later is the newer news: no two of a request are accepted in
/// the same millisecond.
fn accepted_after(before: Timestamp, now: Timestamp) -> Timestamp {
    now.max(before + MILLISECOND)
}

async fn accept_one_order(
    store: &EventStore,
    events: Vec<Routed>,
    arrival: Arrival,
    is_away: &AtomicBool,
) -> Result<Vec<(usize, Outcome)>, StoreError> {
    let mut outcomes = Vec::with_capacity(events.len());
    let mut accepted_at = Timestamp::UNIX_EPOCH;
    for (i, event, text, routing) in events {
        if is_away.load(Ordering::Relaxed) {
            break;
        }
        accepted_at = accepted_after(accepted_at, store.now());
        let accepted = accept(store, event, &text, &routing, accepted_at, arrival).await;
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
    routing: &Routing,
    accepted_at: Timestamp,
    arrival: Arrival,
) -> Result<Outcome, StoreError> {
    let put = store.put(&event, text, routing, accepted_at, arrival).await?;
    let (result, correlation_id) = match put {
        PutOutcome::Stored(correlation_id) => (PublishResult::Accepted, correlation_id),
        PutOutcome::Duplicate(correlation_id) => (PublishResult::Duplicate, correlation_id),
        PutOutcome::Conflict => (PublishResult::Conflict, None),
    };
    Ok(Outcome {
        order: Some(OrderKey::of_event(&event)),
        reference: Some(event.reference),
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
        shop = outcome.order.as_ref().map(|order| order.shop.as_str()),
        order_id = outcome.order.as_ref().map(|order| order.order_id.as_str()),
        correlation_id = outcome.correlation_id.as_ref().map(CorrelationId::as_str),
        "event"
    );
}

#[cfg(test)]
mod tests;
