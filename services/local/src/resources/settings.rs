//! The times and sizes of the stack.

use std::time::Duration;

use crate::aws::arn::REGION;

/// How the stack is set. The default suits one machine: the same relations as deployed (the lease
/// outlives the function, the visibility timeout is six times the function's), but short.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The region that everything says it is in.
    pub region: String,
    /// How long a function may take for an invocation.
    pub function_timeout: Duration,
    /// How many processes each function has.
    pub processes: Processes,
    /// How long a message that was received is hidden, in whole seconds.
    pub visibility_timeout: Duration,
    /// How often a message is received before it goes to the dead-letter queue.
    pub max_receive_count: u32,
    /// How long a dead-letter queue keeps a message, in whole seconds.
    pub dead_letter_retention: Duration,
    /// The most messages that a function gets at once.
    pub queue_batch_size: usize,
    /// How long a batch of messages that is not full waits for more.
    pub queue_window: Duration,
    /// The most records that relay gets at once.
    pub stream_batch_size: usize,
    /// How long a batch of records that is not full waits for more.
    pub stream_window: Duration,
    /// The pause between two looks at a stream that has nothing new.
    pub stream_idle_pause: Duration,
    /// How often a record that fails is tried again.
    pub stream_maximum_retries: u32,
    /// How old a record may be and still be given to relay.
    pub stream_maximum_age: Duration,
    /// How long the mailer's claim on a notification holds. Longer than the function's timeout.
    pub lease: Duration,
    /// How long a notification in doubt waits for an event of SES.
    pub doubt_grace: Duration,
    /// How old an event that the ledger has not seen must be for the sweep to queue it again.
    pub sweep_after: Duration,
    /// How often relay sweeps.
    pub sweep_interval: Duration,
}

/// How many processes each function has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each field is the function of its name")]
pub struct Processes {
    pub intake: usize,
    pub relay: usize,
    pub dispatcher: usize,
    pub mailer: usize,
    pub feedback: usize,
}

impl Default for Processes {
    fn default() -> Self {
        Self { intake: 1, relay: 1, dispatcher: 1, mailer: 2, feedback: 1 }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            region: REGION.to_owned(),
            function_timeout: Duration::from_secs(5),
            processes: Processes::default(),
            visibility_timeout: Duration::from_secs(30),
            max_receive_count: 5,
            dead_letter_retention: Duration::from_secs(14 * 24 * 60 * 60),
            queue_batch_size: 10,
            queue_window: Duration::ZERO,
            stream_batch_size: 100,
            stream_window: Duration::ZERO,
            stream_idle_pause: Duration::from_millis(100),
            stream_maximum_retries: 10,
            stream_maximum_age: Duration::from_secs(24 * 60 * 60),
            lease: Duration::from_secs(6),
            doubt_grace: Duration::from_secs(5),
            sweep_after: Duration::from_secs(300),
            sweep_interval: Duration::from_secs(60),
        }
    }
}
