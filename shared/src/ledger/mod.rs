//! What the ledger remembers of a notification.

pub mod outcome;
pub mod protocol;
pub mod reason;
pub mod record;

pub use outcome::{AfterClaim, after_claim};
pub use protocol::{Facts, Guard, MOST_DOUBTS, Precondition, Transition, Write};
pub use reason::{FailReason, SkipReason};
pub use record::{Record, State};
