//! Judging mails about money: a cancellation and an `order.refunded` of it tell the same money once, and what all refunds
//! add up to.
//!
//! A refund that is taken for one that it is not is never told, so that where two might be the cancellation's, both are
//! told: rather twice than not at all.

use super::{Known, MoneyNews, Standing};
use crate::notification::Recipient;
use crate::notification::news::News;

/// Refunds and cancellations are of the same moment if they are at most so many milliseconds apart.
pub(super) const SAME_MOMENT_MS: i64 = 10 * 60 * 1000;

/// Whether `own`, a refund, is the money that a cancellation of the same moment tells.
pub(super) fn is_money_told(own: &News, others: &[Known]) -> bool {
    let tells =
        |other: &&Known| other.standing.is_active() && tells_money_of(&other.news, own, others);
    others.iter().any(|other| tells(&other))
}

/// Whether the cancellation `cancelled` tells the money of `refund`, and of no other one.
pub(super) fn tells_money_of(cancelled: &News, refund: &News, others: &[Known]) -> bool {
    let is_other = |other: &&News| other.event != refund.event;
    let mut rest = others.iter().map(|other| &other.news).filter(is_other);
    may_tell(cancelled, refund) && !rest.any(|other| may_tell(cancelled, other))
}

/// Whether the money that the cancellation names may be that of `refund`: to the same recipient, since each has a record
/// of the same money, and of the same moment.
fn may_tell(cancelled: &News, refund: &News) -> bool {
    let (Some(named), Some(paid)) = (&cancelled.money, &refund.money) else { return false };
    !cancelled.kind.is_refund()
        && refund.kind.is_refund()
        && cancelled.recipient == refund.recipient
        && (cancelled.news_at() - refund.news_at()).abs() <= SAME_MOMENT_MS
        && named.may_be(paid)
}

fn amount_refunded(news: &News) -> Option<i64> {
    news.money.as_ref().filter(|_| news.kind.is_refund()).map(|money| money.amount)
}

/// What the mail of `own` has to say of money beyond its event.
pub(super) fn money_news(own: &News, others: &[Known]) -> MoneyNews {
    let Some(money) = &own.money else { return MoneyNews::default() };
    if !own.kind.is_refund() {
        let is_told = |other: &Known| {
            other.standing.is_known_to_customer() && tells_money_of(own, &other.news, others)
        };
        let refund_told = others.iter().any(is_told);
        return MoneyNews { refund_told, ..MoneyNews::default() };
    }
    let refunds = |counts: &dyn Fn(&Known) -> bool| -> i64 {
        let counted = others.iter().filter(|other| other.news.recipient == Recipient::Customer);
        counted.filter(|it| counts(it)).filter_map(|it| amount_refunded(&it.news)).sum()
    };
    // Money counts whether or not its mail was sent, and by the customer's records: each refund has one of these, and
    // whoever gets a copy of the last refund only is told of the sum too. Of two refunds at the same time, only the
    // later one says that they complete the sum.
    let is_other = |other: &Known| other.news.event != own.event;
    let is_before = |other: &Known| {
        is_other(other)
            && (other.news.position() < own.position()
                || !matches!(other.standing, Standing::Planned { .. }))
    };
    let before = refunds(&is_before);
    let sum = before.saturating_add(money.amount);
    let all = refunds(&is_other).saturating_add(money.amount);
    // A shop that reduces the order with each refund calls what is left the total: what was bought is the most of all.
    let totals = others.iter().filter_map(|other| Some(other.news.money.as_ref()?.of));
    let bought = totals.fold(money.of, i64::max);
    MoneyNews {
        // Once it is complete, a further refund completes nothing.
        completes_refund: before > 0 && before < bought && sum >= bought,
        total_reduced: money.of < bought,
        overpaid: all.saturating_sub(bought).max(0),
        ..MoneyNews::default()
    }
}
