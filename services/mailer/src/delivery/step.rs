//! The steps of a delivery.

use kit::ledger::Item;
use kit::queue::BatchItemOutcome;
use shared::ledger::{Facts, FailReason, LeftOut, SkipReason};
use shared::queue::dead_letter::DeadLetterCode;

use super::attempt::Attempt;
use super::end::End;
use crate::backlog_watch::BacklogWatch;
use crate::send_outcome::SendOutcome;

/// What a mail does with the turn that it takes.
#[derive(Debug)]
pub enum AfterTurn {
    /// It is claimed.
    Claim,
    /// It is claimed, unless it has become stale while it waited.
    ClaimIfFresh,
    /// It is in doubt, and sent again if there are still no unread SES events.
    Resend {
        /// Without a turn: check again by then (milliseconds since 1970).
        check_by: i64,
        /// The checks so far.
        watch: BacklogWatch,
    },
}

/// The next step of a delivery. Each step makes at most one write or one call, so that a crash
/// between two steps leaves one of the rows of the table in [`crate::delivery`].
#[derive(Debug)]
pub enum Step {
    /// Skip the notification, because it is stale.
    SkipStale,
    /// Take a turn in the account's send rate, which this mail turned out to need.
    TakeTurn(AfterTurn),
    /// Take the lease, if the protocol allows it with these facts. Only with a turn.
    Claim(Facts),
    /// Under the lease, judge whether the mail is news, and then call SES. Only for a mail that others of its order were
    /// judged without. It makes old what is older, with a write each; each of these may be the last.
    JudgeNews(Box<Item>),
    /// Record that the mail of this attempt, for which SES was not called, is no news any more.
    SkipOldNews {
        /// The fencing token.
        attempt: u32,
        /// Why.
        reason: SkipReason,
    },
    /// Call SES under the lease with this attempt number.
    Send {
        /// The fencing token.
        attempt: u32,
        /// [`Item::feedback_token`].
        token: String,
        /// What an earlier attempt left out; `None`: nothing.
        earlier: Option<LeftOut>,
    },
    /// Record SES's answer.
    Record {
        /// The attempt.
        attempt: Attempt,
        /// The answer.
        outcome: SendOutcome,
    },
    /// Record that it failed permanently.
    Fail {
        /// The attempt.
        attempt: Attempt,
        /// For the ledger.
        reason: FailReason,
        /// For the dead letter, as a code.
        code: DeadLetterCode,
        /// For the dead letter, as a sentence.
        description: String,
    },
    /// Decide what to do after a write was refused, by the item that refused it.
    HandleConflict(Box<Item>),
    /// Record that the lease expired and its holder recorded no outcome.
    Expire,
    /// Claim the notification in doubt, unless an unread SES event may settle it.
    Resend {
        /// How often it was in doubt.
        doubts: u32,
    },
    /// Record that an earlier attempt stays in doubt and there will be no further one.
    KeepAmbiguous {
        /// The fencing token of the last attempt.
        attempt: u32,
        /// Why there will be no further attempt.
        reason: String,
    },
    /// End the delivery.
    End(End),
}

impl Step {
    /// Acknowledge the message: nothing is left to do.
    pub const ACK: Self = Self::End(End::Message(BatchItemOutcome::Ack));

    /// Leave the message to its visibility timeout.
    pub const RETRY: Self = Self::End(End::Message(BatchItemOutcome::Retry));

    /// The call of SES under the lease that this item shows.
    pub fn send_under_lease(item: Item) -> Self {
        // The token is present: the claim writes it if it is not there.
        Self::Send {
            attempt: item.attempt,
            token: item.feedback_token.unwrap_or_default(),
            earlier: (item.left_out.as_deref())
                .filter(|attribute| !attribute.is_empty())
                .map(LeftOut::from_attribute),
        }
    }

    /// End with a copy that is not visible before then (milliseconds since 1970).
    pub const fn requeue(until: i64) -> Self {
        Self::End(End::Requeue { until })
    }
}
