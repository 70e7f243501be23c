//! The decision whether to notify.
//!
//! The conditional put in the ledger comes first. Whoever has put a record reads the others of its order then, and
//! judges whether it is news ([`shared::notification::judge`]): of two dispatchers with two events of an order, at
//! least one sees the record of the other. A crash after any write leaves a planned record, which is judged again
//! when the message is delivered again.
//!
//! | last write or call | state after the crash | recovery |
//! | --- | --- | --- |
//! | plan put | `planned`, no mail request | the message is delivered again: the record is judged |
//! | an older one skipped | `planned`; the older one is superseded by what will be told | as above |
//! | own record skipped | `skipped` | the next delivery finds the decision |
//! | wait recorded | `planned`, marked as waiting | the message is delivered again: the record is judged |
//! | mail request sent | `planned`, with a mail request | judged again: a second mail request, of which the claim makes one mail, or none if newer news came meanwhile |
//!
//! A mail request that is lost later is replaced in the same way: the sweep queues the event again, and this finds a
//! notification that a mailer could move on.

use jiff::Timestamp;
use kit::ledger::{Change, Item, Judging, LedgerError, PlanOutcome, RecordOutcome};
use kit::telemetry::{Count, count};
use shared::ledger::{Facts, SkipReason, Transition};
use shared::notification::{MoneyNews, Stage, Verdict};
use shared::queue::message::{DispatchRequest, MailRequest};

use crate::dependencies::Dispatcher;

/// How long a message waits at least, and at most, until its event is judged again. In between, for as long as the
/// event is old: so it waits a few times and not often, whatever it waits for.
const WAIT_MS: std::ops::RangeInclusive<i64> = 2_000..=30_000;

/// What to do about an event.
#[derive(Debug, PartialEq)]
pub enum Decision {
    /// Send this mail request.
    Notify(Box<MailRequest>),
    /// Decide again at this time (milliseconds since 1970): an older mail is to be told first.
    Wait {
        /// From when on.
        until: i64,
    },
    /// Send none: it was skipped, or an earlier delivery decided about it.
    NoMail,
}

/// Decides about one event and records the decision: one conditional put and, unless the event is muted or stale, one
/// consistent query.
///
/// # Errors
/// [`LedgerError`] when the ledger did not answer. The decision may have been recorded; the next delivery
/// of the event then finds it.
pub async fn decide(
    dispatcher: &Dispatcher,
    request: DispatchRequest,
) -> Result<Decision, LedgerError> {
    let now = dispatcher.clock.now();
    match reason_to_skip_unread(&request, now) {
        Some(reason) => skip_at_plan(dispatcher, request, now, reason).await,
        None => plan(dispatcher, request, now).await,
    }
}

/// Why the event is not mailed, whatever the others of its order are; `None` if that depends on them.
fn reason_to_skip_unread(request: &DispatchRequest, now: Timestamp) -> Option<SkipReason> {
    if !request.event.notify {
        return Some(SkipReason::Muted);
    }
    if request.routing.is_off {
        return Some(SkipReason::KindOff);
    }
    (now >= request.send_before()).then_some(SkipReason::Stale)
}

async fn skip_at_plan(
    dispatcher: &Dispatcher,
    request: DispatchRequest,
    now: Timestamp,
    reason: SkipReason,
) -> Result<Decision, LedgerError> {
    let item = Item { reason: Some(reason.as_str().to_owned()), ..Item::for_request(&request) };
    match dispatcher.ledger.create(Transition::SkipAtPlan, item, now.as_millisecond()).await? {
        PlanOutcome::Created => {
            log_skipped(reason);
            Ok(Decision::NoMail)
        }
        // It was planned before there was a reason to skip it. It stays planned, because its mail request
        // may have been sent; the mailer itself skips a stale mail.
        PlanOutcome::Exists(existing) => Ok(decided_before(request, &existing, now)),
    }
}

fn log_skipped(reason: SkipReason) {
    count(Count::Skipped);
    tracing::info!(reason = reason.as_str(), "skipped");
}

async fn plan(
    dispatcher: &Dispatcher,
    request: DispatchRequest,
    now: Timestamp,
) -> Result<Decision, LedgerError> {
    let item = Item::for_request(&request);
    let plan = Plan { dispatcher, request, now: now.as_millisecond() };
    match dispatcher.ledger.create(Transition::Plan, item, plan.now).await? {
        PlanOutcome::Created => {
            count(Count::Planned);
            tracing::info!(kind = plan.request.event.payload.kind().as_str(), "planned");
            plan.judge(Stage::New).await
        }
        // Delivered again: an earlier delivery may have died, or waited, before it sent the mail request.
        PlanOutcome::Exists(own) if own.is_untouched_plan_of(&own_event(&plan.request)) => {
            plan.judge_again(*own).await
        }
        PlanOutcome::Exists(existing) => Ok(decided_before(plan.request, &existing, now)),
    }
}

fn own_event(request: &DispatchRequest) -> String {
    request.event.reference.sort_key()
}

/// A record that this event has planned and that no mailer has claimed.
struct Plan<'a> {
    dispatcher: &'a Dispatcher,
    request: DispatchRequest,
    now: i64,
}

impl Plan<'_> {
    /// Judges a record that an earlier delivery has planned, and perhaps judged.
    async fn judge_again(self, own: Item) -> Result<Decision, LedgerError> {
        let own = match own.judging {
            // The first delivery may still be at work. Before anything is read, it is kept from recording a wait:
            // this one may send a mail request.
            Some(Judging::Once) => match self.record_judging(Judging::Again).await? {
                RecordOutcome::Recorded(item) | RecordOutcome::Refused(item) => *item,
                RecordOutcome::Absent => return Ok(Decision::NoMail),
            },
            _ => own,
        };
        if !own.is_untouched_plan_of(&own_event(&self.request)) {
            return Ok(decided_before(self.request, &own, self.dispatcher.clock.now()));
        }
        let waits = own.judging == Some(Judging::Waits);
        self.judge(if waits { Stage::New } else { Stage::Requested }).await
    }

    /// Judges whether it is news, and makes what follows true.
    async fn judge(self, stage: Stage) -> Result<Decision, LedgerError> {
        let (order_key, own) = self.key();
        let (ledger, news) = (&self.dispatcher.ledger, self.request.news());
        match ledger.judge((&order_key, &own), &news, stage, self.now).await? {
            Verdict::Mail(money) => Ok(self.notify(money)),
            Verdict::Skip(reason) => self.skip(reason).await,
            Verdict::Wait => {
                if stage == Stage::New && !self.request.event.payload.kind().corrects().is_empty() {
                    // If it is refused, another delivery may send a mail request. Then the older mail yields.
                    self.record_judging(Judging::Waits).await?;
                }
                Ok(self.wait())
            }
        }
    }

    /// Tells the dispatcher of the mail that this one corrects whether there may be a mail request for this one.
    /// Refused if another delivery has recorded something else.
    async fn record_judging(&self, judging: Judging) -> Result<RecordOutcome, LedgerError> {
        let (order_key, own) = self.key();
        let change = Change::new(Transition::Wait, Facts::new(self.now))
            .with("judging", judging.as_str())
            .if_equals("judging", Judging::Once.as_str());
        self.dispatcher.ledger.record(&order_key, &own, change).await
    }

    fn key(&self) -> (String, String) {
        let Item { order_key, notification, .. } = Item::for_request(&self.request);
        (order_key, notification)
    }

    fn notify(self, money: MoneyNews) -> Decision {
        if money.overpaid > 0 {
            // Without the amount's currency: `waybill order` shows it.
            tracing::warn!(overpaid = money.overpaid, "more was refunded than the order costs");
        }
        let send_before = self.request.send_before();
        let request = self.request.into_mail_request(send_before).with_money(money);
        Decision::Notify(Box::new(request))
    }

    async fn skip(self, reason: SkipReason) -> Result<Decision, LedgerError> {
        let (order_key, own) = self.key();
        let skip =
            Change::new(Transition::Skip, Facts::new(self.now)).with("reason", reason.as_str());
        Ok(match self.dispatcher.ledger.record(&order_key, &own, skip).await? {
            RecordOutcome::Recorded(_) => {
                log_skipped(reason);
                Decision::NoMail
            }
            // An earlier delivery had sent its mail request, and a mailer has it now.
            RecordOutcome::Refused(item) => {
                decided_before(self.request, &item, self.dispatcher.clock.now())
            }
            RecordOutcome::Absent => Decision::NoMail,
        })
    }

    fn wait(&self) -> Decision {
        let age = self.now - self.request.accepted_at.as_millisecond();
        let wait = age.clamp(*WAIT_MS.start(), *WAIT_MS.end());
        tracing::info!(wait_ms = wait, "waits for an older mail of the order");
        Decision::Wait { until: self.now + wait }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{ACCEPTED_AT, dispatch_request, event};
    use jiff::SignedDuration;
    use serde_json::json;
    use shared::Kind;
    use shared::NotificationKey;
    use shared::ledger::State;

    const MINUTE: SignedDuration = SignedDuration::from_mins(1);

    /// The ledger's record of an event of `event_type` about the same order and parcel.
    fn record(event_type: &str, state: State) -> Item {
        let request = dispatch_request(&event(event_type, "e-1"));
        Item { state: state.as_str().to_owned(), ..Item::for_request(&request) }
    }

    #[test]
    fn an_event_in_time_is_mailed() {
        let request = dispatch_request(&event("shipment.shipped", "e-1"));
        assert_eq!(reason_to_skip_unread(&request, ACCEPTED_AT), None);
    }

    #[test]
    fn a_muted_event_is_skipped_whatever_else_holds() {
        let mut event = event("shipment.shipped", "e-1");
        event["data"]["notify"] = json!(false);
        let request = dispatch_request(&event);
        let year_later = ACCEPTED_AT + SignedDuration::from_hours(365 * 24);
        assert_eq!(reason_to_skip_unread(&request, ACCEPTED_AT), Some(SkipReason::Muted));
        assert_eq!(reason_to_skip_unread(&request, year_later), Some(SkipReason::Muted));
    }

    #[test]
    fn an_event_of_a_kind_that_the_shop_has_turned_off_is_skipped_with_that_reason() {
        let mut request = dispatch_request(&event("shipment.shipped", "e-1"));
        request.routing.is_off = true;
        assert_eq!(reason_to_skip_unread(&request, ACCEPTED_AT), Some(SkipReason::KindOff));
    }

    #[test]
    fn an_event_is_stale_once_its_kinds_time_limit_has_passed() {
        let request = dispatch_request(&event("shipment.out_for_delivery", "e-1"));
        let send_before = ACCEPTED_AT + Kind::ShipmentOutForDelivery.send_within();
        let just_before = send_before - SignedDuration::from_millis(1);
        assert_eq!(reason_to_skip_unread(&request, just_before), None);
        assert_eq!(reason_to_skip_unread(&request, send_before), Some(SkipReason::Stale));
    }

    #[test]
    fn a_forced_time_limit_overrides_that_of_the_kind() {
        let mut request = dispatch_request(&event("shipment.out_for_delivery", "e-1"));
        let forced_until = ACCEPTED_AT + SignedDuration::from_hours(24 * 30);
        request.forced_until = Some(forced_until);
        assert_eq!(reason_to_skip_unread(&request, forced_until - MINUTE), None);
        assert_eq!(reason_to_skip_unread(&request, forced_until), Some(SkipReason::Stale));
    }

    #[test]
    fn an_event_is_stale_by_its_own_time_however_late_it_was_accepted() {
        let within = Kind::ShipmentOutForDelivery.send_within();
        let mut event = event("shipment.out_for_delivery", "e-1");
        let mut at = |time: Timestamp| {
            event["time"] = json!(time.to_string());
            reason_to_skip_unread(&dispatch_request(&event), ACCEPTED_AT)
        };
        assert_eq!(at(ACCEPTED_AT - within), Some(SkipReason::Stale));
        assert_eq!(at(ACCEPTED_AT - within + MINUTE), None);
        assert_eq!(at(ACCEPTED_AT + MINUTE * 60), None, "a clock that is ahead says nothing");
        event["time"] = json!((ACCEPTED_AT - within).to_string());
        let mut forced = dispatch_request(&event);
        forced.forced_until = Some(ACCEPTED_AT + MINUTE);
        assert_eq!(reason_to_skip_unread(&forced, ACCEPTED_AT), None, "an operator forced it");
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
        let held =
            Item { state: State::InDoubt.to_string(), attempt: 1, ..Item::for_request(&request) };
        assert_eq!(decided_before(request, &held, ACCEPTED_AT), Decision::NoMail);
    }
}
