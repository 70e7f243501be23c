//! The messages on the queues, and the attributes of dead letters.

pub mod arrival;
pub mod dead_letter;
pub mod message;
pub mod sqs_json;
mod unknown;
