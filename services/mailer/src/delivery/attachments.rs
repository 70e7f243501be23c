//! The files of a mail, in its delivery: fetched under the lease, right before SES is called.

use std::time::Duration;

use kit::telemetry::{Count, count};
use shared::ledger::{LeftOut, LeftOutReason};

use super::attempt::Attempt;
use super::budget::time_to_fetch;
use super::context::Delivery;
use crate::attachments::{Fetched, File, FilePermit};
use crate::send_outcome::SendOutcome;

/// The pseudo-answer where SES was not called because the claim left no time to fetch the files. Nothing is wrong with them,
/// so the mail waits for them.
pub const NO_TIME_FOR_FILES: &str = "no time for its files";

/// SES's error code where the role has no right to a call.
const ACCESS_DENIED: &str = "AccessDenied";

/// When a mail is sent without the files with which SES refused it.
const RETRY_WITHOUT_FILES: Duration = Duration::from_secs(1);

/// The files of one mail.
#[derive(Debug, Default)]
pub struct Files {
    /// Those that go with it.
    pub files: Vec<File>,
    /// What the ledger is to know of the others, if anything.
    pub note: Option<LeftOut>,
}

/// Fetches the files that the event names, if it names any, into the memory of `permit`. `earlier` is what an earlier attempt
/// left out. `None`: the mail has to come again.
pub async fn fetch_files(
    delivery: &Delivery<'_>,
    permit: Option<&FilePermit>,
    earlier: Option<&LeftOut>,
) -> Option<Files> {
    let is_without = earlier.is_some_and(LeftOut::is_by_ses);
    let wanted = &delivery.request.event.attachments;
    if is_without || wanted.is_empty() {
        return Some(Files::default());
    }
    if delivery.reads_files() && permit.is_none() {
        return None;
    }
    let max_time = time_to_fetch(delivery.time_left());
    if max_time.is_zero() {
        return None;
    }
    let of = (&delivery.request.key.shop, delivery.settings.attachments.as_ref());
    let fetched = delivery.mailer.attachments.fetch(permit, of, wanted, max_time);
    let Fetched { files, left_out } = fetched.await;
    // Also that nothing was left out this time: which of the mails of a doubt arrived, nobody knows, but the last word is
    // the later one's.
    let has_news = !left_out.is_empty() || earlier.is_some();
    Some(Files { files, note: has_news.then_some(left_out) })
}

/// What SES's answer to a mail with files means. A refusal for good, or one of a right, may be about the files, of which SES
/// does not say more: the next attempt goes without them, and only what SES then refuses fails, or waits.
pub fn without_files(
    delivery: &Delivery<'_>,
    attempt: Attempt,
    outcome: SendOutcome,
) -> (Attempt, SendOutcome) {
    let code = match outcome {
        SendOutcome::Permanent { code } => code,
        // SES may ask for another right where a mail has files. That is no reason to hold up those without any.
        SendOutcome::AccountFault { code, .. } if code.starts_with(ACCESS_DENIED) => code,
        other => return (attempt, other),
    };
    tracing::warn!(code, "SES refused the mail with its files: it is sent again without them");
    let files = &delivery.request.event.attachments;
    files.iter().for_each(|_| count(Count::AttachmentLeftOut));
    let refused = files.iter().map(|file| (file.kind, LeftOutReason::RefusedBySes)).collect();
    let attempt = Attempt { left_out: Some(refused), ..attempt };
    (attempt, SendOutcome::Retryable { code, retry_after: RETRY_WITHOUT_FILES })
}
