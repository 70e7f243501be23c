//! The two queue messages, which are contracts between versions.
//!
//! A message may be read by another version than the one that wrote it: during a deployment, after a
//! rollback, and when a dead-letter queue is replayed weeks later. So each message carries its version
//! `v`. A version that a reader does not know is an error that names the version, and sends the message to
//! the dead-letter queue.
//!
//! A reader ignores members that it does not know, and passes them on: a mail request has the event and the
//! unknown members of its dispatch request byte for byte, at every depth, so that an old dispatcher between a
//! new intake and a new mailer loses nothing. Three things are not covered. Intake stores the event as JSON
//! values: members keep their meaning, but neither whitespace nor order, and a number beyond 64 bits is
//! rounded. An operator's edit, and a replay of a stale mail, write a dead letter anew in the same way. And what a newer version adds
//! within `notification` ends with the message, because a mail request is never made from another one: a
//! requeue, a dead letter and a replay copy the body.

mod dispatch;
mod mail;
mod recipients;
#[cfg(test)]
mod tests;
mod wire;

pub use dispatch::{DispatchRequest, news_ends};
pub use mail::MailRequest;
pub use wire::MessageError;
