//! `order.cancelled`: why, and what happens to the money.

use shared::contract::order::Order;
use shared::contract::shipment::Cancellation;

use super::day::Day;
use super::listing::Listing;
use super::mail::{Mail, RenderError};
use super::money;
use super::page::Page;
use super::parcel::Article;
use super::user_text::UserText;

struct Cancelled<'a> {
    reason: Option<UserText<'a>>,
    refund: Option<Repayment<'a>>,
    lines: Listing<Article<'a>>,
}

/// The money that is paid back.
struct Repayment<'a> {
    amount: String,
    method: Option<UserText<'a>>,
    day: Option<Day>,
}

super::mail::templates!(Cancelled, "cancelled.html", "cancelled.txt");

/// About money, it says what the event says and no more. `refund_told`: a mail of its own has told the refund.
pub fn compose(
    page: Page<'_>,
    order: &Order,
    cancellation: &Cancellation,
    refund_told: bool,
) -> Result<Mail, RenderError> {
    let mail = Cancelled {
        reason: cancellation.reason.as_ref().map(UserText::from_shop),
        // Told twice, it would look like two refunds.
        refund: cancellation.refund.filter(|_| !refund_told).map(|amount| Repayment {
            amount: money::format(amount),
            method: cancellation.method.as_ref().map(UserText::from_shop),
            day: cancellation.expected_on.map(|day| page.calendar.day(day)),
        }),
        lines: Article::list_ordered(order),
    };
    let subject = format!("Your {} is cancelled", page.order());
    let preheader = match &mail.refund {
        Some(refund) => format!("You get {} back.", refund.amount),
        None => "See what is cancelled.".to_owned(),
    };
    mail.write(page.with_subject(subject, preheader))
}
