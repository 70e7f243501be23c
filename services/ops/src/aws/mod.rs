//! The stack that a command talks to, and how its services' answers are worded.

mod error;
mod names;
mod queue;
mod redrive;
mod session;
mod stack_names;

pub use error::{is_denied, is_unknown_operation, refused, why};
pub use queue::{Dlq, Queue};
pub use session::{Connection, Stack};
