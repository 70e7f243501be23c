//! What the queues carry: the two messages between deployments, and the attributes of dead letters.

pub mod dead_letter;
pub mod message;
