//! The parcels of the plugins Shipment Tracking and Advanced Shipment Tracking.

use jiff::Timestamp;
use rust_decimal::prelude::ToPrimitive;
use serde_json::Value;

use super::lines::meta;
use super::sent::{Sent, carrier_of_slug, numbered};
use crate::translate::json::{decimal, entries, id, list, maybe_count, text};
use crate::translate::parcel::{Parcel, Pieces, tracking};
use crate::translate::text::of_html;

/// The metadata in which both keep their parcels.
const KEY: &str = "_wc_shipment_tracking_items";

/// The parcels in the order in which they were noted.
///
/// They are numbered, since an entry is no parcel: to correct a number, the staff deletes one and adds another, and that
/// is the same parcel with another number. So is one that first was `shipped` by its status, and got its number later.
pub(super) fn parcels(order: &Value, order_id: &str) -> Vec<Sent> {
    let items = meta(order, KEY).map(entries).unwrap_or_default();
    let items = items.into_iter().filter(|item| item.is_object()).enumerate();
    items.map(|(i, item)| sent(item, numbered(order_id, i + 1))).collect()
}

fn sent(item: &Value, parcel_id: String) -> Sent {
    let of = |names: &[&str]| names.iter().find_map(|name| text(item, name));
    let named = of(&["custom_tracking_provider", "formatted_tracking_provider"]);
    let carrier = named.and_then(of_html);
    let carrier = carrier.or_else(|| of(&["tracking_provider"]).and_then(carrier_of_slug));
    let links = ["custom_tracking_link", "formatted_tracking_link", "ast_tracking_link"];
    let link = of(&links).map(|link| html_escape::decode_html_entities(link).into_owned());
    let number = of(&["tracking_number"]);
    let links: Vec<&str> = link.as_deref().into_iter().collect();
    let piece = |entry: &Value| {
        let quantity = maybe_count(entry, "qty").filter(|n| *n > 0)?;
        Some(Pieces { line_id: id(entry, "item_id")?, quantity })
    };
    Sent {
        parcel: Parcel {
            id: parcel_id,
            lines: list(item, "products_list").into_iter().filter_map(piece).collect(),
            carrier,
            tracking: tracking(number.as_slice(), &links),
            ..Parcel::default()
        },
        at: item.get("date_shipped").and_then(seconds),
    }
}

/// Seconds since 1970, as a number or a text. The plugins know the day alone: it is that day's beginning.
fn seconds(value: &Value) -> Option<Timestamp> {
    Timestamp::from_second(decimal(value)?.to_i64()?).ok()
}
