//! What one delivery of a mail in doubt does: it waits, looks for unread SES events, or sends the mail again.
//!
//! In one thread, because the metrics of a test are those of its thread.

use mailer::BacklogWatch;
use serde_json::{Value, json};
use shared::ledger::MAX_DOUBTS;

use crate::events::{refunded, shipped};
use crate::one_mail::{Left, OneMail, delay, has_taken_turn, in_doubt, set_gate};
use crate::recorder::Metrics;
use crate::simulated_pipeline::{FEEDBACK, Outages};
use crate::support::TestStack;

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;

/// As deployed, with SES's `Send` events.
const GRACE: i64 = 20 * MINUTE;

/// From one look at feedback's queue to the next, in seconds: a third of the time that feedback delays an event.
const INTERVAL: i64 = 80;

/// The note of when a mail is due.
const DUE: &str = "waybill-due";

/// The shipment of this order, in doubt for the first time since so long ago (milliseconds).
async fn doubted<'a>(services: &'a TestStack, order: &str, rate: f64, ago: i64) -> OneMail<'a> {
    let mail = OneMail::planned_at(services, &shipped(order), rate, Outages::default()).await;
    mail.set(&in_doubt(1, mail.now() - ago)).await;
    mail
}

/// Checks that began so long ago, the last of them a minute ago, and found the queue empty each time.
fn watch(now: i64, began: i64) -> (&'static str, String) {
    let (began, checked) = (now - began, now - MINUTE);
    (BacklogWatch::ATTRIBUTE, format!("1 {began} {checked} {began}"))
}

/// Long enough: the next check is the last one.
const COMPLETE: i64 = 2 * MINUTE;

#[tokio::test]
async fn a_doubt_waits_for_its_grace_period_and_is_an_operators_by_its_kind_and_after_three_times()
{
    let metrics = Metrics::default();
    let _guard = metrics::set_default_local_recorder(&metrics);
    let services = TestStack::start().await;
    for (event, doubts, waits) in [
        (shipped("W1"), 1, true),
        (shipped("W2"), MAX_DOUBTS - 1, true),
        (shipped("W3"), MAX_DOUBTS, false),
        (refunded("W4"), 1, false),
    ] {
        let mut mail = OneMail::planned(&services, &event).await;
        let since = if waits { mail.now() } else { mail.now() - 2 * GRACE };
        mail.set(&in_doubt(doubts, since)).await;
        let left = mail.deliver(&[]).await;
        assert_eq!((left.mails, left.record()), (0, ("in_doubt", doubts, doubts)), "{left:#?}");
        if waits {
            let due = format!("{} in_doubt", since + GRACE);
            assert_eq!((delay(left.copy()), left.note(DUE)), (900, Some(&*due)));
        } else {
            assert!(left.is_done(), "{left:#?}");
        }
        // The alarm rings for an operator's. A copy that waits is not counted for itself.
        let rings = if waits { 0.0 } else { 1.0 };
        assert_eq!((metrics.count("InDoubt"), metrics.count("Requeued")), (rings, 0.0));
    }
    services.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn feedback_s_queue_is_looked_at_every_third_of_its_delay_and_rarely_while_events_are_unread()
{
    let services = TestStack::start().await;
    for (order, is_unread, delay) in [("L1", false, INTERVAL), ("L2", true, GRACE / 2 / SECOND)] {
        let mut mail = doubted(&services, order, 100.0, 2 * GRACE).await;
        if is_unread {
            mail.pipeline.queues.put(FEEDBACK, "an event", mail.now());
        }
        let left = mail.deliver(&[]).await;
        assert!(left.comes_in(delay) && left.mails == 0, "{left:#?}");
        // The last of them says since when the queue was empty.
        let checks = left.note(BacklogWatch::ATTRIBUTE).expect("the checks so far").split(' ');
        assert_eq!(checks.count(), if is_unread { 3 } else { 4 }, "{left:#?}");
    }
    services.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_doubt_is_sent_again_once_its_grace_period_is_over_and_no_event_can_be_unread() {
    let services = TestStack::start().await;
    let mut mail = doubted(&services, "A1", 100.0, 2 * GRACE).await;
    let left = mail.deliver(&[watch(mail.now(), COMPLETE)]).await;
    assert_eq!((left.mails, left.record()), (1, ("sent", 1, 2)), "{left:#?}");
    assert!(left.is_done());

    // In doubt again since the checks.
    let mut mail = doubted(&services, "A2", 100.0, SECOND).await;
    let left = mail.deliver(&[watch(mail.now(), COMPLETE)]).await;
    assert_eq!((left.mails, left.record()), (0, ("in_doubt", 1, 1)), "{left:#?}");
    let due = format!("{} in_doubt", left.item.since + GRACE);
    assert_eq!((delay(left.copy()), left.note(DUE)), (900, Some(&*due)));
    services.stop().await;
}

/// What waits without a turn takes none: neither by its note of when it is due, nor by that of its checks.
#[tokio::test(flavor = "multi_thread")]
async fn a_copy_that_is_not_due_or_not_to_be_sent_yet_takes_no_turn() {
    let services = TestStack::start().await;
    let mut mail = doubted(&services, "N1", 100.0, SECOND).await;
    let at = mail.now() + 5 * MINUTE;
    let due = (DUE, format!("{at} in_doubt"));
    let both = [due.clone(), watch(mail.now(), MINUTE)];
    for notes in [&both[..1], &both] {
        let left = mail.deliver(notes).await;
        assert!(left.comes_in(5 * 60), "{left:#?}");
        assert_eq!(left.note(DUE), Some(&*due.1), "{notes:?}");
    }
    let postponed = (DUE, format!("{at} postponed"));
    mail.set(&json!({ "state": "planned", "not_before": at, "doubts": 0 })).await;
    let left = mail.deliver(std::slice::from_ref(&postponed)).await;
    assert!(left.comes_in(5 * 60), "{left:#?}");
    assert_eq!(left.note(DUE), Some(&*postponed.1));
    assert!(!has_taken_turn(&services).await);
    let mut mail = doubted(&services, "N2", 100.0, 2 * GRACE).await;
    let left = mail.deliver(&[watch(mail.now(), MINUTE)]).await;
    assert!(left.comes_in(30), "the rest of a minute and a half: {left:#?}");
    assert!(!has_taken_turn(&services).await);
    services.stop().await;
}

/// Whether it is not sent, and its only copy goes on with the checks in so many seconds.
fn checks_again(left: &Left, seconds: i64) -> bool {
    assert!(left.note(BacklogWatch::ATTRIBUTE).is_some(), "{left:#?}");
    assert_eq!((left.mails, left.record()), (0, ("in_doubt", 1, 1)), "{left:#?}");
    left.comes_in(seconds)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_doubt_that_finds_no_turn_goes_on_looking_and_comes_back_for_its_turn() {
    let services = TestStack::start().await;
    // No slot before ten seconds have passed, for which it stands in line.
    let other = crate::send_gate::gate(&services, Some(0.1));
    let now = || jiff::Timestamp::now().as_microsecond();
    other.take(&["default"], std::time::Duration::from_secs(1), now).await.expect("an answer");
    let mut mail = doubted(&services, "T1", 0.1, 2 * GRACE).await;
    let left = mail.deliver(&[watch(mail.now(), COMPLETE)]).await;
    assert!(checks_again(&left, 5), "{left:#?}");

    // SES takes no mail for ten minutes: the next check is not missed for that.
    set_gate(&services, &json!({ "closed_until": mail.now() + 10 * MINUTE })).await;
    let mut mail = doubted(&services, "T2", 0.1, 2 * GRACE).await;
    let left = mail.deliver(&[watch(mail.now(), COMPLETE)]).await;
    assert!(checks_again(&left, INTERVAL), "{left:#?}");
    services.stop().await;
}

/// The gate's item after so many mails in a row to which SES gave no answer, the last of them now.
fn unanswered(count: i64, now: i64) -> Value {
    json!({ "unanswered": count, "unanswered_at": now })
}

#[tokio::test(flavor = "multi_thread")]
async fn while_ses_answers_nothing_a_doubt_asks_again_after_a_quarter_of_its_grace_period() {
    const HELD: i64 = 5 * 60;
    let services = TestStack::start().await;
    let mut mail = doubted(&services, "U1", 100.0, 2 * GRACE).await;
    // Its process learns by its turn that SES answers nothing, and then knows it.
    set_gate(&services, &unanswered(1, mail.now())).await;
    for _ in 0..2 {
        let left = mail.deliver(&[watch(mail.now(), COMPLETE)]).await;
        assert!(checks_again(&left, HELD), "{left:#?}");
    }
    // Without a turn too, which is not to be had for longer.
    let closed = json!({ "closed_until": mail.now() + 10 * MINUTE });
    set_gate(&services, &closed).await;
    for _ in 0..2 {
        let left = mail.deliver(&[watch(mail.now(), COMPLETE)]).await;
        assert!(checks_again(&left, HELD), "{left:#?}");
    }
    // SES has answered.
    let answers = json!({ "closed_until": mail.now() - 1, "unanswered": 0 });
    set_gate(&services, &answers).await;
    let left = mail.deliver(&[watch(mail.now(), COMPLETE)]).await;
    assert_eq!((left.mails, left.record()), (1, ("sent", 1, 2)), "{left:#?}");
    services.stop().await;
}
