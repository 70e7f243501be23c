//! The decision to notify.
//!
//! The ledger's conditional put is the decision; everything before it only chooses what is put. A
//! crash after the put leaves a plan without a mail request, which the same message repairs when it is
//! delivered again.

use jiff::{SignedDuration, Timestamp};
use kit::ledger::{Item, LedgerError, PlanOutcome};
use kit::telemetry::{Count, count};
use shared::ledger::{SkipReason, Transition};
use shared::notification::ledger_key;
use shared::queue::message::{DispatchRequest, MailRequest};
use shared::{Event, NotificationKey};

use crate::dependencies::Dispatcher;

/// An event that happened within this time cannot be late: whatever supersedes it happened within
/// the same minute, and the customer reads both mails together. Only for older events, and for those
/// that do not say when they happened, are the order's other notifications read.
const LATE_AFTER: SignedDuration = SignedDuration::from_secs(60);

/// What is to be done about an event.
#[derive(Debug, PartialEq)]
pub enum Decision {
    /// Send this mail request.
    Notify(Box<MailRequest>),
    /// Nothing: it was skipped, or decided before.
    NoMail,
}

/// Decides about one event and records the decision: one conditional put.
///
/// # Errors
/// [`LedgerError`] when the ledger did not answer. The decision may have been recorded; the same event
/// again finds it.
pub async fn decide(
    dispatcher: &Dispatcher,
    request: DispatchRequest,
) -> Result<Decision, LedgerError> {
    let now = dispatcher.clock.now();
    let others = if may_be_superseded(&request, now) {
        dispatcher.ledger.list_by_order(request.event.order.id.as_str()).await?
    } else {
        Vec::new()
    };
    match skip_reason(&request, now, &others) {
        Some(reason) => skip(dispatcher, request, now, reason).await,
        None => plan(dispatcher, request, now).await,
    }
}

/// Why the event is not mailed, if it is not. `others` are the order's notifications.
fn skip_reason(request: &DispatchRequest, now: Timestamp, others: &[Item]) -> Option<SkipReason> {
    if !request.event.notify {
        return Some(SkipReason::Muted);
    }
    if now >= request.send_before() {
        return Some(SkipReason::Stale);
    }
    let key = NotificationKey::for_event(&request.event);
    others.iter().any(|other| other.supersedes(&key)).then_some(SkipReason::Superseded)
}

/// Whether the order's other notifications have a say: not for what is skipped anyway, nor for what
/// nothing supersedes, nor for what has just happened.
fn may_be_superseded(request: &DispatchRequest, now: Timestamp) -> bool {
    let Event { notify, time, payload, .. } = &request.event;
    let is_late = time.is_none_or(|time| now.duration_since(time) > LATE_AFTER);
    *notify && now < request.send_before() && !payload.kind().superseded_by().is_empty() && is_late
}

async fn skip(
    dispatcher: &Dispatcher,
    request: DispatchRequest,
    now: Timestamp,
    reason: SkipReason,
) -> Result<Decision, LedgerError> {
    let item = Item { reason: Some(reason.as_str().to_owned()), ..item(&request) };
    match dispatcher.ledger.create(Transition::SkipAtPlan, item, now.as_millisecond()).await? {
        PlanOutcome::Created => {
            count(Count::Skipped);
            tracing::info!(reason = reason.as_str(), "skipped");
            Ok(Decision::NoMail)
        }
        // It was planned before there was a reason to skip it, and stays planned: its mail request may
        // be missing, and the mailer skips what is stale by itself.
        PlanOutcome::Exists(existing) => Ok(decided_before(request, &existing)),
    }
}

async fn plan(
    dispatcher: &Dispatcher,
    request: DispatchRequest,
    now: Timestamp,
) -> Result<Decision, LedgerError> {
    match dispatcher.ledger.create(Transition::Plan, item(&request), now.as_millisecond()).await? {
        PlanOutcome::Created => {
            count(Count::Planned);
            tracing::info!(kind = request.event.payload.kind().as_str(), "planned");
            Ok(Decision::Notify(mail_request(request)))
        }
        PlanOutcome::Exists(existing) => Ok(decided_before(request, &existing)),
    }
}

fn decided_before(request: DispatchRequest, existing: &Item) -> Decision {
    // The plan comes first and the mail request second, so a crash in between leaves a plan that nobody
    // was asked to mail. Only the event that made the plan asks again, and only until a mailer claims:
    // otherwise every duplicate would send one more request.
    if existing.awaits_mail_request(&request.event.reference.sort_key()) {
        return Decision::Notify(mail_request(request));
    }
    tracing::info!(decided_by = existing.event, state = existing.state, "duplicate");
    Decision::NoMail
}

fn item(request: &DispatchRequest) -> Item {
    Item {
        order_id: request.event.order.id.to_string(),
        notification: ledger_key(&request.event),
        event: request.event.reference.sort_key(),
        correlation_id: request.correlation_id.to_string(),
        accepted_at: request.accepted_at.as_millisecond(),
        send_before: request.send_before().as_millisecond(),
        ..Item::default()
    }
}

fn mail_request(request: DispatchRequest) -> Box<MailRequest> {
    Box::new(MailRequest {
        key: NotificationKey::for_event(&request.event),
        accepted_at: request.accepted_at,
        send_before: request.send_before(),
        correlation_id: request.correlation_id,
        event: request.event,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{ACCEPTED_AT, dispatch_request, event};
    use serde_json::json;
    use shared::Kind;
    use shared::ledger::State;

    const MINUTE: SignedDuration = SignedDuration::from_mins(1);

    /// The ledger's record of what `event_type` of the same order and parcel came to.
    fn record(event_type: &str, state: State) -> Item {
        let request = dispatch_request(&event(event_type, "e-1"));
        Item { state: state.as_str().to_owned(), ..item(&request) }
    }

    #[test]
    fn an_event_in_time_is_mailed() {
        let request = dispatch_request(&event("shipment.shipped", "e-1"));
        assert_eq!(skip_reason(&request, ACCEPTED_AT, &[]), None);
    }

    #[test]
    fn a_muted_event_is_skipped_whatever_else_holds() {
        let mut event = event("shipment.shipped", "e-1");
        event["data"]["notify"] = json!(false);
        let request = dispatch_request(&event);
        let year_later = ACCEPTED_AT + SignedDuration::from_hours(365 * 24);
        assert_eq!(skip_reason(&request, ACCEPTED_AT, &[]), Some(SkipReason::Muted));
        assert_eq!(skip_reason(&request, year_later, &[]), Some(SkipReason::Muted));
    }

    #[test]
    fn an_event_is_stale_once_its_kinds_time_limit_has_passed() {
        let request = dispatch_request(&event("shipment.out_for_delivery", "e-1"));
        let send_before = ACCEPTED_AT + Kind::ShipmentOutForDelivery.send_within();
        let just_before = send_before - SignedDuration::from_millis(1);
        assert_eq!(skip_reason(&request, just_before, &[]), None);
        assert_eq!(skip_reason(&request, send_before, &[]), Some(SkipReason::Stale));
    }

    #[test]
    fn a_forced_time_limit_overrides_that_of_the_kind() {
        let mut request = dispatch_request(&event("shipment.out_for_delivery", "e-1"));
        let forced_until = ACCEPTED_AT + SignedDuration::from_hours(24 * 30);
        request.forced_until = Some(forced_until);
        assert_eq!(skip_reason(&request, forced_until - MINUTE, &[]), None);
        assert_eq!(skip_reason(&request, forced_until, &[]), Some(SkipReason::Stale));
    }

    #[test]
    fn a_later_mail_supersedes_unless_it_was_skipped_or_failed() {
        let request = dispatch_request(&event("shipment.shipped", "e-1"));
        for state in State::ALL {
            let others = [record("shipment.delivered", state)];
            let expected = match state {
                State::Skipped | State::Failed => None,
                _ => Some(SkipReason::Superseded),
            };
            assert_eq!(skip_reason(&request, ACCEPTED_AT, &others), expected, "{state}");
        }
        let earlier = [record("order.confirmed", State::Sent)];
        assert_eq!(skip_reason(&request, ACCEPTED_AT, &earlier), None);
    }

    #[test]
    fn the_orders_other_notifications_are_read_only_when_they_can_matter() {
        let mut late = event("shipment.shipped", "e-1");
        late["time"] = json!((ACCEPTED_AT - MINUTE * 2).to_string());
        let mut fresh = late.clone();
        fresh["time"] = json!((ACCEPTED_AT - MINUTE).to_string());
        let mut muted = late.clone();
        muted["data"]["notify"] = json!(false);
        let mut last = late.clone();
        last["type"] = json!("shipment.delivered");
        let read =
            |event: &serde_json::Value| may_be_superseded(&dispatch_request(event), ACCEPTED_AT);
        assert!(read(&late));
        assert!(read(&event("shipment.shipped", "e-1")), "it does not say when it happened");
        assert!(!read(&fresh));
        assert!(!read(&muted));
        assert!(!read(&last), "nothing supersedes a delivery");
        let stale = ACCEPTED_AT + Kind::ShipmentShipped.send_within();
        assert!(!may_be_superseded(&dispatch_request(&late), stale));
    }

    #[test]
    fn a_redelivery_after_a_crash_sends_the_mail_request_that_is_missing() {
        let request = dispatch_request(&event("order.confirmed", "e-1"));
        let planned = record("order.confirmed", State::Planned);
        let Decision::Notify(mail) = decided_before(request.clone(), &planned) else {
            panic!("the mail request is missing")
        };
        assert_eq!(mail.key, NotificationKey::for_event(&request.event));
        assert_eq!(mail.send_before, request.send_before());
        assert_eq!(mail.event, request.event);
    }

    #[test]
    fn a_duplicate_sends_nothing() {
        let planned = record("order.confirmed", State::Planned);
        let other_event = dispatch_request(&event("order.confirmed", "e-2"));
        assert_eq!(decided_before(other_event, &planned), Decision::NoMail);
        let same_event = || dispatch_request(&event("order.confirmed", "e-1"));
        let claimed = Item { attempt: 1, ..planned };
        assert_eq!(decided_before(same_event(), &claimed), Decision::NoMail);
        for state in State::ALL.into_iter().filter(|state| *state != State::Planned) {
            let existing = record("order.confirmed", state);
            assert_eq!(decided_before(same_event(), &existing), Decision::NoMail, "{state}");
        }
    }
}
