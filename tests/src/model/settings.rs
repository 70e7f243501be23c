//! The bounds of a model: how many orders and mailers, which faults, which seeded bug.

use std::sync::Arc;

use shared::ledger::Transition;
use shared::notification::DoubtPolicy;

use super::bug::Bug;
use super::coverage::Coverage;

/// How many of each fault may still happen. Every count is a bound over the whole run, shared by
/// all orders; everything that is not counted here may happen any number of times.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Faults {
    /// A process dies between two steps: killed, timed out, or the service that it called never answered.
    pub crashes: u8,
    /// SQS delivers a message to a second worker, or delivers a deleted message again.
    pub duplicates: u8,
    /// SES accepts the mail or does not, and its answer is lost.
    pub ses_unanswered: u8,
    /// SES refuses temporarily: throttled, paused, quota.
    pub ses_retryable: u8,
    /// SES takes no mail of the account for some time.
    pub account_faults: u8,
    /// SES gives no mail an answer for some time.
    pub silences: u8,
    /// SES refuses permanently; or the mail cannot be rendered.
    pub ses_permanent: u8,
    /// The ledger writes, its answer is lost, and the SDK retries.
    pub ledger_retries: u8,
    /// The ledger does not answer a claim or a skip, whether or not it has written.
    pub ledger_timeouts: u8,
    /// The stream loses a record: down for longer than its 24 hours.
    pub stream_losses: u8,
    /// SQS moves a message that was received too often to the dead-letter queue.
    pub redrives: u8,
    /// The queues lose their messages.
    pub purges: u8,
    /// An operator replays a dead-letter queue.
    pub replays: u8,
    /// An operator reopens a notification.
    pub reopens: u8,
    /// An order's mail becomes stale.
    pub stale: u8,
}

/// How long a mailer's process may hold a message, in ticks that begin meanwhile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lifetime {
    /// As designed: the function times out before its lease expires.
    WithinLease,
    /// Longer than the lease, but not longer than the grace period.
    WithinGrace,
    /// Unlimited: a process may be frozen for any time.
    Unbounded,
}

impl Lifetime {
    /// Whether a process of this age has ended.
    #[must_use]
    pub const fn is_exceeded(self, ticks: u8) -> bool {
        match self {
            Self::WithinLease => ticks > 1,
            Self::WithinGrace => ticks > 2,
            Self::Unbounded => false,
        }
    }

    /// The greatest age, in ticks, of a clock reading that is still in use; 3 stands for more.
    #[must_use]
    pub const fn oldest_reading(self) -> u8 {
        match self {
            Self::WithinLease => 1,
            Self::WithinGrace => 2,
            Self::Unbounded => 3,
        }
    }
}

/// One model: the system with its bounds.
#[derive(Debug, Clone)]
pub struct PipelineModel {
    /// One order, with one notification, for each policy.
    pub orders: Vec<DoubtPolicy>,
    /// How many events with the same meaning the shop publishes per order: 1 or 2.
    pub events: u8,
    /// How many mail requests may be in progress at the same time.
    pub mailers: usize,
    /// How many dispatch requests of an order may be in progress at the same time.
    pub dispatchers: usize,
    /// Whether the sweep runs.
    pub sweep: bool,
    /// How long a mailer's process may live.
    pub lifetime: Lifetime,
    /// The SES events that exist; each may come never, late, or repeatedly.
    pub ses_events: &'static [Transition],
    /// The bounds on faults.
    pub faults: Faults,
    /// A bug that is seeded on purpose.
    pub bug: Option<Bug>,
    /// The edges of the state machine that were taken.
    pub coverage: Arc<Coverage>,
}

impl PipelineModel {
    /// The design, with one order per policy, two mailers, no faults, and `Send` events only.
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

    /// The same model with these faults.
    #[must_use]
    pub fn with_faults(mut self, faults: Faults) -> Self {
        self.faults = faults;
        self
    }

    /// The same model with this bug.
    #[must_use]
    pub fn with_bug(mut self, bug: Bug) -> Self {
        self.bug = Some(bug);
        self
    }

    /// How long a mailer's process lives.
    pub(super) fn worker_lifetime(&self) -> Lifetime {
        if self.has(Bug::LeaseShorterThanWork) { Lifetime::Unbounded } else { self.lifetime }
    }

    pub(super) fn has(&self, bug: Bug) -> bool {
        self.bug == Some(bug)
    }
}
