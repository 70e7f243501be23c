//! The Events table: order and outbox in one item.

use std::collections::HashMap;
use std::fmt;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValuesOnConditionCheckFailure};
use kit::{Clock, describe_sdk_error};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use shared::notification::ledger_key;
use shared::queue::message::DispatchRequest;
use shared::{CorrelationId, Event, Kind, OrderId, outbox};
use uuid::Uuid;

/// The partition of used signatures. No order id can begin with `#`, and relay skips such partitions.
const SIGNATURES_PARTITION: &str = "#signatures";

/// How long a used signature is remembered, in seconds: well beyond the five minutes that one is
/// valid, in either direction.
const SIGNATURE_RETENTION_SECONDS: i64 = 30 * 60;

const SECONDS_PER_DAY: i64 = 24 * 60 * 60;

/// The Events table.
#[derive(Debug, Clone)]
pub struct EventStore {
    client: Client,
    table: String,
    retention_days: i64,
    clock: Clock,
}

/// The store did not answer. The event may or may not be stored.
#[derive(thiserror::Error)]
#[error("the event store did not answer; publish the same events again: {}", describe_sdk_error(.0))]
pub struct StoreError(#[source] Box<SdkError<PutItemError>>);

// Lambda's runtime logs the error of an invocation by its `Debug`, and that of an `SdkError` holds the
// raw answer, so the item. `Display` goes through `describe_sdk_error`, which leaves it out.
impl fmt::Debug for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The result of a put, with the correlation id of the stored event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PutOutcome {
    /// It is stored now.
    Stored(Option<CorrelationId>),
    /// It had been stored, with the same type and data.
    Duplicate(Option<CorrelationId>),
    /// Another one is stored under its name.
    Conflict,
}

/// An item of the Events table: the order's event, the outbox message and the entry of the sweep
/// index in one. Times are milliseconds since 1970, `expires_at` is seconds (DynamoDB's TTL).
#[derive(Serialize)]
struct EventItem<'a> {
    order_id: &'a OrderId,
    event: String,
    r#type: Kind,
    #[serde(with = "serde_bytes")]
    message: Vec<u8>,
    #[serde(with = "serde_bytes")]
    payload_hash: [u8; HASH_LEN],
    #[serde(with = "serde_bytes")]
    receipt: [u8; 16],
    correlation_id: &'a CorrelationId,
    accepted_at: i64,
    ledger_key: String,
    sweep_bucket: String,
    sweep_at: i64,
    expires_at: i64,
}

/// A signature that was used, under the same keys.
#[derive(Serialize)]
struct SignatureItem<'a> {
    order_id: &'static str,
    event: &'a str,
    #[serde(with = "serde_bytes")]
    receipt: [u8; 16],
    expires_at: i64,
}

/// The part of a stored item that tells whose it is.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct StoredItem {
    #[serde(with = "serde_bytes")]
    payload_hash: Vec<u8>,
    #[serde(with = "serde_bytes")]
    receipt: Vec<u8>,
    correlation_id: Option<String>,
}

impl EventStore {
    /// The table called `table`, whose items expire after `retention_days`.
    #[must_use]
    pub const fn new(client: Client, table: String, retention_days: i64, clock: Clock) -> Self {
        Self { client, table, retention_days, clock }
    }

    /// Stores `event`, published as `json`, unless its name is taken: one conditional put.
    ///
    /// # Errors
    /// [`StoreError`] when DynamoDB did not answer after the SDK's retries.
    pub async fn put(&self, event: &Event, json: &Value) -> Result<PutOutcome, StoreError> {
        // Identifies this put. When its answer is lost and the SDK asks again, the condition fails on
        // our own item: without the receipt the publisher would hear "duplicate" of a new event. A
        // crash after the put leaves the event stored and unanswered: the publisher's retry, under
        // another receipt, is then a duplicate, and the stream carries the event on meanwhile.
        let receipt = Uuid::new_v4();
        let correlation_id = match &event.correlation_id {
            Some(given) => given.clone(),
            None => CorrelationId::parse(&receipt.to_string()).expect("a UUID is a correlation id"),
        };
        let item = self.item(event, json, receipt, &correlation_id);
        let payload_hash = item.payload_hash;
        Ok(match self.put_if_absent(&item).await? {
            None => PutOutcome::Stored(Some(correlation_id)),
            Some(stored) => put_outcome(&stored, &payload_hash, receipt),
        })
    }

    /// Uses up a signature: `true` the first time, `false` from then on, for as long as its time
    /// would be accepted.
    ///
    /// # Errors
    /// [`StoreError`] when DynamoDB did not answer after the SDK's retries.
    pub async fn consume(&self, signature: &str) -> Result<bool, StoreError> {
        let receipt = Uuid::new_v4();
        let item = SignatureItem {
            order_id: SIGNATURES_PARTITION,
            event: signature,
            receipt: receipt.into_bytes(),
            expires_at: self.clock.now().as_second() + SIGNATURE_RETENTION_SECONDS,
        };
        let stored = self.put_if_absent(&item).await?;
        Ok(stored.is_none_or(|stored| stored.is_from(receipt)))
    }

    /// One conditional put. Returns the item that is there already, if there is one.
    async fn put_if_absent(&self, item: &impl Serialize) -> Result<Option<StoredItem>, StoreError> {
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(to_item(item)))
            // The partition key is part of every item, so this says: no item under these two keys.
            .condition_expression("attribute_not_exists(order_id)")
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let Err(error) = put.send().await else {
            return Ok(None);
        };
        match error.as_service_error() {
            Some(PutItemError::ConditionalCheckFailedException(failed)) => {
                // An item that cannot be read is not ours: it has no receipt and another payload.
                let stored = failed.item().cloned().unwrap_or_default();
                Ok(Some(serde_dynamo::from_item(stored).unwrap_or_default()))
            }
            _ => Err(StoreError(Box::new(error))),
        }
    }

    fn item<'a>(
        &self,
        event: &'a Event,
        json: &Value,
        receipt: Uuid,
        correlation_id: &'a CorrelationId,
    ) -> EventItem<'a> {
        let now = self.clock.now();
        let now_ms = now.as_millisecond();
        EventItem {
            order_id: &event.order.id,
            event: event.reference.sort_key(),
            r#type: event.payload.kind(),
            message: outbox::pack(&DispatchRequest::body(json, now, correlation_id)),
            payload_hash: payload_hash(json),
            receipt: receipt.into_bytes(),
            correlation_id,
            accepted_at: now_ms,
            ledger_key: ledger_key(event),
            sweep_bucket: outbox::bucket(&event.order.id, now_ms),
            sweep_at: now_ms,
            expires_at: now.as_second() + self.retention_days * SECONDS_PER_DAY,
        }
    }
}

impl StoredItem {
    /// Whether the put with this receipt wrote it.
    fn is_from(&self, receipt: Uuid) -> bool {
        self.receipt == receipt.as_bytes()
    }
}

fn put_outcome(stored: &StoredItem, payload_hash: &[u8], receipt: Uuid) -> PutOutcome {
    let id = stored.correlation_id.as_deref().and_then(|id| CorrelationId::parse(id).ok());
    if stored.is_from(receipt) {
        PutOutcome::Stored(id)
    } else if stored.payload_hash == payload_hash {
        PutOutcome::Duplicate(id)
    } else {
        PutOutcome::Conflict
    }
}

fn to_item(fields: &impl Serialize) -> HashMap<String, AttributeValue> {
    serde_dynamo::to_item(fields).expect("strings, numbers and bytes are attributes without fail")
}

/// Half of SHA-256: enough to tell two payloads apart, and it leaves room in the write unit.
const HASH_LEN: usize = 16;

/// A hash of what makes two events of one name the same: type and data, with sorted keys. Time, trace
/// context and other attributes of the envelope may differ between a publisher's attempts.
fn payload_hash(event: &Value) -> [u8; HASH_LEN] {
    let payload = json!([event["type"], event["data"]]).to_string();
    let digest: [u8; 32] = Sha256::digest(payload.as_bytes()).into();
    std::array::from_fn(|i| digest[i])
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_dynamodb::primitives::Blob;

    #[test]
    fn a_retry_with_another_time_is_the_same_event_and_other_data_is_not() {
        let first = json!({"type": "t", "time": "a", "data": {"x": 1, "y": 2}});
        let retry = json!({"data": {"y": 2, "x": 1}, "time": "b", "type": "t"});
        let other = json!({"type": "t", "time": "a", "data": {"x": 2, "y": 2}});
        assert_eq!(payload_hash(&first), payload_hash(&retry));
        assert_ne!(payload_hash(&first), payload_hash(&other));
    }

    #[test]
    fn an_item_has_the_attributes_that_relay_the_index_and_the_command_read() {
        let (order_id, correlation_id) = (OrderId::parse("1001"), CorrelationId::parse("c-1"));
        let item = to_item(&EventItem {
            order_id: &order_id.expect("valid"),
            event: "shop e-1".to_owned(),
            r#type: Kind::OrderConfirmed,
            message: vec![1, 2],
            payload_hash: [3; HASH_LEN],
            receipt: [4; 16],
            correlation_id: &correlation_id.expect("valid"),
            accepted_at: 5,
            ledger_key: "order.confirmed##customer".to_owned(),
            sweep_bucket: "0#1".to_owned(),
            sweep_at: 6,
            expires_at: 7,
        });
        let text = |value: &str| AttributeValue::S(value.to_owned());
        let number = |value: &str| AttributeValue::N(value.to_owned());
        let bytes = |value: Vec<u8>| AttributeValue::B(Blob::new(value));
        let expected = [
            ("order_id", text("1001")),
            ("event", text("shop e-1")),
            ("type", text("order.confirmed")),
            ("message", bytes(vec![1, 2])),
            ("payload_hash", bytes(vec![3; 16])),
            ("receipt", bytes(vec![4; 16])),
            ("correlation_id", text("c-1")),
            ("accepted_at", number("5")),
            ("ledger_key", text("order.confirmed##customer")),
            ("sweep_bucket", text("0#1")),
            ("sweep_at", number("6")),
            ("expires_at", number("7")),
        ];
        assert_eq!(item, expected.map(|(name, value)| (name.to_owned(), value)).into());
    }

    #[test]
    fn a_stored_item_is_this_put_a_duplicate_or_a_conflict() {
        let (ours, theirs) = (Uuid::new_v4(), Uuid::new_v4());
        let stored = StoredItem {
            payload_hash: vec![1; HASH_LEN],
            receipt: ours.as_bytes().to_vec(),
            correlation_id: Some("c-1".to_owned()),
        };
        let id = CorrelationId::parse("c-1").ok();
        // The receipt comes first: the SDK's second attempt finds the item of its first.
        assert_eq!(put_outcome(&stored, &[2; HASH_LEN], ours), PutOutcome::Stored(id.clone()));
        assert_eq!(put_outcome(&stored, &[1; HASH_LEN], theirs), PutOutcome::Duplicate(id));
        assert_eq!(put_outcome(&stored, &[2; HASH_LEN], theirs), PutOutcome::Conflict);
        let foreign = StoredItem::default();
        assert_eq!(put_outcome(&foreign, &[1; HASH_LEN], theirs), PutOutcome::Conflict);
    }
}
