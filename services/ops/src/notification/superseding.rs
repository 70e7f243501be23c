//! By which news a mail is superseded.

use kit::ledger::Item;
use shared::ledger::{SkipReason, State};
use shared::notification::{Known, News, superseding};

use super::selector::name;

/// The record among `items`, those of its order, of the news that supersedes what the mail with the sort key `notification`
/// tells. `now` in milliseconds since 1970.
pub fn superseding_item<'i>(
    items: &'i [Item],
    notification: &str,
    own: &News,
    now: i64,
) -> Option<&'i Item> {
    let others = items.iter().filter(|item| item.notification != notification);
    let others = others.filter_map(|item| Some((item, item.known()?)));
    // All at once: one of them may undo another.
    let (others, known): (Vec<&Item>, Vec<Known>) = others.unzip();
    let newer = superseding(own, &known, now)?;
    let at = known.iter().position(|known| std::ptr::eq(known, newer))?;
    others.get(at).copied()
}

/// The name of the news by which a mail was skipped as superseded; `None` where it was not, or that news holds no more.
pub fn superseded_by(item: &Item, items: &[Item], now: i64) -> Option<String> {
    let is_superseded = item.state() == Some(State::Skipped)
        && item.reason.as_deref() == Some(SkipReason::Superseded.as_str());
    let own = item.news().filter(|_| is_superseded)?;
    superseding_item(items, &item.notification, &own, now).map(name)
}
