//! `waybill reconcile`: brings back what a shop system's webhooks lost.
//!
//! A webhook may be lost: WooCommerce tries each delivery once, and Shopify gives up after four hours. So this reads the
//! shop's orders over its system's API ([`orders`]), makes the facts of them that the webhooks would have made ([`facts`]),
//! shows those that the ledger does not know and what would become of them ([`missing`]), and publishes them on request
//! ([`publish`]), as the connector does: to the inbox queue.
//!
//! At least once: what is published twice, or arrives by a late webhook as well, is one mail by the ledger's business keys.

mod account;
mod args;
mod facts;
mod http;
mod missing;
mod orders;
mod publish;
mod report;
mod run;
mod shopify;
mod woocommerce;

#[cfg(test)]
mod tests;

pub use args::Args;
pub use run::run;
