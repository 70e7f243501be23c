//! The mailbox page: what SES accepted, for people (HTML), tools and tests (JSON).
//!
//! It works without JavaScript; the one script it has refreshes the list. A mail holds text of
//! strangers: the template engine escapes it, and the mail's own HTML has a path of its own, whose
//! headers sandbox it (no script, no form, no frame, nothing loaded but images).

mod json;
mod list;
mod mail;
mod routes;
#[cfg(test)]
mod tests;

pub use routes::Page;
