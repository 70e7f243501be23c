//! The pipeline as a model that is checked exhaustively, with the ledger's real protocol in it.
//!
//! [`settings::PipelineModel`] is a [`stateright::Model`]. From a [`state::SystemState`], every
//! [`action::Action`] of a component, of AWS or of an operator leads to a next state, and [`check`]
//! visits all of them. What must hold in each state is in [`properties`]; [`liveness`] checks that from
//! each a terminal state can be reached. Every ledger write goes through
//! [`shared::ledger::Transition::apply`] with real [`shared::ledger::Facts`], and every refused claim
//! through [`shared::ledger::ClaimRefusal`], so a change of the protocol is a change of the model.
//! [`coverage`] shows that every edge of the state machine was taken.
//!
//! What several notifications of one order make of each other is a model of its own: [`news`]; so is how those of one
//! event, the customer's and a copy's, are planned together and kept apart: [`recipients`], and what happens to one whose
//! mail did not arrive and whose address is corrected: [`readdress`]. Two rules touch neither
//! ledger nor mail and have small models too: [`consumer`] (a message that has
//! to wait is requeued, and SQS's receive count never moves it to a dead-letter queue), and [`index_sweep`] (the
//! sweep's watermark passes nothing that was not checked).
//!
//! A model that cannot fail proves nothing. So [`bug`] lists bugs that are seeded deliberately, and
//! `promises/model.rs` checks that each is found. Several are bugs that the model found in Waybill.
//!
//! # What is modelled step by step, with a crash possible between any two
//!
//! | component | steps |
//! | --- | --- |
//! | relay | send to the dispatch queue; acknowledge the stream record |
//! | dispatcher | receive; put the decision; send the mail request; delete |
//! | mailer | receive and read the clock; take a turn at the send gate, or requeue with a delay; claim (or skip, when stale); call SES; record the answer; close or open the gate; requeue with a delay, or send to the dead-letter queue; delete |
//! | a mailer that finds an expired lease | …; record the doubt; requeue with a delay; delete |
//!
//! SES accepts or refuses, and its answer arrives or not. The answer to a ledger write may be lost and
//! the write retried by the SDK. SQS delivers a message to a second worker while the first one works,
//! delivers deleted messages again, and moves messages to a dead-letter queue. The stream loses records.
//! The queues lose their messages. An operator replays dead-letter queues (moving or copying) and reopens
//! notifications.
//!
//! # What is abstracted, and why that is sound
//!
//! - **One notification per order.** Notifications share nothing but mailers, time and faults, and
//!   orders stand for them. What the notifications of one order make of each other is in [`news`], and what those of one
//!   event share in [`recipients`].
//! - **Intake** is one conditional put: the event is stored or not. A publisher's retry finds the item
//!   and changes nothing, so it is no step of the model. Two events with different ids and the same
//!   meaning are modelled ([`settings::PipelineModel::events`]).
//! - **Batches** are single messages: each message of a batch succeeds or fails on its own, and a
//!   process that dies with ten messages is ten crashes here.
//! - **A service that does not answer** (after the SDK's retries) makes the function return the message,
//!   before or after the write took effect: to the model, a crash before or after the step.
//! - **Time is ticks.** Lease, grace and pause take one tick each; a lease expires in the tick after.
//!   Only a delay makes a message wait for a tick: after a crash it may be delivered again at once,
//!   though SQS waits for its visibility timeout. So more interleavings are possible than in reality.
//!   A mailer is gone before its lease expires, as its function's timeout is shorter
//!   ([`settings::Lifetime`] can also make it longer). The clock is read when a message is received;
//!   a tick may pass before the first write.
//! - **Times are relative to now and forgotten when no guard can observe them any more**; attempt
//!   numbers are replaced by their rank among those in use. Guards only compare.
//! - **The send gate** ([`gate`]) is modelled where SES may refuse for the account's sake. Otherwise it is always
//!   open, so that taking a turn changes nothing. The send rate is not modelled: a turn may come at any time.
//! - **A mail may become stale** at any time, once per order.
//! - **SES events** may come once the mail was accepted: never, late, repeatedly, in any order, before
//!   the mailer's own record or after. So they need no queue, no loss and no duplicate of their own.
//!   Nothing relies on them: [`liveness`] holds without them.
//! - **Receive counts** are not counted here: SQS may redrive any message at any time, within the bound.
//!   [`consumer`] counts them.
//! - **The sweep** queues what the ledger has not seen, and what a mailer could move on, as soon as no
//!   message of it is in flight, without its delay. While a message is in flight, it makes duplicates,
//!   which are bounded like SQS's own.
//! - **A purge** takes the messages of both queues. One between a failure and its dead letter, with a
//!   crash, leaves a failed mail without a dead letter; no test has that combination: the record says
//!   that it failed, and an operator can have it sent.
//! - **A dead-letter queue** holds a message of an event or none: further copies would only make it
//!   harder to lose one.
//! - **An operator who reopens** also queues the mail request, and repeats the command until both are
//!   done.
//! - **Acknowledgements of relay and dispatcher happen at once**, or the crash before them: nothing can
//!   observe whether a message that is not yet deleted waits or is being worked on (a partial-order
//!   reduction; see `Step::is_independent`).
//! - **Orders of one policy, mailers and messages are interchangeable**: states are sorted.
//! - **Faults are bounded**; each test names its bounds. Everything without a bound in
//!   [`settings::Faults`] may happen any number of times.

pub mod action;
pub mod bug;
pub mod check;
pub mod consumer;
pub mod coverage;
mod dispatcher;
mod drivers;
mod environment;
pub mod gate;
pub mod index_sweep;
mod ledger;
pub mod liveness;
mod mail_queue;
mod mailer;
pub mod news;
pub mod properties;
pub mod readdress;
pub mod recipients;
mod relay;
pub mod settings;
pub mod state;
mod system;
mod terminal;
mod time;
mod turn;
