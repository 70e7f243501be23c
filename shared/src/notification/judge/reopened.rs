//! Whether the order is cancelled, as far as other news depends on it. That is a fact of the order: whoever is told of it,
//! and whether or not anybody is.

use super::Known;
use crate::notification::news::{News, Relation, supersedes};

/// Whether `own` is no news since `other`, whatever has become of `other`'s mail: the order is cancelled, and `own` is
/// about its parcels; or `own` cancels the order, and it was reopened since. `others`: the order's other news.
pub(super) fn ends(other: &News, own: &News, others: &[Known], now: i64) -> bool {
    let is_cancelled = other.cancels_order
        && own.kind.ends_with_cancellation()
        && !is_reopened_before(other, own, others);
    is_cancelled || other.reopens(own) && own.is_late(now)
}

/// As [`supersedes`], for a cancellation only as long as the order was not reopened before `older`.
pub(super) fn outdates(newer: &News, older: &News, others: &[Known], now: i64) -> Option<Relation> {
    let relation = supersedes(newer, older, now)?;
    (!newer.cancels_order || !is_reopened_before(newer, older, others)).then_some(relation)
}

/// Whether the order that `cancelled` cancels was open again when `own` happened.
fn is_reopened_before(cancelled: &News, own: &News, others: &[Known]) -> bool {
    let mut reopenings = others.iter().filter(|other| other.news.reopens(cancelled));
    reopenings.any(|it| it.news.position() < own.position())
}
