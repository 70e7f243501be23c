//! Lambda: the functions as real processes behind the real Runtime API.
//!
//! Each function has one or more processes. A process serves one invocation at a time, over a
//! Runtime API of its own ([AWS: runtimes-api][api]): the address is its identity, and an answer
//! can't come from a process that was replaced. A process that crashes or overruns its timeout is
//! killed and started anew, and its invocation is a failure in Lambda's own words.
//!
//! Delivery: an invocation is handed to one process at most, and is answered exactly once. One
//! that was [failed](Invocation::Failed) may have had any part of its effect.
//!
//! [api]: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html

pub mod child;
mod config;
mod failure;
mod function;
mod functions;
mod invoke;
mod memory;
mod output;
mod process;
mod runtime_api;
mod slot;
mod worker;

pub use config::{FunctionConfig, Program};
pub use function::{Function, Status};
pub use functions::{Functions, Kill, UnknownFunction};
pub use invoke::{Invocation, Invoke};
pub use memory::Memory;
pub use output::{OutputLine, OutputStream, Sink, discard};
