//! What an item of the ledger says about its mail.

use shared::contract::text::Line;

use super::*;

const EVENT: &str = "shop e-1";

/// A mail that was in `state` since 100, of which an attempt had the lease until 200.
fn item(state: State) -> Item {
    Item {
        order_key: "default/1001".to_owned(),
        notification: "order.confirmed##customer".to_owned(),
        state: state.to_string(),
        event: EVENT.to_owned(),
        attempt: 1,
        since: 100,
        lease_until: 200,
        send_before: 500,
        ..Item::default()
    }
}

fn refund(state: State) -> Item {
    Item { notification: "order.refunded#R-1#customer".to_owned(), ..item(state) }
}

#[test]
fn a_mail_is_due_as_its_record_and_the_policy_of_its_kind_say_and_a_stale_doubt_never() {
    let doubt = item(State::InDoubt);
    assert_eq!(doubt.due_at(20, 499), Some(140));
    assert_eq!(doubt.due_at(20, 500), None, "stale");
    assert_eq!(refund(State::InDoubt).due_at(20, 499), None, "held");
    assert_eq!(item(State::Planned).due_at(20, 500), Some(100), "it is skipped as stale");
    assert_eq!(item(State::Sending).due_at(20, 500), Some(200));
    assert_eq!(item(State::Sent).due_at(20, 499), None);
    let unknown = Item { state: "posted".to_owned(), ..item(State::Planned) };
    assert_eq!(unknown.due_at(20, 499), None);
    let muted = Item { notification: "muted#shop e-1".to_owned(), ..item(State::Planned) };
    assert_eq!(muted.due_at(20, 499), None);
}

#[test]
fn a_mail_request_is_sent_again_for_the_event_that_planned_what_can_be_moved_on() {
    let planned = item(State::Planned);
    assert!(planned.awaits_mail_request(EVENT, 100));
    assert!(!planned.awaits_mail_request("shop e-2", 100), "that event planned nothing");
    let postponed = Item { not_before: 300, ..planned };
    assert!(!postponed.awaits_mail_request(EVENT, 299));
    assert!(postponed.awaits_mail_request(EVENT, 300));
    assert!(!item(State::Sent).awaits_mail_request(EVENT, 1_000));
    assert!(item(State::InDoubt).awaits_mail_request(EVENT, 1_000));
    assert!(!refund(State::InDoubt).awaits_mail_request(EVENT, 1_000), "held");
}

#[test]
fn a_mail_whose_mailer_died_long_ago_counts_as_told() {
    let standing = |item: Item, now| item.known_at(now).expect("known").standing;
    let dead = 200 + DEAD_AFTER_MS;
    assert_eq!(standing(item(State::Sending), dead), Standing::Sending);
    assert_eq!(standing(item(State::Sending), dead + 1), Standing::Told);
    let planned = standing(item(State::Planned), dead + 1);
    assert_eq!(planned, Standing::Planned { since: 100, waits: false });
    let waits = Item { judging: Some(Judging::Waits), ..item(State::Planned) };
    assert_eq!(standing(waits, 0), Standing::Planned { since: 100, waits: true });
    let skipped = |reason: SkipReason| Item {
        reason: Some(reason.as_str().to_owned()),
        ..item(State::Skipped)
    };
    assert_eq!(standing(skipped(SkipReason::NothingNew), 0), Standing::NothingNew);
    assert_eq!(standing(skipped(SkipReason::KindOff), 0), Standing::TurnedOff);
    assert_eq!(standing(item(State::Skipped), 0), Standing::Silent);
}

#[test]
fn a_plan_is_untouched_until_a_mailer_or_an_operator_has_had_it() {
    let plan = || Item { attempt: 0, ..item(State::Planned) };
    assert!(plan().is_untouched_plan_of(EVENT));
    assert!(!plan().is_untouched_plan_of("shop e-2"));
    for touched in [
        Item { attempt: 1, ..plan() },
        Item { state: State::Skipped.to_string(), ..plan() },
        Item { reason: Some("x".to_owned()), ..plan() },
        Item { sending_at: Some(1), ..plan() },
        Item { skipped_at: Some(1), ..plan() },
        Item { failed_at: Some(1), ..plan() },
        Item { in_doubt_at: Some(1), ..plan() },
    ] {
        assert!(!touched.is_untouched_plan_of(EVENT), "{touched:?}");
    }
}

#[test]
fn others_were_judged_without_a_mail_that_was_in_doubt_had_failed_or_was_skipped() {
    assert!(!item(State::Sending).was_out_of_sight());
    for away in [
        Item { doubts: 1, ..item(State::Sending) },
        Item { skipped_at: Some(1), ..item(State::Sending) },
        Item { failed_at: Some(1), ..item(State::Sending) },
        Item { in_doubt_at: Some(1), ..item(State::Sending) },
    ] {
        assert!(away.was_out_of_sight(), "{away:?}");
    }
}

#[test]
fn an_operator_asked_for_what_was_planned_again_after_it_was_closed() {
    let item = |planned_at, failed_at, doubts| {
        let times = Item { planned_at: Some(planned_at), failed_at, ..item(State::Sending) };
        Item { doubts, ..times }.was_asked_for()
    };
    assert!(item(5, Some(4), 0));
    assert!(!item(5, Some(5), 0), "a replay, which plans nothing");
    assert!(!item(5, Some(4), 1), "sent again by the policy");
    assert!(item(5, None, 0));
}

/// One that corrects another mail, one about money with a total and a refund's id, and one that cancels the order; each
/// says when it happened.
fn requests() -> Vec<DispatchRequest> {
    let samples = include_str!("../../../../local/samples/orders.jsonl").lines();
    let kinds = ["shipment.updated", "order.refunded", "order.cancelled"];
    let of_kinds = samples
        .filter(|line| kinds.iter().any(|kind| line.contains(&format!(r#""type":"{kind}""#))));
    let body = |line: &str| {
        let event = line.replacen(r#""type":"#, r#""time":"2026-11-20T10:00:00Z","type":"#, 1);
        format!(r#"{{"v":1,"accepted_at":1795700000000,"correlation_id":"c-1","event":{event}}}"#)
    };
    of_kinds.map(|line| DispatchRequest::parse(&body(line)).expect("valid")).collect()
}

#[test]
fn a_record_tells_what_its_event_tells_to_whom_it_is_and_so_does_that_of_a_corrected_address() {
    let requests = requests();
    let items: Vec<Item> = requests.iter().map(Item::for_request).collect();
    for (request, item) in requests.iter().zip(&items) {
        assert_eq!(item.news(), Some(request.news()));
        assert_eq!(item.address_hash, Some(AddressHash::of_customer(&request.event).to_string()));
        assert_eq!(item.correlation_id, "c-1");
        assert_eq!(item.send_before, request.send_before().as_millisecond());
        let corrects = !request.news().kind.corrects().is_empty();
        assert_eq!(item.judging, corrects.then_some(Judging::Once));
        let to = Recipient::Corrected(AddressHash::parse("BBBBBBBB").expect("a hash"));
        let further = item.addressed_to(to, 7).expect("a notification");
        assert_eq!(further.news(), Some(request.news()), "it is the customer who reads it");
        assert_eq!(further.key().map(|key| key.recipient), Some(to));
        assert_eq!(further.address_hash.as_deref(), Some("BBBBBBBB"));
        assert_eq!((further.correlation_id.as_str(), further.send_before), ("c-1", 7));
        assert_eq!(item.addressed_to(Recipient::Customer, 7), None);
    }
    // What is compared above is there.
    let any = |has: fn(&Item) -> bool| items.iter().any(has);
    assert!(any(|item| item.told.is_some()) && any(|item| item.news_at.is_some()));
    assert!(any(|item| item.refund.is_some()) && any(|item| item.refund_name.is_some()));
    assert!(any(|item| item.cancels_order) && any(|item| item.judging.is_some()));
}

#[test]
fn of_a_muted_event_it_counts_that_it_cancels_the_order_or_updates_it_and_nothing_else() {
    let kind = |notification: &str, cancels_order| {
        let notification = notification.to_owned();
        Item { notification, cancels_order, ..item(State::Skipped) }.news().map(|news| news.kind)
    };
    assert_eq!(kind("muted#order.cancelled#shop e-1", true), Some(Kind::OrderCancelled));
    assert_eq!(kind("muted#order.updated#shop e-1", false), Some(Kind::OrderUpdated));
    assert_eq!(kind("muted#order.confirmed#shop e-1", false), None);
    assert_eq!(kind("posted#order.updated#shop e-1", false), None);
}

#[test]
fn a_record_has_the_orders_number_where_that_tells_more_than_the_id_and_is_short() {
    let request = requests().remove(0);
    let number = |number: &str| {
        let mut request = request.clone();
        request.event.order.number = Line::parse(number).expect("a line");
        Item::for_request(&request).order_number
    };
    let id = request.event.order.id.as_str().to_owned();
    assert_eq!(number(&format!("#{id}")), None);
    assert_eq!(number("N-7").as_deref(), Some("N-7"));
    let longest = "7".repeat(MAX_NUMBER_LEN);
    assert_eq!(number(&longest), Some(longest.clone()));
    assert_eq!(number(&format!("{longest}7")), None, "the record stays small");
    let item = Item { order_number: Some("N-7".to_owned()), ..Item::for_request(&request) };
    let to = Recipient::Corrected(AddressHash::parse("BBBBBBBB").expect("a hash"));
    let further = item.addressed_to(to, 7).expect("a notification");
    assert_eq!(further.order_number.as_deref(), Some("N-7"));
}

#[test]
fn a_mail_that_ses_rejected_with_its_files_is_told_from_one_that_bounced_or_had_none() {
    let with_reason = |state, reason: &str| Item { reason: Some(reason.to_owned()), ..item(state) };
    assert!(with_reason(State::Bounced, "rejected_with_files").was_rejected_with_files());
    assert!(!with_reason(State::Bounced, "rejected").was_rejected_with_files());
    assert!(!with_reason(State::Failed, "rejected_with_files").was_rejected_with_files());
    assert!(!item(State::Bounced).was_rejected_with_files());
}

#[test]
fn a_mail_goes_elsewhere_only_if_its_address_is_known_and_another_one() {
    let own = AddressHash::parse("AAAAAAAA").expect("a hash");
    let to = |address: Option<&str>| {
        let address_hash = address.map(str::to_owned);
        Item { address_hash, ..item(State::Planned) }.was_redirected_from(own)
    };
    assert_eq!([None, Some("AAAAAAAA"), Some("BBBBBBBB")].map(to), [false, false, true]);
}

#[test]
fn a_judging_is_written_as_an_item_with_it_is_read() {
    for judging in [Judging::Once, Judging::Again, Judging::Waits] {
        let stored = AttributeValue::S(judging.as_str().to_owned());
        let read: Judging = serde_dynamo::from_attribute_value(stored).expect("one of them");
        assert_eq!(read, judging);
    }
}
