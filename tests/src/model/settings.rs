//! What a run of the model may do: how many orders and mailers, which faults, which seeded bug.

use std::sync::Arc;

use shared::ledger::Transition;
use shared::notification::DoubtPolicy;

use super::bug::Bug;
use super::coverage::Coverage;

/// How many of each fault may still happen. Every count is a bound over the whole run, shared by
/// all orders; everything that is not counted here may happen any number of times.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Faults {
    /// A process dies between two steps: killed, timed out, or the service it asked never answered.
    pub crashes: u8,
    /// SQS delivers a message to a second worker, or a deleted message comes back.
    pub duplicates: u8,
    /// SES takes the mail or does not, and its answer is lost.
    pub ses_silent: u8,
    /// SES refuses for now: throttled, paused, quota.
    pub ses_not_now: u8,
    /// SES refuses for good; or the mail cannot be rendered.
    pub ses_never: u8,
    /// The ledger writes, its answer is lost, and the SDK asks again.
    pub ledger_echoes: u8,
    /// The ledger gives a claim or a skip no answer at all, whether or not it has written.
    pub ledger_silent: u8,
    /// The stream loses a record: down for longer than its 24 hours.
    pub stream_losses: u8,
    /// SQS moves a message that was received too often to the dead-letter queue.
    pub redrives: u8,
    /// An operator replays a dead-letter queue.
    pub replays: u8,
    /// An operator says that a mail may be sent (again).
    pub words: u8,
    /// The moment passes from which on an order's mail is stale.
    pub ages: u8,
}

/// How long a mailer's process may live, in ticks that begin while it works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lifetime {
    /// The design's: the function times out before its lease runs out.
    WithinLease,
    /// Slow beyond its lease, but gone before the grace is over.
    WithinGrace,
    /// Frozen for as long as it likes.
    Unbounded,
}

impl Lifetime {
    /// After how many ticks a process is gone, if it ever is.
    #[must_use]
    pub const fn is_over(self, ticks: u8) -> bool {
        match self {
            Self::WithinLease => ticks > 1,
            Self::WithinGrace => ticks > 2,
            Self::Unbounded => false,
        }
    }

    /// How many ticks ago a clock may have been read that is still in use; 3 stands for more.
    #[must_use]
    pub const fn oldest(self) -> u8 {
        match self {
            Self::WithinLease => 1,
            Self::WithinGrace => 2,
            Self::Unbounded => 3,
        }
    }
}

/// One model: the system with its bounds.
#[derive(Debug, Clone)]
pub struct Waybill {
    /// One order, with one notification, for each policy.
    pub orders: Vec<DoubtPolicy>,
    /// How many events the shop publishes per order that mean the same: 1 or 2.
    pub events: u8,
    /// How many mail requests may be worked on at the same time.
    pub mailers: usize,
    /// How many dispatch requests of an order may be worked on at the same time.
    pub dispatchers: usize,
    /// Whether the sweep runs.
    pub sweep: bool,
    /// How long a mailer's process may live.
    pub lifetime: Lifetime,
    /// Which SES events there are; each may come never, late, or again and again.
    pub ses_events: &'static [Transition],
    /// The bounds.
    pub faults: Faults,
    /// What is broken on purpose.
    pub bug: Option<Bug>,
    /// Which ways of the protocol were taken.
    pub coverage: Arc<Coverage>,
}

impl Waybill {
    /// The design with one order per policy, two mailers, no faults, `Send` events only.
    #[must_use]
    pub fn new(orders: &[DoubtPolicy]) -> Self {
        Self {
            orders: orders.to_vec(),
            events: 1,
            mailers: 2,
            dispatchers: 1,
            sweep: true,
            lifetime: Lifetime::WithinLease,
            ses_events: &[Transition::Settle],
            faults: Faults::default(),
            bug: None,
            coverage: Arc::default(),
        }
    }

    /// The same with these faults.
    #[must_use]
    pub fn with(mut self, faults: Faults) -> Self {
        self.faults = faults;
        self
    }

    /// The same with this bug.
    #[must_use]
    pub fn broken(mut self, bug: Bug) -> Self {
        self.bug = Some(bug);
        self
    }

    /// How long a mailer's process lives.
    pub(super) fn life(&self) -> Lifetime {
        if self.has(Bug::LeaseShorterThanWork) { Lifetime::Unbounded } else { self.lifetime }
    }

    pub(super) fn has(&self, bug: Bug) -> bool {
        self.bug == Some(bug)
    }
}
