//! Addresses that an operator corrects or names: what `MailDlqAlarm` and README.md advise for one that SES refused,
//! and `waybill resend --to` and `--copy-to`.

use std::sync::{Arc, Mutex, PoisonError};

use local::Config;
use local::aws::calls::Caller;
use local::edge::faults::{Call, Fault, Faults};
use local::resources::LEDGER_TABLE;
use local::ses::suppression::Reason;
use serde_json::{Value, json};

use super::process::{
    OPERATOR, ProcessResult, accept_mails_again, dead_letters, json, wait_for_state, waybill,
    with_refused_mails,
};
use crate::support::events::{confirmed, customer};
use crate::support::{TestStack, eventually};

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_ses_refused_is_corrected_for_one_order_by_a_replay() {
    let stack = TestStack::start_with(with_refused_mails()).await;
    dead_letters(&stack, &["A1", "A2"]).await;
    accept_mails_again(&stack);
    let edit = r#".event.data.order.customer.email="new@customers.example""#;
    let replay = ["dlq", "replay", "mail", "--order", "A1", "--edit", edit];
    let confirmed = ["--yes", "--reason", "the customer called"];
    let outcome = json(&stack, &[&replay[..], &confirmed].concat()).await;
    assert_eq!(outcome["outcome"]["moved"], 1, "{outcome:#}");
    wait_for_state(&stack, "A1", "delivered").await;
    assert_eq!(stack.mails_to("new@customers.example"), 1);
    assert_eq!(stack.mails_to(&customer("A1")) + stack.mails_to(&customer("A2")), 0);
    let rest = json(&stack, &["dlq", "show", "mail"]).await;
    assert_eq!((&rest["looked_at"], &rest["counts"]), (&json!(1), &json!({"would-send": 1})));
    let drop = ["dlq", "drop", "mail", "--order", "A2", "--yes-delete-1", "--reason", "not wanted"];
    let file = tempfile::tempdir().expect("a directory");
    let kept = file.path().join("kept.jsonl");
    let save = ["--save-to", kept.to_str().expect("UTF-8")];
    json(&stack, &[&drop[..], &save].concat()).await;
    assert_eq!(stack.depth(&stack.stack.resources.queues.mail_dlq).await, 0);
    stack.stop().await;
}

const BOUNCES: &str = "bounce+a1@simulator.amazonses.com";
const NEW: &str = "new@customers.example";

/// The confirmation of an order of a customer at this address.
fn confirmed_to(order: &str, address: &str) -> String {
    let mut event: Value = serde_json::from_str(&confirmed(order)).expect("JSON");
    event["data"]["order"]["customer"]["email"] = address.into();
    event.to_string()
}

async fn published(stack: &TestStack, order: &str, address: &str, state: &str) {
    stack.publish(&[confirmed_to(order, address)]).await;
    wait_for_state(stack, order, state).await;
}

/// `waybill resend` of the confirmation, with these further arguments.
async fn resend(stack: &TestStack, order: &str, more: &[&str]) -> ProcessResult {
    let args = ["--output", "json", "resend", order, "order.confirmed"];
    waybill(stack, &[&args[..], more, &["--reason", "ticket 4711"]].concat()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_that_bounced_is_sent_to_the_address_that_an_operator_names_once_and_who_and_why_is_kept()
 {
    let stack = TestStack::start().await;
    published(&stack, "A1", BOUNCES, "bounced").await;
    let shown = waybill(&stack, &["order", "A1"]).await;
    let suggested = "waybill resend A1 order.confirmed --to ADDRESS --reason \"...\"";
    assert!(shown.stdout.contains(suggested), "{shown:#?}");

    for same in [BOUNCES, &BOUNCES.to_uppercase()] {
        let refused = resend(&stack, "A1", &["--to", same]).await;
        assert_eq!(refused.code, Some(2), "{refused:#?}");
        assert!(refused.stderr.contains("an address at which it bounced"), "{refused:#?}");
    }
    let done = resend(&stack, "A1", &["--to", NEW]).await;
    assert_eq!(done.code, Some(0), "{done:#?}");
    assert_eq!(done.json()["address"], "n***@***.example");
    wait_for_state(&stack, "A1", "delivered").await;
    let again = resend(&stack, "A1", &["--to", NEW]).await;
    assert_eq!(again.code, Some(2), "{again:#?}");
    let other = resend(&stack, "A1", &["--to", "other@customers.example"]).await;
    assert!(other.stderr.contains("It was delivered"), "{other:#?}");
    assert_eq!((stack.mails_to(NEW), stack.mails().len()), (1, 2));

    let order = json(&stack, &["order", "A1"]).await;
    let mails = order["notifications"].as_array().expect("mails");
    let of = |state: &str| mails.iter().find(|mail| mail["state"] == state).expect("a mail");
    let (first, further) = (of("bounced"), of("delivered"));
    assert_eq!(first["reason"], "Permanent/General");
    assert_eq!(first["followed_by"], further["recipient"]);
    assert_eq!(further["asked_because"], "ticket 4711");
    assert!(further["asked_by"].as_str().is_some_and(|who| !who.is_empty()), "{further:#}");
    let audit = json(&stack, &["audit"]).await;
    let item = &audit["items"][audit["items"].as_array().expect("items").len() - 1];
    assert_eq!((&item["operator"], &item["reason"]), (&json!(OPERATOR), &json!("ticket 4711")));
    for text in [order.to_string(), audit.to_string()] {
        assert!(!text.contains(NEW) && !text.contains(BOUNCES), "{text}");
    }
    let items = stack.stack.dynamodb.scan().table_name(LEDGER_TABLE).send().await;
    let sizes: Vec<usize> =
        items.expect("an answer").items().iter().map(crate::samples::stored_size).collect();
    assert!(sizes.iter().all(|size| *size <= 1024), "{sizes:?}");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_an_operator_corrected_and_that_bounces_too_is_corrected_again() {
    let stack = TestStack::start().await;
    published(&stack, "A1", BOUNCES, "bounced").await;
    let typo = "bounce+typo@simulator.amazonses.com";
    let done = resend(&stack, "A1", &["--to", typo]).await;
    assert_eq!(done.code, Some(0), "{done:#?}");
    eventually("both have bounced", async || {
        let items = stack.ledger_items("A1").await;
        items.len() == 2 && items.iter().all(|item| item.state == "bounced")
    })
    .await;
    let done = resend(&stack, "A1", &["--to", NEW]).await;
    assert_eq!(done.code, Some(0), "{done:#?}");
    wait_for_state(&stack, "A1", "delivered").await;
    let sent = [BOUNCES, typo, NEW].map(|address| stack.mails_to(address));
    assert_eq!(sent, [1, 1, 1]);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_had_the_mail_as_a_copy_is_refused_as_the_corrected_one() {
    let stack = TestStack::start().await;
    let mut event: Value = serde_json::from_str(&confirmed_to("A1", BOUNCES)).expect("JSON");
    event["data"]["order"]["copies"] = json!([NEW]);
    stack.publish(&[event.to_string()]).await;
    eventually("the copy is delivered, and the customer's mail bounced", async || {
        let items = stack.ledger_items("A1").await;
        let mut states: Vec<&str> = items.iter().map(|item| item.state.as_str()).collect();
        states.sort_unstable();
        states == ["bounced", "delivered"]
    })
    .await;
    let refused = resend(&stack, "A1", &["--to", NEW]).await;
    assert_eq!(refused.code, Some(2), "{refused:#?}");
    assert!(refused.stderr.contains("That address gets this mail as copy-"), "{refused:#?}");
    assert_eq!(stack.mails_to(NEW), 1);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_that_may_have_arrived_goes_to_no_other_address_but_as_a_copy_once() {
    let stack = TestStack::start().await;
    published(&stack, "A1", "jo@customers.example", "delivered").await;
    let refused = resend(&stack, "A1", &["--to", NEW]).await;
    assert_eq!(refused.code, Some(2), "{refused:#?}");
    assert!(refused.stderr.contains("--copy-to ADDRESS"), "{refused:#?}");
    assert_eq!(stack.mails_to(NEW), 0);

    for address in [NEW, "jo@customers.example"] {
        let before = stack.mails_to(address);
        let done = resend(&stack, "A1", &["--copy-to", address]).await;
        assert_eq!(done.code, Some(0), "{done:#?}");
        eventually("the copy is sent", async || stack.mails_to(address) == before + 1).await;
    }
    eventually("it is delivered", async || {
        stack.ledger_items("A1").await.iter().all(|item| item.state == "delivered")
    })
    .await;
    let again = resend(&stack, "A1", &["--copy-to", NEW]).await;
    assert_eq!(again.code, Some(2), "{again:#?}");
    assert!(again.stderr.contains("has had its copy"), "{again:#?}");
    let subjects: Vec<String> =
        stack.mails().iter().map(|mail| mail.content.subject.clone()).collect();
    let copies = subjects.iter().filter(|it| it.starts_with("Copy: ")).count();
    assert_eq!(copies, 1, "to the customer, it is the mail itself: {subjects:?}");
    let asked = stack.ledger_items("A1").await;
    assert_eq!(asked.iter().filter(|item| item.asked_because.is_some()).count(), 2);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_says_that_its_address_is_suppressed_how_to_lift_that_and_how_to_send_again() {
    let stack = TestStack::start().await;
    let address = "jo@customers.example";
    stack.stack.ses.suppression().put(address, Reason::Bounce);
    published(&stack, "A1", address, "bounced").await;
    let order = json(&stack, &["order", "A1"]).await;
    let warning = order["warnings"][0].as_str().expect("a warning").to_owned();
    for words in ["the account's suppression list", "aws sesv2 delete-suppressed-destination"] {
        assert!(warning.contains(words), "{words} is not in {warning}");
    }
    assert!(!order.to_string().contains(address), "{order:#}");
    let refused = resend(&stack, "A1", &["--to", address]).await;
    assert_eq!(refused.code, Some(2), "{refused:#?}");
    assert!(refused.stderr.contains("suppression list"), "{refused:#?}");

    let remove = ["suppression", "remove", address, "--reason", "ticket 4711"];
    assert_eq!(waybill(&stack, &remove).await.code, Some(0));
    let done = resend(&stack, "A1", &["--to", address]).await;
    assert_eq!(done.code, Some(0), "{done:#?}");
    wait_for_state(&stack, "A1", "delivered").await;
    assert_eq!(stack.mails_to(address), 2, "the first one was accepted and not delivered");
    let order = json(&stack, &["order", "A1"]).await;
    assert_eq!(order.get("warnings"), None, "{order:#}");
    stack.stop().await;
}

/// While it is set, the operator's command cannot make calls of this operation.
struct WithoutOperation(Mutex<Option<&'static str>>);

impl Faults for WithoutOperation {
    fn before(&self, call: &Call<'_>) -> Option<Fault> {
        let is_ours = *call.caller == Caller::Function("ops".to_owned());
        let operation = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Not the audit item, without which nothing is begun.
        let is_audit = String::from_utf8_lossy(call.body).contains("#audit");
        let is_hit = is_ours && !is_audit && Some(call.operation) == operation;
        is_hit.then_some(Fault::ServerError)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_failed_between_any_two_of_its_steps_continues_and_sends_once() {
    let faults = Arc::new(WithoutOperation(Mutex::new(None)));
    let config = Config { faults: Arc::clone(&faults) as _, ..crate::support::config() };
    let stack = TestStack::start_with(config).await;
    let set = |operation| *faults.0.lock().unwrap_or_else(PoisonError::into_inner) = operation;
    for (order, operation) in [("A1", "UpdateItem"), ("A2", "PutItem"), ("A3", "SendMessageBatch")]
    {
        published(&stack, order, BOUNCES, "bounced").await;
        let new = format!("{}@new.example", order.to_lowercase());
        set(Some(operation));
        let failed = resend(&stack, order, &["--to", &new]).await;
        assert_eq!(failed.code, Some(1), "{failed:#?}");
        set(None);
        for _ in 0..2 {
            resend(&stack, order, &["--to", &new]).await;
        }
        wait_for_state(&stack, order, "delivered").await;
        assert_eq!(stack.mails_to(&new), 1, "{operation}");
    }
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_correcting_event_that_came_too_late_is_mailed_to_its_address_by_a_forced_replay() {
    let stack = TestStack::start().await;
    published(&stack, "A1", BOUNCES, "bounced").await;
    let mut event: Value = serde_json::from_str(&confirmed_to("A1", NEW)).expect("JSON");
    event["id"] = json!("e-2");
    let now = jiff::Timestamp::now().as_millisecond();
    let stale = json!({
        "v": 1, "accepted_at": now, "send_before": 1, "correlation_id": "c-1", "event": event,
    });
    let queues = stack.stack.resources.queues.clone();
    stack.send(&queues.dispatch, &stale.to_string()).await;
    wait_for_state(&stack, "A1", "skipped").await;
    stack.send(&queues.dispatch_dlq, &stale.to_string()).await;
    let replay = ["dlq", "replay", "dispatch", "--force-stale", "--yes", "--reason", "wanted"];
    let outcome = json(&stack, &replay).await;
    assert_eq!(outcome["outcome"]["moved"], 1, "{outcome:#}");
    wait_for_state(&stack, "A1", "delivered").await;
    assert_eq!((stack.mails_to(NEW), stack.mails_to(BOUNCES)), (1, 1));
    stack.stop().await;
}
