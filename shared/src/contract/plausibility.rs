//! What a valid event says that is hardly meant: totals, refunds, parcels, dates, countries and languages.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};

use crate::contract::address::Pickup;
use crate::contract::articles::{Named, sum};
use crate::contract::countries::usual_mistake;
use crate::contract::error::FieldWarning;
use crate::contract::event::{Event, EventPayload};
use crate::contract::ids::Sku;
use crate::contract::language::Language;
use crate::contract::money::Money;
use crate::contract::order::Order;
use crate::contract::quantity::Quantity;
use crate::contract::shipment::{ParcelLine, Shipment};
use crate::contract::sums::is_payment_at_odds;
use crate::contract::times::LocalTime;

/// Two years: beyond a long pre-order, and less than a wrong century or a wrong unit.
const FAR: SignedDuration = SignedDuration::from_hours(2 * 366 * 24);

/// Warns of what is hardly meant, where it is `now`.
pub(crate) fn check(event: &Event, now: Timestamp) -> Vec<FieldWarning> {
    let mut warnings = totals(&event.order);
    warnings.extend(currencies(&event.order));
    warnings.extend(refund(event));
    warnings.extend(cancelled(event));
    warnings.extend(unnamed_refund(event));
    warnings.extend(articles(event));
    warnings.extend(countries(&event.order));
    warnings.extend(language(&event.order));
    warnings.extend(looks(&event.order));
    warnings.extend(dates(event, now));
    warnings
}

fn language(order: &Order) -> Option<FieldWarning> {
    let is_without_mails = Language::for_locale(order.customer.locale.as_ref()?).is_none();
    is_without_mails.then(|| {
        let detail =
            "There are no mails in this language: the mail is in the shop's default language, or in English.";
        warning("/data/order/customer/locale", detail)
    })
}

fn warning(pointer: impl Into<String>, detail: &str) -> FieldWarning {
    FieldWarning { pointer: pointer.into(), detail: detail.to_owned(), suggestion: None }
}

fn totals(order: &Order) -> Vec<FieldWarning> {
    const TOTAL: &str = "/data/order/totals/total";
    let totals = &order.totals;
    let Some(sums) = order.sums() else { return Vec::new() };
    let of_lines = order.sum_of_lines(sums.total.currency);
    let is_other = |money: Money| of_lines.is_some_and(|lines| lines != i128::from(money.amount));
    let mut warnings = Vec::new();
    if totals.subtotal.is_some_and(is_other) {
        let detail = "The lines do not add up to the subtotal; the mail leaves it out.";
        warnings.push(warning("/data/order/totals/subtotal", detail));
    }
    if sums.is_at_odds {
        let detail = "The lines or subtotal, and what is added or taken off, do not add up to the total; the \
                      mail shows the total alone.";
        warnings.push(warning(TOTAL, detail));
    } else if sums.rows.is_empty() && of_lines.is_some_and(|l| l > i128::from(sums.total.amount)) {
        let detail = "The total is less than the lines, and there is no discount.";
        warnings.push(warning(TOTAL, detail));
    }
    if sums.is_overpaid {
        let detail = "Gift cards and credit pay more than the total; the mail shows none of them.";
        warnings.push(warning("/data/order/totals/gift_card", detail));
    } else if is_payment_at_odds(totals, &sums) {
        let detail = "What is paid and what is due are not the total; the mail shows neither.";
        warnings.push(warning("/data/order/totals/due", detail));
    }
    warnings
}

/// Amounts in another currency than the total's, of which no sum is made.
fn currencies(order: &Order) -> Option<FieldWarning> {
    let total = order.totals.total?;
    let prices = order.lines.iter().flat_map(|line| [line.unit_price, line.total]).flatten();
    let rows = order.totals.rows().map(|row| row.amount).chain(order.totals.subtotal);
    let is_mixed = prices.chain(rows).any(|money| money.currency != total.currency);
    is_mixed.then(|| {
        warning(
            "/data/order",
            "The amounts are in several currencies; the mail adds up none of them.",
        )
    })
}

fn refund(event: &Event) -> Option<FieldWarning> {
    let (pointer, refund) = match &event.payload {
        EventPayload::Refunded(refund) => ("/data/refund/amount", refund.amount),
        EventPayload::Cancelled(cancellation) => {
            ("/data/cancellation/refund", cancellation.refund?)
        }
        _ => return None,
    };
    let total = event.order.totals.total?;
    if refund.currency != total.currency {
        return Some(warning(pointer, "The refund is in another currency than the order's total."));
    }
    let is_more = refund.amount > total.amount;
    is_more.then(|| warning(pointer, "The refund is more than the order's total."))
}

fn cancelled(event: &Event) -> Vec<FieldWarning> {
    let EventPayload::Cancelled(cancellation) = &event.payload else { return Vec::new() };
    let mut warnings = Vec::new();
    // Where the next part names the same lines of an order that is otherwise the same, nobody can tell it from a
    // repetition of this one.
    if cancellation.is_partial() && cancellation.id.is_none() {
        let detail = "This is missing; another part that is cancelled counts as this one if its lines and those of \
                      the order are the same.";
        warnings.push(warning("/data/cancellation/id", detail));
    }
    if cancellation.partial.is_none() && event.order.is_all(&cancellation.lines) {
        let detail = "These are all lines of the order, and the mail says that a part of it is cancelled; if the whole \
                      order is, say so with \"partial\": false.";
        warnings.push(warning("/data/cancellation/lines", detail));
    }
    if cancellation.charged == Some(false) && cancellation.refund.is_some() {
        let detail = "Nothing was charged, and there is a refund; the mail tells the refund alone.";
        warnings.push(warning("/data/cancellation/charged", detail));
    }
    warnings
}

/// A cancellation that announces money and does not say by which refund: see [`crate::notification::MoneyBack::may_be`].
fn unnamed_refund(event: &Event) -> Option<FieldWarning> {
    let EventPayload::Cancelled(cancellation) = &event.payload else { return None };
    (cancellation.refund.is_some() && cancellation.refund_id.is_none()).then(|| {
        let detail = "This is missing; an order.refunded of the same amount within ten minutes is taken for this refund, \
                      and not mailed. Name the refund here, by the id that it has there.";
        warning("/data/cancellation/refund_id", detail)
    })
}

/// Articles of which a parcel, or a cancellation, has more than were ordered, and unknown ones without a title.
fn articles(event: &Event) -> Vec<FieldWarning> {
    let lists: Vec<(&str, &[ParcelLine])> = match &event.payload {
        EventPayload::Cancelled(c) => vec![("/data/cancellation/lines", &c.lines)],
        EventPayload::WithdrawalReceived(w) => vec![("/data/withdrawal/lines", &w.lines)],
        other => other.shipment().map_or_else(Vec::new, |shipment| {
            vec![
                ("/data/shipment/lines", &shipment.lines[..]),
                ("/data/shipment/still_to_come", &shipment.still_to_come),
            ]
        }),
    };
    let mut named: BTreeMap<&Sku, Vec<Option<Quantity>>> = BTreeMap::new();
    let mut warnings = Vec::new();
    for (list, lines) in &lists {
        for line in *lines {
            if let Some(sku) = &line.sku {
                named.entry(sku).or_default().push(line.quantity);
            }
        }
        let entries = event.order.articles(lines);
        if entries.iter().any(|entry| matches!(entry.named, Named::Other(l) if l.title.is_none())) {
            let detail = "An article is not of the order and has no title; the mail shows its sku or line_id.";
            warnings.push(warning(*list, detail));
        }
        if entries.iter().any(|entry| matches!(entry.named, Named::OneOf(_))) {
            let detail = "Several lines of the order have this sku; name the one that is meant by its line_id.";
            warnings.push(warning(*list, detail));
        }
    }
    let is_too_many = |(sku, quantities): (&&Sku, &Vec<Option<Quantity>>)| {
        let ordered = event.order.quantity_of(sku);
        ordered.zip(sum(quantities.iter().copied())).is_some_and(|(ordered, named)| named > ordered)
    };
    if named.iter().any(is_too_many) {
        let pointer = lists.first().map_or("", |(list, _)| *list);
        warnings.push(warning(pointer, "There is more of an article than was ordered."));
    }
    warnings
}

/// Pictures and pages of articles that no mail shows.
fn looks(order: &Order) -> Option<FieldWarning> {
    let all = order.lines.iter().flat_map(|line| [&line.image_url, &line.url]).flatten();
    let is_hidden = all.into_iter().any(|url| !url.as_str().starts_with("https:"));
    is_hidden.then(|| {
        let detail = "A picture or page of an article has no https; the mail goes without it.";
        warning("/data/order/lines", detail)
    })
}

fn countries(order: &Order) -> Vec<FieldWarning> {
    let addresses = [
        ("shipping_address", order.shipping_address.as_ref()),
        ("billing_address", order.billing_address.as_ref()),
    ];
    let countries = addresses
        .into_iter()
        .filter_map(|(name, address)| Some((name, address?.country.as_ref()?)));
    let unknown = countries.filter(|(_, country)| country.is_code() && !country.is_assigned());
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
    const HAS_PASSED: &str = "This day had passed when the event happened.";
    let first = first_day_to_expect(event, now);
    let is_far = |away: SignedDuration| away.abs() > FAR;
    let times = [
        ("/time".to_owned(), event.time),
        ("/data/order/placed_at".to_owned(), event.order.placed_at.map(LocalTime::timestamp)),
        ("/data/withdrawal/received_at".to_owned(), withdrawn_at(&event.payload)),
    ];
    let times = times.into_iter().filter_map(|(pointer, time)| {
        time.filter(|time| is_far(time.duration_since(now))).map(|_| warning(pointer, IS_FAR))
    });
    let days = expected_days(&event.payload).into_iter().filter_map(|(pointer, day)| {
        let day = day?;
        if is_far(day.duration_since(today)) {
            return Some(warning(pointer, IS_FAR));
        }
        let has_passed = !may_be_late(&event.payload) && day < first;
        has_passed.then(|| warning(pointer, HAS_PASSED))
    });
    let others = last_days(event).into_iter().filter_map(|(pointer, day)| {
        let day = day?;
        if is_far(day.duration_since(today)) {
            return Some(warning(pointer, IS_FAR));
        }
        let has_passed = is_still_to_come(&event.payload) && day < first;
        has_passed.then(|| warning(pointer, HAS_PASSED))
    });
    times.chain(days).chain(others).collect()
}

fn withdrawn_at(payload: &EventPayload) -> Option<Timestamp> {
    let EventPayload::WithdrawalReceived(withdrawal) = payload else { return None };
    withdrawal.received_at.map(LocalTime::timestamp)
}

/// The last days to fetch something, and the one of the next attempt, by their pointers.
fn last_days(event: &Event) -> Vec<(&'static str, Option<Date>)> {
    let until = |pickup: &Option<Pickup>| pickup.as_ref().and_then(|pickup| pickup.until);
    let mut days = vec![("/data/order/pickup/until", until(&event.order.pickup))];
    if let Some(shipment) = event.payload.shipment() {
        days.push(("/data/shipment/pickup/until", until(&shipment.pickup)));
        days.push(("/data/shipment/next_attempt_on", shipment.next_attempt_on));
    }
    days
}

/// The first day that the event can announce: that on which it happened or, without a `time`, that on which it was
/// accepted. An event that is published `now` has happened by then, whatever the publisher's clock says.
fn first_day_to_expect(event: &Event, now: Timestamp) -> Date {
    let happened = event.time.map_or(now, |time| time.min(now));
    // Where it is earliest: which day it is to the customer is not known.
    Offset::constant(-12).to_datetime(happened).date()
}

/// Whether the day that is expected may be over, as for a parcel that arrives late.
const fn may_be_late(payload: &EventPayload) -> bool {
    match payload {
        EventPayload::Confirmed
        | EventPayload::OrderUpdated(_)
        | EventPayload::WithdrawalReceived(_)
        | EventPayload::Updated(_)
        | EventPayload::OutForDelivery(_)
        | EventPayload::DeliveryAttempted(_)
        | EventPayload::ReadyForPickup(_)
        | EventPayload::Delivered(_)
        | EventPayload::Returned(_) => true,
        EventPayload::PaymentFailed(_)
        | EventPayload::Cancelled(_)
        | EventPayload::Refunded(_)
        | EventPayload::Shipped(_)
        | EventPayload::Delayed(_) => false,
    }
}

/// Whether the customer does not have it yet, and is told until when it can be fetched.
const fn is_still_to_come(payload: &EventPayload) -> bool {
    match payload {
        EventPayload::Confirmed
        | EventPayload::OrderUpdated(_)
        | EventPayload::Shipped(_)
        | EventPayload::Updated(_)
        | EventPayload::Delayed(_)
        | EventPayload::OutForDelivery(_)
        | EventPayload::DeliveryAttempted(_)
        | EventPayload::ReadyForPickup(_) => true,
        EventPayload::PaymentFailed(_)
        | EventPayload::Cancelled(_)
        | EventPayload::Refunded(_)
        | EventPayload::WithdrawalReceived(_)
        | EventPayload::Delivered(_)
        | EventPayload::Returned(_) => false,
    }
}

/// Each `expected_on` of the event, by its pointer.
fn expected_days(payload: &EventPayload) -> Vec<(String, Option<Date>)> {
    match payload {
        EventPayload::PaymentFailed(p) => vec![("/data/payment/pay_by".to_owned(), p.pay_by)],
        EventPayload::Cancelled(c) => {
            vec![("/data/cancellation/expected_on".to_owned(), c.expected_on)]
        }
        EventPayload::Refunded(r) => vec![("/data/refund/expected_on".to_owned(), r.expected_on)],
        EventPayload::Confirmed
        | EventPayload::OrderUpdated(_)
        | EventPayload::WithdrawalReceived(_) => Vec::new(),
        EventPayload::Shipped(s)
        | EventPayload::Updated(s)
        | EventPayload::Delayed(s)
        | EventPayload::OutForDelivery(s)
        | EventPayload::DeliveryAttempted(s)
        | EventPayload::ReadyForPickup(s)
        | EventPayload::Delivered(s)
        | EventPayload::Returned(s) => expected_days_of_parcel(s),
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
