//! Everything that can happen next.

use shared::ledger::Transition;

use super::ledger::Echo;
use super::world::{Dispatching, Mailing};

/// A message of an order's queue, by its place.
pub type Place = usize;

/// One step of the system, its environment, or an operator. `order` is a place too: orders of one
/// policy are interchangeable, so it may change its place from one state to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// One tick passes.
    Tick,
    /// Something happens to this order.
    At(usize, Step),
}

/// What happens to an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Step {
    /// The shop publishes an event and intake stores it.
    Publish(u8),
    /// The relay takes the first of its two steps with a stream record.
    RelayFirst(u8),
    /// The relay takes the second.
    RelaySecond(u8),
    /// The relay dies between the two.
    RelayCrash(u8),
    /// The stream loses a record.
    StreamLoss(u8),
    /// The sweep queues an event again that the ledger has not seen.
    Sweep(u8),
    /// A dispatcher receives a message.
    DispatcherReceives(Place),
    /// It takes its next step.
    Dispatcher(Place, usize, Dispatching, Decide),
    /// It dies.
    DispatcherCrash(Place, usize, Dispatching),
    /// A mailer receives a message.
    MailerReceives(Place),
    /// It takes its next step.
    Mailer(Place, usize, Mailing, How),
    /// It dies.
    MailerCrash(Place, usize),
    /// SQS gives up a dispatch message.
    DispatchRedrive(Place),
    /// SQS gives up a mail message.
    MailRedrive(Place),
    /// An operator replays the dispatch dead-letter queue.
    ReplayDispatch(u8, Keep),
    /// An operator replays the mail dead-letter queue.
    ReplayMail(Keep),
    /// An operator says that it was not sent and may be sent (again), and queues it.
    Reopen,
    /// An SES event is read by feedback.
    SesEvent(Transition),
    /// Its mail becomes stale.
    Age,
}

/// What a dispatcher comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Decide {
    /// To notify.
    Notify,
    /// There is a reason to skip: muted, stale, superseded.
    Skip,
}

/// What a step meets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum How {
    /// Nothing special.
    Plain,
    /// The ledger's answer is lost, and the SDK asks again.
    Echoed,
    /// The ledger does not write, and says nothing.
    Unanswered,
    /// The ledger writes, and says nothing.
    WrittenUnanswered,
    /// The message is deleted, and a copy of it comes back.
    Undeleted,
    /// SES accepts and says so.
    Accepts,
    /// SES accepts, and its answer is lost.
    AcceptsSilently,
    /// SES does not accept, and its answer is lost.
    IgnoresSilently,
    /// SES says: not now.
    SaysNotNow,
    /// SES says: never; or there was nothing to say to it, for the mail cannot be rendered.
    SaysNever,
}

/// Whether a replay leaves the dead-letter queue as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Keep {
    /// The message is moved.
    Moved,
    /// It is copied: the replay broke off, or there were more of it.
    Copied,
}

impl Step {
    /// Whether it makes no difference to anything else when this step is taken: an acknowledgement,
    /// or the death before it, after which the record or message waits to come again at any time.
    /// Such a step is taken before every other one of its order.
    pub(super) const fn is_indifferent(&self) -> bool {
        matches!(
            self,
            Self::RelaySecond(_)
                | Self::RelayCrash(_)
                | Self::Dispatcher(_, _, Dispatching::Delete, _)
                | Self::DispatcherCrash(_, _, Dispatching::Delete)
        )
    }
}

impl How {
    pub(super) const fn is_unanswered(self) -> bool {
        matches!(self, Self::Unanswered | Self::WrittenUnanswered)
    }

    pub(super) const fn echo(self) -> Echo {
        match self {
            Self::Echoed => Echo::Yes,
            _ => Echo::No,
        }
    }
}

impl Action {
    /// Whether this is a step of Waybill or of time, with nothing going wrong: what remains when
    /// all faults are over, no SES event comes, and no operator helps.
    #[must_use]
    pub const fn is_plain(self) -> bool {
        match self {
            Self::Tick => true,
            Self::At(_, step) => match step {
                Step::RelayFirst(_)
                | Step::RelaySecond(_)
                | Step::Sweep(_)
                | Step::DispatcherReceives(_)
                | Step::MailerReceives(_)
                | Step::Dispatcher(..) => true,
                Step::Mailer(_, _, _, how) => matches!(how, How::Plain | How::Accepts),
                _ => false,
            },
        }
    }
}
