//! Mistakes to make on purpose. Each is one that a protocol like this has been built with.

/// A mistake in the protocol or in the order of its steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Bug {
    /// A claim is a plain write.
    ClaimWithoutCondition,
    /// A lease that ran out is free to be claimed: a crash is taken for a refusal.
    ExpiredLeaseIsFree,
    /// Recording does not compare the attempt.
    FinishWithoutFence,
    /// The message is deleted before SES's answer is recorded.
    DeleteBeforeRecord,
    /// `sent` is recorded before SES is called.
    RecordBeforeSend,
    /// A mailer may work for longer than lease and grace together.
    LeaseShorterThanWork,
    /// An answer that proves nothing is taken for a refusal.
    RetryAmbiguous,
    /// The ledger's key is the event's id, not the business fact.
    EventIdAsKey,
    /// A doubt is resent at once.
    ResendWithoutGrace,
    /// A doubt is resent although the policy says hold.
    ResendUnderHold,
    /// The ledger does not count doubts; only the worker that sees one does.
    DoubtsUncounted,
    /// A stale doubt is skipped.
    SkipOutOfDoubt,
    /// What was refused for now after a doubt is skipped when it is stale.
    StaleSkipsDoubt,
    /// A refusal for good makes a failure of what an earlier attempt may have sent.
    FailureForgetsDoubt,
    /// A `Send` event settles whatever state it finds.
    EventMovesBack,
    /// A `Reject` event makes an accepted mail a failed one.
    RejectFails,
    /// Events are believed only in `sending`, `in_doubt` and `sent`.
    EventDisbelieved,
    /// A decision that was made before is never completed.
    PlanForgotten,
    /// A decision that was made before is not completed when there is now a reason to skip.
    PlanForgottenWhenSkipping,
    /// The stream record is acknowledged before SQS has taken the message.
    RelayAcknowledgesFirst,
    /// Nobody looks for what the stream has lost.
    NoSweep,
    /// A requeued message is deleted before it is queued anew.
    ParkDeletesFirst,
    /// A failed message is deleted before it is in the dead-letter queue.
    BuryDeletesFirst,
    /// A refused record of a failure is taken for somebody else's.
    EchoMistaken,
    /// A failure may be claimed by any message.
    ReplayUnguarded,
    /// A message that finds a lease run out waits for its holder.
    LeaseNeverRunsOut,
    /// A stale doubt's message is deleted while another worker may still be claiming the doubt.
    StaleDoubtDropped,
}
