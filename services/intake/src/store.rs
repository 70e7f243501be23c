//! The Events table: order and outbox in one item.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValuesOnConditionCheckFailure};
use jiff::Timestamp;
use kit::describe_service_error;
use kit::{Clock, describe_sdk_error};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use shared::notification::ledger_key;
use shared::queue::message::DispatchRequest;
use shared::{CorrelationId, Event, outbox};
use uuid::Uuid;

/// The partition of signatures that were used. No order id can begin with `#`; relay passes it by.
const SIGNATURES: &str = "#signatures";

/// How long they are remembered, in seconds: well beyond the five minutes that a signature is good
/// for, in either direction.
const SIGNATURES_KEPT: i64 = 30 * 60;

type Attributes = HashMap<String, AttributeValue>;

/// The Events table.
#[derive(Debug, Clone)]
pub struct EventStore {
    client: Client,
    table: String,
    retention_days: i64,
    clock: Clock,
}

/// The store did not answer. What was asked for may or may not have been done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the event store did not answer; publish the same events again: {0}")]
pub struct StoreError(String);

/// What a put came to. With the correlation id of the stored event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PutOutcome {
    /// It is stored now.
    Stored(Option<CorrelationId>),
    /// It had been stored, with the same type and data.
    SameExists(Option<CorrelationId>),
    /// Another one is stored under its name.
    OtherExists,
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
        // Names this very put: when an answer is lost and the SDK asks again, the second answer
        // finds the first one's item and knows it for its own.
        let receipt = Uuid::new_v4();
        let correlation_id = match &event.correlation_id {
            Some(given) => given.clone(),
            None => CorrelationId::parse(&receipt.to_string()).expect("a UUID is a correlation id"),
        };
        let hash = payload_hash(json);
        let item = self.item(event, json, &hash, receipt, &correlation_id);
        Ok(match self.put_if_absent(item).await? {
            None => PutOutcome::Stored(Some(correlation_id)),
            Some(there) => compare(&there, &hash, receipt),
        })
    }

    /// Uses up a signature: `true` the first time, `false` ever after (that is, until no clock
    /// would accept it any more).
    ///
    /// # Errors
    /// [`StoreError`] when DynamoDB did not answer after the SDK's retries.
    pub async fn consume(&self, signature: &str) -> Result<bool, StoreError> {
        let expires_at = self.clock.now().as_second() + SIGNATURES_KEPT;
        let receipt = Uuid::new_v4();
        let item = HashMap::from([
            ("order_id".to_owned(), AttributeValue::S(SIGNATURES.to_owned())),
            ("event".to_owned(), AttributeValue::S(signature.to_owned())),
            ("receipt".to_owned(), bytes(receipt.as_bytes().to_vec())),
            ("expires_at".to_owned(), AttributeValue::N(expires_at.to_string())),
        ]);
        let there = self.put_if_absent(item).await?;
        Ok(there.is_none_or(|there| is_ours(&there, receipt)))
    }

    /// One conditional put; what stood in its way, if anything did.
    async fn put_if_absent(&self, item: Attributes) -> Result<Option<Attributes>, StoreError> {
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(order_id)")
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        match put.send().await {
            Ok(_) => Ok(None),
            Err(SdkError::ServiceError(refusal)) => match refusal.into_err() {
                PutItemError::ConditionalCheckFailedException(failed) => {
                    Ok(Some(failed.item.unwrap_or_default()))
                }
                other => Err(StoreError(describe_service_error(&other))),
            },
            Err(other) => Err(StoreError(describe_sdk_error(&other))),
        }
    }

    fn item(
        &self,
        event: &Event,
        json: &Value,
        hash: &[u8],
        receipt: Uuid,
        correlation_id: &CorrelationId,
    ) -> Attributes {
        let now: Timestamp = self.clock.now();
        let now_ms = now.as_millisecond();
        let text = |value: &str| AttributeValue::S(value.to_owned());
        let number = |value: i64| AttributeValue::N(value.to_string());
        let message = DispatchRequest::body(json, now, correlation_id);
        HashMap::from([
            ("order_id".to_owned(), text(event.order.id.as_str())),
            ("event".to_owned(), text(&event.reference.sort_key())),
            ("type".to_owned(), text(event.payload.kind().as_str())),
            ("message".to_owned(), bytes(outbox::pack(&message))),
            ("payload_hash".to_owned(), bytes(hash.to_vec())),
            ("receipt".to_owned(), bytes(receipt.as_bytes().to_vec())),
            ("correlation_id".to_owned(), text(correlation_id.as_str())),
            ("accepted_at".to_owned(), number(now_ms)),
            ("ledger_key".to_owned(), text(&ledger_key(event))),
            ("sweep_bucket".to_owned(), text(&outbox::bucket(&event.order.id, now_ms))),
            ("sweep_at".to_owned(), number(now_ms)),
            ("expires_at".to_owned(), number(now.as_second() + self.retention_days * 24 * 60 * 60)),
        ])
    }
}

fn compare(stored: &Attributes, hash: &[u8], receipt: Uuid) -> PutOutcome {
    let id = stored.get("correlation_id").and_then(|id| id.as_s().ok());
    let correlation_id = id.and_then(|id| CorrelationId::parse(id).ok());
    if is_ours(stored, receipt) {
        PutOutcome::Stored(correlation_id)
    } else if holds(stored, "payload_hash", hash) {
        PutOutcome::SameExists(correlation_id)
    } else {
        PutOutcome::OtherExists
    }
}

/// Whether `stored` was put by the call that this receipt names.
fn is_ours(stored: &Attributes, receipt: Uuid) -> bool {
    holds(stored, "receipt", receipt.as_bytes())
}

fn holds(stored: &Attributes, name: &str, value: &[u8]) -> bool {
    let there = stored.get(name).and_then(|there| there.as_b().ok());
    there.is_some_and(|there| there.as_ref() == value)
}

fn bytes(value: Vec<u8>) -> AttributeValue {
    AttributeValue::B(Blob::new(value))
}

/// What makes two events with one name the same: type and data. Time, trace context and other
/// attributes of the envelope may differ between a publisher's attempts. Keys are sorted. Half of
/// SHA-256 is enough to tell two payloads apart, and leaves room in the write unit.
fn payload_hash(event: &Value) -> [u8; 16] {
    let payload = json!([event["type"], event["data"]]).to_string();
    let digest: [u8; 32] = Sha256::digest(payload.as_bytes()).into();
    std::array::from_fn(|i| digest[i])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_retry_with_another_time_is_the_same_event_and_other_data_is_not() {
        let first = json!({"type": "t", "time": "a", "data": {"x": 1, "y": 2}});
        let retry = json!({"data": {"y": 2, "x": 1}, "time": "b", "type": "t"});
        let other = json!({"type": "t", "time": "a", "data": {"x": 2, "y": 2}});
        assert_eq!(payload_hash(&first), payload_hash(&retry));
        assert_ne!(payload_hash(&first), payload_hash(&other));
    }
}
