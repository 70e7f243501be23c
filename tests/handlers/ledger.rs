//! What the ledger's reads and conditional writes answer, beside their conditions (`conditions`).

use kit::ledger::{Change, ClaimOutcome, Item, Ledger, LedgerError, PlanOutcome, RecordOutcome};
use local::resources::EVENTS_TABLE;
use shared::ledger::{Facts, State, Transition};
use shared::notification::AddressHash;

use crate::support::{RETENTION, TestStack};

const ORDER: &str = "default/1001";
const NOTIFICATION: &str = "order.confirmed##customer";
const NOW: i64 = 1_763_900_000_000;

fn planned() -> Item {
    Item {
        order_key: ORDER.to_owned(),
        notification: NOTIFICATION.to_owned(),
        event: "shop e-1".to_owned(),
        send_before: NOW + 9_000,
        ..Item::default()
    }
}

fn facts() -> Facts {
    Facts { lease_until: NOW + 60_000, ..Facts::new(NOW) }
}

async fn with_plan(services: &TestStack) -> Ledger {
    let ledger = services.ledger();
    let outcome = ledger.create(Transition::Plan, planned(), NOW).await.expect("an answer");
    assert_eq!(outcome, PlanOutcome::Created);
    ledger
}

async fn claim(ledger: &Ledger, facts: Facts, holder: &str) -> ClaimOutcome {
    let address = AddressHash::parse("IsKbxIjX").expect("a hash");
    ledger.claim(ORDER, NOTIFICATION, facts, holder, address).await.expect("an answer")
}

async fn record(ledger: &Ledger, change: Change) -> RecordOutcome {
    ledger.record(ORDER, NOTIFICATION, change).await.expect("an answer")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_is_made_once_and_kept_for_the_retention() {
    let services = TestStack::start().await;
    let ledger = with_plan(&services).await;
    let second = Item { event: "shop e-2".to_owned(), ..planned() };
    let answer = ledger.create(Transition::SkipAtPlan, second, NOW + 1).await.expect("an answer");
    let PlanOutcome::Exists(existing) = answer else { panic!("planned twice") };
    assert_eq!(vec![*existing.clone()], services.ledger_items(ORDER).await);
    assert_eq!(existing.event, "shop e-1", "the first decision stays");
    assert_eq!(existing.state(), Some(State::Planned));
    assert_eq!((existing.since, existing.planned_at), (NOW, Some(NOW)));
    assert_eq!(existing.expires_at, NOW / 1000 + RETENTION.as_secs());
    assert_eq!(services.ledger_items("default/1002").await, []);
    services.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lease_is_taken_by_one_worker_who_recognises_it_when_the_claim_is_repeated() {
    let services = TestStack::start().await;
    let ledger = with_plan(&services).await;
    let ClaimOutcome::Claimed(first) = claim(&ledger, facts(), "a").await else {
        panic!("nobody holds it")
    };
    assert_eq!((first.attempt, first.lease_until), (1, NOW + 60_000));
    assert_eq!((first.holder.as_deref(), first.feedback_token.as_deref()), (Some("a"), Some("a")));
    // As the SDK repeats a claim whose answer was lost.
    let ClaimOutcome::Claimed(again) = claim(&ledger, facts(), "a").await else {
        panic!("it is its own lease")
    };
    assert_eq!(again, first, "it is not claimed a second time");
    assert_eq!(claim(&ledger, facts(), "b").await, ClaimOutcome::Refused(first));
    services.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_holder_is_nobody_once_its_attempt_has_an_outcome_and_the_first_token_stays() {
    let services = TestStack::start().await;
    let ledger = with_plan(&services).await;
    claim(&ledger, facts(), "a").await;
    let attempt = Facts { not_before: NOW + 5, ..Facts::for_attempt(NOW + 1, 1) };
    let deferred = record(&ledger, Change::new(Transition::Defer, attempt).with("reason", "x"));
    let RecordOutcome::Recorded(deferred) = deferred.await else { panic!("its own attempt") };
    assert_eq!((deferred.state(), deferred.not_before), (Some(State::Planned), NOW + 5));
    assert_eq!(deferred.reason.as_deref(), Some("x"));
    // Still the item's last holder, but it holds no lease: it may not send.
    assert_eq!(claim(&ledger, facts(), "a").await, ClaimOutcome::Refused(deferred));
    let due = Facts { now: NOW + 5, ..facts() };
    let ClaimOutcome::Claimed(second) = claim(&ledger, due, "b").await else { panic!("due") };
    assert_eq!((second.attempt, second.reason.as_deref()), (2, None));
    assert_eq!(
        (second.holder.as_deref(), second.feedback_token.as_deref()),
        (Some("b"), Some("a"))
    );
    services.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_exist_is_never_created_by_a_change() {
    let services = TestStack::start().await;
    let ledger = services.ledger();
    assert_eq!(claim(&ledger, facts(), "a").await, ClaimOutcome::Absent);
    let settle = Change::new(Transition::Settle, facts());
    assert_eq!(record(&ledger, settle).await, RecordOutcome::Absent);
    assert_eq!(services.ledger_items(ORDER).await, []);
    services.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_is_made_only_under_its_further_conditions_too() {
    let services = TestStack::start().await;
    let ledger = with_plan(&services).await;
    let skip = |bound| Change::new(Transition::Skip, facts()).if_at_most("send_before", bound);
    let refused = record(&ledger, skip(NOW + 8_999)).await;
    assert!(matches!(refused, RecordOutcome::Refused(_)), "{refused:?}");
    claim(&ledger, facts(), "a").await;
    let bounce =
        |token: &str| Change::new(Transition::Bounce, facts()).if_equals("feedback_token", token);
    let forged = record(&ledger, bounce("b")).await;
    assert!(matches!(forged, RecordOutcome::Refused(_)), "{forged:?}");
    let believed = record(
        &ledger,
        bounce("a")
            .with("reason", "full")
            .with_number("send_before", 7)
            .with_if_absent("message_id", "m"),
    );
    let RecordOutcome::Recorded(bounced) = believed.await else { panic!("its own token") };
    assert_eq!((bounced.state(), bounced.bounced_at), (Some(State::Bounced), Some(NOW)));
    assert_eq!((bounced.reason.as_deref(), bounced.send_before), (Some("full"), 7));
    let complained = Change::new(Transition::Complain, facts()).with_if_absent("message_id", "n");
    let RecordOutcome::Recorded(last) = record(&ledger, complained).await else { panic!("later") };
    assert_eq!((last.message_id.as_deref(), last.reason.as_deref()), (Some("m"), None));
    assert_eq!(last.bounced_at, Some(NOW), "the history stays");
    services.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_of_another_version_is_told_apart_from_one_that_does_not_answer() {
    let services = TestStack::start().await;
    let client = services.stack.dynamodb.clone();
    // Its sort key has another name.
    let other = Ledger::new(client.clone(), EVENTS_TABLE.to_owned(), RETENTION);
    let answer = other.record(ORDER, NOTIFICATION, Change::new(Transition::Settle, facts())).await;
    assert!(matches!(answer, Err(LedgerError::Incompatible(_))), "{answer:?}");
    let missing = Ledger::new(client, "no-such-table".to_owned(), RETENTION);
    let answer = missing.list_by_order(ORDER).await;
    assert!(matches!(answer, Err(LedgerError::Unavailable(_))), "{answer:?}");
    let answer = missing.create(Transition::Plan, planned(), NOW).await;
    assert!(matches!(answer, Err(LedgerError::Unavailable(_))), "{answer:?}");
    services.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_mail_went_without_is_noted_for_its_own_attempt_alone() {
    let services = TestStack::start().await;
    let ledger = with_plan(&services).await;
    claim(&ledger, facts(), "a").await;
    let note = async |ledger: &Ledger, attempt| {
        ledger.note_left_out(ORDER, NOTIFICATION, attempt, "invoice:not_found").await
    };
    for (attempt, noted) in [(2, None), (1, Some("invoice:not_found"))] {
        note(&ledger, attempt).await.expect("an answer");
        let item = services.ledger_items(ORDER).await.remove(0);
        assert_eq!(item.left_out.as_deref(), noted, "of attempt {attempt}");
    }
    let missing =
        Ledger::new(services.stack.dynamodb.clone(), "no-such-table".to_owned(), RETENTION);
    assert!(matches!(note(&missing, 1).await, Err(LedgerError::Unavailable(_))));
    services.stop().await;
}
