//! Events of invented orders.

use local::run::args::SAMPLES;
use serde_json::Value;
use shared::CorrelationId;
use shared::queue::message::DispatchRequest;

use super::simulated_pipeline::{DISPATCH, SimulatedPipeline};

/// The sample events as JSON Lines.
pub fn samples() -> Vec<String> {
    SAMPLES.lines().map(str::to_owned).collect()
}

/// The sample event with this id.
pub fn sample(id: &str) -> Value {
    let quoted = format!("\"id\":\"{id}\"");
    let line = SAMPLES.lines().find(|line| line.contains(&quoted)).expect("a sample with this id");
    serde_json::from_str(line).expect("samples are JSON")
}

/// A confirmation of this order.
pub fn confirmed(order: &str) -> String {
    sample_for_order("1001-confirmed", order)
}

/// A shipment of this order.
pub fn shipped(order: &str) -> String {
    sample_for_order("1001-shipped", order)
}

/// A refund of this order: the kind for which the policy is to hold doubts.
pub fn refunded(order: &str) -> String {
    sample_for_order("1007-refunded", order)
}

/// The e-mail address of the order's customer.
pub fn customer(order: &str) -> String {
    format!("{}@customers.example", order.to_lowercase())
}

fn sample_for_order(sample_id: &str, order: &str) -> String {
    let mut event = sample(sample_id);
    let (_, what) = sample_id.split_once('-').expect("a sample id is ORDER-WHAT");
    event["id"] = format!("{order}-{what}").into();
    // Now, or it would be late or stale.
    event["time"] = jiff::Timestamp::now().to_string().into();
    let data = &mut event["data"];
    // Whatever identifies the order, the mail or the customer must differ between orders.
    data["order"]["id"] = order.into();
    data["order"]["number"] = format!("#{order}").into();
    data["order"]["customer"]["email"] = customer(order).into();
    // The tests know the English sentences.
    data["order"]["customer"]["locale"] = "en-IE".into();
    if data.get("shipment").is_some() {
        data["shipment"]["id"] = format!("{order}-A").into();
    }
    if data.get("refund").is_some() {
        data["refund"]["id"] = format!("{order}-R1").into();
    }
    event.to_string()
}

/// The key of an order: of the shop `default`, unless `order` is a key already.
pub fn order_key(order: &str) -> String {
    if order.contains('/') { order.to_owned() } else { format!("default/{order}") }
}

/// Puts the dispatch message of this event, accepted just now by the pipeline's clock, on its queue.
pub fn deliver_event(pipeline: &SimulatedPipeline<'_>, event: &Value) {
    let now = pipeline.clock().now();
    let correlation_id = CorrelationId::parse("c-1").expect("valid");
    let body = DispatchRequest::body(event, now, &correlation_id);
    pipeline.queues.put(DISPATCH, &body, now.as_millisecond());
}
