//! The send gate: one item that all mailers share. A mailer takes its turn there before it claims.
//!
//! While SES refuses for the account's sake, the gate is closed until a time, and a mail without a turn is
//! requeued with a delay: without a claim, so that a crash leaves no doubt about a mail that SES was never
//! asked about. When the time is over, one conditional write hands out one probe, as a lease: the gate stays
//! closed for the others until the probe opens it, closes it again, or has been dead for long enough.
//!
//! So is the gate closed where SES gives no answer: after one mail here, after a few in a row in Waybill, which is more
//! interleavings. How long a mail in doubt then waits for others to ask is left out: any step may be late.
//!
//! The send rate itself is not modelled. A turn may come at any time, which is more than any rate allows.

/// Whether SES takes the account's mails. No component sees this ground truth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SesAccount {
    /// It does.
    InOrder,
    /// Every mail is refused: paused, identity not verified, configuration set deleted, quota spent.
    AtFault,
    /// It accepts no mail and does not say so: it hangs, or answers 5xx.
    Silent,
}

/// The gate's item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Gate {
    /// Everybody's turn comes.
    Open,
    /// SES refused for the account's sake, or gave no answer.
    Closed {
        /// Ticks until the next probe.
        until: i8,
        /// Whether a probe is out: `until` is the end of its lease.
        probing: bool,
    },
}

/// A mailer's turn at SES.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Turn {
    /// It has none.
    None,
    /// It took it at the open gate.
    Taken,
    /// It is the probe.
    Probe,
}

/// What a mailer does once it has set the gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AfterGate {
    /// Requeues the mail until the gate's time is over.
    Requeue,
    /// Deletes the message.
    Delete,
    /// Sends it to the dead-letter queue.
    DeadLetter,
}

impl Gate {
    pub(super) fn tick(&mut self) {
        if let Self::Closed { until, .. } = self {
            *until = (*until - 1).max(0);
        }
    }
}
