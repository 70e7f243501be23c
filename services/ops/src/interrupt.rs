//! Ctrl-C.

use tokio_util::sync::{CancellationToken, DropGuard};

use crate::error::CliError;
use crate::output::note;

/// Whether the operator wants to stop. Long commands check it between two steps, and wake from every
/// wait, so that they end soon and leave no step half done.
#[derive(Debug, Clone, Default)]
pub struct Interrupt(CancellationToken);

impl Interrupt {
    /// Listens for SIGINT and SIGTERM. A second signal ends the process at once: nothing is lost, but
    /// messages that were received stay invisible until their visibility timeout ends.
    pub fn listen() -> Self {
        Self::listen_and(|| {
            note("Stopping after the current step. Press Ctrl-C again to stop at once.")
        })
    }

    /// As [`listen`](Self::listen), for whoever tells the operator itself whether anything is to be stopped.
    pub fn listen_silently() -> Self {
        Self::listen_and(|| ())
    }

    fn listen_and(tell: fn()) -> Self {
        let interrupt = Self(CancellationToken::new());
        let token = interrupt.0.clone();
        // On a thread of its own: a slow `--edit` or `--filter` returns late to the command's runtime.
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            // Without a listener, Ctrl-C ends the process at once, which loses nothing either.
            let Ok(runtime) = runtime else { return };
            runtime.block_on(listen(&token, tell));
        });
        interrupt
    }

    /// A wish of its own to stop one thing of several; all of them stop with `self`.
    pub fn child(&self) -> Self {
        Self(self.0.child_token())
    }

    /// Requests a stop when it is dropped, as when nobody waits any more.
    pub fn on_drop(self) -> DropGuard {
        self.0.drop_guard()
    }

    /// As if the operator had pressed Ctrl-C.
    pub fn request(&self) {
        self.0.cancel();
    }

    pub fn is_requested(&self) -> bool {
        self.0.is_cancelled()
    }

    pub async fn requested(&self) {
        self.0.cancelled().await;
    }

    /// Sleeps until `deadline`, or until the operator wants to stop.
    pub async fn sleep_until(&self, deadline: tokio::time::Instant) {
        self.0.run_until_cancelled(tokio::time::sleep_until(deadline)).await;
    }

    /// [`CliError::Interrupted`] with `message` once the operator wants to stop.
    pub fn check(&self, message: &str) -> Result<(), CliError> {
        if self.is_requested() { Err(CliError::Interrupted(message.to_owned())) } else { Ok(()) }
    }
}

async fn listen(token: &CancellationToken, tell: fn()) {
    signal().await;
    // Only a request: commands stop where they leave no step half done.
    token.cancel();
    tell();
    signal().await;
    // As after kill -9: the sends come before the deletes, so nothing is lost.
    std::process::exit(130);
}

#[cfg(unix)]
async fn signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        let _ = tokio::signal::ctrl_c().await;
        return;
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}

#[cfg(not(unix))]
async fn signal() {
    let _ = tokio::signal::ctrl_c().await;
}
