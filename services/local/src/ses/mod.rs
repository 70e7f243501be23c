//! SES: the operations of API version 2 that sending mail needs, with a mailbox instead of the
//! internet.
//!
//! A send is atomic. Events follow each accepted mail in SES's order: `Send`, then `Delivery` or
//! `Bounce`, then `Complaint`.

mod account;
mod address;
mod api;
mod attachment;
mod error;
mod event;
mod mail;
mod mailbox;
mod mailbox_file;
mod outcome;
mod send_email;
mod service;
pub mod settings;
mod single_headers;
pub mod suppression;
#[cfg(test)]
mod tests;

pub use attachment::Attachment;
pub use mail::Mail;
pub use service::Ses;

pub(crate) use address::Address;
pub(crate) use api::routes;
pub(crate) use event::SesEvent;
pub(crate) use mailbox::{Directories, MAX_MAILS_IN_MEMORY, Mailbox};
pub(crate) use mailbox_file::MailboxError;
