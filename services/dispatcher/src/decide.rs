//! The decision whether to notify.
//!
//! The conditional put in the ledger is the decision; everything before it only determines what to put. A
//! crash after the put leaves a plan without a mail request, which is completed when the message is
//! delivered again. A mail request that is lost later is replaced in the same way: the sweep queues the event
//! again, and this finds a notification that a mailer could move on.

use jiff::{SignedDuration, Timestamp};
use kit::ledger::{Item, LedgerError, PlanOutcome};
use kit::telemetry::{Count, count};
use shared::ledger::{SkipReason, Transition};
use shared::notification::ledger_key;
use shared::queue::message::{DispatchRequest, MailRequest};
use shared::{Event, NotificationKey, OrderKey};

use crate::dependencies::Dispatcher;

/// An event is late after this time. Only then, or if it does not say when it happened (a publisher's clock
/// that is far ahead says nothing either), are the order's other notifications read: whatever supersedes an
/// event that is not late happened within the same minute, and the customer reads both mails together.
const LATE_AFTER: SignedDuration = SignedDuration::from_secs(60);

/// What to do about an event.
#[derive(Debug, PartialEq)]
pub enum Decision {
    /// Send this mail request.
    Notify(Box<MailRequest>),
    /// Send none: it was skipped, or an earlier delivery decided about it.
    NoMail,
}

/// Decides about one event and records the decision: one conditional put.
///
/// # Errors
/// [`LedgerError`] when the ledger did not answer. The decision may have been recorded; the next delivery
/// of the event then finds it.
pub async fn decide(
    dispatcher: &Dispatcher,
    request: DispatchRequest,
) -> Result<Decision, LedgerError> {
    let now = dispatcher.clock.now();
    let others = if may_be_superseded(&request, now) {
        dispatcher.ledger.list_by_order(&OrderKey::of_event(&request.event).to_string()).await?
    } else {
        Vec::new()
    };
    match skip_reason(&request, now, &others) {
        Some(reason) => skip(dispatcher, request, now, reason).await,
        None => plan(dispatcher, request, now).await,
    }
}

/// Why the event is not mailed, or `None` if it is. `others` are the order's other notifications.
fn skip_reason(request: &DispatchRequest, now: Timestamp, others: &[Item]) -> Option<SkipReason> {
    if !request.event.notify {
        return Some(SkipReason::Muted);
    }
    if request.routing.is_off {
        return Some(SkipReason::KindOff);
    }
    if now >= request.send_before() {
        return Some(SkipReason::Stale);
    }
    let key = NotificationKey::for_event(&request.event);
    others.iter().any(|other| other.supersedes(&key)).then_some(SkipReason::Superseded)
}

/// Whether the order's other notifications can matter. They cannot if the event is skipped anyway, if
/// nothing supersedes its kind, or if it is not late.
fn may_be_superseded(request: &DispatchRequest, now: Timestamp) -> bool {
    let Event { notify, time, payload, .. } = &request.event;
    let is_late = |time: Timestamp| now.duration_since(time) > LATE_AFTER;
    let may_be_late = !request.says_when || time.is_none_or(is_late);
    *notify
        && !request.routing.is_off
        && now < request.send_before()
        && !payload.kind().superseded_by().is_empty()
        && may_be_late
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
        // It was planned before there was a reason to skip it. It stays planned, because its mail request
        // may have been sent; the mailer itself skips a stale mail.
        PlanOutcome::Exists(existing) => Ok(decided_before(request, &existing, now)),
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
            let send_before = request.send_before();
            Ok(Decision::Notify(Box::new(request.into_mail_request(send_before))))
        }
        PlanOutcome::Exists(existing) => Ok(decided_before(request, &existing, now)),
    }
}

fn decided_before(request: DispatchRequest, existing: &Item, now: Timestamp) -> Decision {
    // A crash between plan and mail request leaves a plan without a request, and a purged queue leaves a
    // notification without one in any state. Only the event that made the plan sends the request again, and
    // only while a mailer could move the notification on: otherwise every duplicate would send another one. If
    // the first request still exists, the claim lets one mail of the two through.
    if existing.awaits_mail_request(&request.event.reference.sort_key(), now.as_millisecond()) {
        tracing::info!(state = existing.state, attempt = existing.attempt, "mail requested again");
        // An operator may have extended the time limit since.
        let send_before = Timestamp::from_millisecond(existing.send_before).unwrap_or_default();
        let send_before = send_before.max(request.send_before());
        return Decision::Notify(Box::new(request.into_mail_request(send_before)));
    }
    tracing::info!(decided_by = existing.event, state = existing.state, "duplicate");
    Decision::NoMail
}

fn item(request: &DispatchRequest) -> Item {
    Item {
        order_key: OrderKey::of_event(&request.event).to_string(),
        notification: ledger_key(&request.event),
        event: request.event.reference.sort_key(),
        correlation_id: request.correlation_id.to_string(),
        accepted_at: request.accepted_at.as_millisecond(),
        send_before: request.send_before().as_millisecond(),
        ..Item::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{ACCEPTED_AT, dispatch_request, event};
    use serde_json::json;
    use shared::Kind;
    use shared::ledger::State;

    const MINUTE: SignedDuration = SignedDuration::from_mins(1);

    /// The ledger's record of an event of `event_type` about the same order and parcel.
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
    fn an_event_of_a_kind_that_the_shop_has_turned_off_is_skipped_with_that_reason() {
        let mut request = dispatch_request(&event("shipment.shipped", "e-1"));
        request.routing.is_off = true;
        assert_eq!(skip_reason(&request, ACCEPTED_AT, &[]), Some(SkipReason::KindOff));
        assert!(!may_be_superseded(&request, ACCEPTED_AT), "nothing is read for it");
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
        let mut from_the_future = late.clone();
        from_the_future["time"] = json!((ACCEPTED_AT + MINUTE * 60 * 24).to_string());
        let mut clock_a_bit_ahead = late.clone();
        clock_a_bit_ahead["time"] = json!((ACCEPTED_AT + MINUTE).to_string());
        let read =
            |event: &serde_json::Value| may_be_superseded(&dispatch_request(event), ACCEPTED_AT);
        assert!(read(&late));
        assert!(read(&event("shipment.shipped", "e-1")), "it does not say when it happened");
        assert!(read(&from_the_future), "its clock is wrong: it may have happened any time before");
        assert!(!read(&fresh));
        assert!(!read(&clock_a_bit_ahead));
        let two_minutes_later = dispatch_request(&clock_a_bit_ahead);
        let two_minutes_later = may_be_superseded(&two_minutes_later, ACCEPTED_AT + MINUTE * 2);
        assert!(two_minutes_later, "it happened when it was accepted, at the latest");
        assert!(!read(&muted));
        assert!(!read(&last), "nothing supersedes a delivery");
        let stale = ACCEPTED_AT + Kind::ShipmentShipped.send_within();
        assert!(!may_be_superseded(&dispatch_request(&late), stale));
    }

    #[test]
    fn a_redelivery_after_a_crash_sends_the_mail_request_that_is_missing() {
        let request = dispatch_request(&event("order.confirmed", "e-1"));
        let planned = record("order.confirmed", State::Planned);
        let Decision::Notify(mail) = decided_before(request.clone(), &planned, ACCEPTED_AT) else {
            panic!("the mail request is missing")
        };
        assert_eq!(mail.key, NotificationKey::for_event(&request.event));
        assert_eq!(mail.send_before, request.send_before());
        assert_eq!(mail.event, request.event);
    }

    #[test]
    fn a_swept_event_sends_the_mail_request_that_was_lost_until_the_time_limit_of_its_record() {
        let request = dispatch_request(&event("order.confirmed", "e-1"));
        let extended = (request.send_before() + MINUTE).as_millisecond();
        for state in [State::Planned, State::Sending, State::InDoubt] {
            let existing = record("order.confirmed", state);
            let existing = Item { attempt: 1, send_before: extended, ..existing };
            let Decision::Notify(mail) = decided_before(request.clone(), &existing, ACCEPTED_AT)
            else {
                panic!("no mail request in {state}")
            };
            assert_eq!(mail.send_before.as_millisecond(), extended, "{state}");
        }
    }

    #[test]
    fn a_duplicate_sends_nothing() {
        let sent = |request, existing: &Item| decided_before(request, existing, ACCEPTED_AT);
        let planned = record("order.confirmed", State::Planned);
        let other_event = dispatch_request(&event("order.confirmed", "e-2"));
        assert_eq!(sent(other_event, &planned), Decision::NoMail);
        let same_event = || dispatch_request(&event("order.confirmed", "e-1"));
        let now = ACCEPTED_AT.as_millisecond();
        let postponed = Item { attempt: 1, not_before: now + 1, ..planned };
        assert_eq!(sent(same_event(), &postponed), Decision::NoMail);
        let being_sent = Item { lease_until: now, ..record("order.confirmed", State::Sending) };
        assert_eq!(sent(same_event(), &being_sent), Decision::NoMail);
        let moves = [State::Planned, State::Sending, State::InDoubt];
        for state in State::ALL.into_iter().filter(|state| !moves.contains(state)) {
            let existing = record("order.confirmed", state);
            assert_eq!(sent(same_event(), &existing), Decision::NoMail, "{state}");
        }
    }

    #[test]
    fn a_held_doubt_is_left_to_an_operator() {
        let mut refunded = event("order.refunded", "e-1");
        refunded["data"]["refund"] = json!({
            "id": "R-1", "amount": { "amount": 1490, "currency": "EUR" }
        });
        let request = dispatch_request(&refunded);
        let held = Item { state: State::InDoubt.to_string(), attempt: 1, ..item(&request) };
        assert_eq!(decided_before(request, &held, ACCEPTED_AT), Decision::NoMail);
    }
}
