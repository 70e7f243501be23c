//! What pages read and change: on threads of the console's own, where the futures of the command's functions stay.

use std::time::Duration;

use tokio::time::timeout;

use super::command::CommandLine;
use super::state::Console;
use crate::aws::Stack;
use crate::error::CliError;
use crate::interrupt::Interrupt;

/// How long a page's read may take: longer than the parts of Today's, which say themselves what did not answer.
const READ_LIMIT: Duration = Duration::from_secs(35);

impl Console {
    /// Runs what `work` reads from the stack, as long as the browser waits for it: then its interrupt is requested.
    /// `command` would do the same.
    ///
    /// On a thread of its own: the futures of the command's functions stay on one thread.
    ///
    /// # Errors
    /// As of `work`. [`CliError::Service`] when it takes too long.
    pub async fn read<T: Send + 'static>(
        &self,
        command: &CommandLine,
        work: impl AsyncFnOnce(Stack, Interrupt) -> Result<T, CliError> + Send + 'static,
    ) -> Result<T, CliError> {
        self.read_within(READ_LIMIT, command, work).await
    }

    /// As [`read`](Self::read), for work that takes longer.
    pub(super) async fn read_within<T: Send + 'static>(
        &self,
        limit: Duration,
        command: &CommandLine,
        work: impl AsyncFnOnce(Stack, Interrupt) -> Result<T, CliError> + Send + 'static,
    ) -> Result<T, CliError> {
        let interrupt = self.0.interrupt.child();
        // Dropped with the request's future, when the browser goes, and when the time is over.
        let _abandoned = interrupt.clone().on_drop();
        let running = self.0.jobs.track();
        let tracked = async move |stack| {
            let read = work(stack, interrupt).await;
            drop(running);
            read
        };
        let failed = "The console itself failed at this. Its terminal may say more.";
        match timeout(limit, self.run_pinned(command, failed, tracked)).await {
            Ok(read) => read,
            Err(elapsed) => Err(too_slow(limit).caused_by(elapsed)),
        }
    }

    /// Runs what `work` changes, to its end, whether or not the browser waits for it: the console does not end before it
    /// has. `command` would do the same.
    ///
    /// # Errors
    /// As of `work`. [`CliError::Interrupted`] when the console is about to end: then nothing was begun.
    pub async fn change<T: Send + 'static>(
        &self,
        command: &CommandLine,
        work: impl AsyncFnOnce(Stack) -> Result<T, CliError> + Send + 'static,
    ) -> Result<T, CliError> {
        // Before the check: whatever passes it is waited for.
        let running = self.0.jobs.track();
        self.0.interrupt.check("The console is about to end, so nothing was begun.")?;
        let tracked = async move |stack| {
            let ended = work(stack).await;
            drop(running);
            ended
        };
        let lost = "The console itself failed in the middle of this, and does not know what it had done by then. See what \
                    it was about, and `waybill audit`. Its terminal may say more.";
        self.run_pinned(command, lost, tracked).await
    }

    /// Runs `work` on a worker's thread; `if_it_panics` is the sentence of its error then.
    async fn run_pinned<T: Send + 'static>(
        &self,
        command: &CommandLine,
        if_it_panics: &'static str,
        work: impl AsyncFnOnce(Stack) -> Result<T, CliError> + Send + 'static,
    ) -> Result<T, CliError> {
        let stack = self.0.stack.for_command(command.audited());
        let ended = self.0.workers.spawn_pinned(move || async move { work(stack).await }).await;
        ended.unwrap_or_else(|error| Err(CliError::service(if_it_panics).caused_by(error)))
    }
}

/// That work which changes nothing took longer than this.
pub(super) fn too_slow(limit: Duration) -> CliError {
    CliError::service(format!(
        "AWS has not answered within {} seconds, or this console is busy with the same queue. Nothing was changed. Load the \
         page again in a while; the command waits longer.",
        limit.as_secs()
    ))
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use super::*;

    fn console() -> Console {
        Console::unreachable(SocketAddr::from(([127, 0, 0, 1], 7000)))
    }

    #[tokio::test]
    async fn a_change_that_panics_claims_no_outcome_and_is_not_waited_for_for_ever() {
        let console = console();
        let command = CommandLine::new(console.stack(), ["dlq", "replay", "mail"]);
        let panics = async |_: Stack| -> Result<(), CliError> { panic!("on purpose") };
        let lost = console.change(&command, panics).await.unwrap_err().to_string();
        assert!(lost.contains("does not know what it had done by then"), "{lost}");
        console.jobs().drain().await;
    }

    #[tokio::test]
    async fn a_read_for_which_nobody_waits_is_asked_to_stop_and_waited_for_at_the_end() {
        let console = console();
        let command = CommandLine::new(console.stack(), ["dlq", "show", "mail"]);
        let (begun, has_begun) = tokio::sync::oneshot::channel();
        let read = async move |_: Stack, interrupt: Interrupt| {
            let _ = begun.send(());
            interrupt.requested().await;
            Ok(())
        };
        tokio::select! {
            _ = console.read(&command, read) => panic!("it ends only when it is asked to"),
            begun = has_begun => begun.unwrap(),
        }
        console.jobs().drain().await;
    }
}
