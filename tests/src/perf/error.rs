//! How anything here fails.

/// Any failure of a run, as a sentence.
pub type PerfError = Box<dyn std::error::Error + Send + Sync>;
