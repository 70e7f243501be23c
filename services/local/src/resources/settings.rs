//! The stack's durations, sizes and counts.

use std::time::Duration;

use crate::aws::arn::REGION;

/// What tests change of the stack. The defaults suit one machine: shorter than deployed, so that a demo
/// is quick. `tests/conformance/template` lists each difference from the template with its reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The region in every ARN.
    pub region: String,
    /// How long an invocation may take before its process is killed.
    pub function_timeout: Duration,
    /// How many processes each function has.
    pub processes: Processes,
    /// How long a received message is hidden, in whole seconds. AWS asks for six times
    /// `function_timeout`.
    pub visibility_timeout: Duration,
    /// How often a message is received before it goes to the dead-letter queue.
    pub max_receive_count: u32,
    /// How often a failed batch of records is retried.
    pub stream_maximum_retries: u32,
    /// How long the mailer's claim on a notification holds. Longer than `function_timeout`: else
    /// one mailer could still send what another has claimed by then.
    pub lease: Duration,
    /// How long a notification in doubt waits for an SES event.
    pub doubt_grace: Duration,
    /// How old an event must be that the ledger has not seen for the sweep to queue it again.
    pub sweep_after: Duration,
    /// How often relay sweeps.
    pub sweep_interval: Duration,
}

/// How many processes each function has, which is its concurrency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each field is the function of its name")]
pub struct Processes {
    pub intake: usize,
    pub relay: usize,
    pub dispatcher: usize,
    pub mailer: usize,
    pub feedback: usize,
}

impl Processes {
    /// Those of the function with this short name; 1 for an unknown one.
    pub fn for_function(&self, name: &str) -> usize {
        match name {
            "intake" => self.intake,
            "relay" => self.relay,
            "dispatcher" => self.dispatcher,
            "mailer" => self.mailer,
            "feedback" => self.feedback,
            _ => 1,
        }
    }
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
            stream_maximum_retries: 10,
            lease: Duration::from_secs(6),
            doubt_grace: Duration::from_secs(5),
            sweep_after: Duration::from_secs(300),
            sweep_interval: Duration::from_secs(60),
        }
    }
}
