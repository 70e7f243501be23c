//! Ctrl-C.

use std::sync::Arc;

use tokio::sync::watch;

use crate::error::CliError;
use crate::output::note;

/// Whether the operator wants to stop. Long commands ask between two steps, and wake from every
/// wait, so that they end soon and with nothing half done.
#[derive(Debug, Clone)]
pub struct Interrupt(Arc<watch::Sender<bool>>);

impl Interrupt {
    /// Listens for Ctrl-C and for the signal that `kill` sends. A second one ends the process at
    /// once: nothing is lost by it, but messages that were looked at stay hidden for a while.
    #[must_use]
    pub fn listen() -> Self {
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

    /// Whether the operator asked to stop.
    #[must_use]
    pub fn is_requested(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until the operator asks to stop.
    pub async fn requested(&self) {
        let mut asked = self.0.subscribe();
        // The sender is this value's own, so it cannot be gone.
        let _ = asked.wait_for(|is_asked| *is_asked).await;
    }

    /// Waits until `turn`, or until the operator asks to stop.
    pub async fn sleep_until(&self, turn: tokio::time::Instant) {
        tokio::select! {
            () = tokio::time::sleep_until(turn) => {}
            () = self.requested() => {}
        }
    }

    /// # Errors
    /// [`CliError::Interrupted`] with `sentence` once the operator asked to stop.
    pub fn check(&self, sentence: &str) -> Result<(), CliError> {
        if self.is_requested() { Err(CliError::Interrupted(sentence.to_owned())) } else { Ok(()) }
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
