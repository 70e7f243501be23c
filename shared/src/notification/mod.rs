//! Notifications: their identity, the mailing rules of each kind, and the order of news.

pub mod judge;
pub mod key;
pub mod news;
pub mod policy;
mod told;

pub use judge::{Judgement, Known, MoneyNews, Stage, Standing, Verdict, judge, superseding};
pub use key::{MUTED, NotificationKey, Recipient, ledger_key};
pub use news::{MoneyBack, News, Relation};
pub use policy::DoubtPolicy;
pub use told::Told;
