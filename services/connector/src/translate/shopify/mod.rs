//! Shopify's deliveries.
//!
//! | topic | body | becomes |
//! | --- | --- | --- |
//! | `orders/create`, `orders/updated`, `orders/cancelled` and the like | an order | all facts that it shows |
//! | `orders/edited` | `{"order_edit": …}`, without the order | nothing: `orders/updated` comes beside it, with the order as it is then |
//! | `fulfillments/create`, `fulfillments/update` | a fulfilment | its facts, with the stored order |
//! | `fulfillment_events/create` | ids and a status | what a customer is told of it, with the stored order and parcel |
//! | `refunds/create` | a refund | the refund, with the stored order |
//! | `orders/delete` | `{"id": …}` | nothing |
//!
//! The body decides, since the topic is signed by nobody. Only whether an id alone is a deletion, or an order that
//! EventBridge cannot carry, is told by the topic. `orders/create` and `orders/updated` are enough: an order that changes in
//! any way is delivered by the latter. A fulfilment alone does not say what is still to come, so where both are subscribed
//! to, the mail may be written without that.
//!
//! What is not told: why an order was cancelled (`cancel_reason` is a word of the system, and not always for the
//! customer), notes of the staff, goods that came back without money, a fulfilment that failed or was cancelled.

mod address;
mod bill;
mod fulfillment;
mod joined;
mod lines;
mod money;
mod order;
mod refund;

use serde_json::Value;

use super::{Delivery, Translation, Untranslatable};

/// What a body is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Order,
    OrderEdit,
    Fulfillment,
    FulfillmentEvent,
    Refund,
}

impl Shape {
    fn of(body: &Value) -> Result<Self, Untranslatable> {
        let has = |name: &str| body.get(name).is_some();
        if has("order_edit") {
            Ok(Self::OrderEdit)
        } else if has("fulfillment_id") && has("status") {
            Ok(Self::FulfillmentEvent)
        } else if has("order_id") && (has("refund_line_items") || has("transactions")) {
            Ok(Self::Refund)
        } else if has("order_id") && has("line_items") {
            Ok(Self::Fulfillment)
        } else if has("line_items") && has("financial_status") {
            Ok(Self::Order)
        } else {
            Err(Untranslatable::UnknownShape {
                found: if is_id_alone(body) {
                    "an id alone, as of an order that EventBridge cannot carry"
                } else {
                    "no order"
                },
                expected: "an order, a fulfillment, a fulfillment event or a refund; `waybill reconcile` reads the order \
                           over the API",
            })
        }
    }
}

fn is_id_alone(body: &Value) -> bool {
    body.as_object().is_some_and(|body| body.len() == 1 && body.contains_key("id"))
}

pub(super) fn translate(
    delivery: &Delivery<'_>,
    body: &Value,
    stored: Option<&Value>,
) -> Result<Translation, Untranslatable> {
    if is_id_alone(body) && delivery.topic == Some("orders/delete") {
        return Ok(Translation::Ignored("an order that was deleted"));
    }
    match Shape::of(body)? {
        Shape::Order => order::translate(delivery, body),
        Shape::OrderEdit => {
            Ok(Translation::Ignored("an edit: orders/updated has the order as it is then"))
        }
        Shape::Fulfillment => joined::fulfillment(delivery, body, stored),
        Shape::FulfillmentEvent => joined::fulfillment_event(delivery, body, stored),
        Shape::Refund => joined::refund(delivery, body, stored),
    }
}
