//! Reading batches from SQS and sending batches to it.

pub mod batch;
pub mod dead_letter;
pub mod send;

pub use batch::{Disposition, answer, in_parallel, sent_at};
pub use dead_letter::{DeadLetter, DeadLetterQueue};
pub use send::{LONGEST_DELAY, Outgoing, SendFailure, send_all};
