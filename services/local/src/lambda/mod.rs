//! Lambda: the functions as real processes behind the real Runtime API.
//!
//! Each function has one or more processes. A process serves one invocation at a time, over a
//! Runtime API of its own ([AWS: runtimes-api][api]): the address identifies it, so no response can
//! come from a process that was replaced. A process that crashes or exceeds its timeout is killed
//! and replaced, and its invocation fails with the error that Lambda reports.
//!
//! Delivery: an invocation is given to at most one process, and its caller gets exactly one result.
//! An invocation that [failed](Invocation::Failed) may have had any part of its effect.
//!
//! [api]: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html

mod config;
mod failure;
mod function;
mod functions;
mod invoke;
mod memory;
mod output;
mod process;
mod runtime_api;
mod worker;

pub use config::{FunctionConfig, Program};
pub use function::{Function, NotReadyError, Status};
pub use functions::{Functions, UnknownFunction};
pub use invoke::{Invocation, Invoke};
pub use memory::Memory;
pub use output::{OutputLine, OutputStream, Sink, discard};
pub use process::exit_with_parent;
