//! What tests share: waiting for conditions.

// One helper for these tests and for those in `tests/`, which see only what is public here.
#[path = "../tests/conformance/support/wait.rs"]
mod wait;

pub use wait::until;
