//! The contract with the shop: order events and their parser.
//!
//! It depends on nothing else in the crate, because what Waybill does with an event is not part of the
//! contract.

pub mod address;
pub mod articles;
pub mod attachment;
pub mod beyond_schema;
mod cancelled_part;
pub mod changes;
pub(crate) mod countries;
mod currency;
pub(crate) mod digest;
pub mod documents;
pub mod email;
mod envelope;
pub mod error;
pub mod event;
mod field_errors;
pub mod ids;
pub mod incident;
pub mod json;
pub mod kind;
pub mod language;
pub mod link;
pub mod locale;
pub mod money;
mod money_context;
pub mod order;
pub mod order_line;
mod other_names;
mod own_object;
mod person_name;
mod plausibility;
pub mod quantity;
pub mod reader;
pub mod refund;
#[cfg(test)]
mod schema;
pub mod shipment;
pub mod shop_id;
pub mod sums;
pub mod text;
pub mod times;
pub mod totals;
mod unknown_members;
mod values;
pub mod warnings;
