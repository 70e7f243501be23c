//! The states of a notification, and the protocol by which they change.

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
