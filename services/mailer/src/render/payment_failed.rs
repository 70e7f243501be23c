//! `order.payment_failed`: the payment did not go through, and how to pay.

use shared::contract::incident::PaymentFailure;
use shared::contract::order::Order;

use super::article::Article;
use super::listing::Listing;
use super::mail::{Mail, RenderError};
use super::page::Page;
use super::user_text::UserText;

struct PaymentFailed<'a> {
    amount: Option<String>,
    method: Option<UserText<'a>>,
    reason: Option<UserText<'a>>,
    pay_by: Option<String>,
    url: Option<&'a str>,
    lines: Listing<Article<'a>>,
}

super::mail::templates!(PaymentFailed, "payment_failed.html", "payment_failed.txt");

impl PaymentFailed<'_> {
    /// Whether there is anything to show in the panel.
    fn has_facts(&self) -> bool {
        self.amount.is_some()
            || self.method.is_some()
            || self.reason.is_some()
            || self.pay_by.is_some()
    }
}

pub fn compose(
    page: Page<'_>,
    order: &Order,
    payment: &PaymentFailure,
) -> Result<Mail, RenderError> {
    let mail = PaymentFailed {
        amount: payment.amount.map(|amount| page.say.money(amount)),
        method: payment.method.as_ref().map(UserText::from_shop),
        reason: payment.reason.as_ref().map(UserText::from_shop),
        pay_by: payment.pay_by.map(|day| page.say.day(day)),
        url: payment.url.as_ref().map(shared::HttpUrl::as_str),
        lines: Article::list_ordered(order, &page.say),
    };
    let subject = page.say.payment_failed_subject(&page.number);
    let preheader = match (&mail.pay_by, &mail.reason) {
        (Some(day), _) => page.say.payment_failed_preheader_with_day(day),
        (None, Some(reason)) => reason.shortened(120).to_string(),
        (None, None) => page.say.payment_failed_preheader(),
    };
    mail.write(page.with_subject(subject, preheader))
}
