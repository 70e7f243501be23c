//! What a valid event says that is hardly meant: totals, refunds, dates and countries.

use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};

use crate::contract::countries::usual_mistake;
use crate::contract::error::FieldWarning;
use crate::contract::event::{Event, EventPayload};
use crate::contract::money::Money;
use crate::contract::order::Order;
use crate::contract::shipment::{ParcelLine, Shipment};

/// Two years: beyond a long pre-order, and less than a wrong century or a wrong unit.
const FAR: SignedDuration = SignedDuration::from_hours(2 * 366 * 24);

/// Warns of what is hardly meant, where it is `now`.
pub(crate) fn check(event: &Event, now: Timestamp) -> Vec<FieldWarning> {
    let mut warnings = totals(&event.order);
    warnings.extend(refund(event));
    warnings.extend(countries(&event.order));
    warnings.extend(dates(event, now));
    warnings
}

fn warning(pointer: impl Into<String>, detail: &str) -> FieldWarning {
    FieldWarning { pointer: pointer.into(), detail: detail.to_owned(), suggestion: None }
}

/// The sums in 128 bits: 500 lines of any price and quantity cannot overflow them.
fn totals(order: &Order) -> Vec<FieldWarning> {
    const TOTAL: &str = "/data/order/totals/total";
    let totals = &order.totals;
    let amount = |part: Option<Money>| part.map_or(0, |money| i128::from(money.amount));
    let (shipping, tax) = (amount(totals.shipping), amount(totals.tax));
    let (discount, total) = (amount(totals.discount), i128::from(totals.total.amount));
    let lines = order.lines.iter();
    let of_lines: i128 =
        lines.map(|line| i128::from(line.unit_price.amount) * i128::from(line.quantity)).sum();
    let subtotal = totals.subtotal.map_or(of_lines, |money| i128::from(money.amount));

    let mut warnings = Vec::new();
    if subtotal != of_lines {
        let detail = "The lines do not add up to the subtotal.";
        warnings.push(warning("/data/order/totals/subtotal", detail));
    }
    if discount > 0 {
        let detail = "A discount is a negative amount; this one is positive.";
        warnings.push(warning("/data/order/totals/discount", detail));
    }
    let sum = subtotal + shipping - discount.abs();
    let has_parts = totals.subtotal.is_some() || totals.shipping.is_some() || discount != 0;
    if discount == 0 && total < subtotal.max(shipping).max(tax) {
        let detail = "The total is less than one of its parts, and there is no discount.";
        warnings.push(warning(TOTAL, detail));
    // Tax is a part of the total; it may be within the prices or beside them.
    } else if has_parts && total != sum && total != sum + tax {
        let detail = "The lines or subtotal, shipping and discount do not add up to the total.";
        warnings.push(warning(TOTAL, detail));
    }
    warnings
}

/// Both amounts are in one currency, or the event would have been refused.
fn refund(event: &Event) -> Option<FieldWarning> {
    let (pointer, refund) = match &event.payload {
        EventPayload::Refunded(refund) => ("/data/refund/amount", refund.amount),
        EventPayload::Cancelled(cancellation) => {
            ("/data/cancellation/refund", cancellation.refund?)
        }
        _ => return None,
    };
    let is_more = refund.amount > event.order.totals.total.amount;
    is_more.then(|| warning(pointer, "The refund is more than the order's total."))
}

fn countries(order: &Order) -> Vec<FieldWarning> {
    let addresses = [
        ("shipping_address", order.shipping_address.as_ref()),
        ("billing_address", order.billing_address.as_ref()),
    ];
    let countries =
        addresses.into_iter().filter_map(|(name, address)| Some((name, &address?.country)));
    let unknown = countries.filter(|(_, country)| !country.is_assigned());
    unknown
        .map(|(name, country)| FieldWarning {
            suggestion: usual_mistake(country.as_str())
                .map(|meant| format!("did you mean {meant}?")),
            ..warning(
                format!("/data/order/{name}/country"),
                "No country has this ISO 3166-1 alpha-2 code.",
            )
        })
        .collect()
}

fn dates(event: &Event, now: Timestamp) -> Vec<FieldWarning> {
    const IS_FAR: &str = "This is more than two years away.";
    let today = now.to_zoned(TimeZone::UTC).date();
    let passed_before = first_day_to_expect(event, now);
    let is_far = |away: SignedDuration| away.abs() > FAR;
    let times = [
        ("/time".to_owned(), event.time),
        ("/data/order/placed_at".to_owned(), Some(event.order.placed_at)),
    ];
    let times = times.into_iter().filter_map(|(pointer, time)| {
        time.filter(|time| is_far(time.duration_since(now))).map(|_| warning(pointer, IS_FAR))
    });
    let days = expected_days(&event.payload).into_iter().filter_map(|(pointer, day)| {
        let day = day?;
        if is_far(day.duration_since(today)) {
            return Some(warning(pointer, IS_FAR));
        }
        let has_passed = passed_before.is_some_and(|first| day < first);
        has_passed.then(|| warning(pointer, "This day had passed when the event happened."))
    });
    times.chain(days).collect()
}

/// The first day that the event can announce: that on which it happened or, without a `time`, that of the
/// order. `None` where the expected day may be over, as for a parcel that arrives late. An event that is
/// published `now` has happened by then, whatever the publisher's clock says.
fn first_day_to_expect(event: &Event, now: Timestamp) -> Option<Date> {
    match event.payload {
        EventPayload::Confirmed
        | EventPayload::Updated(..)
        | EventPayload::OutForDelivery(_)
        | EventPayload::Delivered(_) => None,
        EventPayload::Cancelled(_)
        | EventPayload::Refunded(_)
        | EventPayload::Shipped(_)
        | EventPayload::Delayed(..) => {
            let happened = event.time.unwrap_or(event.order.placed_at).min(now);
            // Where it is earliest: which day it is to the customer is not known.
            Some(Offset::constant(-12).to_datetime(happened).date())
        }
    }
}

/// Each `expected_on` of the event, by its pointer.
fn expected_days(payload: &EventPayload) -> Vec<(String, Option<Date>)> {
    match payload {
        EventPayload::Confirmed => Vec::new(),
        EventPayload::Cancelled(c) => {
            vec![("/data/cancellation/expected_on".to_owned(), c.expected_on)]
        }
        EventPayload::Refunded(r) => vec![("/data/refund/expected_on".to_owned(), r.expected_on)],
        EventPayload::Shipped(s)
        | EventPayload::Updated(s, _)
        | EventPayload::Delayed(s, _)
        | EventPayload::OutForDelivery(s)
        | EventPayload::Delivered(s) => expected_days_of_parcel(s),
    }
}

fn expected_days_of_parcel(shipment: &Shipment) -> Vec<(String, Option<Date>)> {
    let list = |name: &str, lines: &[ParcelLine]| -> Vec<(String, Option<Date>)> {
        let lines = lines.iter().enumerate();
        lines
            .map(|(i, line)| (format!("/data/shipment/{name}/{i}/expected_on"), line.expected_on))
            .collect()
    };
    let mut days = vec![("/data/shipment/expected_on".to_owned(), shipment.expected_on)];
    days.extend(list("lines", &shipment.lines));
    days.extend(list("still_to_come", &shipment.still_to_come));
    days
}
