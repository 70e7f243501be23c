//! The mailbox page: what SES accepted, for people (HTML), tools and tests (JSON).
//!
//! It works without JavaScript: its scripts show new mail without a reload, and add keys. A mail
//! holds text of strangers: the template engine escapes it, and the mail's own HTML has a path of its own, whose
//! headers sandbox it (no script, no form, no frame, nothing loaded but images).

mod delete;
mod filter;
mod json;
mod list;
mod mail;
mod routes;
mod search;
#[cfg(test)]
mod tests;

pub use routes::Page;
