//! What became of an attempt: recorded in the ledger, and reported to the send gate.

use std::time::Duration;

use kit::ledger::{Change, Item, LedgerError, RecordOutcome};
use kit::telemetry::{Count, count, record_accepted_to_sent};
use shared::ledger::{Facts, FailReason, State, Transition};
use shared::queue::dead_letter::DeadLetterCode;

use super::ambiguous::on_ambiguous_send;
use super::attachments::NO_TIME_FOR_FILES;
use super::attempt::Attempt;
use super::context::Delivery;
use super::end::End;
use super::old_news::{MAY_BOUNCE, NEWS_UNKNOWN, OLDER_IS_SENT};
use super::send::OUT_OF_TIME;
use super::step::Step;
use crate::send_gate::Turn;
use crate::send_outcome::SendOutcome;

/// Records SES's answer, and meanwhile tells the other mailers if it concerns them too. Uses up the turn, if SES
/// was called.
pub async fn record_and_report(
    delivery: &Delivery<'_>,
    attempt: Attempt,
    outcome: SendOutcome,
    turn: &mut Option<Turn>,
) -> Result<Step, LedgerError> {
    let not_asked = [OUT_OF_TIME, NO_TIME_FOR_FILES, OLDER_IS_SENT, MAY_BOUNCE, NEWS_UNKNOWN];
    let was_asked = !not_asked.contains(&outcome.code());
    let used = if was_asked { turn.take() } else { None };
    let answer = outcome.clone();
    let report = async {
        if let Some(used) = used {
            delivery.mailer.gate.report(used, &answer, delivery.now_ms()).await;
        }
    };
    let (recorded, ()) = tokio::join!(record(delivery, attempt, outcome), report);
    recorded
}

async fn record(
    delivery: &Delivery<'_>,
    attempt: Attempt,
    outcome: SendOutcome,
) -> Result<Step, LedgerError> {
    match outcome {
        SendOutcome::Accepted { message_id } => accept(delivery, attempt, message_id).await,
        SendOutcome::Retryable { code, retry_after } => {
            postpone(delivery, attempt, code, retry_after).await
        }
        SendOutcome::AccountFault { code, retry_after } => {
            // Not only where the closed gate turns a mail away: a mail that waits alone is always the probe.
            count(Count::SendingPaused);
            postpone(delivery, attempt, code, retry_after).await
        }
        SendOutcome::Permanent { code } => Ok(Step::Fail {
            attempt,
            description: format!("SES refused the mail for good: {code}"),
            reason: FailReason::Refused(code),
            code: DeadLetterCode::Refused,
        }),
        SendOutcome::Ambiguous { code } => record_doubt(delivery, attempt, code).await,
    }
}

async fn accept(
    delivery: &Delivery<'_>,
    attempt: Attempt,
    message_id: String,
) -> Result<Step, LedgerError> {
    // Counted before it is recorded, because the mail is sent whatever the ledger answers.
    let now = delivery.now_ms();
    count(Count::Sent);
    record_accepted_to_sent(now - delivery.request.accepted_at.as_millisecond());
    let change = Change::new(Transition::Accept, Facts::for_attempt(now, attempt.number))
        .with("message_id", &message_id);
    if let RecordOutcome::Refused(item) = delivery.record_attempt(&attempt, change).await? {
        // An SES event was recorded first. If it was about another mail, an earlier attempt sent that one.
        if item.message_id.is_some_and(|recorded| recorded != message_id) {
            tracing::error!("SES accepted more than one mail for this notification");
        }
    }
    Ok(Step::ACK)
}

async fn postpone(
    delivery: &Delivery<'_>,
    attempt: Attempt,
    code: String,
    retry_after: Duration,
) -> Result<Step, LedgerError> {
    let now = delivery.now_ms();
    let not_before = now + i64::try_from(retry_after.as_millis()).unwrap_or(i64::MAX / 2);
    let facts = Facts { not_before, ..Facts::for_attempt(now, attempt.number) };
    // The ledger before the copy: a copy that finds the item still in `sending` would have to wait until the
    // lease expires, and would then put a mail in doubt that SES refused. If the write is refused, the copy
    // finds the item in its actual state.
    let change = Change::new(Transition::Defer, facts).with("reason", code);
    delivery.record_attempt(&attempt, change).await?;
    Ok(Step::requeue(not_before))
}

pub async fn fail(
    delivery: &Delivery<'_>,
    attempt: Attempt,
    reason: FailReason,
    code: DeadLetterCode,
    description: String,
) -> Result<Step, LedgerError> {
    let facts = Facts::for_attempt(delivery.now_ms(), attempt.number);
    // The ledger before the dead letter: after a crash in between, the next delivery finds `failed` and moves
    // the message. The other way round, the item would stay in `sending`, be put in doubt, and could be sent
    // although its dead letter says that it was not.
    let change = Change::new(Transition::Fail, facts).with("reason", reason.to_string());
    Ok(match delivery.record_attempt(&attempt, change).await? {
        RecordOutcome::Recorded(_) => {
            count(Count::Failed);
            Step::End(End::DeadLetter { code, reason: description })
        }
        // That this attempt was refused proves nothing about an earlier one that is in doubt.
        RecordOutcome::Refused(item) if had_doubts(&item, attempt.number) => {
            Step::KeepAmbiguous { attempt: item.attempt, reason: reason.to_string() }
        }
        // Possibly our own write, whose answer was lost. The item's state decides what to do.
        RecordOutcome::Refused(item) => Step::HandleConflict(item),
        RecordOutcome::Absent => Step::ACK,
    })
}

async fn record_doubt(
    delivery: &Delivery<'_>,
    attempt: Attempt,
    code: String,
) -> Result<Step, LedgerError> {
    let facts = Facts::for_attempt(delivery.now_ms(), attempt.number);
    let change = Change::new(Transition::Doubt, facts).with("reason", code);
    Ok(match delivery.record_attempt(&attempt, change).await? {
        RecordOutcome::Recorded(item) => on_ambiguous_send(delivery, &item),
        // Our own write, whose answer was lost: the SDK's second attempt finds what the first one wrote.
        RecordOutcome::Refused(item) if is_in_doubt(&item, attempt.number) => {
            on_ambiguous_send(delivery, &item)
        }
        RecordOutcome::Refused(item) => Step::HandleConflict(item),
        RecordOutcome::Absent => Step::ACK,
    })
}

/// Whether an earlier attempt may have sent the mail, and the ledger has no outcome of this one, `attempt`.
fn had_doubts(item: &Item, attempt: u32) -> bool {
    item.doubts > 0 && is_unrecorded(item, attempt)
}

/// Whether the ledger has no outcome of `attempt` yet, except that it may be in doubt.
fn is_unrecorded(item: &Item, attempt: u32) -> bool {
    (item.attempt == attempt && item.state() == Some(State::Sending)) || is_in_doubt(item, attempt)
}

fn is_in_doubt(item: &Item, attempt: u32) -> bool {
    item.attempt == attempt && item.state() == Some(State::InDoubt)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of the attempts 1, 2 and 3, those about which `says` something of an item in `state` after its second attempt.
    fn attempts(says: fn(&Item, u32) -> bool, state: State) -> Vec<u32> {
        let item = Item { state: state.to_string(), attempt: 2, ..Item::default() };
        (1..=3).filter(|attempt| says(&item, *attempt)).collect()
    }

    #[test]
    fn only_the_latest_attempt_may_be_without_an_outcome_or_in_doubt() {
        for state in State::ALL {
            let in_doubt = if state == State::InDoubt { vec![2] } else { vec![] };
            assert_eq!(attempts(is_in_doubt, state), in_doubt, "{state}");
            let unrecorded = if state == State::Sending { vec![2] } else { in_doubt };
            assert_eq!(attempts(is_unrecorded, state), unrecorded, "{state}");
            assert_eq!(attempts(had_doubts, state), [] as [u32; 0], "{state}");
            let doubted =
                |item: &Item, attempt| had_doubts(&Item { doubts: 1, ..item.clone() }, attempt);
            assert_eq!(attempts(doubted, state), unrecorded, "{state}");
        }
    }
}
