//! `order.refunded`: how much, where to, when.

use shared::contract::order::Order;
use shared::contract::refund::Refund;
use shared::notification::MoneyNews;

use super::day::Day;
use super::mail::{Mail, RenderError};
use super::money;
use super::page::Page;
use super::user_text::UserText;

struct Refunded<'a> {
    amount: String,
    extent: Extent,
    /// The order's total, where it is known.
    order_total: Option<String>,
    method: Option<UserText<'a>>,
    reason: Option<UserText<'a>>,
    day: Option<Day>,
}

/// How much of the order's total is refunded.
#[derive(PartialEq, Eq)]
enum Extent {
    Full,
    /// What earlier refunds left of it.
    Rest,
    Part,
    /// The total is not known, in another currency, or less.
    Unknown,
}

super::mail::templates!(Refunded, "refunded.html", "refunded.txt");

/// `beyond`: what the order's other refunds say of this one.
pub fn compose(
    page: Page<'_>,
    order: &Order,
    refund: &Refund,
    beyond: MoneyNews,
) -> Result<Mail, RenderError> {
    // What is left of the total is not what the customer knows it as.
    let total = order.totals.total.filter(|_| !beyond.total_reduced);
    let mail = Refunded {
        amount: money::format(refund.amount),
        extent: extent(order, refund, beyond),
        order_total: total.map(money::format),
        method: refund.method.as_ref().map(UserText::from_shop),
        reason: refund.reason.as_ref().map(UserText::from_shop),
        day: refund.expected_on.map(|day| page.calendar.day(day)),
    };
    let subject = format!("Refund of {} for {}", mail.amount, page.order());
    let preheader = preheader(&mail);
    mail.write(page.with_subject(subject, preheader))
}

fn extent(order: &Order, refund: &Refund, beyond: MoneyNews) -> Extent {
    match order.totals.total {
        _ if beyond.completes_refund => Extent::Rest,
        _ if beyond.total_reduced => Extent::Part,
        Some(total) if total == refund.amount => Extent::Full,
        Some(total)
            if total.currency == refund.amount.currency && total.amount > refund.amount.amount =>
        {
            Extent::Part
        }
        _ => Extent::Unknown,
    }
}

fn preheader(mail: &Refunded<'_>) -> String {
    let to = mail.method.as_ref().map_or_else(|| "you".to_owned(), UserText::to_string);
    match &mail.day {
        Some(day) => format!("On its way to {to}, expected by {day}."),
        None => format!("On its way to {to}."),
    }
}
