//! `order.cancelled`: what is cancelled and why; of the money, what the event says and no more.

use shared::contract::order::Order;
use shared::contract::refund::Cancellation;

use super::article::Article;
use super::day::Day;
use super::listing::Listing;
use super::mail::{Mail, RenderError};
use super::money;
use super::page::Page;
use super::user_text::UserText;

struct Cancelled<'a> {
    is_partial: bool,
    /// The order holds more than what is cancelled, as far as the event says what it holds.
    has_rest: bool,
    reason: Option<UserText<'a>>,
    refund: Option<Repayment<'a>>,
    /// The shop says that nothing had been charged.
    is_uncharged: bool,
    lines: Listing<Article<'a>>,
}

/// The money that is paid back.
struct Repayment<'a> {
    amount: String,
    method: Option<UserText<'a>>,
    day: Option<Day>,
}

super::mail::templates!(Cancelled, "cancelled.html", "cancelled.txt");

/// Whether nothing is left of an order, or nobody says what: without lines, or for nothing.
fn is_empty(order: &Order) -> bool {
    order.lines.is_empty() || order.totals.total.is_some_and(|total| total.amount == 0)
}

/// About money, it says what the event says and no more; `refund_told`: a mail of its own has told the refund.
pub fn compose(
    page: Page<'_>,
    order: &Order,
    cancellation: &Cancellation,
    refund_told: bool,
) -> Result<Mail, RenderError> {
    let is_partial = cancellation.is_partial();
    let mail = Cancelled {
        is_partial,
        // The event's order may be what the cancellation left, or what it was before. So of a list of all of it,
        // nothing is said of a rest.
        has_rest: !is_empty(order) && !order.is_all(&cancellation.lines),
        reason: cancellation.reason.as_ref().map(UserText::from_shop),
        // Told twice, it would look like two refunds.
        refund: cancellation.refund.filter(|_| !refund_told).map(|amount| Repayment {
            amount: money::format(amount),
            method: cancellation.method.as_ref().map(UserText::from_shop),
            day: cancellation.expected_on.map(|day| page.calendar.day(day)),
        }),
        is_uncharged: cancellation.refund.is_none() && cancellation.charged == Some(false),
        lines: if is_partial {
            Article::list(order, &cancellation.lines, page.calendar)
        } else {
            Article::list_ordered(order)
        },
    };
    let subject = match is_partial {
        true => format!("Part of your {} is cancelled", page.order()),
        false => format!("Your {} is cancelled", page.order()),
    };
    let preheader = match &mail.refund {
        Some(refund) => format!("You get {} back.", refund.amount),
        None if mail.is_uncharged => "You have not been charged.".to_owned(),
        None => mail.lines.summary("Cancelled: "),
    };
    mail.write(page.with_subject(subject, preheader))
}
