//! Notifications: their identity, the mailing rules of each kind, and the order of news.

pub mod judge;
pub mod key;
mod money;
pub mod news;
pub mod policy;
mod recipient;
mod told;

pub use judge::{
    Judgement, Known, MoneyNews, Stage, Standing, Verdict, judge, last_order_told, superseding,
};
pub use key::{MAX_SORT_KEY_BYTES, MUTED, NotificationKey, copy_keys, ledger_key, ledger_key_for};
pub use money::MoneyBack;
pub use news::{News, Relation};
pub use policy::DoubtPolicy;
#[cfg(test)]
pub(crate) use recipient::any_recipient;
pub use recipient::{AddressHash, Recipient};
pub use told::Told;
