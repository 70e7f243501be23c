//! The notifications that events ask for: what identifies one, and the rules of its kind.

pub mod key;
pub mod policy;

pub use key::{MUTED, NotificationKey, Recipient, ledger_key};
pub use policy::DoubtPolicy;
