//! Ctrl-C.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::failure::Failure;
use crate::output::note;

/// Whether the operator wants to stop. Long commands ask between two steps, so that they end with
/// nothing half done.
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Listens for Ctrl-C and for the signal that `kill` sends. A second one ends the process at
    /// once: nothing is lost by it, but messages that were looked at stay hidden for a while.
    #[must_use]
    pub fn listening() -> Self {
        let stop = Self::default();
        let asked = stop.clone();
        tokio::spawn(async move {
            signal().await;
            asked.0.store(true, Ordering::Relaxed);
            note("Stopping after the step under way. Once more stops at once.");
            signal().await;
            std::process::exit(130);
        });
        stop
    }

    /// Whether it was asked for.
    #[must_use]
    pub fn is_asked_for(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// # Errors
    /// [`Failure::Interrupted`] with `sentence` once it was asked for.
    pub fn check(&self, sentence: &str) -> Result<(), Failure> {
        if self.is_asked_for() { Err(Failure::Interrupted(sentence.to_owned())) } else { Ok(()) }
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
