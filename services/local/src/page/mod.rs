//! The stack's pages. The mailbox: what SES accepted, for people (HTML), tools and tests (JSON).
//!
//! It works without JavaScript: its scripts show new mail without a reload, and add keys. A mail
//! holds text of strangers: the template engine escapes it, and the mail's own HTML has a path of its own, whose
//! headers sandbox it (no script, no form, no frame, nothing loaded but images).
//!
//! Beside it, the [preview] shows what mails will look like.

mod delete;
mod filter;
mod frame;
mod json;
mod list;
mod mail;
mod own;
pub mod preview;
mod routes;
mod search;
#[cfg(test)]
mod tests;

pub use routes::Page;
