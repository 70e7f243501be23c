//! `connector`: takes the webhooks of a shop system, and publishes what its orders say as events of the contract.

pub mod translate;

pub use translate::{Delivery, System, Translation, Untranslatable, translate};

use lambda_runtime::Error;

/// Runs the function until its environment is shut down.
///
/// # Errors
/// When a setting is missing or invalid, or the Runtime API cannot be reached.
pub async fn run() -> Result<(), Error> {
    Err("not built yet".into())
}
