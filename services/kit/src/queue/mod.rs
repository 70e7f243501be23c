//! SQS: batches received from it, and messages sent to it.

pub mod batch;
pub mod dead_letter;
pub mod depth;
pub mod requeue;
pub mod send;
pub mod time_limit;

pub use batch::{BatchItemOutcome, partial_batch_response, run_concurrently, sent_at};
pub use dead_letter::{DeadLetter, DeadLetterQueue};
pub use depth::{QueueDepth, queue_depth};
pub use requeue::DelayedRequeue;
pub use send::{
    MAX_BATCH_ENTRIES, MAX_DELAY_SECONDS, OutgoingMessage, SendError, SendFailure, send_all,
    send_all_until, send_one,
};
pub use time_limit::{before, settles_at};
