//! The contract with the shop: what an order event is, and how it is read.

pub mod email;
pub mod event;
pub mod ids;
pub mod json;
pub mod link;
pub mod locale;
pub mod money;
pub mod order;
pub mod schema;
pub mod shipment;
pub mod text;
