//! The promises of `waybill console`: a process against the whole stack, and browsers that are no browsers.

mod actions;
pub(super) mod browser;
mod dead_letters;
mod failures;
mod long_queue;
mod norden;
mod orders;
mod repair;
mod rights;
mod safety;
mod several_shops;
mod shop_pages;
mod stopping;
mod today;
