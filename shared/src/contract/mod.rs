//! The contract with the shop: order events and their parser.
//!
//! It depends on nothing else in the crate, because what Waybill does with an event is not part of the
//! contract.

pub mod beyond_schema;
mod countries;
pub mod documents;
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
mod plausibility;
pub mod reader;
#[cfg(test)]
mod schema;
pub mod shipment;
pub mod shop_id;
pub mod text;
mod times;
mod unknown_members;
pub mod warnings;
