//! One notification: claim, write, send, record.

use std::time::{Duration, SystemTime};

use aws_lambda_events::sqs::SqsMessage;
use kit::ledger::{Change, ClaimOutcome, Item, LedgerError, RecordOutcome};
use kit::queue::{BatchItemOutcome, DeadLetter, sent_at};
use kit::telemetry::{Count, accepted_to_sent, count};
use shared::ledger::{AfterClaim, Facts, FailReason, State, Transition, after_claim};
use shared::queue::dead_letter::Code;
use shared::queue::message::MailRequest;

use crate::Mailer;
use crate::doubt::{keep_ambiguous, on_ambiguous_send, retry_ambiguous};
use crate::render::{Mail, render};
use crate::send_outcome::SendOutcome;
use crate::stale::{self, Stale};

/// What is kept of the function's time for recording SES's answer.
const TIME_TO_RECORD: Duration = Duration::from_secs(2);

/// SES is not asked when its answer could not be waited for at least this long.
const MIN_SEND_TIME: Duration = Duration::from_secs(1);

/// How long a mail waits that was not begun because the ledger did not answer.
const LEDGER_RETRY_MS: i64 = 30_000;

/// One message on its way.
#[derive(Debug)]
pub struct Delivery<'a> {
    pub(crate) mailer: &'a Mailer,
    pub(crate) message: &'a SqsMessage,
    pub(crate) request: &'a MailRequest,
    deadline: SystemTime,
    notification: String,
}

impl<'a> Delivery<'a> {
    /// Of `message`, which says `request`. `deadline` is the function's own.
    #[must_use]
    pub fn new(
        mailer: &'a Mailer,
        message: &'a SqsMessage,
        request: &'a MailRequest,
        deadline: SystemTime,
    ) -> Self {
        Self { mailer, message, request, deadline, notification: request.key.sort_key() }
    }

    /// What this worker knows before it has claimed anything. It does not resend doubts.
    pub(crate) fn facts(&self) -> Facts {
        let now = self.mailer.clock.now_ms();
        Facts {
            enqueued_at: sent_at(self.message),
            lease_until: now + millis(self.mailer.lease),
            ..Facts::new(now)
        }
    }

    pub(crate) async fn record(&self, change: Change) -> Result<RecordOutcome, LedgerError> {
        let order_id = self.request.key.order_id.as_str();
        self.mailer.ledger.record(order_id, &self.notification, change).await
    }

    fn body(&self) -> String {
        self.message.body.clone().unwrap_or_default()
    }

    pub(crate) async fn dead_letter(&self, code: Code, reason: String) -> BatchItemOutcome {
        let letter = DeadLetter {
            body: self.body(),
            code,
            reason,
            order_id: Some(self.request.key.order_id.clone()),
            kind: Some(self.request.key.kind),
        };
        self.mailer.dead_letters.move_message(letter).await
    }

    pub(crate) async fn requeue_until(&self, until: i64) -> BatchItemOutcome {
        self.mailer.requeue.requeue_until(self.body(), until).await
    }

    fn time_left(&self) -> Duration {
        let left = self.deadline.duration_since(SystemTime::now()).unwrap_or_default();
        left.saturating_sub(TIME_TO_RECORD)
    }
}

/// Brings one notification as far as it goes now. Where the ledger does not answer before SES is
/// asked, the message is parked: an outage must not burn its receives.
///
/// # Errors
/// [`LedgerError`] when the ledger did not answer after SES was asked. If SES had accepted the mail by then, the
/// notification falls into doubt when its lease runs out, and SES's own event settles it.
pub async fn deliver(delivery: &Delivery<'_>) -> Result<BatchItemOutcome, LedgerError> {
    if delivery.mailer.clock.now() >= delivery.request.send_before {
        return match stale::skip(delivery).await {
            Ok(Stale::Skipped(outcome)) => Ok(outcome),
            Ok(Stale::StillFresh) => claim(delivery, delivery.facts()).await,
            Err(error) => wait_for_the_ledger(delivery, error).await,
        };
    }
    claim(delivery, delivery.facts()).await
}

/// Claims, and goes on from there.
pub(crate) async fn claim(
    delivery: &Delivery<'_>,
    facts: Facts,
) -> Result<BatchItemOutcome, LedgerError> {
    let order_id = delivery.request.key.order_id.as_str();
    let ledger = &delivery.mailer.ledger;
    // Names this very claim: the SDK's retry of it, after a lost answer, finds itself.
    let holder = uuid::Uuid::new_v4().to_string();
    match ledger.claim(order_id, &delivery.notification, facts, &holder).await {
        Err(error) => wait_for_the_ledger(delivery, error).await,
        Ok(ClaimOutcome::Claimed(attempt)) => send(delivery, attempt).await,
        Ok(ClaimOutcome::Refused(item)) => handle_claim_conflict(delivery, &item).await,
        Ok(ClaimOutcome::Absent) => {
            let reason = "the ledger knows nothing of this notification: it was erased, or is older \
                          than the ledger's memory; it was not sent";
            Ok(delivery.dead_letter(Code::Unknown, reason.to_owned()).await)
        }
    }
}

/// What waiting does not change burns receives, and is in the dead-letter queue after the last.
async fn wait_for_the_ledger(
    delivery: &Delivery<'_>,
    error: LedgerError,
) -> Result<BatchItemOutcome, LedgerError> {
    match error {
        LedgerError::Incompatible(_) => Err(error),
        LedgerError::Unavailable(_) => {
            tracing::warn!(%error, "parked until the ledger answers");
            Ok(delivery.requeue_until(delivery.mailer.clock.now_ms() + LEDGER_RETRY_MS).await)
        }
    }
}

/// Somebody or something stands in the way of a claim.
pub(crate) async fn handle_claim_conflict(
    delivery: &Delivery<'_>,
    item: &Item,
) -> Result<BatchItemOutcome, LedgerError> {
    let Some(record) = item.record() else {
        let what = "a state that this version does not know";
        return Err(LedgerError::Incompatible(what.to_owned()));
    };
    match after_claim(&record, delivery.mailer.clock.now_ms()) {
        AfterClaim::AlreadyDone => {
            tracing::info!(state = item.state, "already done");
            Ok(BatchItemOutcome::Ack)
        }
        AfterClaim::AlreadyFailed => {
            let reason = item.reason.clone().unwrap_or_else(|| "failed before".to_owned());
            Ok(delivery.dead_letter(Code::from_reason(&reason), reason).await)
        }
        AfterClaim::InProgress { .. } => Ok(BatchItemOutcome::Retry),
        AfterClaim::NotDue { until } => Ok(delivery.requeue_until(until).await),
        AfterClaim::InDoubt { .. } => retry_ambiguous(delivery, item).await,
        AfterClaim::LeaseExpired => {
            let change = Change::new(Transition::Expire, delivery.facts())
                .with("reason", "the lease ran out without a word from its holder");
            match delivery.record(change).await? {
                RecordOutcome::Recorded(item) => on_ambiguous_send(delivery, &item).await,
                RecordOutcome::Refused(_) | RecordOutcome::Absent => Ok(BatchItemOutcome::Retry),
            }
        }
    }
}

async fn send(delivery: &Delivery<'_>, attempt: u32) -> Result<BatchItemOutcome, LedgerError> {
    let mailer = delivery.mailer;
    let mail = match render(&delivery.request.event, &mailer.brand) {
        Ok(mail) => mail,
        Err(error) => {
            return fail(
                delivery,
                attempt,
                FailReason::Unrenderable,
                Code::Unrenderable,
                error.to_string(),
            )
            .await;
        }
    };
    let answer = call_ses(delivery, attempt, &mail).await;
    tracing::info!(attempt, answer = answer.code(), "SES");
    match answer {
        SendOutcome::Accepted { message_id } => accept(delivery, attempt, message_id).await,
        SendOutcome::Retryable { code, retry_after } => {
            postpone(delivery, attempt, code, retry_after).await
        }
        SendOutcome::Permanent { code } => {
            let reason = format!("SES refused the mail for good: {code}");
            fail(delivery, attempt, FailReason::Refused(code), Code::Refused, reason).await
        }
        SendOutcome::Ambiguous { code } => {
            let facts = Facts::for_attempt(mailer.clock.now_ms(), attempt);
            let change = Change::new(Transition::Doubt, facts).with("reason", code);
            match delivery.record(change).await? {
                RecordOutcome::Recorded(item) => on_ambiguous_send(delivery, &item).await,
                // The SDK's second try after a lost answer finds what the first has written.
                RecordOutcome::Refused(item) if is_in_doubt(&item, attempt) => {
                    on_ambiguous_send(delivery, &item).await
                }
                RecordOutcome::Refused(item) => handle_claim_conflict(delivery, &item).await,
                RecordOutcome::Absent => Ok(BatchItemOutcome::Ack),
            }
        }
    }
}

/// Waits for its turn; calls SES only when the answer can still be recorded.
async fn call_ses(delivery: &Delivery<'_>, attempt: u32, mail: &Mail) -> SendOutcome {
    let sender = &delivery.mailer.sender;
    if let Err(wait) = delivery.mailer.rate_limiter.acquire(delivery.time_left() / 2).await {
        return SendOutcome::Retryable { code: "paced".to_owned(), retry_after: wait };
    }
    match delivery.time_left() {
        left if left < MIN_SEND_TIME => {
            SendOutcome::Retryable { code: "out of time".to_owned(), retry_after: MIN_SEND_TIME }
        }
        left => sender.send(delivery.request, attempt, mail, left).await,
    }
}

async fn accept(
    delivery: &Delivery<'_>,
    attempt: u32,
    message_id: String,
) -> Result<BatchItemOutcome, LedgerError> {
    let now = delivery.mailer.clock.now_ms();
    count(Count::Sent);
    accepted_to_sent(now - delivery.request.accepted_at.as_millisecond());
    let change = Change::new(Transition::Accept, Facts::for_attempt(now, attempt))
        .with("message_id", message_id.clone());
    if let RecordOutcome::Refused(item) = delivery.record(change).await? {
        // An SES event was faster. One about another mail is that of an earlier attempt.
        if item.message_id.is_some_and(|recorded| recorded != message_id) {
            tracing::error!("SES accepted more than one mail for this notification");
        }
    }
    Ok(BatchItemOutcome::Ack)
}

async fn postpone(
    delivery: &Delivery<'_>,
    attempt: u32,
    code: String,
    retry_after: Duration,
) -> Result<BatchItemOutcome, LedgerError> {
    let now = delivery.mailer.clock.now_ms();
    let not_before = now + i64::try_from(retry_after.as_millis()).unwrap_or(i64::MAX / 2);
    let facts = Facts { not_before, ..Facts::for_attempt(now, attempt) };
    delivery.record(Change::new(Transition::Refuse, facts).with("reason", code)).await?;
    Ok(delivery.requeue_until(not_before).await)
}

/// The ledger first: a crash in between leaves a message that finds `failed` and goes to the
/// dead-letter queue then. A refused record may be our own, made by a first try whose answer was
/// lost: what stands in the ledger says where the message goes.
async fn fail(
    delivery: &Delivery<'_>,
    attempt: u32,
    reason: FailReason,
    code: Code,
    sentence: String,
) -> Result<BatchItemOutcome, LedgerError> {
    let facts = Facts::for_attempt(delivery.mailer.clock.now_ms(), attempt);
    let change = Change::new(Transition::Fail, facts).with("reason", reason.to_string());
    match delivery.record(change).await? {
        RecordOutcome::Recorded(_) => {
            count(Count::Failed);
            Ok(delivery.dead_letter(code, sentence).await)
        }
        RecordOutcome::Refused(item) if item.doubts > 0 && is_of(&item, attempt) => {
            keep_ambiguous(delivery, &item, &reason.to_string()).await
        }
        RecordOutcome::Refused(item) => handle_claim_conflict(delivery, &item).await,
        RecordOutcome::Absent => Ok(BatchItemOutcome::Ack),
    }
}

/// Whether this attempt's outcome is still to be written.
fn is_of(item: &Item, attempt: u32) -> bool {
    (item.attempt == attempt && item.state() == Some(State::Sending)) || is_in_doubt(item, attempt)
}

fn is_in_doubt(item: &Item, attempt: u32) -> bool {
    item.attempt == attempt && item.state() == Some(State::InDoubt)
}

pub(crate) fn millis(duration: jiff::SignedDuration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX / 2)
}
