//! The parcels of WooCommerce's orders: fulfilments of the core, or what plugins note.

use std::collections::BTreeMap;

use serde_json::Value;

use super::lines::{OrderLine, meta};
use super::sent::{Sent, carrier_of_slug, numbered};
use super::shipment_tracking;
use super::times::utc;
use crate::translate::json::{entries, id, is_true, list, maybe_count, text};
use crate::translate::parcel::{Parcel, Pieces, tracking};
use crate::translate::text::of_html;

/// The parcels of an order: its fulfilments or, where there are none, the plugins' entries.
pub(super) fn all(order: &Value, order_id: &str, lines: &[OrderLine<'_>]) -> Vec<Sent> {
    let fulfillments = fulfillments(order, order_id);
    if fulfillments.is_empty() {
        return shipment_tracking::parcels(order, order_id);
    }
    with_rest(fulfillments, lines)
}

/// The fulfilments in the order in which they took place.
///
/// They are numbered as the plugins' entries are, so that a parcel which a status or a plugin told first, and which the
/// core shows later, stays the same. By when they took place and then by their ids: a later one changes no other's number.
fn fulfillments(order: &Value, order_id: &str) -> Vec<Sent> {
    let is_sent = |it: &&Value| {
        let is_deleted = text(it, "date_deleted").is_some();
        (is_true(it, "is_fulfilled") || text(it, "status") == Some("fulfilled")) && !is_deleted
    };
    let position = |it: &&Value| {
        let id = id(it, "id").or_else(|| id(it, "fulfillment_id")).unwrap_or_default();
        // When it was last changed would be another place with each change. Of numbers, a longer one is higher.
        (said(it, "_date_fulfilled").and_then(utc), id.len(), id)
    };
    let mut sent: Vec<&Value> = list(order, "fulfillments").into_iter().filter(is_sent).collect();
    sent.sort_by_cached_key(position);
    let numbered = |(i, it): (usize, &Value)| fulfillment(it, numbered(order_id, i + 1));
    sent.into_iter().enumerate().map(numbered).collect()
}

fn said<'a>(of: &'a Value, key: &str) -> Option<&'a str> {
    meta(of, key).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty())
}

fn fulfillment(it: &Value, parcel_id: String) -> Sent {
    let said = |key: &str| said(it, key);
    let piece = |entry: &Value| {
        let quantity = maybe_count(entry, "qty").filter(|n| *n > 0)?;
        Some(Pieces { line_id: id(entry, "item_id")?, quantity })
    };
    let items = meta(it, "_items").map(entries).unwrap_or_default();
    let named = said("_provider_name").and_then(of_html);
    let carrier = named.or_else(|| {
        let slug = said("_shipment_provider").or_else(|| said("_shipping_provider"))?;
        carrier_of_slug(slug).filter(|_| slug != "other")
    });
    let (number, link) = (said("_tracking_number"), said("_tracking_url"));
    let parcel = Parcel {
        id: parcel_id,
        lines: items.into_iter().filter_map(piece).collect(),
        carrier,
        tracking: tracking(number.as_slice(), link.as_slice()),
        ..Parcel::default()
    };
    let at = said("_date_fulfilled").or_else(|| text(it, "date_updated")).and_then(utc);
    Sent { parcel, at }
}

/// Each parcel with what is still to come after it, if the order says what is shipped at all.
fn with_rest(mut sent: Vec<Sent>, lines: &[OrderLine<'_>]) -> Vec<Sent> {
    let shipped: Option<Vec<(&str, i64)>> = lines
        .iter()
        .map(|line| Some((line.id.as_str(), if line.is_shipped()? { line.quantity } else { 0 })))
        .collect();
    let Some(shipped) = shipped else { return sent };
    let mut left: BTreeMap<&str, i64> = shipped.iter().copied().collect();
    for it in &mut sent {
        // Of a parcel without lines nobody knows what it leaves.
        if it.parcel.lines.is_empty() {
            return sent;
        }
        for piece in &it.parcel.lines {
            if let Some(left) = left.get_mut(piece.line_id.as_str()) {
                *left -= piece.quantity;
            }
        }
        let rest = shipped.iter().map(|(id, _)| (*id, left.get(id).copied().unwrap_or_default()));
        it.parcel.still_to_come = rest
            .filter(|(_, quantity)| *quantity > 0)
            .map(|(id, quantity)| Pieces { line_id: id.to_owned(), quantity })
            .collect();
    }
    sent
}
