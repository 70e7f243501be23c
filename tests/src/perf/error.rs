//! How anything here fails.

/// Any failure of a run, as a sentence.
pub type PerfError = Box<dyn std::error::Error + Send + Sync>;

/// Instead of a figure that nothing was measured for.
pub const NOTHING_MEASURED: &str = "nothing was measured: expected at least one round";
