//! Bugs that are seeded to test the model. Each has been shipped in protocols like this one.

/// A bug in the protocol or in the order of its steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Bug {
    /// A claim is an unconditional write.
    ClaimWithoutCondition,
    /// An expired lease can be claimed: a crash is treated as a refusal.
    ExpiredLeaseIsFree,
    /// A result is recorded without comparing the attempt number (the fencing token).
    FinishWithoutFence,
    /// The message is deleted before SES's answer is recorded.
    DeleteBeforeRecord,
    /// `sent` is recorded before SES is called.
    RecordBeforeSend,
    /// A mailer may work for longer than lease and grace period together.
    LeaseShorterThanWork,
    /// An ambiguous answer is treated as a refusal.
    RetryAmbiguous,
    /// The ledger's key is the event's id, not the business fact.
    EventIdAsKey,
    /// A mail in doubt is resent without waiting for the grace period.
    ResendWithoutGrace,
    /// A mail in doubt is resent although the policy is to hold it.
    ResendUnderHold,
    /// The ledger does not limit how often a mail may fall into doubt.
    DoubtsUncounted,
    /// A stale mail is skipped although it is in doubt.
    SkipOutOfDoubt,
    /// A stale mail is skipped although an earlier attempt was in doubt and only the last was refused.
    StaleSkipsDoubt,
    /// A permanent refusal records `failed` although an earlier attempt may have sent the mail.
    FailureForgetsDoubt,
    /// A `Send` event overwrites any state, also one further on.
    EventMovesStateBack,
    /// A `Reject` event turns an accepted mail into a failed one.
    RejectFailsAcceptedMail,
    /// SES events are applied only in `sending`, `in_doubt` and `sent`.
    EventIgnored,
    /// A plan whose mail request was never sent is not completed by the next delivery.
    PlanAbandoned,
    /// The same, but only when the next delivery finds a reason to skip.
    PlanAbandonedWhenSkipping,
    /// The stream record is acknowledged before SQS has taken the message.
    RelayAcknowledgesFirst,
    /// No sweep looks for events that the stream lost.
    NoSweep,
    /// The sweep looks only for events that the ledger has not seen.
    OverdueUnswept,
    /// The sweep looks for overdue plans, but not for leases that expired.
    ExpiredLeaseUnswept,
    /// The sweep queues a mail in doubt again that only an operator can settle.
    HeldDoubtSwept,
    /// The dispatcher sends a mail request again only before the first attempt.
    RequestedOnlyBeforeFirstAttempt,
    /// An operator reopens a notification whose event the sweep has passed.
    ReopenedUnwatched,
    /// A message is deleted before its delayed copy is queued.
    RequeueDeletesFirst,
    /// A failed message is deleted before its copy is in the dead-letter queue.
    DeadLetterDeletesFirst,
    /// The SDK's retry of recording a failure is refused, and the mailer takes its own record for
    /// another worker's.
    OwnFailureMistaken,
    /// A failed mail may be claimed by any message, not only by one queued after the failure.
    RetryUnguarded,
    /// A copy that a mailer requeues counts as queued then, and not when its message was: it passes for a replay.
    RequeuePassesForReplay,
    /// A mailer that finds an expired lease keeps waiting for its holder.
    LeaseNeverRunsOut,
    /// A mail is claimed before its turn, and put back where there is none.
    ClaimBeforeTurn,
    /// Once the gate's time is over, every mailer takes itself for the probe.
    ProbeTakenByAll,
    /// The lease of a probe is shorter than its mailer may work.
    ProbeLeaseTooShort,
    /// A refusal that comes late overwrites the lease of a probe with an earlier time.
    LateRefusalCutsLease,
    /// The gate stays open where SES gives mails no answer.
    SilenceUnnoticed,
    /// The gate waits for its probe without a lease: a probe that dies keeps it shut.
    ProbeWithoutLease,
    /// A stale message in doubt is deleted while another worker may still claim the notification.
    StaleDoubtDropped,
}
