//! Untrusted input: properties of every parser, and examples against the running stack.

mod limits;
mod over_http;
mod properties;
mod webhooks;
