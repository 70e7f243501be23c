//! The rule: from a message and what the tables know to a verdict. Pure.

use kit::ledger::Item;
use shared::ledger::{Facts, SkipReason, State};
use shared::{Kind, NotificationKey};

use super::evidence::LedgerSnapshot;
use crate::dlq::subject::{DlqPayload, Events};
use crate::dlq::verdict::{ReplayAssessment, Verdict};
use crate::output::format_time;

/// Judges one message. `now` in milliseconds since 1970.
pub fn judge(subject: &DlqPayload, evidence: &LedgerSnapshot, now: i64) -> ReplayAssessment {
    match subject {
        DlqPayload::Mail { key, send_before } => mail(key, *send_before, evidence, now),
        DlqPayload::Dispatch { .. } => dispatch(subject, evidence, now),
        DlqPayload::Feedback(event) => {
            let record = evidence.record(&event.key.order_id, &event.key.sort_key());
            feedback(event, record, now)
        }
        DlqPayload::ForeignFeedback => {
            ReplayAssessment::of(Verdict::AlreadyDone).because("nothing of it is recorded")
        }
        DlqPayload::Intake(events) => intake(events, evidence),
        DlqPayload::Relay(_) => ReplayAssessment::of(Verdict::WouldSend),
        DlqPayload::Unreadable(why) => ReplayAssessment::of(Verdict::Unparseable).because(why),
    }
}

fn mail(
    key: &NotificationKey,
    send_before: i64,
    evidence: &LedgerSnapshot,
    now: i64,
) -> ReplayAssessment {
    let Some(item) = evidence.record(&key.order_id, &key.sort_key()) else {
        return ReplayAssessment::of(Verdict::Unknown)
            .because("erased, or older than the ledger's memory");
    };
    let Some(verdict) = by_state(item, now) else {
        return news(key, send_before, evidence, now, item);
    };
    of_item(verdict, item)
}

fn dispatch(subject: &DlqPayload, evidence: &LedgerSnapshot, now: i64) -> ReplayAssessment {
    let DlqPayload::Dispatch { key, ledger_key, event, notify, send_before } = subject else {
        return ReplayAssessment::of(Verdict::Unparseable);
    };
    match evidence.record(&key.order_id, ledger_key) {
        None if !notify => ReplayAssessment::of(Verdict::WouldRecord)
            .because("the event asks for no mail; that is yet to be recorded"),
        None => fresh(key, *send_before, evidence, now, None),
        Some(item) if item.awaits_mail_request(event) => {
            fresh(key, *send_before, evidence, now, Some(item))
        }
        Some(item) => match by_state(item, now) {
            Some(verdict) => of_item(verdict, item),
            None => of_item(Verdict::AlreadyDone, item).because(
                "decided before; its mail request is on its way or in the mail queue's \
                          dead-letter queue",
            ),
        },
    }
}

/// What a record's state alone tells; `None` where it may yet be sent.
fn by_state(item: &Item, now: i64) -> Option<Verdict> {
    match item.state()? {
        State::Sent | State::Delivered | State::Bounced | State::Complained => {
            Some(Verdict::AlreadySent)
        }
        State::Sending if item.lease_until >= now => Some(Verdict::InProgress),
        State::Sending | State::InDoubt => Some(Verdict::InDoubt),
        State::Skipped => Some(skipped(item.reason.as_deref())),
        State::Planned | State::Failed => None,
    }
}

fn skipped(reason: Option<&str>) -> Verdict {
    match reason {
        Some(r) if r == SkipReason::Stale.as_str() => Verdict::Stale,
        Some(r) if r == SkipReason::Superseded.as_str() => Verdict::Superseded,
        Some(r) if r == SkipReason::Muted.as_str() => Verdict::Muted,
        _ => Verdict::AlreadyDone,
    }
}

fn news(
    key: &NotificationKey,
    send_before: i64,
    evidence: &LedgerSnapshot,
    now: i64,
    item: &Item,
) -> ReplayAssessment {
    fresh(key, send_before, evidence, now, Some(item))
}

/// Nothing stands in its way but that it may be old news.
fn fresh(
    key: &NotificationKey,
    send_before: i64,
    evidence: &LedgerSnapshot,
    now: i64,
    item: Option<&Item>,
) -> ReplayAssessment {
    let judged =
        |verdict| item.map_or(ReplayAssessment::of(verdict), |item| of_item(verdict, item));
    if let Some(later) = evidence.superseder(key) {
        return judged(Verdict::Superseded)
            .because(format!("by {}", named(later.kind, &later.scope)));
    }
    if now >= send_before {
        return judged(Verdict::Stale).because(format!("news until {}", format_time(send_before)));
    }
    match item.map_or(0, |item| item.doubts) {
        0 => judged(Verdict::WouldSend),
        doubts => judged(Verdict::WouldSend).because(format!(
            "{doubts} earlier attempt(s) ended in doubt: SES may have accepted it"
        )),
    }
}

fn named(kind: Kind, scope: &str) -> String {
    if scope.is_empty() { kind.to_string() } else { format!("{kind} {scope}") }
}

fn feedback(event: &feedback::SesEvent, record: Option<&Item>, now: i64) -> ReplayAssessment {
    let Some(item) = record else {
        return ReplayAssessment::of(Verdict::Unknown)
            .because("erased, or older than the ledger's memory");
    };
    let allowed = event.transition.allows(item.record().as_ref(), &Facts::new(now));
    of_item(if allowed { Verdict::WouldRecord } else { Verdict::AlreadyDone }, item)
}

fn intake(events: &Events, evidence: &LedgerSnapshot) -> ReplayAssessment {
    let stored = events.keys.iter().filter(|(key, _)| evidence.stored.contains(key)).count();
    match (stored, events.keys.len()) {
        (0, _) => ReplayAssessment::of(Verdict::WouldSend),
        (stored, all) if stored == all => {
            ReplayAssessment::of(Verdict::AlreadyDone).because("the Events table has it")
        }
        (stored, all) => ReplayAssessment::of(Verdict::WouldSend)
            .because(format!("{stored} of its {all} events are stored already")),
    }
}

fn of_item(verdict: Verdict, item: &Item) -> ReplayAssessment {
    ReplayAssessment {
        verdict,
        state: item.state().map(State::as_str),
        attempts: Some(item.attempt),
        detail: item.reason.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::OrderId;
    use shared::notification::Recipient;

    const NOW: i64 = 1_763_900_000_000;

    fn key(kind: Kind, scope: &str) -> NotificationKey {
        let order_id = OrderId::parse("1001").unwrap();
        NotificationKey { order_id, kind, scope: scope.to_owned(), recipient: Recipient::Customer }
    }

    fn item(key: &NotificationKey, state: State, reason: Option<&str>) -> Item {
        Item {
            order_id: key.order_id.to_string(),
            notification: key.sort_key(),
            state: state.as_str().to_owned(),
            attempt: 1,
            event: "s e1".to_owned(),
            lease_until: NOW + 1,
            reason: reason.map(str::to_owned),
            ..Item::default()
        }
    }

    fn evidence(items: impl IntoIterator<Item = Item>) -> LedgerSnapshot {
        let keyed = |item: Item| ((item.order_id.clone(), item.notification.clone()), item);
        LedgerSnapshot {
            records: items.into_iter().map(keyed).collect(),
            stored: Default::default(),
        }
    }

    fn verdict_of_mail(state: State, reason: Option<&str>, send_before: i64) -> Verdict {
        let key = key(Kind::ShipmentShipped, "S-1");
        let evidence = evidence([item(&key, state, reason)]);
        judge(&DlqPayload::Mail { key, send_before }, &evidence, NOW).verdict
    }

    #[test]
    fn a_mail_is_sent_again_only_where_the_ledger_says_that_it_was_not() {
        let later = NOW + 1;
        assert_eq!(verdict_of_mail(State::Failed, None, later), Verdict::WouldSend);
        assert_eq!(verdict_of_mail(State::Planned, None, later), Verdict::WouldSend);
        for state in [State::Sent, State::Delivered, State::Bounced, State::Complained] {
            assert_eq!(verdict_of_mail(state, None, later), Verdict::AlreadySent);
        }
        assert_eq!(verdict_of_mail(State::Sending, None, later), Verdict::InProgress);
        assert_eq!(verdict_of_mail(State::InDoubt, None, later), Verdict::InDoubt);
    }

    #[test]
    fn an_earlier_doubt_is_told_of_a_mail_that_would_be_sent() {
        let key = key(Kind::ShipmentShipped, "S-1");
        let doubted = Item { doubts: 1, ..item(&key, State::Planned, None) };
        let subject = DlqPayload::Mail { key, send_before: NOW + 1 };
        let judgement = judge(&subject, &evidence([doubted]), NOW);
        assert_eq!(judgement.verdict, Verdict::WouldSend);
        assert!(judgement.detail.unwrap().contains("may have accepted it"));
    }

    #[test]
    fn old_news_is_stale_but_what_was_sent_is_never_called_stale() {
        assert_eq!(verdict_of_mail(State::Failed, None, NOW), Verdict::Stale);
        assert_eq!(verdict_of_mail(State::Skipped, Some("stale"), NOW + 1), Verdict::Stale);
        assert_eq!(verdict_of_mail(State::Sent, None, NOW), Verdict::AlreadySent);
        assert_eq!(verdict_of_mail(State::InDoubt, None, NOW), Verdict::InDoubt);
        assert_eq!(verdict_of_mail(State::Skipped, Some("muted"), NOW), Verdict::Muted);
    }

    #[test]
    fn a_parcel_that_has_arrived_makes_its_shipping_old_news_unless_that_mail_failed() {
        let (shipped, arrived) =
            (key(Kind::ShipmentShipped, "S-1"), key(Kind::ShipmentDelivered, "S-1"));
        let verdict = |state| {
            let evidence =
                evidence([item(&shipped, State::Failed, None), item(&arrived, state, None)]);
            let subject = DlqPayload::Mail { key: shipped.clone(), send_before: NOW + 1 };
            judge(&subject, &evidence, NOW).verdict
        };
        assert_eq!(verdict(State::Delivered), Verdict::Superseded);
        assert_eq!(verdict(State::Failed), Verdict::WouldSend);
    }

    #[test]
    fn what_the_ledger_has_forgotten_is_not_sent() {
        let subject = DlqPayload::Mail { key: key(Kind::OrderConfirmed, ""), send_before: NOW + 1 };
        assert_eq!(judge(&subject, &LedgerSnapshot::default(), NOW).verdict, Verdict::Unknown);
    }

    fn verdict_of_dispatch(state: Option<State>, attempt: u32, event: &str) -> Verdict {
        let key = key(Kind::ShipmentShipped, "S-1");
        let item = state.map(|state| Item { attempt, ..item(&key, state, None) });
        let subject = DlqPayload::Dispatch {
            ledger_key: key.sort_key(),
            key,
            event: event.to_owned(),
            notify: true,
            send_before: NOW + 1,
        };
        judge(&subject, &evidence(item), NOW).verdict
    }

    #[test]
    fn an_event_is_decided_again_only_where_its_decision_or_its_mail_request_is_missing() {
        assert_eq!(verdict_of_dispatch(None, 0, "s e1"), Verdict::WouldSend);
        assert_eq!(verdict_of_dispatch(Some(State::Planned), 0, "s e1"), Verdict::WouldSend);
        assert_eq!(verdict_of_dispatch(Some(State::Planned), 0, "s other"), Verdict::AlreadyDone);
        assert_eq!(verdict_of_dispatch(Some(State::Planned), 1, "s e1"), Verdict::AlreadyDone);
        assert_eq!(verdict_of_dispatch(Some(State::Failed), 1, "s e1"), Verdict::AlreadyDone);
        assert_eq!(verdict_of_dispatch(Some(State::Sent), 1, "s e1"), Verdict::AlreadySent);
    }
}
