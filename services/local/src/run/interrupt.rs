//! Ctrl-C, which ends whatever the command is waiting for.

use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// How long a request is still waited for: an answer that comes tells what is stored, but none has to.
const GRACE: Duration = Duration::from_secs(1);

/// The first Ctrl-C. Once it has come, every wait ends.
pub struct Interrupt(CancellationToken);

impl Interrupt {
    /// Takes Ctrl-C from now on; until then, it kills the process.
    ///
    /// # Errors
    /// The operating system takes no handler.
    pub fn on_ctrl_c() -> std::io::Result<Self> {
        // Here and not in the task, which runs at some later time.
        let mut signal = signal(SignalKind::interrupt())?;
        let token = CancellationToken::new();
        let come = token.clone();
        tokio::spawn(async move {
            signal.recv().await;
            come.cancel();
        });
        Ok(Self(token))
    }

    /// Whether it has come.
    pub fn has_come(&self) -> bool {
        self.0.is_cancelled()
    }

    /// Waits until it comes.
    pub async fn wait(&self) {
        self.0.cancelled().await;
    }

    /// The result of `work`; `None` once Ctrl-C has come.
    pub async fn or_result_of<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        self.0.run_until_cancelled(work).await
    }

    /// The same, but work that has begun may end within [`GRACE`].
    pub async fn or_result_soon_of<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        if self.has_come() {
            return None;
        }
        let late = async {
            self.wait().await;
            tokio::time::sleep(GRACE).await;
        };
        tokio::select! {
            result = work => Some(result),
            () = late => None,
        }
    }
}
