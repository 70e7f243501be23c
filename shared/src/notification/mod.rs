//! Notifications: their identity, and the mailing rules of each kind.

pub mod key;
pub mod policy;

pub use key::{MUTED, NotificationKey, Recipient, ledger_key};
pub use policy::DoubtPolicy;
