//! The actions of the model: everything that can happen next.

use shared::ledger::Transition;

use super::gate::SesAccount;
use super::ledger::LedgerAnswer;
use super::state::{DispatcherStep, MailerStep};

/// Index of a message in its order's queue.
pub type MessageIndex = usize;

/// One step of the system, its environment, or an operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// One tick passes.
    Tick,
    /// SES takes no more mails of the account, or takes them again.
    Ses(SesAccount),
    /// A step that concerns the order with this index. Orders of one policy are interchangeable and
    /// states are sorted, so an order's index may change from one state to the next.
    Order(usize, Step),
}

/// What happens to an order. A `u8` is the index of an event, a `usize` that of a driver.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Step {
    /// The shop publishes an event and intake stores it.
    Publish(u8),
    /// The relay takes the first of its two steps for a stream record.
    RelayFirst(u8),
    /// The relay takes the second step.
    RelaySecond(u8),
    /// The relay dies between the two.
    RelayCrash(u8),
    /// The stream loses a record.
    StreamLoss(u8),
    /// The sweep queues an event that the ledger has not seen, or whose mail nothing moves on.
    Sweep(u8),
    /// The sweep finds that the notification is done, and looks at its event no more.
    SweepPasses,
    /// Both queues lose their messages: purged by mistake, or kept in the memory of a machine that died.
    Purge,
    /// A dispatcher receives a message.
    DispatcherReceives(MessageIndex),
    /// The dispatcher takes its next step.
    Dispatcher(MessageIndex, usize, DispatcherStep, Decision),
    /// The dispatcher's process dies.
    DispatcherCrash(MessageIndex, usize, DispatcherStep),
    /// A mailer receives a message.
    MailerReceives(MessageIndex),
    /// The mailer takes its next step.
    Mailer(MessageIndex, usize, MailerStep, StepOutcome),
    /// The mailer's process dies.
    MailerCrash(MessageIndex, usize),
    /// SQS moves a dispatch message to the dead-letter queue.
    DispatchRedrive(MessageIndex),
    /// SQS moves a mail message to the dead-letter queue.
    MailRedrive(MessageIndex),
    /// An operator replays the dispatch dead-letter queue.
    ReplayDispatch(u8, ReplayEffect),
    /// An operator replays the mail dead-letter queue.
    ReplayMail(ReplayEffect),
    /// An operator states that the mail was not sent, reopens it and queues it.
    Reopen,
    /// Feedback reads an SES event.
    SesEvent(Transition),
    /// The mail becomes stale.
    BecomesStale,
}

/// What a dispatcher decides about an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Decision {
    /// Notify the customer.
    Notify,
    /// Skip it: muted, stale or superseded.
    Skip,
}

/// How the services that a mailer's step calls behave. At most one fault per step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StepOutcome {
    /// No fault.
    Normal,
    /// The ledger writes, its answer is lost, and the SDK retries the write.
    LedgerRetried,
    /// The ledger neither writes nor answers.
    LedgerTimedOut,
    /// The ledger writes and does not answer.
    LedgerWroteTimedOut,
    /// The message is deleted, and SQS delivers a copy of it again.
    Redelivered,
    /// SES accepts the mail and answers.
    SesAccepts,
    /// SES accepts the mail, and its answer is lost.
    SesAcceptsUnanswered,
    /// SES does not accept the mail, and its answer is lost.
    SesDropsUnanswered,
    /// SES refuses temporarily: proof that the mail was not sent.
    SesRetryable,
    /// SES refuses for the account's sake.
    SesAccountFault,
    /// SES is silent: it does not accept the mail, and gives no answer.
    SesSilent,
    /// SES refuses permanently; or the mail cannot be rendered, so SES is never called.
    SesPermanent,
}

/// Whether a replay removes the message from the dead-letter queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ReplayEffect {
    /// The message is moved.
    Moved,
    /// It is copied: the replay was interrupted, or the queue held further copies.
    Copied,
}

impl Step {
    /// Whether the step is independent of all others in the sense of partial-order reduction: an
    /// acknowledgement, or the crash before it. After either, the record or message may be delivered
    /// again at any time, so nothing can observe when the step was taken. Independent steps are taken
    /// before every other step of their order.
    pub(super) const fn is_independent(&self) -> bool {
        matches!(
            self,
            Self::RelaySecond(_)
                | Self::RelayCrash(_)
                | Self::Dispatcher(_, _, DispatcherStep::Delete, _)
                | Self::DispatcherCrash(_, _, DispatcherStep::Delete)
        )
    }
}

impl StepOutcome {
    pub(super) const fn is_ledger_timeout(self) -> bool {
        matches!(self, Self::LedgerTimedOut | Self::LedgerWroteTimedOut)
    }

    pub(super) const fn ledger_answer(self) -> LedgerAnswer {
        match self {
            Self::LedgerRetried => LedgerAnswer::LostAndRetried,
            _ => LedgerAnswer::Arrives,
        }
    }
}

impl Action {
    /// Whether this is a step of Waybill or of time without any fault: what remains possible once all
    /// faults are over, without SES events and without an operator.
    #[must_use]
    pub const fn is_fault_free(self) -> bool {
        match self {
            Self::Tick | Self::Ses(SesAccount::InOrder) => true,
            Self::Ses(SesAccount::AtFault | SesAccount::Silent) => false,
            Self::Order(_, step) => match step {
                Step::RelayFirst(_)
                | Step::RelaySecond(_)
                | Step::Sweep(_)
                | Step::DispatcherReceives(_)
                | Step::MailerReceives(_)
                | Step::Dispatcher(..) => true,
                Step::Mailer(_, _, _, outcome) => {
                    matches!(
                        outcome,
                        StepOutcome::Normal
                            | StepOutcome::SesAccepts
                            | StepOutcome::SesAccountFault
                    )
                }
                _ => false,
            },
        }
    }
}
