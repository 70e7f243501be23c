//! `waybill`: the operator's command.
//!
//! Promises:
//! - It answers "did the customer get the mail?", "why not?" and "may I replay this?" without
//!   changing anything.
//! - A command that changes something first shows what it would change, and records who ran it, why
//!   and with what result in an audit item, before and after.
//! - A replay sends, waits for the confirmation, then deletes. Killed at any instruction it loses
//!   nothing; the ledger lets only one mail through if a message is replayed twice.
//! - It reports what it skipped.
//! - It prints no e-mail address, name or postal address unless `--show-pii` asks for them.
//! - Wrong input is answered with a sentence: what is wrong, what was expected, what to try.
//!
//! `console` shows and does the same in a browser on the operator's machine.
//!
//! It talks to AWS only through SDK clients, so it works the same against AWS and against the
//! one-machine stack. `reconcile` alone talks to anybody else: to a shop system's API.

mod args;
mod audit;
mod aws;
mod cli;
mod command_line;
mod confirm;
mod console;
mod dlq;
mod docs;
mod doctor;
mod erase;
mod error;
mod event_file;
mod event_row;
mod examples;
mod find;
mod format;
mod intake_answer;
mod interrupt;
mod jq;
mod notification;
mod order;
mod order_name;
mod outbox;
mod output;
mod overpaid;
mod pii;
mod preview;
mod progress;
mod publish;
mod rate;
mod reconcile;
mod run;
mod send_gate;
mod shop;
mod status;
mod store;
mod style;
mod suppressed;
mod suppression;
mod sweep;
mod swept;
mod table;
mod timeline;

pub use doctor::REQUIRED_VARIABLES;
pub use run::main;
