//! `waybill reconcile`: what a shop system's webhooks lost comes back, over the system's own API.
//!
//! The APIs are small fakes that page, throttle and fail as the real ones do; all else is the real stack.

mod command;
mod conversations;
mod failures;
mod fake_api;
mod fake_shopify;
mod fake_woocommerce;
mod orders;
mod refusals;
mod shopify;
mod woocommerce;
