//! The states of a notification, and the transitions between them.

pub mod claim_refusal;
mod due;
pub mod guard;
mod left_out;
pub mod protocol;
pub mod reason;
pub mod record;

pub use claim_refusal::ClaimRefusal;
pub use due::{MAX_BOUNCE_WAIT_MS, backlog_watch_ms, silence_wait_ms};
pub use guard::{Facts, Guard, MAX_DOUBTS, Precondition};
pub use left_out::{LeftOut, LeftOutReason, describe_left_out};
pub use protocol::{TRANSIENT_BOUNCE_MS, Transition, Write};
pub use reason::{FailReason, LEASE_EXPIRED, Rejection, SkipReason};
pub use record::{Record, State};
