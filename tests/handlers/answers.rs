//! What becomes of SES's answer, also where the record is no longer what it was when SES was asked.
//!
//! In one thread, because the metrics of a test are those of its thread.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use http::StatusCode;
use jiff::SignedDuration;
use local::Config;
use local::edge::faults::{Call, Fault, Faults};
use local::ses::settings::{Refusal, Sending};
use local::stack::ShopFile;
use mailer::BacklogWatch;
use serde_json::{Value, json};
use shared::ShopId;
use shared::ledger::MAX_DOUBTS;

use crate::events::{confirmed, shipped};
use crate::one_mail::{OneMail, in_doubt};
use crate::recorder::Metrics;
use crate::simulated_pipeline::{MAIL, Outages};
use crate::support::TestStack;

const MINUTE: i64 = 60_000;
const GRACE: i64 = 20 * MINUTE;

#[tokio::test]
async fn an_accepted_mail_counts_the_time_since_its_event_and_its_lease_began_with_its_claim() {
    let metrics = Metrics::default();
    let _guard = metrics::set_default_local_recorder(&metrics);
    let services = TestStack::start().await;
    let mut mail = OneMail::planned(&services, &shipped("A1")).await;
    mail.body["accepted_at"] = (mail.now() - 5 * MINUTE).into();
    let left = mail.deliver(&[]).await;
    assert_eq!((left.mails, left.record()), (1, ("sent", 0, 1)));
    assert!(left.is_done());
    let took = metrics.take("AcceptedToSent");
    assert!(matches!(took[..], [took] if (300_000.0..360_000.0).contains(&took)), "{took:?}");
    let lease = left.item.lease_until - left.item.sending_at.expect("it was claimed");
    assert_eq!(SignedDuration::from_millis(lease), mail.pipeline.settings.lease);
    services.stop().await;
}

#[tokio::test]
async fn a_mail_that_ses_takes_later_waits_as_long_as_its_answer_says_and_all_others_with_it() {
    let metrics = Metrics::default();
    let _guard = metrics::set_default_local_recorder(&metrics);
    let services = TestStack::start().await;
    let mut mail = OneMail::planned(&services, &shipped("P1")).await;
    services.stack.ses.account().change(|account| account.sending = Sending::Paused);
    let left = mail.deliver(&[]).await;
    assert!(left.comes_in(300), "{left:#?}");
    assert_eq!(left.record(), ("planned", 0, 1));
    assert_eq!(left.item.not_before - left.item.since, 5 * MINUTE);
    let counts = ["SendingPaused", "Requeued", "InDoubt"].map(|name| metrics.count(name));
    assert_eq!(counts, [1.0, 1.0, 0.0]);
    // Its copy, once it is back too early, asks nobody.
    let left = mail.deliver(&[]).await;
    assert_eq!(left.record(), ("planned", 0, 1));
    assert_eq!(["SendingPaused", "Requeued"].map(|name| metrics.count(name)), [1.0, 0.0]);
    // One that knows when it is due waits as what it is.
    services.stack.ses.account().change(|account| account.sending = Sending::Enabled);
    let mut mail = OneMail::planned(&services, &shipped("P2")).await;
    let note = format!("{} postponed", mail.now() + 5 * MINUTE);
    let left = mail.deliver(&[("waybill-due", note)]).await;
    assert!(left.comes_in(300), "{left:#?}");
    assert_eq!(["SendingPaused", "Requeued"].map(|name| metrics.count(name)), [0.0, 1.0]);
    services.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_mails_of_a_batch_whose_first_one_hears_that_ses_takes_none_are_not_claimed() {
    let services = TestStack::start().await;
    services.stack.ses.account().change(|account| account.sending = Sending::Paused);
    // Half a second between their slots.
    let outages = Outages::default();
    let mut first = OneMail::planned_at(&services, &shipped("N1"), 2.0, outages).await;
    let second = OneMail::planned(&services, &shipped("N2")).await;
    first.put(&[]);
    first.pipeline.queues.put(MAIL, &second.body.to_string(), first.now());
    first.pipeline.invoke_mailer(first.pipeline.settings.mailer_timeout).await;
    let mut attempts = [first.left().await.item.attempt, second.left().await.item.attempt];
    attempts.sort_unstable();
    assert_eq!(attempts, [0, 1]);
    services.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_that_ses_refuses_for_good_goes_to_the_dead_letters_unless_it_may_have_been_sent_before()
 {
    let services = TestStack::start().await;
    services.stack.ses.account().change(|account| account.refusal = Some(Refusal::Content));
    let mut mail = OneMail::planned(&services, &shipped("F1")).await;
    let left = mail.deliver(&[]).await;
    assert_eq!((left.mails, left.record()), (0, ("failed", 0, 1)));
    let [dead] = &left.dead[..] else { panic!("a dead letter: {left:#?}") };
    assert_eq!((&dead.body, dead.code.as_deref()), (&mail.body.to_string(), Some("refused")));

    let mut mail = OneMail::planned(&services, &shipped("F2")).await;
    let now = mail.now();
    mail.set(&in_doubt(1, now - 2 * GRACE)).await;
    let checked = format!("1 {0} {1} {0}", now - 2 * MINUTE, now - MINUTE);
    let left = mail.deliver(&[(BacklogWatch::ATTRIBUTE, checked)]).await;
    assert_eq!((left.mails, left.record()), (0, ("in_doubt", MAX_DOUBTS, 2)), "{left:#?}");
    assert!(left.is_done(), "{left:#?}");
    services.stop().await;
}

/// SES takes a while for its answer, in which others change the record.
#[derive(Default)]
struct SlowSes {
    loses_answer: AtomicBool,
}

impl Faults for SlowSes {
    fn before(&self, call: &Call<'_>) -> Option<Fault> {
        (call.operation == "SendEmail").then_some(Fault::Delay(Duration::from_millis(500)))
    }

    fn after(&self, call: &Call<'_>, _: StatusCode) -> Option<Fault> {
        let is_lost = call.operation == "SendEmail" && self.loses_answer.load(Ordering::SeqCst);
        is_lost.then_some(Fault::HangUp)
    }
}

async fn with_slow_ses(loses_answer: bool) -> TestStack {
    let faults = Arc::new(SlowSes { loses_answer: loses_answer.into() });
    TestStack::start_with(Config { faults, ..Config::default() }).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_says_nothing_about_a_later_attempt_that_is_in_doubt() {
    let services = with_slow_ses(false).await;
    services.stack.ses.account().change(|account| account.refusal = Some(Refusal::Content));
    let mut mail = OneMail::planned(&services, &shipped("L1")).await;
    let since = mail.now();
    let later = json!({ "state": "in_doubt", "attempt": 5, "doubts": 1, "since": since });
    let left = mail.deliver_while_set(&later).await;
    assert_eq!(left.record(), ("in_doubt", 1, 5), "it may be sent again: {left:#?}");
    assert_eq!(left.note("waybill-due"), Some(&*format!("{} in_doubt", since + GRACE)));
    services.stop().await;
}

#[tokio::test]
async fn an_answer_that_is_lost_is_a_doubt_unless_ses_s_event_was_faster() {
    let metrics = Metrics::default();
    let _guard = metrics::set_default_local_recorder(&metrics);
    let services = with_slow_ses(true).await;
    let mut mail = OneMail::planned(&services, &shipped("E1")).await;
    let left = mail.deliver_while_set(&json!({ "state": "sent", "message_id": "m" })).await;
    assert_eq!(left.record(), ("sent", 0, 1), "{left:#?}");
    assert!(left.is_done(), "{left:#?}");
    assert_eq!(metrics.count("InDoubt"), 0.0);

    // Recorded by the write whose answer was lost, as the SDK's next attempt finds it.
    let mut mail = OneMail::planned(&services, &shipped("E2")).await;
    let doubt = json!({ "state": "in_doubt", "doubts": 1, "since": mail.now() });
    let left = mail.deliver_while_set(&doubt).await;
    assert_eq!((left.record(), metrics.count("InDoubt")), (("in_doubt", 1, 1), 1.0));
    assert!(left.note("waybill-due").is_some(), "{left:#?}");
    services.stop().await;
}

/// The stack has no bucket. SES's event was recorded first, and says nothing of files.
#[tokio::test(flavor = "multi_thread")]
async fn the_record_says_what_a_mail_went_without_also_where_sess_event_was_faster() {
    let services = with_slow_ses(false).await;
    let mut event: Value = serde_json::from_str(&shipped("W1")).expect("JSON");
    event["data"]["attachments"] = json!([{ "key": "default/1.pdf", "kind": "invoice" }]);
    let mut mail = OneMail::planned(&services, &event.to_string()).await;
    let left = mail.deliver_while_set(&json!({ "state": "sent", "message_id": "m" })).await;
    assert_eq!(left.record(), ("sent", 0, 1), "{left:#?}");
    assert_eq!(left.item.left_out.as_deref(), Some("invoice:no_bucket"));
    services.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_shows_its_shop_by_the_shops_own_settings() {
    let brand = json!({
        "name": "Zwölf Türen", "url": "https://north.example/", "support_email": "help@north.example",
    });
    let shop = ShopId::parse("north").expect("the name of a shop");
    let north = ShopFile::new(shop, &json!({ "brand": brand }).to_string()).expect("settings");
    let config = Config { shops: vec![north], ..Config::default() };
    let services = TestStack::start_with(config).await;
    let mut event: Value = serde_json::from_str(&confirmed("B1")).expect("JSON");
    event["shop"] = "north".into();
    let mut mail = OneMail::planned(&services, &event.to_string()).await;
    assert_eq!(mail.deliver(&[]).await.mails, 1);
    let html = services.mails()[0].content.html.clone().unwrap_or_default();
    assert!(html.contains("Zwölf Türen"), "{html}");
    services.stop().await;
}
