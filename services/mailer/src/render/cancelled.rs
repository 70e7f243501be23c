//! `order.cancelled`: why, and what happens to the money.

use shared::contract::order::Order;
use shared::contract::shipment::Cancellation;

use super::day::Day;
use super::listing::Listing;
use super::page::Page;
use super::parcel::Packed;
use super::user_text::UserText;
use super::{Mail, RenderError, money};

struct Cancelled<'a> {
    reason: Option<UserText<'a>>,
    refund: Option<Repayment<'a>>,
    lines: Listing<Packed<'a>>,
}

/// What is paid back.
struct Repayment<'a> {
    amount: String,
    method: Option<UserText<'a>>,
    day: Option<Day>,
}

super::templates!(Cancelled, "cancelled.html", "cancelled.txt");

/// Writes the mail.
pub fn compose(
    page: Page<'_>,
    order: &Order,
    cancellation: &Cancellation,
) -> Result<Mail, RenderError> {
    let mail = Cancelled {
        reason: cancellation.reason.as_ref().map(UserText::from),
        refund: cancellation.refund.map(|amount| Repayment {
            amount: money::format(amount),
            method: cancellation.method.as_ref().map(UserText::from),
            day: cancellation.expected_on.map(|day| page.calendar.day(day)),
        }),
        lines: Packed::ordered(order),
    };
    let subject = format!("Your {} is cancelled", page.order());
    let preheader = match &mail.refund {
        Some(refund) => format!("You get {} back.", refund.amount),
        None => "You have not been charged.".to_owned(),
    };
    mail.write(page.titled(subject, preheader))
}
