//! The stack that a command talks to, and how its services' errors are worded.

mod connection;
mod error;
mod overrides;
mod resources;
mod stack;
mod stack_names;

pub use connection::{Connection, is_loopback};
pub use error::{describe_error, is_denied, is_unknown_operation, service_error};
pub use resources::{Dlq, Origin, Part, Queue};
pub use stack::Stack;
