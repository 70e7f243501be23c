//! The rules of a replay.

use std::collections::{HashMap, HashSet};

use super::*;
use crate::dlq::stream_batch::samples;
use crate::store::keyed;
use shared::Kind;
use shared::ledger::Transition;
use shared::notification::Recipient;

const NOW: i64 = 1_763_900_000_000;

fn key(kind: Kind, scope: &str) -> NotificationKey {
    let OrderKey { shop, order_id } = OrderKey::parse("default/1001").unwrap();
    let scope = scope.to_owned();
    NotificationKey { shop, order_id, kind, scope, recipient: Recipient::Customer }
}

fn item(key: &NotificationKey, state: State, reason: Option<&str>) -> Item {
    Item {
        order_key: key.order_key().to_string(),
        notification: key.sort_key(),
        state: state.as_str().to_owned(),
        attempt: 1,
        event: "s e1".to_owned(),
        lease_until: NOW + 1,
        reason: reason.map(str::to_owned),
        ..Item::default()
    }
}

fn mail(key: NotificationKey, send_before: i64) -> DlqPayload {
    DlqPayload::Mail { key, address: AddressHash::parse("AAAAAAAA").unwrap(), send_before }
}

fn assess(payload: &DlqPayload, items: impl IntoIterator<Item = Item>) -> ReplayAssessment {
    let snapshot = LedgerSnapshot { records: keyed(items), ..LedgerSnapshot::default() };
    Rules { snapshot: &snapshot, now: NOW }.assess(payload)
}

#[test]
fn a_mail_is_sent_again_only_where_the_ledger_says_that_it_was_not() {
    let (fresh, past) = (NOW + 1, NOW);
    for (state, reason, send_before, verdict) in [
        (State::Failed, None, fresh, Verdict::WouldSend),
        (State::Planned, None, fresh, Verdict::WouldSend),
        (State::Sent, None, fresh, Verdict::AlreadySent),
        (State::Delivered, None, fresh, Verdict::AlreadySent),
        (State::Bounced, None, fresh, Verdict::AlreadySent),
        (State::Complained, None, fresh, Verdict::AlreadySent),
        (State::Sending, None, fresh, Verdict::InProgress),
        (State::InDoubt, None, fresh, Verdict::InDoubt),
        // Past its deadline a mail is stale, but one that was sent never is.
        (State::Failed, None, past, Verdict::Stale),
        (State::Sent, None, past, Verdict::AlreadySent),
        (State::InDoubt, None, past, Verdict::InDoubt),
        (State::Skipped, Some("stale"), fresh, Verdict::Stale),
        (State::Skipped, Some("muted"), past, Verdict::Muted),
        (State::Skipped, Some("nothing_new"), fresh, Verdict::NothingNew),
        (State::Skipped, Some("superseded"), fresh, Verdict::Superseded),
        // Of a newer version.
        (State::Skipped, Some("unwanted"), fresh, Verdict::AlreadyDone),
        (State::Skipped, None, fresh, Verdict::AlreadyDone),
    ] {
        let key = key(Kind::ShipmentShipped, "S-1");
        let item = item(&key, state, reason);
        let assessment = assess(&mail(key, send_before), [item]);
        assert_eq!(assessment.verdict, verdict, "{state} {reason:?} until {send_before}");
    }
}

#[test]
fn a_mailer_that_is_sending_it_now_is_told_from_one_that_died() {
    for (lease_until, verdict) in [(NOW, Verdict::InProgress), (NOW - 1, Verdict::InDoubt)] {
        let key = key(Kind::ShipmentShipped, "S-1");
        let item = Item { lease_until, ..item(&key, State::Sending, None) };
        let assessment = assess(&mail(key, NOW + 1), [item]);
        assert_eq!(assessment.verdict, verdict, "{lease_until}");
    }
}

#[test]
fn an_earlier_doubt_is_reported_with_a_mail_that_would_be_sent() {
    let key = key(Kind::ShipmentShipped, "S-1");
    let doubted = Item { doubts: 1, ..item(&key, State::Planned, None) };
    let assessment = assess(&mail(key, NOW + 1), [doubted]);
    assert_eq!(assessment.verdict, Verdict::WouldSend);
    assert!(assessment.detail.unwrap().contains("may have accepted it"));
}

#[test]
fn an_ses_event_is_recorded_only_with_the_token_of_its_mail() {
    let key = key(Kind::ShipmentShipped, "S-1");
    let item = Item { feedback_token: Some("t-1".to_owned()), ..item(&key, State::Sent, None) };
    for (token, verdict) in [("t-1", Verdict::WouldRecord), ("", Verdict::AlreadyDone)] {
        let event = feedback::SesEvent {
            key: key.clone(),
            event_type: "Delivery".to_owned(),
            transition: Transition::Deliver,
            token: token.to_owned(),
            message_id: "0107-x".to_owned(),
            reason: None,
        };
        let assessment = assess(&DlqPayload::Feedback(event), [item.clone()]);
        assert_eq!(assessment.verdict, verdict, "{token}");
    }
}

#[test]
fn an_event_whose_id_another_one_has_is_a_conflict_and_not_done() {
    let event = |id: &str| PublishedEvent {
        key: key(Kind::OrderConfirmed, ""),
        event: format!("s {id}"),
        payload_hash: vec![1],
        notify: true,
        send_before: NOW + 1,
    };
    let stored = [("e1", vec![1]), ("e2", vec![2])];
    let stored = stored.map(|(id, hash)| (event_key(&event(id)), hash)).into();
    let snapshot = LedgerSnapshot { stored, ..LedgerSnapshot::default() };
    let other = "another event with this source and id is stored for this order";
    for (ids, verdict, detail) in [
        (&["e1"][..], Verdict::AlreadyDone, Some("the Events table has it".to_owned())),
        (&["e2"], Verdict::Conflict, Some(other.to_owned())),
        (&["e3"], Verdict::WouldSend, None),
        (
            &["e1", "e3", "e4"],
            Verdict::WouldSend,
            Some("1 of its 3 events are stored already".to_owned()),
        ),
        (&["e1", "e2"], Verdict::Conflict, Some(format!("1 of its 2: {other}"))),
    ] {
        let payload = DlqPayload::Events(ids.iter().map(|id| event(id)).collect());
        let assessment = Rules { snapshot: &snapshot, now: NOW }.assess(&payload);
        assert_eq!((assessment.verdict, assessment.detail), (verdict, detail), "{ids:?}");
        assert!(!verdict.is_movable(true) || verdict == Verdict::WouldSend);
    }
}

#[test]
fn events_are_stale_by_when_they_arrived_if_none_of_the_missing_ones_is_fresh_or_muted() {
    let event = |id: &str, notify, send_before| PublishedEvent {
        key: key(Kind::ShipmentOutForDelivery, "S-1"),
        event: format!("s {id}"),
        payload_hash: vec![1],
        notify,
        send_before,
    };
    let stored = HashMap::from([(event_key(&event("e1", true, NOW)), vec![1])]);
    let snapshot = LedgerSnapshot { stored, ..LedgerSnapshot::default() };
    let assess = |events: &[PublishedEvent]| {
        Rules { snapshot: &snapshot, now: NOW }.assess(&DlqPayload::Events(events.to_vec()))
    };
    let (past, fresh) = (event("e2", true, NOW), event("e3", true, NOW + 1));
    let stale = assess(std::slice::from_ref(&past));
    assert_eq!(stale.verdict, Verdict::Stale);
    assert!(stale.detail.unwrap().starts_with("its deadline was 2025-11-23 12:13:20Z"));
    assert_eq!(assess(std::slice::from_ref(&fresh)).verdict, Verdict::WouldSend);
    assert_eq!(assess(&[past.clone(), fresh]).verdict, Verdict::WouldSend);
    assert_eq!(assess(&[event("e1", true, NOW), past]).verdict, Verdict::Stale);
    assert_eq!(assess(&[event("e4", false, NOW)]).verdict, Verdict::WouldSend, "it is recorded");
}

#[test]
fn a_delivery_mail_supersedes_the_shipping_mail_unless_it_failed() {
    let (shipped, arrived) =
        (key(Kind::ShipmentShipped, "S-1"), key(Kind::ShipmentDelivered, "S-1"));
    let verdict = |state| {
        let items = [item(&shipped, State::Failed, None), item(&arrived, state, None)];
        assess(&mail(shipped.clone(), NOW + 1), items).verdict
    };
    assert_eq!(verdict(State::Delivered), Verdict::Superseded);
    assert_eq!(verdict(State::Failed), Verdict::WouldSend);
}

#[test]
fn what_the_ledger_has_forgotten_is_not_sent() {
    let payload = mail(key(Kind::OrderConfirmed, ""), NOW + 1);
    assert_eq!(assess(&payload, []).verdict, Verdict::Unknown);
}

#[test]
fn a_failed_mail_whose_news_goes_to_a_corrected_address_is_not_sent_by_a_replay() {
    let key = key(Kind::OrderRefunded, "R-1");
    let failed = item(&key, State::Failed, None);
    let readdressed = Item { readdressed_to: Some("AAAAAAAA".to_owned()), ..failed };
    let assessment = assess(&mail(key, NOW + 1), [readdressed]);
    assert_eq!(assessment.verdict, Verdict::AlreadyDone);
    assert!(assessment.detail.unwrap().contains("corrected address"));
}

#[test]
fn an_event_is_decided_again_only_where_its_decision_or_its_mail_request_is_missing() {
    let (own, other) = ("AAAAAAAA", "BBBBBBBB");
    for (state, attempt, (event, address), verdict) in [
        (None, 0, ("s e1", own), Verdict::WouldSend),
        (Some(State::Planned), 0, ("s e1", own), Verdict::WouldSend),
        // It names another address than the other event, whose mail may not arrive.
        (Some(State::Planned), 0, ("s other", other), Verdict::WouldSend),
        (Some(State::Planned), 1, ("s e1", own), Verdict::WouldSend),
        // An operator has corrected its address in the dead letter of its mail.
        (Some(State::Planned), 1, ("s e1", other), Verdict::AlreadyDone),
        (Some(State::Failed), 1, ("s e1", own), Verdict::AlreadyDone),
        (Some(State::Sent), 1, ("s e1", own), Verdict::AlreadySent),
        (Some(State::Bounced), 1, ("s e1", own), Verdict::AlreadySent),
        (Some(State::Bounced), 1, ("s other", other), Verdict::WouldSend),
    ] {
        let key = key(Kind::ShipmentShipped, "S-1");
        let address_hash = Some(address.to_owned());
        let record = state.map(|state| Item { attempt, address_hash, ..item(&key, state, None) });
        let payload = DlqPayload::Dispatch(Dispatch {
            ledger_key: key.sort_key(),
            news: item(&key, State::Planned, None).news().expect("a kind of mail"),
            key,
            event: event.to_owned(),
            notify: true,
            send_before: NOW + 1,
            accepted_at: NOW,
            address: AddressHash::parse("AAAAAAAA").unwrap(),
            copies: Vec::new(),
        });
        let assessment = assess(&payload, record);
        assert_eq!(assessment.verdict, verdict, "{state:?} {attempt} {event}");
    }
}

/// A dead letter of the event `s e3`, which names the address C, for a refund whose first mail went to A.
#[test]
fn an_event_that_corrects_the_address_is_movable_wherever_its_address_may_yet_get_the_mail() {
    const LONG_AGO: i64 = NOW - 16 * 60 * 60 * 1000;
    let key = key(Kind::OrderRefunded, "R-1");
    let to = |recipient: &str, address: &str, state, next: Option<&str>| Item {
        notification: format!("order.refunded#R-1#{recipient}"),
        address_hash: Some(address.repeat(8)),
        readdressed_to: next.map(|next| next.repeat(8)),
        since: NOW,
        ..item(&key, state, None)
    };
    let first = |state, next| to("customer", "A", state, next);
    let at_b = |state, next| to("corrected-BBBBBBBB", "B", state, next);
    let at_c = |state, event: &str| Item {
        event: event.to_owned(),
        ..to("corrected-CCCCCCCC", "C", state, None)
    };
    let old = |state| Item { since: LONG_AGO, ..first(state, None) };
    let bounced = |next| first(State::Bounced, Some(next));
    for (name, records, verdict) in [
        ("bounced", vec![first(State::Bounced, None)], Verdict::WouldSend),
        ("it may yet bounce", vec![first(State::Sent, None)], Verdict::WouldSend),
        ("long in doubt", vec![old(State::InDoubt)], Verdict::InDoubt),
        ("long sent", vec![old(State::Sent)], Verdict::AlreadySent),
        ("not sent for long", vec![old(State::Planned)], Verdict::WouldSend),
        ("delivered", vec![first(State::Delivered, None)], Verdict::AlreadySent),
        ("marked with this address", vec![bounced("C")], Verdict::WouldSend),
        ("marked with another one", vec![bounced("B")], Verdict::WouldSend),
        (
            "a second one bounced",
            vec![bounced("B"), at_b(State::Bounced, None)],
            Verdict::WouldSend,
        ),
        (
            "a second one arrived",
            vec![bounced("B"), at_b(State::Delivered, None)],
            Verdict::AlreadySent,
        ),
        (
            "its own arrived",
            vec![bounced("C"), at_c(State::Delivered, "s e3")],
            Verdict::AlreadySent,
        ),
        (
            "its own has no request",
            vec![bounced("C"), at_c(State::Planned, "s e3")],
            Verdict::WouldSend,
        ),
        (
            "its own is another's",
            vec![bounced("C"), at_c(State::Planned, "s e2")],
            Verdict::AlreadyDone,
        ),
    ] {
        let payload = DlqPayload::Dispatch(Dispatch {
            ledger_key: key.sort_key(),
            news: item(&key, State::Planned, None).news().expect("a kind of mail"),
            key: key.clone(),
            event: "s e3".to_owned(),
            notify: true,
            send_before: NOW + 1,
            accepted_at: LONG_AGO,
            address: AddressHash::parse("CCCCCCCC").unwrap(),
            copies: Vec::new(),
        });
        assert_eq!(assess(&payload, records).verdict, verdict, "{name}");
    }
}

#[test]
fn an_event_is_decided_again_where_only_a_copys_decision_or_mail_request_is_missing() {
    let customers = key(Kind::ShipmentShipped, "S-1");
    let recipient = Recipient::parse("copy-IsKbxIjX").expect("a copy");
    let copy = NotificationKey { recipient, ..customers.clone() };
    let news = |key| item(key, State::Planned, None).news().expect("a kind of mail");
    for (customers_state, state, verdict) in [
        (State::Delivered, None, Verdict::WouldSend),
        (State::Delivered, Some(State::Planned), Verdict::WouldSend),
        (State::Delivered, Some(State::Sent), Verdict::AlreadySent),
        (State::Planned, Some(State::Sent), Verdict::WouldSend),
    ] {
        let payload = DlqPayload::Dispatch(Dispatch {
            key: customers.clone(),
            ledger_key: customers.sort_key(),
            event: "s e1".to_owned(),
            notify: true,
            send_before: NOW + 1,
            accepted_at: NOW,
            address: AddressHash::parse("AAAAAAAA").unwrap(),
            news: news(&customers),
            copies: vec![(copy.clone(), news(&copy))],
        });
        let records = state.map(|state| item(&copy, state, None));
        let records = records.into_iter().chain([item(&customers, customers_state, None)]);
        let assessment = assess(&payload, records);
        assert_eq!(assessment.verdict, verdict, "{customers_state} {state:?}");
    }
}

/// A dead letter of the event `s e3` at the address C, whose parcel was told at the address A.
fn correction_of_shipped(notify: bool) -> DlqPayload {
    let key = key(Kind::ShipmentShipped, "S-1");
    DlqPayload::Dispatch(Dispatch {
        ledger_key: key.sort_key(),
        news: item(&key, State::Planned, None).news().expect("a kind of mail"),
        key,
        event: "s e3".to_owned(),
        notify,
        send_before: NOW + 1,
        accepted_at: NOW,
        address: AddressHash::parse("CCCCCCCC").unwrap(),
        copies: Vec::new(),
    })
}

fn at_a(kind: Kind, state: State) -> Item {
    let address_hash = Some("AAAAAAAA".to_owned());
    Item { address_hash, ..item(&key(kind, "S-1"), state, None) }
}

#[test]
fn newer_news_that_bounced_at_the_address_before_supersedes_nothing_at_the_corrected_one() {
    let dead_letter = correction_of_shipped(true);
    for (delivered, verdict) in
        [(State::Bounced, Verdict::WouldSend), (State::Delivered, Verdict::Superseded)]
    {
        let shipped = at_a(Kind::ShipmentShipped, State::Bounced);
        let records = [shipped, at_a(Kind::ShipmentDelivered, delivered)];
        assert_eq!(assess(&dead_letter, records).verdict, verdict, "{delivered}");
    }
}

#[test]
fn of_a_kind_that_the_shop_has_turned_off_nothing_goes_to_a_corrected_address() {
    let bounced = || [at_a(Kind::ShipmentShipped, State::Bounced)];
    assert_eq!(assess(&correction_of_shipped(false), bounced()).verdict, Verdict::AlreadySent);
    assert_eq!(assess(&correction_of_shipped(true), bounced()).verdict, Verdict::WouldSend);
}

#[test]
fn a_delivery_that_needs_its_order_is_replayed_only_where_that_is_stored() {
    let order = OrderKey::parse("default/1001").unwrap();
    let known =
        LedgerSnapshot { known_orders: [order.clone()].into(), ..LedgerSnapshot::default() };
    let verdict = |snapshot: &LedgerSnapshot| {
        Rules { snapshot, now: NOW }.assess(&DlqPayload::NeedsOrder(order.clone())).verdict
    };
    assert_eq!(verdict(&known), Verdict::WouldSend);
    assert_eq!(verdict(&LedgerSnapshot::default()), Verdict::OrderMissing);
    assert!(!Verdict::OrderMissing.is_movable(true));
}

#[test]
fn changes_of_the_ledger_are_told_again_from_the_stream_or_else_from_the_ledger() {
    let batch = StreamBatch::parse(&samples::report().to_string()).unwrap();
    let assess = |ledger_table: &str, in_stream: HashSet<(String, String)>| {
        let ledger_table = ledger_table.to_owned();
        let snapshot = LedgerSnapshot { ledger_table, in_stream, ..LedgerSnapshot::default() };
        let rules = Rules { snapshot: &snapshot, now: NOW };
        rules.assess(&DlqPayload::StreamBatch(batch.clone()))
    };
    let own = "waybill-ledger";
    let detail = |found: &ReplayAssessment| found.detail.clone().unwrap_or_default();
    let read = assess(own, [batch.place()].into());
    assert_eq!(read.verdict, Verdict::WouldPublish);
    assert!(detail(&read).ends_with("from the ledger's stream"), "{}", detail(&read));
    let forgotten = assess(own, HashSet::new());
    assert_eq!(forgotten.verdict, Verdict::WouldPublish);
    assert!(detail(&forgotten).contains("has no more"), "{}", detail(&forgotten));
    // Names of two stacks, mixed.
    assert_eq!(assess("other-ledger", HashSet::new()).verdict, Verdict::Unparseable);
}

#[test]
fn an_event_that_asks_for_no_mail_is_recorded_and_no_mail_is_promised() {
    let assessment = assess(&correction_of_shipped(false), []);
    assert_eq!(assessment.verdict, Verdict::WouldRecord);
    assert_eq!(assess(&correction_of_shipped(true), []).verdict, Verdict::WouldSend);
}

#[test]
fn a_mail_to_a_corrected_address_is_promised_only_if_the_one_before_does_not_arrive() {
    let waits = assess(&correction_of_shipped(true), [at_a(Kind::ShipmentShipped, State::Sent)]);
    assert_eq!(waits.detail.as_deref(), Some(IF_IT_DOES_NOT_ARRIVE));
    // Superseded while it waits: that is the reason then.
    let records =
        [at_a(Kind::ShipmentShipped, State::Sent), at_a(Kind::ShipmentDelivered, State::Delivered)];
    let superseded = assess(&correction_of_shipped(true), records);
    assert!(superseded.detail.is_some_and(|why| why.starts_with("by ")));
}
