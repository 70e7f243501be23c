//! The Events table: event and outbox message in one item.

use std::collections::HashMap;
use std::fmt;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValuesOnConditionCheckFailure};
use jiff::Timestamp;
use kit::{Clock, describe_sdk_error};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};
use sha2::{Digest, Sha256};
use shared::notification::{AddressHash, ledger_key};
use shared::queue::arrival::Arrival;
use shared::queue::message::DispatchRequest;
use shared::routing::Routing;
use shared::{CorrelationId, Event, Kind, OrderKey, lookup, outbox};
use uuid::Uuid;

const SECONDS_PER_DAY: i64 = 24 * 60 * 60;

/// The Events table.
#[derive(Debug, Clone)]
pub struct EventStore {
    client: Client,
    table: String,
    retention_days: i64,
    clock: Clock,
}

/// Not every event was stored, or it is not known whether it was.
#[derive(thiserror::Error)]
pub enum StoreError {
    /// DynamoDB did not answer.
    #[error("the event store did not answer; publish the same events again: {}", describe_sdk_error(.0))]
    Put(#[source] Box<SdkError<PutItemError>>),
    /// DynamoDB answers, but too slowly for all of the events.
    #[error(
        "the event store did not take all events within one invocation's time; publish the same events again"
    )]
    OutOfTime,
}

impl StoreError {
    /// Whether DynamoDB will refuse this event each time, however long its publisher waits.
    pub(crate) fn is_permanent(&self) -> bool {
        matches!(self, Self::Put(error) if error.code() == Some("ValidationException"))
    }
}

// Lambda's runtime logs an invocation's error by `Debug`. The `Debug` of an `SdkError` contains the raw
// response, and so the item with personal data; `Display` goes through `describe_sdk_error`, which omits
// it.
impl fmt::Debug for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The result of a put, with the correlation id of the stored event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PutOutcome {
    /// This put stored it.
    Stored(Option<CorrelationId>),
    /// It was stored before, with the same type and data.
    Duplicate(Option<CorrelationId>),
    /// Another event with the same source and id was stored before.
    Conflict,
}

/// A published event as text, and what tells it from another with the same source and id.
#[derive(Debug)]
pub struct EventText {
    json: Box<RawValue>,
    payload_hash: [u8; HASH_LEN],
}

impl EventText {
    /// The text of an event that was parsed from `json`.
    #[must_use]
    pub fn new(json: &Value) -> Self {
        let text = to_raw_value(json).expect("a JSON value serialises without fail");
        Self { json: text, payload_hash: payload_hash(json) }
    }

    /// Its length in bytes, without white space between the members.
    #[must_use]
    pub fn byte_len(&self) -> usize {
        self.json.get().len()
    }

    /// What a stored event with the same source and id has as `digest`, if it is the same event.
    #[must_use]
    pub const fn payload_hash(&self) -> &[u8] {
        &self.payload_hash
    }
}

/// An item of the Events table: event, outbox message and entries of the indexes in one. Times are in
/// milliseconds since 1970, except `expires_at`, which is in seconds (DynamoDB's TTL).
#[derive(Serialize)]
struct EventItem<'a> {
    order_key: &'a OrderKey,
    event: String,
    r#type: Kind,
    #[serde(with = "serde_bytes")]
    message: Vec<u8>,
    #[serde(with = "serde_bytes")]
    digest: [u8; HASH_LEN],
    #[serde(with = "serde_bytes", skip_serializing_if = "Option::is_none")]
    receipt: Option<[u8; 16]>,
    correlation_id: &'a CorrelationId,
    accepted_at: i64,
    ledger_key: String,
    /// The address hashes of those who get a copy. With them the sweep finds their records too.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    copies: Vec<String>,
    /// The hash of the customer's address. With it the sweep knows an event that corrects the address: none of a kind
    /// that the shop has turned off.
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<String>,
    sweep_bucket: String,
    sweep_at: i64,
    address_key: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    number_key: Option<String>,
    expires_at: i64,
}

/// The part of a stored item that identifies the put that wrote it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct StoredItem {
    #[serde(with = "serde_bytes")]
    digest: Vec<u8>,
    #[serde(with = "serde_bytes")]
    receipt: Vec<u8>,
    correlation_id: Option<String>,
}

impl EventStore {
    /// The table `table`, whose items expire after `retention_days`.
    #[must_use]
    pub const fn new(client: Client, table: String, retention_days: i64, clock: Clock) -> Self {
        Self { client, table, retention_days, clock }
    }

    /// The time by the store's clock.
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Stores `event`, published as `text`, arrived at `arrival` and accepted at `accepted_at`, with who gets its
    /// mails, unless an event with its source and id exists: one conditional put.
    ///
    /// # Errors
    /// [`StoreError`] when DynamoDB did not answer after the SDK's retries.
    pub async fn put(
        &self,
        event: &Event,
        text: &EventText,
        routing: &Routing,
        accepted_at: Timestamp,
        arrival: Arrival,
    ) -> Result<PutOutcome, StoreError> {
        // Identifies this put. If its answer is lost and the SDK repeats it, the condition fails because of
        // our own item; without the receipt, a new event would be answered as a duplicate. After a crash
        // behind the put, the event is stored but not answered: the publisher's retry has another receipt
        // and is a duplicate, and the stream delivers the event in any case.
        let receipt = Uuid::new_v4();
        let correlation_id = match &event.correlation_id {
            Some(given) => given.clone(),
            None => CorrelationId::parse(&receipt.to_string()).expect("a UUID is a correlation id"),
        };
        let order = OrderKey::of_event(event);
        let message = DispatchRequest::body_of_arrival(
            &text.json,
            accepted_at,
            &correlation_id,
            routing,
            arrival.before(accepted_at),
            arrival.forced_at.map(|at| at + event.payload.kind().send_within()),
        );
        let packed = (outbox::pack(&message), text.payload_hash);
        let mut item = self.item(&order, event, packed, &correlation_id, accepted_at);
        let hash = |address| AddressHash::new(&event.shop, address).to_string();
        item.copies = routing.copies.iter().map(hash).collect();
        item.to = (!routing.is_off).then(|| hash(&event.order.customer.email));
        // Otherwise the correlation id is the receipt, and the item stays small: see `StoredItem::is_from`.
        item.receipt = event.correlation_id.is_some().then(|| receipt.into_bytes());
        Ok(match self.put_if_absent(&item).await? {
            None => PutOutcome::Stored(Some(correlation_id)),
            Some(stored) => put_outcome(&stored, &text.payload_hash, receipt),
        })
    }

    /// One conditional put. Returns the existing item with the same keys, if there is one.
    async fn put_if_absent(&self, item: &EventItem<'_>) -> Result<Option<StoredItem>, StoreError> {
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(to_item(item)))
            // Every item has a partition key, so this means that no item with the same two keys exists.
            .condition_expression("attribute_not_exists(order_key)")
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let Err(error) = put.send().await else {
            return Ok(None);
        };
        match error.as_service_error() {
            Some(PutItemError::ConditionalCheckFailedException(failed)) => {
                // An item that cannot be deserialized was not written here, and counts as a conflict.
                let stored = failed.item().cloned().unwrap_or_default();
                Ok(Some(serde_dynamo::from_item(stored).unwrap_or_default()))
            }
            _ => Err(StoreError::Put(Box::new(error))),
        }
    }

    fn item<'a>(
        &self,
        order: &'a OrderKey,
        event: &'a Event,
        (message, digest): (Vec<u8>, [u8; HASH_LEN]),
        correlation_id: &'a CorrelationId,
        now: Timestamp,
    ) -> EventItem<'a> {
        let now_ms = now.as_millisecond();
        EventItem {
            order_key: order,
            event: event.reference.sort_key(),
            r#type: event.payload.kind(),
            message,
            digest,
            receipt: None,
            correlation_id,
            accepted_at: now_ms,
            ledger_key: ledger_key(event),
            copies: Vec::new(),
            to: None,
            sweep_bucket: outbox::bucket(order, now_ms),
            sweep_at: now_ms,
            address_key: lookup::address_key(&event.shop, event.order.customer.email.expose()),
            number_key: lookup::indexed_number_key(&event.shop, &event.order),
            expires_at: now.as_second() + self.retention_days * SECONDS_PER_DAY,
        }
    }
}

impl StoredItem {
    /// Whether the put with this receipt wrote the item.
    fn is_from(&self, receipt: Uuid) -> bool {
        // No publisher's correlation id is the random one that this put has just made.
        self.receipt == receipt.as_bytes()
            || self.correlation_id.as_deref() == Some(receipt.to_string().as_str())
    }
}

fn put_outcome(stored: &StoredItem, payload_hash: &[u8], receipt: Uuid) -> PutOutcome {
    let id = stored.correlation_id.as_deref().and_then(|id| CorrelationId::parse(id).ok());
    if stored.is_from(receipt) {
        PutOutcome::Stored(id)
    } else if stored.digest == payload_hash {
        PutOutcome::Duplicate(id)
    } else {
        PutOutcome::Conflict
    }
}

fn to_item(fields: &impl Serialize) -> HashMap<String, AttributeValue> {
    serde_dynamo::to_item(fields).expect("strings, numbers and bytes are attributes without fail")
}

/// A part of a SHA-256 digest, which is enough to tell two payloads apart and keeps the item small: a write
/// unit covers 1 KB.
const HASH_LEN: usize = 12;

/// A hash of what must be equal for a duplicate: type and data. Time, trace context and other attributes of
/// the envelope may differ between a publisher's attempts.
fn payload_hash(event: &Value) -> [u8; HASH_LEN] {
    // serde_json sorts the keys of an object, so the publisher's order of members does not matter.
    let payload = serde_json::to_vec(&(&event["type"], &event["data"]));
    let payload = payload.expect("a JSON value serialises without fail");
    let digest: [u8; 32] = Sha256::digest(&payload).into();
    std::array::from_fn(|i| digest[i])
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_dynamodb::primitives::Blob;
    use serde_json::json;
    use shared::lookup::{BY_ADDRESS, BY_NUMBER};

    #[test]
    fn a_retry_with_another_time_is_the_same_event_and_other_data_is_not() {
        let first = json!({"type": "t", "time": "a", "data": {"x": 1, "y": 2}});
        let retry = json!({"data": {"y": 2, "x": 1}, "time": "b", "type": "t"});
        let other = json!({"type": "t", "time": "a", "data": {"x": 2, "y": 2}});
        assert_eq!(payload_hash(&first), payload_hash(&retry));
        assert_ne!(payload_hash(&first), payload_hash(&other));
        assert_eq!(EventText::new(&retry).payload_hash(), payload_hash(&first));
    }

    #[test]
    fn an_item_has_the_attributes_that_relay_the_index_and_the_command_read() {
        let order = OrderKey::parse("north/1001").expect("valid");
        let correlation_id = CorrelationId::parse("c-1");
        let item = to_item(&EventItem {
            order_key: &order,
            event: "shop e-1".to_owned(),
            r#type: Kind::OrderConfirmed,
            message: vec![1, 2],
            digest: [3; HASH_LEN],
            receipt: Some([4; 16]),
            correlation_id: &correlation_id.expect("valid"),
            accepted_at: 5,
            ledger_key: "order.confirmed##customer".to_owned(),
            copies: vec!["IsKbxIjX".to_owned()],
            to: Some("AAAAAAAA".to_owned()),
            sweep_bucket: "0#1".to_owned(),
            sweep_at: 6,
            address_key: "a".to_owned(),
            number_key: Some("n".to_owned()),
            expires_at: 7,
        });
        let text = |value: &str| AttributeValue::S(value.to_owned());
        let number = |value: &str| AttributeValue::N(value.to_owned());
        let bytes = |value: Vec<u8>| AttributeValue::B(Blob::new(value));
        let expected = [
            ("order_key", text("north/1001")),
            ("event", text("shop e-1")),
            ("type", text("order.confirmed")),
            ("message", bytes(vec![1, 2])),
            ("digest", bytes(vec![3; HASH_LEN])),
            ("receipt", bytes(vec![4; 16])),
            ("correlation_id", text("c-1")),
            ("accepted_at", number("5")),
            ("ledger_key", text("order.confirmed##customer")),
            ("copies", AttributeValue::L(vec![text("IsKbxIjX")])),
            ("to", text("AAAAAAAA")),
            ("sweep_bucket", text("0#1")),
            ("sweep_at", number("6")),
            (BY_ADDRESS.attribute, text("a")),
            (BY_NUMBER.attribute, text("n")),
            ("expires_at", number("7")),
        ];
        assert_eq!(item, expected.map(|(name, value)| (name.to_owned(), value)).into());
    }

    #[test]
    fn what_lambda_logs_of_an_error_is_its_sentence() {
        let error = format!("{:?}", StoreError::OutOfTime);
        assert!(error.ends_with("publish the same events again"), "{error}");
    }

    #[test]
    fn an_item_expires_after_the_retention() {
        let config = aws_sdk_dynamodb::Config::builder()
            .behavior_version(aws_sdk_dynamodb::config::BehaviorVersion::latest())
            .build();
        let client = Client::from_conf(config);
        let store = EventStore::new(client, "events".to_owned(), 90, Clock::system());
        let sample = include_str!("../../local/samples/orders.jsonl").lines().next();
        let sample: Value = serde_json::from_str(sample.expect("a sample")).expect("JSON");
        let at = Timestamp::from_second(1_763_900_000).expect("a time");
        let (event, _) = shared::contract::warnings::parse_with_warnings(&sample, at);
        let (event, id) = (event.expect("valid"), CorrelationId::parse("c-1").expect("valid"));
        let order = OrderKey::of_event(&event);
        let item = store.item(&order, &event, (Vec::new(), [0; HASH_LEN]), &id, at);
        assert_eq!(item.expires_at, 1_763_900_000 + 90 * 86_400);
        assert_eq!((item.accepted_at, item.sweep_at), (1_763_900_000_000, 1_763_900_000_000));
    }

    #[test]
    fn a_stored_item_is_this_put_a_duplicate_or_a_conflict() {
        let (ours, theirs) = (Uuid::new_v4(), Uuid::new_v4());
        let stored = StoredItem {
            digest: vec![1; HASH_LEN],
            receipt: ours.as_bytes().to_vec(),
            correlation_id: Some("c-1".to_owned()),
        };
        let id = CorrelationId::parse("c-1").ok();
        // The receipt is compared first, because the SDK's second attempt finds the item of its first.
        assert_eq!(put_outcome(&stored, &[2; HASH_LEN], ours), PutOutcome::Stored(id.clone()));
        assert_eq!(put_outcome(&stored, &[1; HASH_LEN], theirs), PutOutcome::Duplicate(id));
        assert_eq!(put_outcome(&stored, &[2; HASH_LEN], theirs), PutOutcome::Conflict);
        // Without a publisher's correlation id, the put's own is its receipt.
        let own = StoredItem {
            digest: vec![1; HASH_LEN],
            receipt: Vec::new(),
            correlation_id: Some(ours.to_string()),
        };
        let id = CorrelationId::parse(&ours.to_string()).ok();
        assert_eq!(put_outcome(&own, &[2; HASH_LEN], ours), PutOutcome::Stored(id.clone()));
        assert_eq!(put_outcome(&own, &[1; HASH_LEN], theirs), PutOutcome::Duplicate(id));
        let foreign = StoredItem::default();
        assert_eq!(put_outcome(&foreign, &[1; HASH_LEN], theirs), PutOutcome::Conflict);
    }
}
