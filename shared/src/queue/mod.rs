//! What the queues carry: the two messages between deployments, and what is written beside a dead
//! letter.

pub mod dead_letter;
pub mod message;
