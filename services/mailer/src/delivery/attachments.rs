//! The files of a mail, in its delivery: fetched under the lease, right before SES is called.

use std::time::Duration;

use kit::telemetry::{Count, count};
use shared::ledger::{LeftOut, LeftOutReason, was_refused_with_files};

use super::budget::time_to_fetch;
use super::context::Delivery;
use crate::attachments::Fetched;
use crate::send_outcome::SendOutcome;

/// The pseudo-answer where SES was not called because this process had too many mails with files, or no time for them.
/// Nothing is wrong with the files, so the mail waits for them.
pub const BUSY: &str = "no memory or time for its files";

/// SES's error code where the role has no right to a call.
const ACCESS_DENIED: &str = "AccessDenied";

/// When a mail is sent without the files with which SES refused it.
const RETRY_WITHOUT_FILES: Duration = Duration::from_secs(1);

/// Fetches the files that the event names, if it names any. `earlier` is what an earlier attempt left out. `None`: the mail
/// has to come again.
pub async fn fetch_files(
    delivery: &Delivery<'_>,
    attempt: u32,
    earlier: Option<&str>,
) -> Option<Fetched> {
    let wanted = &delivery.request.event.attachments;
    if wanted.is_empty() {
        return Some(Fetched::default());
    }
    if earlier.is_some_and(was_refused_with_files) {
        return Some(Fetched::none(refused(delivery)));
    }
    let max_time = time_to_fetch(delivery.time_left());
    if max_time.is_zero() {
        return None;
    }
    let (shop, source) = (&delivery.request.key.shop, delivery.settings.attachments.as_ref());
    let fetched = delivery.mailer.attachments.fetch(shop, source, wanted, max_time).await?;
    // Also that nothing was left out this time: which of the mails of a doubt arrived, nobody knows, but the last word is
    // the later one's.
    if !fetched.left_out.is_empty() || earlier.is_some_and(|earlier| !earlier.is_empty()) {
        delivery.note_left_out(attempt, &fetched.left_out);
    }
    Some(fetched)
}

/// What SES's answer to a mail with files means. A refusal for good, or one of a right, may be about the files, of which SES
/// does not say more: the next attempt goes without them, and only what SES then refuses fails, or waits.
pub fn without_files(delivery: &Delivery<'_>, attempt: u32, outcome: SendOutcome) -> SendOutcome {
    let code = match outcome {
        SendOutcome::Permanent { code } => code,
        // SES may ask for another right where a mail has files. That is no reason to hold up those without any.
        SendOutcome::AccountFault { code, .. } if code.starts_with(ACCESS_DENIED) => code,
        other => return other,
    };
    tracing::warn!(code, "SES refused the mail with its files: it is sent again without them");
    delivery.request.event.attachments.iter().for_each(|_| count(Count::AttachmentLeftOut));
    delivery.note_left_out(attempt, &refused(delivery));
    SendOutcome::Retryable { code, retry_after: RETRY_WITHOUT_FILES }
}

/// All files of the mail, as refused.
fn refused(delivery: &Delivery<'_>) -> LeftOut {
    let mut left_out = LeftOut::default();
    for attachment in &delivery.request.event.attachments {
        left_out.push(attachment.kind, LeftOutReason::RefusedBySes);
    }
    left_out
}
