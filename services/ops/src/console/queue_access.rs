//! Who receives messages of dead-letter queues: one at a time for each, and pages that only look share a scan.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;

use super::command::CommandLine;
use super::scans::{
    HeldQueue, KeptScan, MAX_BODIES, Queues, RunningScan, ScanResult, ScanTask, Source,
};
use super::state::Console;
use super::work::too_slow;
use crate::aws::{Dlq, Queue, Stack};
use crate::dlq::{DlqScan, Entry, ScanOptions, Selection, scan_dlq};
use crate::error::CliError;
use crate::interrupt::Interrupt;
use crate::progress::RunControl;

/// How long a page waits for all messages of a dead-letter queue: some 100,000 are received by then.
const SCAN_LIMIT: Duration = Duration::from_secs(180);

/// How long who needs all dead-letter queues waits for one.
const MAX_WAIT_FOR_A_QUEUE: Duration = Duration::from_secs(20);

/// A queue of more messages is read in the background, while its page is shown already.
const LONG_QUEUE: u64 = 500;

/// How long a page waits for the scan of a queue that is not long: the end of any shows after a second.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long it waits for that of a long one.
const LITTLE_PATIENCE: Duration = Duration::from_millis(100);

/// How long a scan goes on that no page asks for any more: somebody has closed the one that loads itself every two seconds.
const WATCHED_FOR: Duration = Duration::from_secs(15);

/// What is known now of the messages of a dead-letter queue.
#[derive(Debug)]
pub enum SeenQueue {
    Whole(Arc<KeptScan>),
    Part(PartOfQueue),
}

/// A scan that goes on.
#[derive(Debug)]
pub struct PartOfQueue {
    pub dlq: Dlq,
    /// How many messages it has read.
    pub read: u64,
    /// Of about how many.
    pub all: u64,
    /// The first of them.
    pub first: Vec<Entry>,
    /// What the scan before it saw, unless the queue has been changed since.
    pub before: Option<Arc<KeptScan>>,
}

impl PartOfQueue {
    /// Its first messages, as if they were all.
    pub fn into_scan(self) -> DlqScan {
        DlqScan { entries: self.first, ..DlqScan::empty(self.dlq) }
    }
}

/// How long a page waits for the scan of queues with so many messages.
pub fn patience(messages: u64) -> Duration {
    if messages > LONG_QUEUE { LITTLE_PATIENCE } else { PATIENCE }
}

/// Has a scan go on until the page that shows a part of it asks again.
fn go_on_for_a_while(running: Arc<RunningScan>) {
    tokio::spawn(async move {
        let _ = timeout(WATCHED_FOR, running.result()).await;
    });
}

fn in_use(dlq: Dlq) -> CliError {
    CliError::service(format!(
        "Something else of this console (a replay, a deletion, an erasure or a scan) uses the dead-letter queue {dlq}, so its \
         messages could not be looked at. Try again when it has ended."
    ))
}

impl Console {
    /// As [`read`](Self::read), for work that receives all messages of these dead-letter queues: nobody else here does then.
    pub async fn read_messages<T: Send + 'static>(
        &self,
        command: &CommandLine,
        queues: Queues,
        work: impl AsyncFnOnce(Stack, Interrupt) -> Result<T, CliError> + Send + 'static,
    ) -> Result<T, CliError> {
        let console = self.clone();
        let alone = async move |stack: Stack, interrupt: Interrupt| {
            let _held = console.hold_soon(&stack, &queues, &interrupt).await?.map_err(in_use)?;
            work(stack, interrupt).await
        };
        self.read_within(SCAN_LIMIT, command, alone).await
    }

    /// Waits until nobody else here receives messages of the queues, and keeps others from them until what it returns is
    /// dropped. Who needs all of them keeps none from others for long while a replay of hours holds another.
    ///
    /// # Errors
    /// [`CliError::Interrupted`] as of [`Scans::hold`], [`CliError::Input`] for no such queue, [`CliError::Service`] when
    /// the queues can't be looked up.
    pub async fn hold(
        &self,
        stack: &Stack,
        queues: &Queues,
        interrupt: &Interrupt,
    ) -> Result<Vec<HeldQueue>, CliError> {
        loop {
            if let Ok(held) = self.hold_soon(stack, queues, interrupt).await? {
                return Ok(held);
            }
        }
    }

    /// As [`hold`](Self::hold), but waits only a while for each of several queues. Returns the one that something else
    /// uses.
    async fn hold_soon(
        &self,
        stack: &Stack,
        queues: &Queues,
        interrupt: &Interrupt,
    ) -> Result<Result<Vec<HeldQueue>, Dlq>, CliError> {
        if let Queues::One(name) = queues {
            let dlq = stack.dlq(name).await?;
            return Ok(Ok(vec![self.0.scans.hold(dlq, interrupt).await?]));
        }
        let mut held = Vec::new();
        // All take them in the same order, so that nobody waits for somebody who waits for them.
        for dlq in stack.dlqs().await? {
            match timeout(MAX_WAIT_FOR_A_QUEUE, self.0.scans.hold(dlq, interrupt)).await {
                Ok(queue) => held.push(queue?),
                Err(_elapsed) => return Ok(Err(dlq)),
            }
        }
        Ok(Ok(held))
    }

    /// The messages of a dead-letter queue that pages show: a scan of all of them that is at most half a minute old.
    ///
    /// # Errors
    /// [`CliError::Input`] for no such queue, [`CliError::Service`] when it can't be scanned, or takes too long.
    pub async fn scan(
        &self,
        command: &CommandLine,
        queue: &str,
    ) -> Result<Arc<KeptScan>, CliError> {
        let queue = queue.to_owned();
        let dlq = self.read(command, async move |stack, _| stack.dlq(&queue).await).await?;
        let running = match self.kept_or_running(command, dlq) {
            Ok(kept) => return Ok(kept),
            Err(running) => running,
        };
        match timeout(SCAN_LIMIT, running.result()).await {
            Ok(ended) => whole(ended),
            Err(elapsed) => Err(too_slow(SCAN_LIMIT).caused_by(elapsed)),
        }
    }

    /// As [`scan`](Self::scan), but of a long queue whatever is known by now: the scan goes on in the background, for all
    /// whose pages ask again. `is_reload`: whether a page asks that has loaded itself; it is told why the scan has failed
    /// since.
    ///
    /// # Errors
    /// As of [`scan`](Self::scan).
    pub async fn scan_so_far(
        &self,
        command: &CommandLine,
        queue: &str,
        is_reload: bool,
    ) -> Result<SeenQueue, CliError> {
        let queue = queue.to_owned();
        let look = async move |stack: Stack, _| {
            let dlq = stack.dlq(&queue).await?;
            Ok((dlq, stack.queue_depth(Queue::Dead(dlq)).await?))
        };
        let (dlq, depth) = self.read(command, look).await?;
        let messages = depth.total();
        self.seen(command, (dlq, messages), patience(messages), is_reload).await
    }

    /// As [`scan_so_far`](Self::scan_so_far), of a queue with so many messages, waiting so long for its scan.
    pub async fn seen(
        &self,
        command: &CommandLine,
        (dlq, messages): (Dlq, u64),
        patience: Duration,
        is_reload: bool,
    ) -> Result<SeenQueue, CliError> {
        if let Some(failure) = self.0.scans.take_failure(dlq).filter(|_| is_reload) {
            return Err(CliError::from_shared(&failure));
        }
        let before = self.0.scans.latest(dlq);
        let running = match self.kept_or_running(command, dlq) {
            Ok(kept) => return Ok(SeenQueue::Whole(kept)),
            Err(running) => running,
        };
        if let Ok(ended) = timeout(patience, running.result()).await {
            return whole(ended).map(SeenQueue::Whole);
        }
        let progress = &running.progress;
        let read = progress.bar.position();
        let part = PartOfQueue {
            dlq,
            read,
            all: progress.bar.length().unwrap_or_default().max(messages).max(read),
            first: progress.preview.entries(),
            before,
        };
        go_on_for_a_while(running);
        Ok(SeenQueue::Part(part))
    }

    /// The latest scan, or else the one under way, which is begun where there is none.
    fn kept_or_running(
        &self,
        command: &CommandLine,
        dlq: Dlq,
    ) -> Result<Arc<KeptScan>, Arc<RunningScan>> {
        match self.0.scans.source(dlq, &self.0.interrupt) {
            Source::Kept(kept) => Ok(kept),
            Source::Running(running) => Err(running),
            Source::New { running, task } => {
                self.begin_scan(command, dlq, task);
                Err(running)
            }
        }
    }

    /// Forgets what was seen of a queue: the next page scans it anew.
    ///
    /// # Errors
    /// As of [`scan`](Self::scan).
    pub async fn forget_scan(&self, command: &CommandLine, queue: &str) -> Result<(), CliError> {
        let queue = queue.to_owned();
        let dlq = self.read(command, async move |stack, _| stack.dlq(&queue).await).await?;
        self.0.scans.forget(dlq);
        Ok(())
    }

    /// Scans in the background, for all who wait.
    fn begin_scan(&self, command: &CommandLine, dlq: Dlq, task: ScanTask) {
        let stack = self.0.stack.for_command(command.audited());
        let (console, running) = (self.clone(), self.0.jobs.track());
        // Who waits is told of a panic by the task's end.
        let scan = move || async move {
            match console.0.scans.hold(dlq, &task.interrupt).await {
                // Held while it is kept: what changes the queue forgets what was seen.
                Ok(_held) => {
                    let selection = Selection::default();
                    let options = ScanOptions {
                        keep_bodies: MAX_BODIES,
                        preview: Some(&task.progress.preview),
                        ..ScanOptions::new(&selection)
                    };
                    let control =
                        RunControl { interrupt: &task.interrupt, progress: &task.progress.bar };
                    let found = scan_dlq(&stack, dlq, &options, control).await;
                    console.0.scans.finish(dlq, &task, found);
                }
                Err(error) => console.0.scans.finish(dlq, &task, Err(error)),
            }
            drop(running);
        };
        drop(self.0.workers.spawn_pinned(scan));
    }
}

/// What came of a scan; `None` where it was lost in a panic.
fn whole(ended: Option<ScanResult>) -> Result<Arc<KeptScan>, CliError> {
    match ended {
        Some(Ok(kept)) => Ok(kept),
        Some(Err(shared)) => Err(CliError::from_shared(&shared)),
        None => Err(CliError::service("The console itself failed at this scan.")),
    }
}
