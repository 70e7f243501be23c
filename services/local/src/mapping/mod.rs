//! Event source mappings and schedules: they invoke functions with what they read from a queue or a
//! stream, by AWS's documented rules.
//!
//! Delivery is at least once. A message is deleted, and a stream's checkpoint moves, only after
//! the function's response; whatever ends before that is delivered again.
//!
//! What differs from AWS on purpose: a mapping does not lower its concurrency when a function
//! fails, so that a test sees the next try as soon as the queue allows it; and a stream has no
//! parallelization factor or tumbling window, which nothing here uses.

mod batch_response;
mod event;
mod handle;
pub mod schedule;
pub mod sqs;
pub mod stream;

pub use handle::Mapping;
pub use kit::Backoff;
