//! A record that an event has planned for one recipient, and that no mailer has claimed: it is judged.

use std::ops::RangeInclusive;

use jiff::Timestamp;
use kit::ledger::{Change, Item, Judged, Judging, LedgerError, PlanOutcome, RecordOutcome};
use kit::telemetry::{Count, count};
use shared::ledger::{Facts, SkipReason, Transition};
use shared::notification::{AddressHash, MoneyNews, Recipient, Stage, Verdict};
use shared::queue::message::{DispatchRequest, MailRequest};

use crate::dependencies::Dispatcher;
use crate::order_before::{Since, changes_since};

/// How long a message waits at least, and at most, until its event is judged again. In between, for as long as the
/// event is old: so it waits a few times and not often, whatever it waits for.
const WAIT_MS: RangeInclusive<i64> = 2_000..=30_000;

/// The same, where it waits whether a mail bounces: that may take hours.
pub const BOUNCE_WAIT_MS: RangeInclusive<i64> = 2_000..=15 * 60 * 1000;

/// What to do about one notification.
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

/// The notification of one recipient that an event asks for.
pub struct Plan<'a> {
    pub dispatcher: &'a Dispatcher,
    pub request: &'a DispatchRequest,
    /// One of the request's own, or the customer at the address that it names, where that was corrected.
    pub recipient: Recipient,
    /// Why it is not mailed, whatever the others of its order are; `None` if that depends on them.
    pub unread: Option<SkipReason>,
    /// Milliseconds since 1970.
    pub now: i64,
}

/// What came of putting a record.
pub enum Put<'a> {
    /// It has to be judged.
    Planned(Planned<'a>),
    /// Nothing is left to be judged.
    Decided(Decision),
}

/// Its record is in the ledger, planned by this event.
pub struct Planned<'a> {
    pub plan: Plan<'a>,
    pub stage: Stage,
}

impl<'a> Plan<'a> {
    /// The event, as the ledger names it.
    pub fn own_event(&self) -> String {
        self.request.event.reference.sort_key()
    }

    /// The record's key: partition and sort key.
    pub fn key(&self) -> (String, String) {
        let Item { order_key, notification, .. } =
            Item::for_recipient(self.request, self.recipient);
        (order_key, notification)
    }

    /// Puts its record, planned or skipped, if there is none yet.
    pub async fn create(&self) -> Result<PlanOutcome, LedgerError> {
        let item = Item::for_recipient(self.request, self.recipient);
        let (transition, item) = match self.unread {
            None => (Transition::Plan, item),
            Some(reason) => {
                let reason = Some(reason.as_str().to_owned());
                (Transition::SkipAtPlan, Item { reason, ..item })
            }
        };
        self.dispatcher.ledger.create(transition, item, self.now).await
    }

    /// What follows from the answer to its put.
    pub async fn follow(self, outcome: PlanOutcome) -> Result<Put<'a>, LedgerError> {
        match (outcome, self.unread) {
            (PlanOutcome::Created, Some(reason)) => {
                log_skipped(reason);
                Ok(Put::Decided(Decision::NoMail))
            }
            // It was planned before there was a reason to skip it. It stays planned, because its mail request
            // may have been sent; the mailer itself skips a stale mail.
            (PlanOutcome::Exists(existing), Some(_)) => {
                Ok(Put::Decided(self.decided_before(&existing)))
            }
            (PlanOutcome::Created, None) => {
                count(Count::Planned);
                let kind = self.request.event.payload.kind();
                tracing::info!(kind = kind.as_str(), recipient = %self.recipient, "planned");
                Ok(Put::Planned(Planned { plan: self, stage: Stage::New }))
            }
            // Delivered again: an earlier delivery may have died, or waited, before it sent the mail request.
            (PlanOutcome::Exists(own), None) if own.is_untouched_plan_of(&self.own_event()) => {
                self.take_over(*own).await
            }
            (PlanOutcome::Exists(existing), None) => {
                Ok(Put::Decided(self.decided_before(&existing)))
            }
        }
    }

    /// Goes on with a record that an earlier delivery has planned, and perhaps judged.
    pub async fn take_over(self, own: Item) -> Result<Put<'a>, LedgerError> {
        let own = match own.judging {
            // The first delivery may still be at work. Before anything is read, it is kept from recording a wait:
            // this one may send a mail request.
            Some(Judging::Once) => match self.record_judging(Judging::Again).await? {
                RecordOutcome::Recorded(item) | RecordOutcome::Refused(item) => *item,
                RecordOutcome::Absent => return Ok(Put::Decided(Decision::NoMail)),
            },
            _ => own,
        };
        if !own.is_untouched_plan_of(&self.own_event()) {
            return Ok(Put::Decided(self.decided_before(&own)));
        }
        let waits = own.judging == Some(Judging::Waits);
        let stage = if waits { Stage::New } else { Stage::Requested };
        Ok(Put::Planned(Planned { plan: self, stage }))
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

    async fn skip(&self, reason: SkipReason) -> Result<Decision, LedgerError> {
        let (order_key, own) = self.key();
        let skip =
            Change::new(Transition::Skip, Facts::new(self.now)).with("reason", reason.as_str());
        Ok(match self.dispatcher.ledger.record(&order_key, &own, skip).await? {
            RecordOutcome::Recorded(_) => {
                log_skipped(reason);
                Decision::NoMail
            }
            // An earlier delivery had sent its mail request, and a mailer has it now.
            RecordOutcome::Refused(item) => self.decided_before(&item),
            RecordOutcome::Absent => Decision::NoMail,
        })
    }

    /// Has the event decided about again later: after as long as it is old, within these bounds.
    pub fn wait(&self, bounds: RangeInclusive<i64>) -> Decision {
        let age = self.now - self.request.accepted_at.as_millisecond();
        let wait = age.clamp(*bounds.start(), *bounds.end());
        tracing::info!(wait_ms = wait, "waits for another mail of the order");
        Decision::Wait { until: self.now + wait }
    }

    /// What is left to do about a record that is there already.
    pub fn decided_before(&self, existing: &Item) -> Decision {
        decided_before(self.request, self.recipient, existing, self.now)
    }
}

impl Planned<'_> {
    /// Judges whether it is news, given all `items` of the order, and makes what follows true.
    pub async fn judge(self, items: &[Item]) -> Result<Decision, LedgerError> {
        let Self { plan, stage } = self;
        let (_, own) = plan.key();
        let news = plan.request.news_for(plan.recipient);
        let Judged { verdict, order_told_by } =
            plan.dispatcher.ledger.judge_among(items, &own, &news, stage, plan.now).await?;
        match verdict {
            Verdict::Mail(money) => notify(&plan, money, order_told_by.as_deref()).await,
            Verdict::Skip(reason) => plan.skip(reason).await,
            Verdict::Wait | Verdict::WaitForBounce => {
                if stage == Stage::New && !news.kind.corrects().is_empty() {
                    // If it is refused, another delivery may send a mail request. Then the older mail yields.
                    plan.record_judging(Judging::Waits).await?;
                }
                let is_long = verdict == Verdict::WaitForBounce;
                Ok(plan.wait(if is_long { BOUNCE_WAIT_MS } else { WAIT_MS }))
            }
        }
    }
}

/// `told_by`: the event by which the recipient knows what the order holds.
async fn notify(
    plan: &Plan<'_>,
    money: MoneyNews,
    told_by: Option<&str>,
) -> Result<Decision, LedgerError> {
    if money.overpaid > 0 && plan.recipient == Recipient::Customer {
        // Without the amount's currency: `waybill order` shows it.
        tracing::warn!(overpaid = money.overpaid, "more was refunded than the order costs");
    }
    let (order_key, _) = plan.key();
    let (events, event) = (&plan.dispatcher.events, &plan.request.event);
    let changes = match changes_since(events, &order_key, told_by, event).await? {
        Since::Changed(changes) => changes,
        Since::Nothing => return plan.skip(SkipReason::NothingNew).await,
    };
    let mail = mail_request(plan.request, plan.recipient, plan.request.send_before());
    Ok(Decision::Notify(Box::new(mail.with_money(money).with_changes(changes))))
}

fn mail_request(
    request: &DispatchRequest,
    recipient: Recipient,
    send_before: Timestamp,
) -> MailRequest {
    let mail = request.mail_request_for(recipient, send_before);
    mail.expect("the recipient is one of the request's own")
}

fn decided_before(
    request: &DispatchRequest,
    recipient: Recipient,
    existing: &Item,
    now: i64,
) -> Decision {
    // A crash between plan and mail request leaves a plan without a request, and a purged queue leaves a
    // notification without one in any state. Only the event that made the plan sends the request again, and
    // only while a mailer could move the notification on: otherwise every duplicate would send another one. If
    // the first request still exists, the claim lets one mail of the two through.
    let is_awaited = existing.awaits_mail_request(&request.event.reference.sort_key(), now);
    // The event has the wrong address, and would misdirect it.
    let own = recipient.address_hash().unwrap_or_else(|| AddressHash::of_customer(&request.event));
    if is_awaited && existing.was_redirected_from(own) {
        tracing::warn!(
            state = existing.state,
            "an operator has corrected the address of this mail in its dead letter: only a command can send it"
        );
        return Decision::NoMail;
    }
    if is_awaited {
        tracing::info!(state = existing.state, attempt = existing.attempt, "mail requested again");
        // An operator may have extended the time limit since.
        let send_before = Timestamp::from_millisecond(existing.send_before).unwrap_or_default();
        let send_before = send_before.max(request.send_before());
        return Decision::Notify(Box::new(mail_request(request, recipient, send_before)));
    }
    tracing::info!(decided_by = existing.event, state = existing.state, "duplicate");
    Decision::NoMail
}

/// Counts and logs a notification that is skipped.
fn log_skipped(reason: SkipReason) {
    count(Count::Skipped);
    tracing::info!(reason = reason.as_str(), "skipped");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{ACCEPTED_AT, dispatch_request, event};
    use jiff::SignedDuration;
    use serde_json::json;
    use shared::NotificationKey;
    use shared::ledger::State;

    const MINUTE: SignedDuration = SignedDuration::from_mins(1);

    fn decided_by(request: &DispatchRequest, existing: &Item) -> Decision {
        decided_before(request, Recipient::Customer, existing, ACCEPTED_AT.as_millisecond())
    }

    /// The ledger's record of an event of `event_type` about the same order and parcel.
    fn record(event_type: &str, state: State) -> Item {
        let request = dispatch_request(&event(event_type, "e-1"));
        Item { state: state.as_str().to_owned(), ..Item::for_request(&request) }
    }

    #[test]
    fn a_redelivery_after_a_crash_sends_the_mail_request_that_is_missing() {
        let request = dispatch_request(&event("order.confirmed", "e-1"));
        let planned = record("order.confirmed", State::Planned);
        let Decision::Notify(mail) = decided_by(&request, &planned) else {
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
            let Decision::Notify(mail) = decided_by(&request, &existing) else {
                panic!("no mail request in {state}")
            };
            assert_eq!(mail.send_before.as_millisecond(), extended, "{state}");
        }
    }

    #[test]
    fn a_duplicate_sends_nothing() {
        let sent = |request: DispatchRequest, existing: &Item| decided_by(&request, existing);
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
    fn a_mail_whose_address_an_operator_has_corrected_is_not_requested_for_the_one_before() {
        let request = dispatch_request(&event("order.confirmed", "e-1"));
        let address_hash = Some("BBBBBBBB".to_owned());
        for state in [State::Planned, State::Sending, State::InDoubt] {
            let existing = record("order.confirmed", state);
            let corrected = Item { attempt: 2, address_hash: address_hash.clone(), ..existing };
            assert_eq!(decided_by(&request, &corrected), Decision::NoMail, "{state}");
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
        assert_eq!(decided_by(&request, &held), Decision::NoMail);
    }
}
