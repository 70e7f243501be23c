//! What the ledger remembers of a notification.

pub mod guard;
pub mod outcome;
pub mod protocol;
pub mod reason;
pub mod record;

pub use guard::{Facts, Guard, MAX_DOUBTS, Precondition};
pub use outcome::{AfterClaim, after_claim};
pub use protocol::{Transition, Write};
pub use reason::{FailReason, SkipReason};
pub use record::{Record, State};
