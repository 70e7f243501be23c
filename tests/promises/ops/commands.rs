//! Commands other than `dlq` and `erase`.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use http::StatusCode;
use local::Config;
use local::aws::calls::{Caller, Service};
use local::edge::faults::{Call, Fault, Faults};
use local::ses::settings::Sending;
use local::ses::suppression::Reason;
use serde_json::{Value, json};

use super::process::{
    accept_mails_again, assert_one_mail_each, command_at, dead_letters, json, queue_named,
    run_to_end, wait_for_state, waybill, with_refused_mails,
};
use crate::support::TestStack;
use crate::support::events::{confirmed, customer, refunded};

/// SES accepts every mail, but its answers and events are lost: every mail is in doubt.
pub struct UnansweringSes;

impl Faults for UnansweringSes {
    fn after(&self, call: &Call<'_>, _: StatusCode) -> Option<Fault> {
        let is_send = call.service == Service::SesV2 && call.operation == "SendEmail";
        is_send.then_some(Fault::HangUp)
    }

    fn ses_event(&self, _: &str) -> Vec<Duration> {
        Vec::new()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn publish_order_and_status_follow_an_order_from_its_event_to_its_delivery() {
    let stack = TestStack::start().await;
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("events.jsonl");
    std::fs::write(&file, format!("{}\n{}\n", confirmed("A1"), confirmed("A1"))).expect("written");
    let published = json(&stack, &["publish", file.to_str().expect("UTF-8")]).await;
    assert_eq!(published["events"][0]["result"], "accepted");
    assert_eq!(published["events"][1]["result"], "duplicate");
    wait_for_state(&stack, "A1", "delivered").await;
    let order = waybill(&stack, &["order", "A1"]).await;
    assert_eq!(order.code, Some(0));
    for word in ["accepted", "planned", "sent", "delivered", "a***@***.example"] {
        assert!(order.stdout.contains(word), "{word} is missing in {order:#?}");
    }
    assert!(!order.stdout.contains(&customer("A1")));
    let shown = waybill(&stack, &["order", "A1", "--show-pii"]).await;
    assert!(shown.stdout.contains(&customer("A1")));
    let status = waybill(&stack, &["status", "--output", "json"]).await;
    assert_eq!(status.code, Some(0), "{status:#?}");
    assert_eq!(status.json()["ledger"]["states"], json!({"delivered": 1}));
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn status_reports_what_needs_attention_and_exits_with_1() {
    let stack = TestStack::start_with(with_refused_mails()).await;
    dead_letters(&stack, &["A1"]).await;
    let status = waybill(&stack, &["status"]).await;
    assert_eq!(status.code, Some(1));
    assert!(status.stdout.contains("waybill dlq show mail"), "{status:#?}");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn resend_sends_a_failed_mail_once_and_refuses_one_that_was_sent() {
    let stack = TestStack::start_with(with_refused_mails()).await;
    dead_letters(&stack, &["A1"]).await;
    accept_mails_again(&stack);
    let args = ["resend", "A1", "order.confirmed"];
    assert_eq!(waybill(&stack, &args).await.code, Some(0));
    wait_for_state(&stack, "A1", "delivered").await;
    let again = waybill(&stack, &args).await;
    assert_eq!(again.code, Some(2));
    assert!(again.stderr.contains("sends none twice"), "{again:#?}");
    assert_one_mail_each(&stack, &["A1"]);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_held_doubt_is_settled_by_an_operator() {
    let config = Config { faults: Arc::new(UnansweringSes), ..crate::support::config() };
    let stack = TestStack::start_with(config).await;
    stack.publish_only(&[refunded("A1"), refunded("A2")]).await;
    for order in ["A1", "A2"] {
        wait_for_state(&stack, order, "in_doubt").await;
    }
    let resent = waybill(&stack, &["resend", "A1", "order.refunded"]).await;
    assert_eq!(resent.code, Some(2), "a doubt is not resent: {resent:#?}");
    let sent = waybill(&stack, &["settle", "A1", "order.refunded", "sent"]).await;
    assert_eq!(sent.code, Some(0), "{sent:#?}");
    wait_for_state(&stack, "A1", "sent").await;
    let args = ["settle", "A2", "order.refunded", "not-sent", "--reason", "SES's console"];
    let not_sent = waybill(&stack, &args).await;
    assert_eq!(not_sent.code, Some(0), "{not_sent:#?}");
    // SES had accepted it, so the operator was wrong. The command trusts the statement, and resends the mail.
    crate::support::eventually("it is sent again", || async {
        stack.mails_to(&customer("A2")) == 2
    })
    .await;
    assert_eq!(stack.mails_to(&customer("A1")), 1);
    stack.stop().await;
}

/// SES answers 500 while the flag is set, and has accepted nothing.
struct BrokenSes(AtomicBool);

impl Faults for BrokenSes {
    fn before(&self, call: &Call<'_>) -> Option<Fault> {
        let is_hit = call.operation == "SendEmail" && self.0.load(Ordering::Relaxed);
        is_hit.then_some(Fault::ServerError)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_outage_of_ses_left_in_doubt_is_settled_by_reason_and_time_with_one_command() {
    let ses = Arc::new(BrokenSes(AtomicBool::new(true)));
    let faults: Arc<dyn Faults> = Arc::<BrokenSes>::clone(&ses);
    let stack = TestStack::start_with(Config { faults, ..crate::support::config() }).await;
    stack.publish_only(&[refunded("A1"), refunded("A2")]).await;
    for order in ["A1", "A2"] {
        wait_for_state(&stack, order, "in_doubt").await;
    }
    ses.0.store(false, Ordering::Relaxed);
    let settle = |more: &'static [&'static str]| {
        let args = [&["settle-many", "not-sent"], more].concat();
        let stack = &stack;
        async move { waybill(stack, &args).await }
    };
    // Another reason, and another time.
    let other = settle(&["--since", "1h", "--doubt", "NoAnswerInTime", "--dry-run"]).await;
    assert_eq!(other.code, Some(0), "{other:#?}");
    let before = settle(&["--since", "2h", "--until", "1h", "--dry-run"]).await;
    assert_eq!(before.code, Some(0), "{before:#?}");
    let plan = settle(&["--since", "1h", "--doubt", "InternalServiceError", "--dry-run"]).await;
    assert_eq!(plan.code, Some(1), "{plan:#?}");
    assert!(plan.stdout.contains("2 mails in doubt."), "{plan:#?}");
    assert_eq!(stack.mails().len(), 0);

    let done = settle(&["--since", "1h", "--yes", "--reason", "AWS: none was accepted"]).await;
    assert_eq!(done.code, Some(0), "{done:#?}");
    assert!(done.stdout.contains("2 mails settled."), "{done:#?}");
    for order in ["A1", "A2"] {
        wait_for_state(&stack, order, "delivered").await;
    }
    let again = settle(&["--since", "1h", "--yes", "--reason", "again"]).await;
    assert!(again.stdout.contains("No such mail is in doubt."), "{again:#?}");
    assert_one_mail_each(&stack, &["A1", "A2"]);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_to_a_corrected_address_that_is_in_doubt_is_settled_with_the_others() {
    let ses = Arc::new(BrokenSes(AtomicBool::new(false)));
    let faults: Arc<dyn Faults> = Arc::<BrokenSes>::clone(&ses);
    let stack = TestStack::start_with(Config { faults, ..crate::support::config() }).await;
    let to = |id: &str, address: &str| {
        let mut event: Value = serde_json::from_str(&refunded("A1")).expect("JSON");
        event["id"] = json!(id);
        event["data"]["order"]["customer"]["email"] = json!(address);
        event.to_string()
    };
    stack.publish(&[to("e-1", "bounce+a1@simulator.amazonses.com")]).await;
    wait_for_state(&stack, "A1", "bounced").await;
    ses.0.store(true, Ordering::Relaxed);
    stack.publish_only(&[to("e-2", "new@customers.example")]).await;
    wait_for_state(&stack, "A1", "in_doubt").await;
    ses.0.store(false, Ordering::Relaxed);
    let settle = ["settle-many", "not-sent", "--since", "1h", "--yes", "--reason", "none was"];
    let done = waybill(&stack, &settle).await;
    assert!(done.stdout.contains("1 mail settled."), "{done:#?}");
    wait_for_state(&stack, "A1", "delivered").await;
    assert_eq!(stack.mails_to("new@customers.example"), 1);
    stack.stop().await;
}

/// As [`UnansweringSes`]; and while the flag is set, the operator's command cannot send to a queue.
struct UnansweringSesAndNoQueue(AtomicBool);

impl Faults for UnansweringSesAndNoQueue {
    fn before(&self, call: &Call<'_>) -> Option<Fault> {
        let is_ours = *call.caller == Caller::Function("ops".to_owned());
        let is_hit = is_ours && call.operation == "SendMessageBatch";
        (is_hit && self.0.load(Ordering::Relaxed)).then_some(Fault::ServerError)
    }

    fn after(&self, call: &Call<'_>, status: StatusCode) -> Option<Fault> {
        UnansweringSes.after(call, status)
    }

    fn ses_event(&self, message_id: &str) -> Vec<Duration> {
        UnansweringSes.ses_event(message_id)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_settlement_that_failed_before_it_sent_continues_when_it_is_repeated() {
    let faults = Arc::new(UnansweringSesAndNoQueue(AtomicBool::new(true)));
    let config = Config { faults: Arc::clone(&faults) as _, ..crate::support::config() };
    let stack = TestStack::start_with(config).await;
    stack.publish_only(&[refunded("A1")]).await;
    wait_for_state(&stack, "A1", "in_doubt").await;
    let args = ["settle", "A1", "order.refunded", "not-sent", "--reason", "SES's console"];
    // The ledger is written before the message is sent, so the first run leaves `planned` without a message.
    let interrupted = waybill(&stack, &args).await;
    assert_eq!(interrupted.code, Some(1), "{interrupted:#?}");
    for debug in ["SdkError", "Unhandled", "Response {", "Error {"] {
        assert!(!interrupted.stderr.contains(debug), "{interrupted:#?}");
    }
    assert_eq!(stack.ledger_items("A1").await[0].state, "planned");
    faults.0.store(false, Ordering::Relaxed);
    let repeated = waybill(&stack, &args).await;
    assert_eq!(repeated.code, Some(0), "{repeated:#?}");
    crate::support::eventually("it is sent", || async { stack.mails_to(&customer("A1")) == 2 })
        .await;
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn dead_letters_in_flight_need_attention_too_and_the_list_can_be_filtered() {
    let stack = TestStack::start_with(with_refused_mails()).await;
    dead_letters(&stack, &["A1", "A2"]).await;
    let listed = json(&stack, &["dlq", "list", "--order", "A2", "--reason", "refused"]).await;
    let group = &queue_named(&listed, "mail")["groups"][0];
    assert_eq!((&group["messages"], &group["orders"]), (&json!(1), &json!(["A2"])), "{listed:#}");
    assert_eq!(group["attempts"], 1);
    let matched = waybill(&stack, &["dlq", "list", "--order", "A2"]).await;
    assert!(matched.stdout.contains("1 of 2 dead letters matches."), "{matched:#?}");
    let none = waybill(&stack, &["dlq", "list", "--order", "X1"]).await;
    assert_eq!(none.code, Some(0), "{none:#?}");
    assert!(none.stdout.contains("No dead letter matches."), "{none:#?}");
    let dlq = stack.stack.resources.queues.mail_dlq.clone();
    // Received and not deleted: both messages are in flight.
    stack.receive(&dlq).await;
    stack.receive(&dlq).await;
    let status = waybill(&stack, &["status"]).await;
    assert_eq!(status.code, Some(1), "{status:#?}");
    assert!(status.stdout.contains("2 of them in flight"), "{status:#?}");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erased_order_is_removed_and_not_mailed() {
    let stack = TestStack::start_with(with_refused_mails()).await;
    dead_letters(&stack, &["A1", "A2"]).await;
    let found = waybill(&stack, &["erase", "A1"]).await;
    assert_eq!(found.code, Some(2), "without --yes it changes nothing");
    assert_eq!(stack.depth(&stack.stack.resources.queues.mail_dlq).await, 2);
    let erased = waybill(&stack, &["erase", "A1", "--yes", "--reason", "asked for"]).await;
    assert_eq!(erased.code, Some(0), "{erased:#?}");
    assert_eq!(stack.depth(&stack.stack.resources.queues.mail_dlq).await, 1);
    let again = waybill(&stack, &["erase", "A1", "--yes", "--reason", "asked again"]).await;
    assert_eq!(again.code, Some(0), "nothing is left, and nothing is wrong with that: {again:#?}");
    let order = json(&stack, &["order", "A1"]).await;
    assert_eq!(order["events"], json!([]));
    assert_eq!(order["notifications"][0]["reason"], "erased");
    accept_mails_again(&stack);
    let resent = waybill(&stack, &["resend", "A1", "order.confirmed"]).await;
    assert_eq!(resent.code, Some(2));
    assert_eq!(stack.mails().len(), 0);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sweep_suppression_doctor_and_audit_report_on_a_running_stack() {
    let stack = TestStack::start().await;
    stack.publish(&[confirmed("A1")]).await;
    stack.stack.ses.suppression().put("gone@customers.example", Reason::Bounce);
    let swept = json(&stack, &["sweep", "--since", "1h", "--dry-run"]).await;
    assert_eq!(swept["missing"], json!([]));
    let list = json(&stack, &["suppression", "list", "--show-pii"]).await;
    assert_eq!(list["addresses"][0]["address"], "gone@customers.example");
    let args = ["suppression", "remove", "gone@customers.example"];
    assert_eq!(waybill(&stack, &args).await.code, Some(0));
    let again = waybill(&stack, &args).await;
    assert_eq!(again.code, Some(2), "{again:#?}");
    let doctor = json(&stack, &["doctor"]).await;
    assert!(!doctor.to_string().contains("without a code"), "{doctor:#}");
    let findings = doctor["findings"].as_array().expect("findings");
    let subjects: Vec<&str> =
        findings.iter().filter_map(|finding| finding["subject"].as_str()).collect();
    for part in ["table", "relay: sweep", "alarms"] {
        assert!(subjects.iter().any(|it| it.starts_with(part)), "{part}: {subjects:?}");
    }
    // Some findings are expected here, such as missing alarms; the tables must be as designed.
    let tables = doctor["findings"].as_array().expect("findings").iter();
    let wrong: Vec<_> = tables.filter(|finding| finding["level"] == "wrong").collect();
    assert!(
        wrong.iter().all(|f| f["subject"].as_str().is_some_and(|s| !s.starts_with("table"))),
        "{wrong:#?}"
    );
    let audit = json(&stack, &["audit"]).await;
    assert_eq!(audit["items"][0]["state"], "failed");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn invalid_input_is_answered_with_a_sentence_and_exit_code_2() {
    let stack = TestStack::start().await;
    let wrong: [&[&str]; 14] = [
        &["sweep", "--since", "1h", "--until", "2h", "--dry-run"],
        &["sweep", "--since", "1m", "--dry-run"],
        &["dlq", "list", "--count-only", "--order", "A1"],
        &["erase", "nobody"],
        &["erase", "nobody", "--yes", "--reason", "asked for"],
        &["order", "#1"],
        &["order", "nobody"],
        &["dlq", "show", "mail", "--filter", ".body ="],
        &["dlq", "show", "mail", "--since", "yesterday"],
        &["dlq", "show", "mail", "--kind", "order.shipped"],
        &["resend", "A1", "order.confirmed"],
        &["publish", "/nowhere.jsonl"],
        &["dlq", "replay", "mail", "--rate", "0", "--dry-run"],
        &["dlq", "replay", "mail", "--yes", "--reason", " "],
    ];
    for args in wrong {
        let refused = waybill(&stack, args).await;
        assert_eq!(refused.code, Some(2), "{args:?}: {refused:#?}");
        for debug in ["Err(", "Some(", "panicked", "RUST_BACKTRACE", "{ "] {
            assert!(!refused.stderr.contains(debug), "{args:?}: {}", refused.stderr);
        }
    }
    let audit = json(&stack, &["audit"]).await;
    // An erasure is recorded before it looks, and then says that it removed nothing.
    let items = audit["items"].as_array().expect("items");
    assert_eq!(items.len(), 1, "what was refused has changed nothing: {audit:#}");
    assert_eq!(items[0]["outcome"], json!({ "removed": 0 }));
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stack_that_does_not_answer_is_reported() {
    let nothing = command_at("http://127.0.0.1:9", &["status"]).spawn().expect("waybill starts");
    let nothing = run_to_end(nothing).await;
    assert_eq!(nothing.code, Some(1), "{nothing:#?}");
    assert!(nothing.stderr.contains("cargo run"), "{nothing:#?}");
    assert!(nothing.stderr.trim_end().ends_with(")."), "one full stop: {nothing:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_that_waits_after_a_pause_of_ses_is_sent_at_once_when_it_is_resent() {
    let stack = TestStack::start().await;
    stack.stack.ses.account().change(|settings| settings.sending = Sending::Paused);
    stack.publish_only(&[confirmed("A1")]).await;
    crate::support::eventually("its mail waits", || async {
        stack.ledger_items("A1").await.iter().any(|item| item.not_before > 0)
    })
    .await;
    let order = json(&stack, &["order", "A1"]).await;
    let mail = &order["notifications"][0];
    assert_eq!(mail["reason"], "SendingPausedException");
    let command = mail["commands"][0]["command"].as_str().expect("a command");
    assert!(command.starts_with("waybill resend A1 order.confirmed"), "{command}");
    let args = ["settle", "A1", "order.confirmed", "not-sent"];
    let settled = waybill(&stack, &args).await;
    assert_eq!(settled.code, Some(2), "it is not in doubt: {settled:#?}");
    stack.stack.ses.account().change(|settings| settings.sending = Sending::Enabled);
    let resent = waybill(&stack, &["resend", "A1", "order.confirmed"]).await;
    assert_eq!(resent.code, Some(0), "{resent:#?}");
    assert!(resent.stdout.contains("and is due now"), "{resent:#?}");
    // Long before the time that it was to wait for.
    wait_for_state(&stack, "A1", "delivered").await;
    assert_one_mail_each(&stack, &["A1"]);
    let item = stack.ledger_items("A1").await.remove(0);
    assert_eq!(item.reason, None, "a reason of an earlier refusal is not one of a delivery");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn resend_of_a_muted_mail_says_that_the_event_asks_for_none() {
    let stack = TestStack::start().await;
    let mut event: Value = serde_json::from_str(&confirmed("A1")).expect("JSON");
    event["data"]["notify"] = json!(false);
    stack.publish_only(&[event.to_string()]).await;
    wait_for_state(&stack, "A1", "skipped").await;
    let refused = waybill(&stack, &["resend", "A1", "order.confirmed"]).await;
    assert_eq!(refused.code, Some(2), "{refused:#?}");
    assert!(refused.stderr.contains("asks for no mail"), "{refused:#?}");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn dropping_from_an_empty_queue_deletes_nothing_and_asks_for_nothing() {
    let stack = TestStack::start().await;
    for args in [&["dlq", "drop", "mail"][..], &["dlq", "drop", "mail", "--yes-delete-0"]] {
        let dropped = waybill(&stack, args).await;
        assert_eq!(dropped.code, Some(0), "{dropped:#?}");
        assert!(dropped.stdout.contains("Nothing to delete."), "{dropped:#?}");
    }
    let more = waybill(&stack, &["dlq", "drop", "mail", "--yes-delete-3"]).await;
    assert_eq!(more.code, Some(2), "{more:#?}");
    stack.stop().await;
}
