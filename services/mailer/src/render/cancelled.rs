//! `order.cancelled`: what is cancelled and why; of the money, what the event says and no more.

use shared::contract::order::Order;
use shared::contract::refund::Cancellation;

use super::article::Article;
use super::listing::Listing;
use super::localizer::Localizer;
use super::mail::{Mail, RenderError};
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
    day: Option<String>,
}

impl Repayment<'_> {
    /// Where the money goes and until when, as far as it is known.
    fn destination(&self, say: &Localizer) -> Option<String> {
        match (&self.method, &self.day) {
            (Some(method), Some(day)) => Some(say.cancelled_refund_to_by(day, method)),
            (Some(method), None) => Some(say.cancelled_refund_to(method)),
            (None, Some(day)) => Some(say.cancelled_refund_by(day)),
            (None, None) => None,
        }
    }
}

super::mail::templates!(Cancelled, "cancelled.html", "cancelled.txt");

/// Whether nothing is left of an order, or nobody says what: without lines, or for nothing.
fn is_empty(order: &Order) -> bool {
    order.lines.is_empty() || order.totals.total.is_some_and(|total| total.amount == 0)
}

impl Cancelled<'_> {
    /// How much is cancelled, as messages name it.
    const fn extent(&self) -> &'static str {
        if self.is_partial { "part" } else { "whole" }
    }

    /// The same where a rest is told apart.
    const fn extent_and_rest(&self) -> &'static str {
        match (self.is_partial, self.has_rest) {
            (true, true) => "part-with-rest",
            (true, false) => "part",
            (false, _) => "whole",
        }
    }
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
            amount: page.say.money(amount),
            method: cancellation.method.as_ref().map(UserText::from_shop),
            day: cancellation.expected_on.map(|day| page.say.day(day)),
        }),
        is_uncharged: cancellation.refund.is_none() && cancellation.charged == Some(false),
        lines: if is_partial {
            Article::list(order, &cancellation.lines, &page.say)
        } else {
            Article::list_ordered(order, &page.say)
        },
    };
    let say = &page.say;
    let subject = say.cancelled_subject(mail.extent(), &page.number);
    let preheader = match (&mail.refund, mail.lines.summary()) {
        (Some(refund), _) => say.cancelled_preheader_with_refund(&refund.amount),
        (None, _) if mail.is_uncharged => say.cancelled_not_charged(),
        (None, Some((first, others))) => say.cancelled_contents(first, others),
        (None, None) => String::new(),
    };
    mail.write(page.with_subject(subject, preheader))
}
