//! Webhooks of shop systems, from the signed request to the mail.

mod conversations;
mod guides;
mod keep_first;
mod mails;
pub mod recorded;
mod signatures;
pub mod support;
mod waiting;
