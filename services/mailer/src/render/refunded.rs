//! `order.refunded`: how much, where to, when.

use shared::contract::order::Order;
use shared::contract::refund::Refund;
use shared::notification::MoneyNews;

use super::localizer::Localizer;
use super::mail::{Mail, RenderError};
use super::page::Page;
use super::user_text::UserText;

struct Refunded<'a> {
    amount: String,
    extent: Extent,
    /// The order's total, where it is known.
    order_total: Option<String>,
    method: Option<UserText<'a>>,
    reason: Option<UserText<'a>>,
    day: Option<String>,
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

impl Refunded<'_> {
    fn lead(&self, page: &Page<'_>) -> String {
        let (say, number) = (&page.say, &page.number);
        match self.extent {
            Extent::Full => say.refunded_in_full(number),
            Extent::Rest => say.refunded_rest(number),
            Extent::Part => say.refunded_part(number),
            Extent::Unknown => say.refunded_amount(&self.amount, number),
        }
    }
}

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
        amount: page.say.money(refund.amount),
        extent: extent(order, refund, beyond),
        order_total: total.map(|total| page.say.money(total)),
        method: refund.method.as_ref().map(UserText::from_shop),
        reason: refund.reason.as_ref().map(UserText::from_shop),
        day: refund.expected_on.map(|day| page.say.day(day)),
    };
    let subject = page.say.refunded_subject(&mail.amount, &page.number);
    let preheader = preheader(&mail, &page.say);
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

fn preheader(mail: &Refunded<'_>, say: &Localizer) -> String {
    match (&mail.method, &mail.day) {
        (Some(method), Some(day)) => say.refunded_preheader_to_by(day, method),
        (Some(method), None) => say.refunded_preheader_to(method),
        (None, Some(day)) => say.refunded_preheader_by(day),
        (None, None) => say.refunded_preheader(),
    }
}
