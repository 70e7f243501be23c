//! What the floor repeats, as the harness writes it.

use serde::Deserialize;
use serde_json::Value;

/// The calls of one invocation.
#[derive(Debug, Deserialize)]
pub struct Tape {
    /// Whether the event is a batch of a queue.
    pub is_queue: bool,
    /// How many of the calls are under way at the same time.
    pub at_once: usize,
    /// In the order in which they were made.
    pub calls: Vec<TapedCall>,
}

/// A call and its body.
#[derive(Debug, Deserialize)]
pub struct TapedCall {
    /// Service and operation: `DynamoDB PutItem`.
    pub operation: String,
    /// The request's body, as it was sent.
    pub body: Value,
}
