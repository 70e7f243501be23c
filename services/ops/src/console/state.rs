//! What the console's pages share.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use indicatif::ProgressBar;
use shared::{OrderKey, ShopId};
use tokio::time::timeout;
use tokio_util::task::LocalPoolHandle;

use super::args::Args;
use super::command::CommandLine;
use super::jobs::Jobs;
use super::navigation::Section;
use super::plans::{DropPlan, Plans, ReplayPlan, SettingsPlan};
use super::rights::Rights;
use super::scans::{HeldQueue, KeptScan, MAX_BODIES, Queues, ScanTask, Scans, Source};
use super::session::{Session, Sessions};
use super::shop_names::ShopNames;
use crate::audit::{ChangeArgs, Operator};
use crate::aws::{Dlq, Stack};
use crate::dlq::{ScanOptions, Selection, scan_dlq};
use crate::error::CliError;
use crate::interrupt::Interrupt;
use crate::pii::PiiMode;
use crate::progress::RunControl;

/// How many pages are worked on at the same time.
const WORKERS: usize = 4;

/// How long a page's read may take: longer than the parts of Today's, which say themselves what did not answer.
const READ_LIMIT: Duration = Duration::from_secs(35);

/// How long a page waits for all messages of a dead-letter queue: some 100,000 are received by then.
const SCAN_LIMIT: Duration = Duration::from_secs(180);

/// The console: cheap to clone.
#[derive(Debug, Clone)]
pub struct Console(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    stack: Stack,
    shops: Mutex<Vec<String>>,
    shop_names: ShopNames,
    sessions: Sessions,
    jobs: Jobs,
    scans: Scans,
    replays: Plans<ReplayPlan>,
    drops: Plans<DropPlan>,
    settings: Plans<SettingsPlan>,
    workers: LocalPoolHandle,
    interrupt: Interrupt,
    operator: Operator,
    brand: Option<String>,
    is_read_only: bool,
    rights: Rights,
}

/// What a console begins with.
#[derive(Debug)]
pub struct Beginning<'a> {
    pub stack: Stack,
    /// In their order.
    pub shops: Vec<String>,
    pub rights: Rights,
    pub args: &'a Args,
    pub address: SocketAddr,
    pub interrupt: Interrupt,
}

/// How long who needs all dead-letter queues waits for one.
const MAX_WAIT_FOR_A_QUEUE: Duration = Duration::from_secs(20);

fn in_use(dlq: Dlq) -> CliError {
    CliError::service(format!(
        "Something else of this console (a replay, a deletion, an erasure or a scan) uses the dead-letter queue {dlq}, so its \
         messages could not be looked at. Try again when it has ended."
    ))
}

impl Console {
    pub fn new(beginning: Beginning<'_>) -> Self {
        let Beginning { stack, shops, rights, args, address, interrupt } = beginning;
        Self(Arc::new(Inner {
            stack,
            shops: Mutex::new(shops),
            shop_names: ShopNames::default(),
            sessions: Sessions::new(address),
            jobs: Jobs::default(),
            scans: Scans::default(),
            replays: Plans::default(),
            drops: Plans::default(),
            settings: Plans::default(),
            workers: LocalPoolHandle::new(WORKERS),
            interrupt,
            operator: args.operator.clone(),
            brand: args.brand.clone(),
            is_read_only: args.read_only,
            rights,
        }))
    }

    /// A console whose stack answers nothing.
    #[cfg(test)]
    pub fn unreachable(address: SocketAddr) -> Self {
        let operator = Operator::default();
        let args = Args { port: 0, open: false, read_only: false, brand: None, operator };
        Self::new(Beginning {
            stack: Stack::unreachable(),
            shops: Vec::new(),
            rights: Rights::default(),
            args: &args,
            address,
            interrupt: Interrupt::default(),
        })
    }

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

    async fn read_within<T: Send + 'static>(
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
        let running = match self.0.scans.source(dlq, &self.0.interrupt) {
            Source::Kept(kept) => return Ok(kept),
            Source::Running(running) => running,
            Source::New { running, task } => {
                self.begin_scan(command, dlq, task);
                running
            }
        };
        match timeout(SCAN_LIMIT, running.result()).await {
            Ok(Some(Ok(kept))) => Ok(kept),
            Ok(Some(Err(shared))) => Err(CliError::from_shared(&shared)),
            Ok(None) => Err(CliError::service("The console itself failed at this scan.")),
            Err(elapsed) => Err(too_slow(SCAN_LIMIT).caused_by(elapsed)),
        }
    }

    /// As [`scan`](Self::scan), however new the latest one is.
    pub async fn scan_again(
        &self,
        command: &CommandLine,
        queue: &str,
    ) -> Result<Arc<KeptScan>, CliError> {
        let of_read = queue.to_owned();
        let dlq = self.read(command, async move |stack, _| stack.dlq(&of_read).await).await?;
        self.0.scans.forget(dlq);
        self.scan(command, queue).await
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
                    let options =
                        ScanOptions { keep_bodies: MAX_BODIES, ..ScanOptions::new(&selection) };
                    let control =
                        RunControl { interrupt: &task.interrupt, progress: &ProgressBar::hidden() };
                    let found = scan_dlq(&stack, dlq, &options, control).await;
                    console.0.scans.finish(dlq, &task, found);
                }
                Err(error) => console.0.scans.finish(dlq, &task, Err(error)),
            }
            drop(running);
        };
        drop(self.0.workers.spawn_pinned(scan));
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

    pub fn stack(&self) -> &Stack {
        &self.0.stack
    }

    /// The shops in which an order may be looked for.
    pub fn shops(&self) -> Vec<String> {
        self.lock_shops().clone()
    }

    /// Has a shop that is new here be one of them.
    pub fn add_shop(&self, shop: &ShopId) {
        let mut shops = self.lock_shops();
        let name = shop.to_string();
        if let Err(at) = shops.binary_search(&name) {
            shops.insert(at, name);
        }
    }

    fn lock_shops(&self) -> MutexGuard<'_, Vec<String>> {
        self.0.shops.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What people call them.
    pub fn shop_names(&self) -> &ShopNames {
        &self.0.shop_names
    }

    pub fn sessions(&self) -> &Sessions {
        &self.0.sessions
    }

    pub fn jobs(&self) -> &Jobs {
        &self.0.jobs
    }

    pub fn scans(&self) -> &Scans {
        &self.0.scans
    }

    /// What replays' pages have shown.
    pub fn replays(&self) -> &Plans<ReplayPlan> {
        &self.0.replays
    }

    /// What the pages of deletions have shown.
    pub fn drops(&self) -> &Plans<DropPlan> {
        &self.0.drops
    }

    /// What the pages of shops' settings have shown.
    pub fn settings(&self) -> &Plans<SettingsPlan> {
        &self.0.settings
    }

    pub fn interrupt(&self) -> Interrupt {
        self.0.interrupt.clone()
    }

    pub fn operator(&self) -> Operator {
        self.0.operator.clone()
    }

    pub fn brand(&self) -> Option<String> {
        self.0.brand.clone()
    }

    /// Why nothing at all is changed, as a sentence; `None` where something may be.
    pub fn refusal(&self) -> Option<String> {
        self.read_only().or_else(|| self.0.rights.refusal())
    }

    /// Why nothing is changed on pages of this section, as a sentence; `None` where something may be.
    pub fn refusal_in(&self, section: Section) -> Option<String> {
        self.read_only().or_else(|| self.0.rights.refusal_in(section))
    }

    fn read_only(&self) -> Option<String> {
        let sentence = "This console was started with `--read-only`: it shows everything that it may, and changes nothing.";
        self.0.is_read_only.then(|| sentence.to_owned())
    }

    /// Whether this session sees the order's personal data.
    pub fn pii(&self, session: &Session, order: &OrderKey) -> PiiMode {
        PiiMode::from_flag(self.0.sessions.is_unmasked(session, order))
    }

    /// Who changes something, and why.
    pub fn change_args(&self, reason: &str) -> ChangeArgs {
        ChangeArgs { reason: Some(reason.to_owned()), operator: self.operator() }
    }
}

fn too_slow(limit: Duration) -> CliError {
    CliError::service(format!(
        "AWS has not answered within {} seconds, or this console is busy with the same queue. Nothing was changed. Load the \
         page again in a while; the command waits longer.",
        limit.as_secs()
    ))
}

#[cfg(test)]
mod tests {
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

    #[test]
    fn a_shop_that_got_its_first_settings_here_is_one_of_those_that_are_searched() {
        let console = console();
        for shop in ["south", "default", "north", "south"] {
            console.add_shop(&ShopId::parse(shop).unwrap());
        }
        assert_eq!(console.shops(), ["default", "north", "south"]);
    }
}
