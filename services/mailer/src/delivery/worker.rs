//! The steps of a delivery, in the usual order.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use kit::ledger::{Change, ClaimOutcome, Item, LedgerError, RecordOutcome};
use kit::queue::BatchItemOutcome;
use kit::telemetry::{Count, count, record_accepted_to_sent};
use shared::ledger::{ClaimRefusal, Facts, FailReason, State, Transition};
use shared::notification::Recipient;
use shared::queue::dead_letter::DeadLetterCode;
use shared::queue::message::MailRequest;

use super::ambiguous::{expire, keep_ambiguous, on_ambiguous_send, resend, retry_ambiguous};
use super::attachments::{BUSY, fetch_files, without_files};
use super::budget::MIN_SEND_TIME;
use super::context::Delivery;
use super::due::Due;
use super::old_news::{MAY_BOUNCE, NEWS_UNKNOWN, OLDER_IS_SENT, judge_news, skip_old_news};
use super::stale::skip_stale;
use super::step::Step;
use super::turn::{LEDGER_RETRY_MS, begin, take_one};
use crate::mailer::Mailer;
use crate::render::{MailContext, RenderError};
use crate::send::PreparedMail;
use crate::send_gate::{Place, Turn};
use crate::send_outcome::SendOutcome;

/// How long a mail waits that has no turn although it should, or no time left to be sent.
const OUT_OF_TIME_RETRY_MS: i64 = 1_000;

/// The pseudo-answer where SES was not called because its answer could not have been waited for.
const OUT_OF_TIME: &str = "out of time";

/// Tries to deliver one notification. `place` was taken with its batch's ([`take_places`](super::take_places)).
///
/// # Errors
/// [`LedgerError`] when the ledger did not answer after SES was called, or is of another version. If SES
/// accepted the mail, the item is put in doubt when the lease has expired, and an SES event settles it.
pub async fn deliver(
    delivery: &Delivery<'_>,
    place: Option<Place>,
) -> Result<BatchItemOutcome, LedgerError> {
    let mut turn = None;
    let outcome = run_steps(delivery, place, &mut turn).await;
    // Nobody else can be the probe as long as this mail has not given it back.
    if let Some(unused) = turn {
        delivery.mailer.gate.give_back(unused, delivery.now_ms()).await;
    }
    outcome
}

async fn run_steps(
    delivery: &Delivery<'_>,
    place: Option<Place>,
    turn: &mut Option<Turn>,
) -> Result<BatchItemOutcome, LedgerError> {
    let mut step = begin(delivery, place, turn).await;
    // Once SES was called, the message must not be requeued because of a ledger error: the copy would be
    // delivered while the lease is still valid, for nothing. The visibility timeout outlasts the lease.
    let mut has_called_ses = false;
    loop {
        has_called_ses = match step {
            Step::Claim(_) => false,
            Step::Send { .. } => true,
            _ => has_called_ses,
        };
        let next = match step {
            Step::SkipStale => skip_stale(delivery).await,
            Step::TakeTurn(then) => Ok(take_one(delivery, then, turn).await),
            Step::Claim(facts) => match may_claim(delivery, turn.as_ref()) {
                Ok(()) => claim(delivery, facts).await,
                Err(wait) => Ok(wait),
            },
            Step::HandleConflict(item) => handle_claim_conflict(delivery, &item),
            Step::JudgeNews(item) => Ok(judge_news(delivery, *item).await),
            Step::SkipOldNews { attempt, reason } => skip_old_news(delivery, attempt, reason).await,
            Step::Send { attempt, token, left_out } => {
                Ok(send(delivery, attempt, &token, left_out.as_deref()).await)
            }
            Step::Record { attempt, outcome } => {
                record_and_report(delivery, attempt, outcome, turn).await
            }
            Step::Fail { attempt, reason, code, description } => {
                fail(delivery, attempt, reason, code, description).await
            }
            Step::Expire => expire(delivery).await,
            Step::Resend { doubts } => Ok(resend(delivery, doubts, turn.is_some()).await),
            Step::KeepAmbiguous { attempt, reason } => {
                keep_ambiguous(delivery, attempt, &reason).await
            }
            Step::Requeue { until } => return Ok(delivery.requeue_until(until).await),
            Step::WaitUntilDue(due) => return Ok(delivery.wait_until_due(due).await),
            Step::RequeueUntilOpen { until } => {
                return Ok(delivery.requeue_until_open(until).await);
            }
            Step::CheckAgain { until, watch } => {
                return Ok(delivery.check_again(until, watch).await);
            }
            Step::DeadLetter { code, reason } => {
                return Ok(delivery.dead_letter(code, reason).await);
            }
            Step::Finish(outcome) => return Ok(outcome),
        };
        step = match next {
            Err(error) if !has_called_ses => requeue_until_ledger_answers(delivery, error)?,
            other => other?,
        };
    }
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
            Ok(Step::Requeue { until: delivery.now_ms() + LEDGER_RETRY_MS })
        }
    }
}

/// Whether SES could be called after a claim. A claim that is not followed by a call would cost two writes.
///
/// # Errors
/// The next step, if not.
fn may_claim(delivery: &Delivery<'_>, turn: Option<&Turn>) -> Result<(), Step> {
    let now = delivery.now_ms();
    // A turn is used up by one call, whatever came of it.
    let Some(turn) = turn else {
        return Err(Step::Requeue { until: now + OUT_OF_TIME_RETRY_MS });
    };
    if delivery.time_left_to_claim().is_zero() {
        return Err(Step::Requeue { until: now + OUT_OF_TIME_RETRY_MS });
    }
    match delivery.mailer.gate.closed_until(now) {
        Some(until) if !turn.is_probe() => Err(Step::RequeueUntilOpen { until }),
        _ => Ok(()),
    }
}

async fn claim(delivery: &Delivery<'_>, facts: Facts) -> Result<Step, LedgerError> {
    Ok(match delivery.claim(facts).await? {
        ClaimOutcome::Claimed(item) if item.was_out_of_sight() => Step::JudgeNews(item),
        ClaimOutcome::Claimed(item) => Step::send_under_lease(*item),
        ClaimOutcome::Refused(item) => Step::HandleConflict(item),
        ClaimOutcome::Absent => Step::DeadLetter {
            code: DeadLetterCode::Unknown,
            reason: "the ledger has no record of this notification: it was erased, or is older \
                     than the ledger's retention; it was not sent"
                .to_owned(),
        },
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
            Step::DeadLetter { code: DeadLetterCode::from_reason(&reason), reason }
        }
        // Not requeued: the visibility timeout is longer than any lease, so the next receive finds an
        // outcome or an expired lease, and at most one receive is used up.
        ClaimRefusal::InProgress { .. } => Step::RETRY,
        ClaimRefusal::NotDue { until } => Step::WaitUntilDue(Due { at: until, in_doubt: false }),
        ClaimRefusal::InDoubt { .. } => retry_ambiguous(delivery, item),
        ClaimRefusal::LeaseExpired => Step::Expire,
    })
}

async fn send(delivery: &Delivery<'_>, attempt: u32, token: &str, left_out: Option<&str>) -> Step {
    let Some(files) = fetch_files(delivery, attempt, left_out).await else {
        let (code, retry_after) = (BUSY.to_owned(), MIN_SEND_TIME);
        return Step::Record { attempt, outcome: SendOutcome::Retryable { code, retry_after } };
    };
    // Rendered under the lease, so that a mail that cannot be rendered fails only once.
    let prepared = match prepare(delivery, attempt, token) {
        Ok(prepared) => prepared,
        Err(description) => {
            return Step::Fail {
                attempt,
                reason: FailReason::Unrenderable,
                code: DeadLetterCode::Unrenderable,
                description,
            };
        }
    };
    let has_files = !files.files.is_empty();
    let outcome = call_ses(delivery, prepared.attach(files)).await;
    tracing::info!(attempt, answer = outcome.code(), "SES call ended");
    let outcome = if has_files { without_files(delivery, attempt, outcome) } else { outcome };
    Step::Record { attempt, outcome }
}

/// Whether it is a copy that the customer does not get: one at the customer's own address is the mail itself.
fn is_for_somebody_else(request: &MailRequest) -> bool {
    let shop = &request.key.shop;
    let customers = Recipient::copy_to(shop, &request.event.order.customer.email);
    matches!(request.key.recipient, Recipient::Copy(_)) && request.key.recipient != customers
}

/// Renders the mail and makes SES's request of it. A panic is an error like any other: SES was not called, but a lease
/// that nobody ends would put the mail in doubt.
fn prepare(delivery: &Delivery<'_>, attempt: u32, token: &str) -> Result<PreparedMail, String> {
    let Delivery { mailer: Mailer { render, sender, .. }, request, settings, .. } = delivery;
    // Unwind-safe: nothing that it changes outlives a panic.
    let rendered = std::panic::catch_unwind(AssertUnwindSafe(|| {
        let context = MailContext {
            money: request.money(),
            changes: request.changes.clone(),
            voice: settings.voice.clone(),
            is_copy: is_for_somebody_else(request),
        };
        let brand = delivery.brand();
        let mail = render(&request.event, request.accepted_at, &context, brand)?;
        Ok(sender.prepare(request, settings, brand, attempt, token, &mail))
    }));
    match rendered {
        Ok(prepared) => prepared.map_err(|error: RenderError| error.to_string()),
        Err(_panic) => {
            Err("the mailer panicked while it rendered the mail: see its log".to_owned())
        }
    }
}

/// Calls SES if there is time left to record its answer. A call that is not made counts as refused, because it
/// certainly sent nothing.
async fn call_ses(delivery: &Delivery<'_>, prepared: PreparedMail) -> SendOutcome {
    match delivery.time_left() {
        left if left < MIN_SEND_TIME => {
            SendOutcome::Retryable { code: OUT_OF_TIME.to_owned(), retry_after: MIN_SEND_TIME }
        }
        left => delivery.mailer.sender.send(prepared, left).await,
    }
}

/// Records SES's answer, and meanwhile tells the other mailers if it concerns them too. Uses up the turn, if SES
/// was called.
async fn record_and_report(
    delivery: &Delivery<'_>,
    attempt: u32,
    outcome: SendOutcome,
    turn: &mut Option<Turn>,
) -> Result<Step, LedgerError> {
    let not_asked = [OUT_OF_TIME, BUSY, OLDER_IS_SENT, MAY_BOUNCE, NEWS_UNKNOWN];
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
    attempt: u32,
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
    attempt: u32,
    message_id: String,
) -> Result<Step, LedgerError> {
    // Counted before it is recorded, because the mail is sent whatever the ledger answers.
    let now = delivery.now_ms();
    count(Count::Sent);
    record_accepted_to_sent(now - delivery.request.accepted_at.as_millisecond());
    let change = Change::new(Transition::Accept, Facts::for_attempt(now, attempt))
        .with("message_id", &message_id);
    if let RecordOutcome::Refused(item) = delivery.record(change).await? {
        // An SES event was recorded first. If it was about another mail, an earlier attempt sent that one.
        if item.message_id.is_some_and(|recorded| recorded != message_id) {
            tracing::error!("SES accepted more than one mail for this notification");
        }
    }
    Ok(Step::ACK)
}

async fn postpone(
    delivery: &Delivery<'_>,
    attempt: u32,
    code: String,
    retry_after: Duration,
) -> Result<Step, LedgerError> {
    let now = delivery.now_ms();
    let not_before = now + i64::try_from(retry_after.as_millis()).unwrap_or(i64::MAX / 2);
    let facts = Facts { not_before, ..Facts::for_attempt(now, attempt) };
    // The ledger before the copy: a copy that finds the item still in `sending` would have to wait until the
    // lease expires, and would then put a mail in doubt that SES refused. If the write is refused, the copy
    // finds the item in its actual state.
    delivery.record(Change::new(Transition::Defer, facts).with("reason", code)).await?;
    Ok(Step::Requeue { until: not_before })
}

async fn fail(
    delivery: &Delivery<'_>,
    attempt: u32,
    reason: FailReason,
    code: DeadLetterCode,
    description: String,
) -> Result<Step, LedgerError> {
    let facts = Facts::for_attempt(delivery.now_ms(), attempt);
    // The ledger before the dead letter: after a crash in between, the next delivery finds `failed` and moves
    // the message. The other way round, the item would stay in `sending`, be put in doubt, and could be sent
    // although its dead letter says that it was not.
    let change = Change::new(Transition::Fail, facts).with("reason", reason.to_string());
    Ok(match delivery.record(change).await? {
        RecordOutcome::Recorded(_) => {
            count(Count::Failed);
            Step::DeadLetter { code, reason: description }
        }
        // That this attempt was refused proves nothing about an earlier one that is in doubt.
        RecordOutcome::Refused(item) if had_doubts(&item, attempt) => {
            Step::KeepAmbiguous { attempt: item.attempt, reason: reason.to_string() }
        }
        // Possibly our own write, whose answer was lost. The item's state decides what to do.
        RecordOutcome::Refused(item) => Step::HandleConflict(item),
        RecordOutcome::Absent => Step::ACK,
    })
}

async fn record_doubt(
    delivery: &Delivery<'_>,
    attempt: u32,
    code: String,
) -> Result<Step, LedgerError> {
    let facts = Facts::for_attempt(delivery.now_ms(), attempt);
    let change = Change::new(Transition::Doubt, facts).with("reason", code);
    Ok(match delivery.record(change).await? {
        RecordOutcome::Recorded(item) => on_ambiguous_send(delivery, &item),
        // Our own write, whose answer was lost: the SDK's second attempt finds what the first one wrote.
        RecordOutcome::Refused(item) if is_in_doubt(&item, attempt) => {
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
