//! The steps of a delivery, in the usual order.

use std::time::Duration;

use kit::ledger::{ClaimOutcome, Item, LedgerError};
use kit::queue::BatchItemOutcome;
use shared::ledger::{ClaimRefusal, Facts};
use shared::queue::dead_letter::DeadLetterCode;

use super::ambiguous::{expire, keep_ambiguous, resend, retry_ambiguous};
use super::context::Delivery;
use super::due::Due;
use super::end::End;
use super::old_news::{judge_news, skip_old_news};
use super::outcome::{fail, record_and_report};
use super::send::send;
use super::stale::skip_stale;
use super::step::Step;
use super::turn::{Admission, LEDGER_RETRY_MS, Start, begin, take_one};
use crate::send_gate::Turn;

/// Tries to deliver one notification. `start` is what it got with its batch ([`take_places`](super::take_places)).
///
/// # Errors
/// [`LedgerError`] when the ledger did not answer after SES was called, or is of another version. If SES
/// accepted the mail, the item is put in doubt when the lease has expired, and an SES event settles it.
pub async fn deliver(
    delivery: &Delivery<'_>,
    start: Start,
) -> Result<BatchItemOutcome, LedgerError> {
    // The memory of its files is given back when this returns, whatever the outcome.
    let mut admission = Admission::default();
    let outcome = run_steps(delivery, start, &mut admission).await;
    // Nobody else can be the probe as long as this mail has not given it back.
    if let Some(unused) = admission.turn {
        delivery.mailer.gate.give_back(unused, delivery.now_ms()).await;
    }
    outcome
}

async fn run_steps(
    delivery: &Delivery<'_>,
    start: Start,
    admission: &mut Admission,
) -> Result<BatchItemOutcome, LedgerError> {
    let mut step = begin(delivery, start, admission).await;
    // Once SES was called, the message must not be requeued because of a ledger error: the copy would be
    // delivered while the lease is still valid, for nothing. The visibility timeout outlasts the lease.
    let mut has_called_ses = false;
    loop {
        match step {
            Step::End(end) => return Ok(end.of(delivery).await),
            Step::Send { .. } => has_called_ses = true,
            _ => {}
        }
        step = match take_step(delivery, step, admission).await {
            Err(error) if !has_called_ses => requeue_until_ledger_answers(delivery, error)?,
            other => other?,
        };
    }
}

/// Takes one step, and says which is the next one.
async fn take_step(
    delivery: &Delivery<'_>,
    step: Step,
    admission: &mut Admission,
) -> Result<Step, LedgerError> {
    Ok(match step {
        Step::SkipStale => skip_stale(delivery).await?,
        Step::TakeTurn(then) => take_one(delivery, then, admission).await,
        Step::Claim(facts) => match instead_of_claim(delivery, admission.turn) {
            Some(wait) => wait,
            None => claim(delivery, facts).await?,
        },
        Step::HandleConflict(item) => handle_claim_conflict(delivery, &item)?,
        Step::JudgeNews(item) => judge_news(delivery, *item).await,
        Step::SkipOldNews { attempt, reason } => skip_old_news(delivery, attempt, reason).await?,
        Step::Send { attempt, token, earlier } => {
            let permit = admission.memory.as_ref();
            send(delivery, permit, (attempt, &token), earlier.as_ref()).await
        }
        Step::Record { attempt, outcome } => {
            record_and_report(delivery, attempt, outcome, &mut admission.turn).await?
        }
        Step::Fail { attempt, reason, code, description } => {
            fail(delivery, attempt, reason, code, description).await?
        }
        Step::Expire => expire(delivery).await?,
        Step::Resend { doubts } => resend(delivery, doubts, admission.turn.is_some()).await,
        Step::KeepAmbiguous { attempt, reason } => {
            keep_ambiguous(delivery, attempt, &reason).await?
        }
        end @ Step::End(_) => end,
    })
}

/// Requeues the message if the ledger is unavailable, which is safe because SES was not called. An item of
/// another version uses up receives instead, so that it ends in the dead-letter queue.
fn requeue_until_ledger_answers(
    delivery: &Delivery<'_>,
    error: LedgerError,
) -> Result<Step, LedgerError> {
    match error {
        LedgerError::Incompatible(_) => Err(error),
        LedgerError::Unavailable(_) => {
            tracing::warn!(%error, "requeued until the ledger answers");
            Ok(Step::requeue(delivery.now_ms() + LEDGER_RETRY_MS))
        }
    }
}

/// What is done instead of a claim, if SES could not be called after it. A claim that is not followed by a call would cost
/// two writes.
fn instead_of_claim(delivery: &Delivery<'_>, turn: Option<Turn>) -> Option<Step> {
    let now = delivery.now_ms();
    let closed_until = delivery.mailer.gate.closed_until(now);
    step_without_claim(turn, delivery.time_left_to_claim(), closed_until, now)
}

fn step_without_claim(
    turn: Option<Turn>,
    time_left: Duration,
    closed_until: Option<i64>,
    now: i64,
) -> Option<Step> {
    match (turn, closed_until) {
        // A turn is used up by one call, whatever came of it. The copy comes as soon as SQS lets it.
        (None, _) => Some(Step::requeue(now)),
        (Some(_), _) if time_left.is_zero() => Some(Step::requeue(now)),
        (Some(turn), Some(until)) if !turn.is_probe() => {
            Some(Step::End(End::RequeueUntilOpen { until }))
        }
        (Some(_), _) => None,
    }
}

async fn claim(delivery: &Delivery<'_>, facts: Facts) -> Result<Step, LedgerError> {
    Ok(match delivery.claim(facts).await? {
        ClaimOutcome::Claimed(item) if item.was_out_of_sight() => Step::JudgeNews(item),
        ClaimOutcome::Claimed(item) => Step::send_under_lease(*item),
        ClaimOutcome::Refused(item) => Step::HandleConflict(item),
        ClaimOutcome::Absent => Step::End(End::DeadLetter {
            code: DeadLetterCode::Unknown,
            reason: "the ledger has no record of this notification: it was erased, or is older \
                     than the ledger's retention; it was not sent"
                .to_owned(),
        }),
    })
}

/// The next step after a write was refused: another worker holds the lease, or the notification is already
/// done, or it has to wait.
pub(super) fn handle_claim_conflict(
    delivery: &Delivery<'_>,
    item: &Item,
) -> Result<Step, LedgerError> {
    let Some(record) = item.to_record() else {
        return Err(LedgerError::Incompatible("a state that this version does not know".into()));
    };
    Ok(match ClaimRefusal::for_record(&record, delivery.now_ms()) {
        ClaimRefusal::AlreadyDone => {
            tracing::info!(state = item.state, "already done");
            Step::ACK
        }
        // A replay, or a copy: the dead letter of a mail whose news goes to another address since.
        ClaimRefusal::Readdressed => {
            tracing::info!("not sent to this address: its news goes to a corrected one");
            Step::ACK
        }
        ClaimRefusal::AlreadyFailed => {
            let reason = item.reason.clone().unwrap_or_else(|| "failed before".to_owned());
            Step::End(End::DeadLetter { code: DeadLetterCode::from_reason(&reason), reason })
        }
        // Not requeued: the visibility timeout is longer than any lease, so the next receive finds an
        // outcome or an expired lease, and at most one receive is used up.
        ClaimRefusal::InProgress { .. } => Step::RETRY,
        ClaimRefusal::NotDue { until } => {
            Step::End(End::WaitUntilDue(Due { at: until, in_doubt: false }))
        }
        ClaimRefusal::InDoubt { .. } => retry_ambiguous(delivery, item),
        ClaimRefusal::LeaseExpired => Step::Expire,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_is_claimed_with_a_turn_and_time_left_while_ses_takes_mails_or_as_the_probe() {
        let (turn, probe) = (Some(Turn::new(1, None)), Some(Turn::new(1, Some(2))));
        let (none, left) = (Duration::ZERO, Duration::from_nanos(1));
        let step = |turn, time_left, closed_until| match step_without_claim(
            turn,
            time_left,
            closed_until,
            5,
        ) {
            None => "claim".to_owned(),
            Some(Step::End(End::Requeue { until })) => format!("requeue {until}"),
            Some(Step::End(End::RequeueUntilOpen { until })) => format!("open {until}"),
            Some(other) => panic!("{other:?}"),
        };
        for (turn, time_left, closed_until, expected) in [
            (turn, left, None, "claim"),
            (probe, left, None, "claim"),
            (probe, left, Some(9), "claim"),
            (turn, left, Some(9), "open 9"),
            (turn, none, None, "requeue 5"),
            (turn, none, Some(9), "requeue 5"),
            (probe, none, Some(9), "requeue 5"),
            (None, left, None, "requeue 5"),
            (None, left, Some(9), "requeue 5"),
        ] {
            assert_eq!(step(turn, time_left, closed_until), expected, "{turn:?} {closed_until:?}");
        }
    }
}
