//! The event source mappings and the Runtime API against AWS's documented rules: one test a rule,
//! against the services of the one-machine stack. The comment above a test is its source.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod functions;
mod queues;
mod resources;
mod schedules;
mod streams;
mod support;
