//! Webhooks of shop systems, from the signed request to the mail.

mod keep_first;
mod mails;
mod signatures;
pub mod support;
mod waiting;
