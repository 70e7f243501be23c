//! The stack that a command talks to, and how its services' answers are worded.

mod discover;
mod names;
mod queue;
mod redrive;
mod sentence;
mod session;

pub use queue::{Dlq, Queue};
pub use sentence::{is_denied, is_unknown_operation, refused, why};
pub use session::{Connection, Stack};
