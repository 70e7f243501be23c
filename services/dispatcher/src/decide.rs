//! The decision to notify.

use jiff::{SignedDuration, Timestamp};
use kit::ledger::{Item, LedgerError, PlanOutcome};
use kit::telemetry::{Count, count};
use shared::ledger::{SkipReason, Transition};
use shared::notification::ledger_key;
use shared::queue::message::{DispatchRequest, MailRequest};
use shared::{Event, NotificationKey};

use crate::Dispatcher;

/// An event that happened within this time cannot be late: whatever supersedes it happened within
/// the same minute, and the customer reads both mails together. Only older events, and those that
/// do not say when they happened, cost a look at the order's other notifications.
const FRESH: SignedDuration = SignedDuration::from_secs(60);

/// What an event comes to.
#[derive(Debug)]
pub enum Decision {
    /// This mail is to be sent.
    Notify(Box<MailRequest>),
    /// Skipped, or decided before.
    Nothing,
}

/// Decides about one event and records the decision: one conditional put.
///
/// # Errors
/// [`LedgerError`] when the ledger did not answer; the same event again finds out what is true.
pub async fn decide(
    dispatcher: &Dispatcher,
    request: DispatchRequest,
) -> Result<Decision, LedgerError> {
    let now = dispatcher.clock.now();
    let send_before = request.send_before();
    match skip_reason(dispatcher, &request, now, send_before).await? {
        Some(reason) => skip(dispatcher, request, now, send_before, reason).await,
        None => plan(dispatcher, request, now, send_before).await,
    }
}

async fn skip_reason(
    dispatcher: &Dispatcher,
    request: &DispatchRequest,
    now: Timestamp,
    send_before: Timestamp,
) -> Result<Option<SkipReason>, LedgerError> {
    if !request.event.notify {
        return Ok(Some(SkipReason::Muted));
    }
    if now >= send_before {
        return Ok(Some(SkipReason::Stale));
    }
    let superseded =
        may_be_late(&request.event, now) && is_superseded(dispatcher, &request.event).await?;
    Ok(superseded.then_some(SkipReason::Superseded))
}

fn may_be_late(event: &Event, now: Timestamp) -> bool {
    let can_be_superseded = !event.payload.kind().superseded_by().is_empty();
    can_be_superseded && event.time.is_none_or(|time| now.duration_since(time) > FRESH)
}

async fn is_superseded(dispatcher: &Dispatcher, event: &Event) -> Result<bool, LedgerError> {
    let key = NotificationKey::for_event(event);
    let others = dispatcher.ledger.list_by_order(key.order_id.as_str()).await?;
    Ok(others.iter().any(|other| other.supersedes(&key)))
}

/// A notification that was planned before there was a reason to skip it stays planned: its mail
/// request may be all that is missing, and the mailer knows what is stale.
async fn skip(
    dispatcher: &Dispatcher,
    request: DispatchRequest,
    now: Timestamp,
    send_before: Timestamp,
    reason: SkipReason,
) -> Result<Decision, LedgerError> {
    let item = Item { reason: Some(reason.as_str().to_owned()), ..item(&request, send_before) };
    let event = item.event.clone();
    match dispatcher.ledger.create(Transition::SkipAtPlan, item, now.as_millisecond()).await? {
        PlanOutcome::Created => {
            count(Count::Skipped);
            tracing::info!(reason = reason.as_str(), "skipped");
            Ok(Decision::Nothing)
        }
        PlanOutcome::Exists(other) => Ok(decided_before(request, send_before, &other, &event)),
    }
}

async fn plan(
    dispatcher: &Dispatcher,
    request: DispatchRequest,
    now: Timestamp,
    send_before: Timestamp,
) -> Result<Decision, LedgerError> {
    let item = item(&request, send_before);
    let event = item.event.clone();
    match dispatcher.ledger.create(Transition::Plan, item, now.as_millisecond()).await? {
        PlanOutcome::Created => {
            count(Count::Planned);
            tracing::info!(kind = request.event.payload.kind().as_str(), "planned");
            Ok(Decision::Notify(mail_request(request, send_before)))
        }
        PlanOutcome::Exists(other) => Ok(decided_before(request, send_before, &other, &event)),
    }
}

fn decided_before(
    request: DispatchRequest,
    send_before: Timestamp,
    other: &Item,
    event: &str,
) -> Decision {
    // A crash may have come between the plan and its mail request.
    if other.awaits_mail_request(event) {
        return Decision::Notify(mail_request(request, send_before));
    }
    tracing::info!(decided_by = other.event, state = other.state, "duplicate");
    Decision::Nothing
}

fn item(request: &DispatchRequest, send_before: Timestamp) -> Item {
    Item {
        order_id: request.event.order.id.to_string(),
        notification: ledger_key(&request.event),
        event: request.event.reference.sort_key(),
        correlation_id: request.correlation_id.to_string(),
        accepted_at: request.accepted_at.as_millisecond(),
        send_before: send_before.as_millisecond(),
        ..Item::default()
    }
}

fn mail_request(request: DispatchRequest, send_before: Timestamp) -> Box<MailRequest> {
    Box::new(MailRequest {
        key: NotificationKey::for_event(&request.event),
        accepted_at: request.accepted_at,
        send_before,
        correlation_id: request.correlation_id,
        event: request.event,
    })
}
