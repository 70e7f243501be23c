//! Untrusted input: properties of each parser, and examples against the running stack.

mod over_http;
mod properties;
