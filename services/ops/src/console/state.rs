//! What the console's pages share.

use std::net::SocketAddr;
use std::sync::Arc;

use shared::OrderKey;
use tokio_util::task::LocalPoolHandle;

use super::args::Args;
use super::command::CommandLine;
use super::jobs::Jobs;
use super::navigation::Section;
use super::plans::{DropPlan, Plans, ReplayPlan, SettingsPlan};
use super::rights::Rights;
use super::session::{Session, Sessions};
use crate::audit::{ChangeArgs, Operator};
use crate::aws::Stack;
use crate::error::CliError;
use crate::interrupt::Interrupt;
use crate::pii::PiiMode;

/// How many pages are worked on at the same time.
const WORKERS: usize = 4;

/// The console: cheap to clone.
#[derive(Debug, Clone)]
pub struct Console(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    stack: Stack,
    /// The shops in which an order may be looked for.
    shops: Vec<String>,
    sessions: Sessions,
    jobs: Jobs,
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

impl Console {
    pub fn new(
        stack: Stack,
        (shops, rights): (Vec<String>, Rights),
        args: &Args,
        address: SocketAddr,
        interrupt: Interrupt,
    ) -> Self {
        Self(Arc::new(Inner {
            stack,
            shops,
            sessions: Sessions::new(address),
            jobs: Jobs::default(),
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

    /// Runs what `work` does with the stack, to its end, whether or not the browser waits for it. `command` would do the
    /// same.
    ///
    /// On a thread of its own: the futures of the command's functions stay on one thread.
    pub async fn perform<T, F>(
        &self,
        command: &CommandLine,
        work: impl FnOnce(Stack) -> F + Send + 'static,
    ) -> Result<T, CliError>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, CliError>> + 'static,
    {
        let failed = "The console itself failed at this. Its terminal may say more.";
        self.run_pinned(command, failed, work).await
    }

    /// As [`perform`](Self::perform), for work that changes something: the console does not end before it has.
    ///
    /// # Errors
    /// As of `work`. [`CliError::Interrupted`] when the console is about to end: then nothing was begun.
    pub async fn perform_change<T, F>(
        &self,
        command: &CommandLine,
        work: impl FnOnce(Stack) -> F + Send + 'static,
    ) -> Result<T, CliError>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, CliError>> + 'static,
    {
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
    async fn run_pinned<T, F>(
        &self,
        command: &CommandLine,
        if_it_panics: &'static str,
        work: impl FnOnce(Stack) -> F + Send + 'static,
    ) -> Result<T, CliError>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, CliError>> + 'static,
    {
        let stack = self.0.stack.for_command(command.audited());
        let ended = self.0.workers.spawn_pinned(move || work(stack)).await;
        ended.unwrap_or_else(|error| Err(CliError::service(if_it_panics).caused_by(error)))
    }

    pub fn stack(&self) -> &Stack {
        &self.0.stack
    }

    pub fn shops(&self) -> &[String] {
        &self.0.shops
    }

    pub fn sessions(&self) -> &Sessions {
        &self.0.sessions
    }

    pub fn jobs(&self) -> &Jobs {
        &self.0.jobs
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
    pub fn change(&self, reason: &str) -> ChangeArgs {
        ChangeArgs { reason: Some(reason.to_owned()), operator: self.operator() }
    }
}
