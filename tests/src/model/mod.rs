//! The pipeline as a model that is searched exhaustively, with the ledger's real protocol in it.
//!
//! [`settings::Waybill`] is a [`stateright::Model`]: from a state ([`world::World`]) every step
//! ([`action::Action`]) of every component, of AWS and of an operator leads to a next state, and
//! [`check`] visits all of them. What must hold in each is in [`properties`], and [`rest`] finds
//! out whether everything can come to rest from each. Every ledger write goes through
//! [`shared::ledger::Transition::apply`] with real [`shared::ledger::Facts`], and every refused
//! claim through [`shared::ledger::after_claim`], so a change of the protocol is a change of the
//! model. [`coverage`] tells that each way of the protocol was taken.
//!
//! A model that cannot fail proves nothing: [`bug`] lists mistakes that are made on purpose, and
//! the test `promises/model.rs` finds each. Several are holes that the model found in Waybill.
//!
//! # What is modelled step by step, with a crash possible between any two
//!
//! | who | steps |
//! | --- | --- |
//! | relay | send to the dispatch queue; acknowledge the stream record |
//! | dispatcher | receive; put the decision; send the mail request; delete |
//! | mailer | receive and read the clock; claim (or skip, when stale); call SES; record the answer; park or bury; delete |
//! | a mailer that finds a lease run out | …; record the doubt; park; delete |
//!
//! SES accepts or refuses, and its answer arrives or not. A ledger write's answer may be lost and
//! the write made again by the SDK. SQS delivers to a second worker while a first
//! one works, brings deleted messages back, and moves messages to a dead-letter queue. The stream
//! loses records. An operator replays dead-letter queues (moving or copying) and reopens.
//!
//! # What is abstracted, and why that is sound
//!
//! - **One notification an order.** Notifications share nothing but mailers, time and faults, and
//!   orders stand for them. That a later mail supersedes an earlier one is a reason to skip at
//!   planning, and the model's dispatcher may skip at any time for any reason.
//! - **Intake** is one conditional put: stored, or not. A publisher's second try finds the item and
//!   changes nothing, which is no step of the model. Two events under different names that mean
//!   the same are modelled ([`settings::Waybill::events`]).
//! - **Batches** are single messages: every message of a batch ends on its own, and a process that
//!   dies with ten messages is ten crashes here.
//! - **A service that does not answer** (after the SDK's retries) sends the message back, before or
//!   after the write took effect: to the model that is a crash before or after the step.
//! - **Time is ticks.** Lease, grace and pause take one tick each; leases run out in the tick after.
//!   A message waits for no tick but by its delay: it may come back at once after a crash, though
//!   SQS waits for its visibility timeout. More orders of events are possible than in reality.
//!   A mailer is gone before its lease has run out, as its function's time-out is shorter
//!   ([`settings::Lifetime`], which may also be set longer). The clock is read when a message is
//!   received; until the first write a tick may pass.
//! - **Times are relative to now and forgotten when no guard can ask for them any more**; attempt
//!   numbers are replaced by their rank among those in use. Guards only compare.
//! - **Staleness** comes at any time, once an order.
//! - **SES events** may come once the mail was accepted: never, late, often, in any order, before
//!   the mailer's own record or after. So they need no queue, no loss and no duplicate of their own;
//!   and nothing counts on them, as [`rest`] does without.
//! - **Receive counts** are not counted: SQS may give up any message at any time, within the bound.
//! - **The sweep** queues what the ledger has not seen while nothing of it is on its way. When it
//!   queues more than that, it makes duplicates like SQS's own.
//! - **A dead-letter queue** holds a message of an event or none: copies beyond the first would only
//!   make it harder to lose one.
//! - **An operator who reopens** also queues the mail request, and goes on until both are done.
//! - **Acknowledgements of the relay and of the dispatcher are taken at once**, or the death before
//!   them: nobody can tell whether a message that is not yet deleted waits or is being worked on
//!   (a partial-order reduction; see `Step::is_indifferent`).
//! - **Orders of one policy, mailers and messages have no names**: states are sorted.
//! - **Faults are bounded**; each test names its bounds. Everything without a bound in
//!   [`settings::Faults`] may happen any number of times.

pub mod action;
pub mod bug;
pub mod check;
pub mod coverage;
mod drivers;
mod ledger;
mod mailer;
mod mailers;
mod outside;
pub mod properties;
pub mod rest;
pub mod settings;
mod system;
mod time;
mod upstream;
pub mod world;
