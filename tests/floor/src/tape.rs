//! What the floor repeats, as the harness writes it.

use serde::Deserialize;
use serde_json::Value;

/// The calls of one invocation.
#[derive(Debug, Deserialize)]
pub struct Tape {
    /// What the event is read into.
    pub input: Input,
    /// What the function answered.
    pub answer: Value,
    /// How many of the calls are under way at the same time.
    pub at_once: usize,
    /// In the order in which they were made.
    pub calls: Vec<TapedCall>,
}

/// What a function has its event read into before its own code runs.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Input {
    /// AWS's type of a batch.
    Batch,
    /// The text of it.
    Text,
    /// A tree of values.
    Tree,
}

/// A call and its body.
#[derive(Debug, Deserialize)]
pub struct TapedCall {
    /// Service and operation: `DynamoDB PutItem`.
    pub operation: String,
    /// The request's body, as it was sent.
    pub body: Value,
}
