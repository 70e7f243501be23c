//! Ctrl-C.

use std::sync::Arc;

use tokio::sync::watch;

use crate::failure::CliError;
use crate::output::note;

/// Whether the operator wants to stop. Long commands ask between two steps, and wake from every
/// wait, so that they end soon and with nothing half done.
#[derive(Debug, Clone)]
pub struct Stop(Arc<watch::Sender<bool>>);

impl Stop {
    /// Listens for Ctrl-C and for the signal that `kill` sends. A second one ends the process at
    /// once: nothing is lost by it, but messages that were looked at stay hidden for a while.
    #[must_use]
    pub fn listening() -> Self {
        let stop = Self(Arc::new(watch::Sender::new(false)));
        let asked = stop.clone();
        tokio::spawn(async move {
            signal().await;
            asked.0.send_replace(true);
            note("Stopping after the step under way. Once more stops at once.");
            signal().await;
            std::process::exit(130);
        });
        stop
    }

    /// Whether it was asked for.
    #[must_use]
    pub fn is_asked_for(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until it is asked for.
    pub async fn asked_for(&self) {
        let mut asked = self.0.subscribe();
        // The sender is this value's own, so it cannot be gone.
        let _ = asked.wait_for(|is_asked| *is_asked).await;
    }

    /// Waits until `turn`, or until it is asked for.
    pub async fn sleep_until(&self, turn: tokio::time::Instant) {
        tokio::select! {
            () = tokio::time::sleep_until(turn) => {}
            () = self.asked_for() => {}
        }
    }

    /// # Errors
    /// [`CliError::Interrupted`] with `sentence` once it was asked for.
    pub fn check(&self, sentence: &str) -> Result<(), CliError> {
        if self.is_asked_for() { Err(CliError::Interrupted(sentence.to_owned())) } else { Ok(()) }
    }
}

#[cfg(unix)]
async fn signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminated) = signal(SignalKind::terminate()) else {
        let _ = tokio::signal::ctrl_c().await;
        return;
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminated.recv() => {}
    }
}

#[cfg(not(unix))]
async fn signal() {
    let _ = tokio::signal::ctrl_c().await;
}
