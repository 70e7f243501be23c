//! Waiting until every published event has reached a terminal state.

use std::time::{Duration, Instant};

use kit::AwsError;
use kit::queue::queue_depth;

use super::outcome::{EventStatus, Ledger, Outcome};
use super::publish::Published;
use crate::mail_bus::MailBus;
use crate::resources::Queue;
use crate::stack::Stack;

/// How often queues and ledger are read.
const POLL_INTERVAL: Duration = Duration::from_millis(100);

/// How long SES's events are waited for once every mail is out. Another SES may send none.
const FEEDBACK_WAIT: Duration = Duration::from_secs(2);

/// The time without a new mail event after which all are taken to be published.
const MAIL_EVENTS_QUIET: Duration = Duration::from_secs(2);

/// How long the shop's webhook is waited for.
const HOOK_WAIT: Duration = Duration::from_secs(30);

/// How long the ledger is waited for after Ctrl-C.
const LEDGER_WAIT: Duration = Duration::from_secs(2);

/// After so long without any change, what has not reached a terminal state is given up on. Longer
/// than any visibility timeout or grace of the stack.
const STALLED_AFTER: Duration = Duration::from_secs(120);

/// The statuses at the end of the wait.
#[derive(Debug)]
pub struct WaitResult {
    /// For each published event; `None` for those that were not accepted.
    pub statuses: Vec<Option<EventStatus>>,
    /// Set if some event did not reach a terminal state.
    pub stalled: Option<StalledError>,
}

/// The number of events that did not reach a terminal state.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0} event(s) did not reach a terminal state: nothing has changed for {seconds} seconds. \
     Run again with --verbose to see the functions' logs.",
    seconds = STALLED_AFTER.as_secs()
)]
pub struct StalledError(usize);

/// Waits until each accepted event has reached a terminal state and no message is in the queues.
/// `on_poll` is called about ten times a second.
///
/// # Errors
/// The ledger can't be read.
pub async fn wait_until_terminal(
    stack: &Stack,
    published: &[Published],
    on_poll: impl Fn(),
) -> Result<WaitResult, AwsError> {
    let mut last_change = Instant::now();
    let mut last_statuses = Vec::new();
    loop {
        on_poll();
        let queues = &stack.resources.queues;
        let sources =
            [&queues.deliveries, &queues.inbox, &queues.dispatch, &queues.mail, &queues.feedback];
        let in_progress = messages(stack, &sources).await;
        let dead_letters = messages(stack, &[&queues.dispatch_dlq]).await;
        // The ledger is read only when the queues are empty: while events run, a scan of the table
        // ten times a second would slow them down.
        if let (Some(0), Some(dead_letters)) = (in_progress, dead_letters) {
            let ledger = Ledger::read(&stack.dynamodb).await?;
            let statuses: Vec<_> = published.iter().map(|p| ledger.status(p)).collect();
            if statuses != last_statuses {
                last_statuses.clone_from(&statuses);
                last_change = Instant::now();
            }
            if let Some(result) = conclude(statuses, dead_letters > 0, last_change.elapsed()) {
                return Ok(result);
            }
        } else {
            // A message on its way counts as a change. So does SQS not answering: it proves nothing.
            last_change = Instant::now();
        }
        tokio::time::sleep(POLL_INTERVAL).await;
    }
}

/// Waits until the mail events are published and the webhook has taken them; returns how many it has not taken after half a
/// minute.
pub(super) async fn wait_until_told(bus: &MailBus) -> usize {
    let started = Instant::now();
    let (mut published, mut last_change) = (bus.published(), started);
    loop {
        tokio::time::sleep(POLL_INTERVAL).await;
        if bus.published() != published {
            (published, last_change) = (bus.published(), Instant::now());
        }
        let undelivered = bus.undelivered();
        let is_told = last_change.elapsed() > MAIL_EVENTS_QUIET && undelivered == 0;
        if is_told || started.elapsed() > HOOK_WAIT {
            return undelivered;
        }
    }
}

/// The statuses of the published events at this moment, for a wait that was interrupted. Without a ledger
/// that answers soon, none is known.
pub(super) async fn current_statuses(stack: &Stack, published: &[Published]) -> WaitResult {
    let read = tokio::time::timeout(LEDGER_WAIT, Ledger::read(&stack.dynamodb)).await;
    let ledger = read.ok().and_then(Result::ok).unwrap_or_default();
    let statuses = published.iter().map(|p| ledger.status(p)).collect();
    WaitResult { statuses, stalled: None }
}

/// The result, or `None` while something may still change. `unchanged` is the time since the last
/// change, with no message in the queues.
fn conclude(
    mut statuses: Vec<Option<EventStatus>>,
    has_dead_letters: bool,
    unchanged: Duration,
) -> Option<WaitResult> {
    let feedback_is_over = unchanged > FEEDBACK_WAIT;
    // Not at once: empty queues also mean that an event is still in the stream, or in a function.
    if has_dead_letters && feedback_is_over {
        // The ledger does not know them and nothing moves: they are the messages in the DLQ.
        for status in statuses.iter_mut().flatten().filter(|s| s.state.is_none()) {
            status.outcome = Some(Outcome::Failed);
            status.reason = Some("in the dispatcher's dead-letter queue".to_owned());
        }
    }
    let accepted = || statuses.iter().flatten();
    let unfinished = accepted().filter(|s| s.outcome.is_none()).count();
    // "Sent" is terminal, but SES usually reports a delivery or bounce within moments.
    let awaits_feedback = accepted().any(|s| s.state.as_deref() == Some("sent"));
    if unfinished == 0 && (!awaits_feedback || feedback_is_over) {
        return Some(WaitResult { statuses, stalled: None });
    }
    let stalled = Some(StalledError(unfinished));
    (unchanged > STALLED_AFTER).then_some(WaitResult { statuses, stalled })
}

/// All messages in the queues, visible or not; `None` if SQS does not answer, which is not zero.
async fn messages(stack: &Stack, queues: &[&Queue]) -> Option<u64> {
    let mut total = 0;
    for queue in queues {
        total += queue_depth(&stack.sqs, &queue.url).await.ok()?.total();
    }
    Some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(state: Option<&str>, outcome: Option<Outcome>) -> Option<EventStatus> {
        Some(EventStatus { outcome, state: state.map(str::to_owned), reason: None })
    }

    #[test]
    fn nothing_is_given_up_on_while_the_stack_itself_still_waits() {
        let settings = crate::resources::Settings::default();
        let visibility = settings.visibility_timeout.max(settings.feedback.visibility_timeout);
        for wait in [settings.doubt_grace, visibility, settings.feedback.max_unseen()] {
            assert!(wait < STALLED_AFTER, "{wait:?}");
        }
    }

    #[test]
    fn a_sent_mail_is_waited_for_until_feedback_is_over() {
        let sent = || vec![status(Some("sent"), Some(Outcome::Sent)), None];
        assert!(conclude(sent(), false, Duration::ZERO).is_none());
        let result = conclude(sent(), false, FEEDBACK_WAIT * 2).unwrap();
        assert_eq!(result.stalled, None);
        let delivered = vec![status(Some("delivered"), Some(Outcome::Sent))];
        assert!(conclude(delivered, false, Duration::ZERO).is_some());
    }

    #[test]
    fn an_event_in_the_dead_letter_queue_has_failed_and_does_not_hide_a_stalled_one() {
        let statuses = || vec![status(None, None), status(Some("planned"), None)];
        assert!(conclude(statuses(), true, FEEDBACK_WAIT * 2).is_none());
        let result = conclude(statuses(), true, STALLED_AFTER * 2).unwrap();
        assert_eq!(result.stalled, Some(StalledError(1)));
        assert_eq!(result.statuses[0].as_ref().unwrap().outcome, Some(Outcome::Failed));
        assert_eq!(result.statuses[1].as_ref().unwrap().outcome, None);
    }
}
