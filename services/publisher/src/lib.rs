//! `publisher`: publishes what became of each mail on the shop's event bus.

use lambda_runtime::Error;

/// Runs the function until its environment is shut down.
///
/// # Errors
/// When a setting is missing or invalid, or the Runtime API cannot be reached.
pub async fn run() -> Result<(), Error> {
    Err("not built yet".into())
}
