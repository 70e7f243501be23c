//! `waybill`: the operator's command.
//!
//! Promises:
//! - It answers "did the customer get the mail?", "why not?" and "may I replay this?" without
//!   changing anything.
//! - What changes something shows first what it would change, and writes who, why and what came of
//!   it to an audit item before and after.
//! - A replay sends, waits for the confirmation, then deletes. Broken off at any instruction it
//!   loses nothing, and the ledger lets one mail of what is replayed twice through.
//! - It prints what it did not look at.
//! - No e-mail address, name or postal address is printed unless asked for.
//! - Wrong input is answered with a sentence: what is wrong, what was expected, what to try.
//!
//! It talks to AWS only through SDK clients, so it is the same against AWS and against the
//! one-machine stack.

mod audit;
mod aws;
pub mod cli;
mod confirm;
mod dlq;
mod docs;
mod doctor;
mod erase;
mod error;
mod events;
mod interrupt;
mod journal;
mod jq;
mod notification;
mod order;
mod outbox;
mod output;
mod pii;
mod preview;
mod progress;
mod publish;
mod rate;
mod run;
mod status;
mod store;
mod suppression;
mod sweep;
mod time_arg;

pub use error::{CliError, ExitStatus};
pub use run::{main, run};
