//! The promises of `waybill console`: a process against the whole stack, and browsers that are no browsers.

mod browser;
mod dead_letters;
mod orders;
mod safety;
mod stopping;
