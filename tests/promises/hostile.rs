//! Hostile input: at each parser by properties, and at the running stack by hand.

mod over_http;
mod properties;
