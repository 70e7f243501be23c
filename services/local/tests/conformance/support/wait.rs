//! Waiting for conditions.

use std::time::Duration;

use tokio::time::{Instant, sleep};

/// Longer than anything here takes on a machine that does much else.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Waits until `condition` gives something. Panics, naming `what`, when it does not.
pub async fn until<T>(what: &str, mut condition: impl AsyncFnMut() -> Option<T>) -> T {
    let give_up = Instant::now() + PATIENCE;
    loop {
        if let Some(value) = condition().await {
            return value;
        }
        assert!(Instant::now() < give_up, "waited in vain: {what}");
        sleep(Duration::from_millis(10)).await;
    }
}
