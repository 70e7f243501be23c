//! Events and dispatch messages for the unit tests.

use std::sync::Arc;

use aws_sdk_sqs::config::retry::RetryConfig;
use aws_sdk_sqs::config::{Credentials, Region};
use jiff::{SignedDuration, Timestamp};
use kit::Clock;
use kit::ledger::Ledger;
use kit::queue::{DeadLetterQueue, DelayedRequeue};
use serde_json::{Value, json};
use shared::CorrelationId;
use shared::queue::message::DispatchRequest;

use crate::dependencies::Dispatcher;
use crate::order_before::EventReader;

/// A dispatcher that reaches neither ledger nor queues: nothing listens at the endpoint.
pub async fn without_aws() -> Dispatcher {
    let loader = kit::aws::loader().endpoint_url("http://127.0.0.1:1");
    let loader = loader.region(Region::new("us-east-1")).retry_config(RetryConfig::disabled());
    let credentials = Credentials::new("a", "b", None, None, "test");
    let sdk = loader.credentials_provider(credentials).load().await;
    let (sqs, clock) = (kit::aws::sqs(&sdk), Clock::system());
    Dispatcher {
        groups: Arc::default(),
        ledger: Ledger::new(kit::aws::dynamodb(&sdk), "ledger".to_owned(), SignedDuration::ZERO),
        events: EventReader::new(kit::aws::dynamodb(&sdk), "events".to_owned()),
        mail_queue: "http://127.0.0.1:1/mail".to_owned(),
        dead_letters: DeadLetterQueue::new(sqs.clone(), "http://127.0.0.1:1/dlq".to_owned(), clock),
        requeue: DelayedRequeue::new(sqs.clone(), "http://127.0.0.1:1/dispatch".to_owned(), clock),
        sqs,
        clock,
    }
}

/// When intake stored every event here.
pub const ACCEPTED_AT: Timestamp = Timestamp::constant(1_763_900_000, 0);

/// An event without a time, about order 1001 or its parcel S-1.
pub fn event(event_type: &str, id: &str) -> Value {
    let price = json!({ "amount": 1490, "currency": "EUR" });
    json!({
        "specversion": "1.0", "source": "shop", "id": id, "type": event_type,
        "data": {
            "order": {
                "id": "1001", "number": "#1001", "placed_at": "2025-11-20T10:30:00Z",
                "customer": { "email": "jo@example.com" },
                "lines": [{ "sku": "MUG", "title": "Mug", "quantity": 1, "unit_price": price }],
                "totals": { "total": price },
            },
            "shipment": { "id": "S-1", "lines": [{ "sku": "MUG", "quantity": 1 }] },
        }
    })
}

/// The body of its dispatch message.
pub fn message_body(event: &Value) -> String {
    let correlation_id = CorrelationId::parse("c-1").expect("valid");
    DispatchRequest::body(event, ACCEPTED_AT, &correlation_id)
}

/// Its dispatch message, parsed.
pub fn dispatch_request(event: &Value) -> DispatchRequest {
    DispatchRequest::parse(&message_body(event)).expect("a dispatch request")
}
