//! What the console's pages share.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use shared::ShopId;
use tokio_util::task::LocalPoolHandle;

use super::args::Args;
use super::jobs::Jobs;
use super::navigation::Section;
use super::plans::{DropPlan, Plans, ReplayPlan, SettingsPlan};
use super::rights::Rights;
use super::scans::Scans;
use super::session::{Session, Sessions, Unmasked};
use super::shop_names::ShopNames;
use crate::audit::{ChangeArgs, Operator};
use crate::aws::Stack;
use crate::interrupt::Interrupt;
use crate::pii::PiiMode;

/// How many pages are worked on at the same time.
const WORKERS: usize = 4;

/// The console: cheap to clone.
#[derive(Debug, Clone)]
pub struct Console(pub(super) Arc<Inner>);

#[derive(Debug)]
pub(super) struct Inner {
    pub(super) stack: Stack,
    shops: Mutex<Vec<String>>,
    shop_names: ShopNames,
    sessions: Sessions,
    pub(super) jobs: Jobs,
    pub(super) scans: Scans,
    replays: Plans<ReplayPlan>,
    drops: Plans<DropPlan>,
    settings: Plans<SettingsPlan>,
    pub(super) workers: LocalPoolHandle,
    pub(super) interrupt: Interrupt,
    operator: Operator,
    brand: Option<String>,
    is_read_only: bool,
    rights: Rights,
}

/// What a console is started with.
#[derive(Debug)]
pub struct ConsoleConfig<'a> {
    pub stack: Stack,
    /// In their order.
    pub shops: Vec<String>,
    pub rights: Rights,
    pub args: &'a Args,
    pub address: SocketAddr,
    pub interrupt: Interrupt,
}

impl Console {
    pub fn new(config: ConsoleConfig<'_>) -> Self {
        let ConsoleConfig { stack, shops, rights, args, address, interrupt } = config;
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
        Self::new(ConsoleConfig {
            stack: Stack::unreachable(),
            shops: Vec::new(),
            rights: Rights::default(),
            args: &args,
            address,
            interrupt: Interrupt::default(),
        })
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

    /// Whether this session sees the personal data of an order, or of a dead letter.
    pub fn pii(&self, session: &Session, what: impl Into<Unmasked>) -> PiiMode {
        PiiMode::from_flag(self.0.sessions.is_unmasked(session, what))
    }

    /// Who changes something, and why.
    pub fn change_args(&self, reason: &str) -> ChangeArgs {
        ChangeArgs { reason: Some(reason.to_owned()), operator: self.operator() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn console() -> Console {
        Console::unreachable(SocketAddr::from(([127, 0, 0, 1], 7000)))
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
