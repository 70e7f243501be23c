//! WooCommerce's deliveries: an order as its REST API shows it, at every save.
//!
//! The body is built when it is delivered, not when something happened, and does not say what changed. So each becomes all
//! that the order then shows, and the ledger drops what it knows.
//!
//! The core leaves much out. What a filter on `woocommerce_webhook_payload`, or a client that reads the order over the
//! API, adds is taken:
//!
//! | member | shape |
//! | --- | --- |
//! | `locale` | `de_DE`: the customer's language, where no plugin says it |
//! | `fulfillments` | the list of `GET /wc/v3/orders/ID/fulfillments`: parcels with their lines |
//! | `refunds[].date_created_gmt` | when the money went back |
//! | `line_items[].virtual` | whether nothing of the line is shipped: with it, a parcel also says what is still to come |
//!
//! What is not told: that an order is `completed` (shops mean different things by it), that a payment failed, notes and
//! reasons of the staff, and that WooCommerce cancelled a checkout that was left before it was paid.

mod address;
mod bill;
mod lines;
mod locale;
mod order;
mod parcels;
mod sent;
mod shipment_tracking;
mod status;
mod times;

use serde_json::Value;

use super::{Delivery, Translation, Untranslatable};

pub(super) fn translate(
    delivery: &Delivery<'_>,
    body: &Value,
) -> Result<Translation, Untranslatable> {
    let has = |name: &str| body.get(name).is_some();
    if has("status") && has("billing") && has("line_items") {
        return order::translate(delivery, body);
    }
    let members = body.as_object().map_or(0, serde_json::Map::len);
    if has("webhook_id") && members == 1 {
        return Ok(Translation::Ignored("a ping"));
    }
    // What `order.deleted` holds.
    if has("id") && members == 1 {
        return Ok(Translation::Ignored("an order that was deleted"));
    }
    let found = if has("code") && has("message") {
        "an error of the shop's API, as for a webhook whose user may not read orders"
    } else {
        "no order"
    };
    Err(Untranslatable::UnknownShape {
        found,
        expected: "an order, as a webhook of the topic order.created or order.updated delivers it",
    })
}
