//! The contract with the shop: what an order event is, and how it is read.
//!
//! It knows nothing of the rest of the crate: what Waybill makes of an event is not the shop's
//! concern.

pub mod email;
pub mod error;
pub mod event;
pub mod ids;
pub mod json;
pub mod kind;
pub mod link;
pub mod locale;
pub mod money;
pub mod order;
pub mod reader;
#[cfg(test)]
mod schema;
pub mod shipment;
pub mod text;
