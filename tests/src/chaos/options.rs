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
    /// Called with the number of events published so far, after each batch.
    pub progress: fn(usize),
}
