//! The options of a run.

use std::path::PathBuf;

/// What to run.
#[derive(Debug, Clone)]
pub struct Options {
    /// The seed of the fault plan.
    pub seed: u64,
    /// Number of events to publish.
    pub events: usize,
    /// The executable that runs the functions; this one if absent.
    pub executable: Option<PathBuf>,
    /// Whether SES also refuses for the account's sake, for seconds at a time. A mail that it refused waits for
    /// minutes, so that such a run takes minutes longer.
    pub account_faults: bool,
    /// Called with the number of events published so far, after each batch.
    pub progress: fn(usize),
}
