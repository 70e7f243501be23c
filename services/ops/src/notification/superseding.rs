//! By which news a mail was superseded.

use kit::ledger::{Item, superseding_item};
use shared::ledger::{SkipReason, State};
use shared::notification::AddressHash;

use super::selector::name;

/// The name of the news by which a mail was skipped as superseded; `None` where it was not, or that news holds no more.
pub fn superseded_by(item: &Item, items: &[Item], now: i64) -> Option<String> {
    let is_superseded = item.state() == Some(State::Skipped)
        && item.reason.as_deref() == Some(SkipReason::Superseded.as_str());
    let own = item.news().filter(|_| is_superseded)?;
    let address = AddressHash::parse(item.address_hash.as_deref()?).ok()?;
    superseding_item(items, (&item.notification, address), &own, now).map(name)
}
