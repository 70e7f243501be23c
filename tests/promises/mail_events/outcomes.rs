//! Each change of a mail that a shop would act on is on the bus once, and nothing else is.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use ::http::StatusCode;
use boon::{Compiler, Draft, Schemas};
use local::Config;
use local::edge::faults::{Call, Fault, Faults};
use local::resources::LEDGER_TABLE;
use local::ses::suppression::Reason;
use serde_json::{Value, json};
use shared::ledger::State;

use super::{config, events, events_of, told, types};
use crate::ops::process::with_refused_mails;
use crate::support::events::{confirmed, refunded};
use crate::support::{TestStack, eventually, http};

const SCHEMA: &str = include_str!("../../../shared/schema/mail.schema.json");

/// The event, with this in the place of its customer's address.
fn to(address: &str, line: &str) -> String {
    let mut event: Value = serde_json::from_str(line).expect("JSON");
    event["data"]["order"]["customer"]["email"] = address.into();
    event.to_string()
}

/// None of SES's events arrives, and where `unanswered`, none of its answers either.
struct NoFeedback {
    unanswered: bool,
}

impl Faults for NoFeedback {
    fn after(&self, call: &Call<'_>, _: StatusCode) -> Option<Fault> {
        (self.unanswered && call.operation == "SendEmail").then_some(Fault::HangUp)
    }

    fn ses_event(&self, _: &str) -> Vec<Duration> {
        Vec::new()
    }
}

fn without_feedback(unanswered: bool) -> Config {
    Config { faults: Arc::new(NoFeedback { unanswered }), ..config() }
}

/// That each event has the published form, and nothing of an address.
fn check_form(events: &[Value]) {
    let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
    compiler.set_default_draft(Draft::V2020_12);
    let schema = serde_json::from_str(SCHEMA).expect("JSON");
    compiler.add_resource("https://waybill.example/mail", schema).expect("JSON");
    let form = compiler.compile("https://waybill.example/mail", &mut schemas).expect("a schema");
    for event in events {
        let refusal = schemas.validate(event, form).err().map(|error| error.to_string());
        assert_eq!(refusal, None, "{event:#}");
        let text = event.to_string();
        for personal in ["@", "customers.example", "copies.example", "Zoë", "Main Street"] {
            assert!(!text.contains(personal), "{personal} in {text}");
        }
    }
}

fn ids(events: &[Value]) -> BTreeSet<&str> {
    events.iter().map(|event| event["id"].as_str().expect("an id")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_that_ses_accepts_is_told_as_sent() {
    let stack = TestStack::start_with(without_feedback(false)).await;
    stack.publish_only(&[confirmed("T1")]).await;
    eventually("it is on the bus", async || !events_of(&stack, "T1").is_empty()).await;
    let told = told(&stack, "T1").await;
    assert_eq!(types(&told), ["mail.sent"]);
    check_form(&told);
    let event = &told[0];
    assert_eq!(event["data"]["kind"], "order.confirmed");
    assert_eq!(event["data"]["recipient"], "customer");
    assert_eq!((&event["shop"], &event["source"]), (&json!("default"), &json!("/waybill/local")));
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_that_arrives_or_bounces_or_is_called_spam_is_told_so_once() {
    let stack = TestStack::start_with(config()).await;
    let lines = [
        confirmed("T1"),
        to("bounce+t2@simulator.amazonses.com", &confirmed("T2")),
        to("complaint+t3@simulator.amazonses.com", &confirmed("T3")),
    ];
    stack.publish(&lines).await;
    for (order, state, last) in [
        ("T1", State::Delivered, "mail.delivered"),
        ("T2", State::Bounced, "mail.bounced"),
        ("T3", State::Complained, "mail.complained"),
    ] {
        eventually(&format!("{order} is {state}"), async || {
            stack.ledger_items(order).await[0].state() == Some(state)
        })
        .await;
        let told = told(&stack, order).await;
        let types = types(&told);
        assert_eq!(types.last(), Some(&last), "{types:?}");
        assert_eq!(types.iter().filter(|it| **it == last).count(), 1, "{types:?}");
        assert_eq!(ids(&told).len(), told.len(), "each once: {told:#?}");
        check_form(&told);
        let of_one_mail = |event: &Value| event["subject"] == told[0]["subject"];
        assert!(told.iter().all(of_one_mail), "{told:#?}");
    }
    let bounced = &events_of(&stack, "T2").pop().expect("one")["data"];
    assert_eq!(bounced["reason"], "Permanent/General");
    assert_eq!(bounced.get("open_until"), None, "it is final");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_that_ses_refuses_is_told_as_failed_with_its_code() {
    let stack = TestStack::start_with(Config { mail_events: true, ..with_refused_mails() }).await;
    stack.publish_only(&[confirmed("T1")]).await;
    eventually("it is on the bus", async || !events_of(&stack, "T1").is_empty()).await;
    let told = told(&stack, "T1").await;
    assert_eq!(types(&told), ["mail.failed"]);
    assert_eq!(told[0]["data"]["reason"], "refused: MessageRejected");
    check_form(&told);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_that_ses_may_have_sent_is_told_as_in_doubt_and_whether_it_is_sent_again() {
    let stack = TestStack::start_with(without_feedback(true)).await;
    stack.publish_only(&[refunded("T1")]).await;
    eventually("it is on the bus", async || !events_of(&stack, "T1").is_empty()).await;
    let told = told(&stack, "T1").await;
    assert_eq!(types(&told), ["mail.in_doubt"]);
    assert_eq!(told[0]["data"]["will_resend"], false, "a refund is held");
    check_form(&told);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_sent_on_purpose_is_told_as_skipped_with_its_reason() {
    let stack = TestStack::start_with(config()).await;
    let mut muted: Value = serde_json::from_str(&confirmed("T1")).expect("JSON");
    muted["data"]["notify"] = false.into();
    stack.publish(&[muted.to_string()]).await;
    let told = told(&stack, "T1").await;
    assert_eq!(types(&told), ["mail.skipped"]);
    assert_eq!(told[0]["data"]["reason"], "muted");
    assert_eq!(told[0]["data"]["attempt"], 0);
    check_form(&told);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_has_events_of_its_own() {
    let stack = TestStack::start_with(config()).await;
    let mut event: Value = serde_json::from_str(&confirmed("T1")).expect("JSON");
    event["data"]["order"]["copies"] = json!(["accounts@copies.example"]);
    stack.publish(&[event.to_string()]).await;
    let told = told(&stack, "T1").await;
    for role in ["customer", "copy"] {
        let own: Vec<&Value> = told.iter().filter(|it| it["data"]["recipient"] == role).collect();
        let delivered = own.iter().filter(|it| it["type"] == "mail.delivered").count();
        assert_eq!(delivered, 1, "{role}: {told:#?}");
        assert!(own.iter().all(|it| it["subject"] == own[0]["subject"]), "{role}: {told:#?}");
    }
    let mails: BTreeSet<&str> = told.iter().filter_map(|it| it["subject"].as_str()).collect();
    assert_eq!(mails.len(), 2);
    check_form(&told);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_further_delivery_to_a_corrected_address_says_that_it_is_one() {
    let stack = TestStack::start_with(config()).await;
    stack.stack.ses.suppression().put("old@customers.example", Reason::Bounce);
    stack.publish(&[to("old@customers.example", &confirmed("T1"))]).await;
    told(&stack, "T1").await;
    let mut corrected: Value = serde_json::from_str(&confirmed("T1")).expect("JSON");
    corrected["id"] = "T1-corrected".into();
    stack.publish(&[corrected.to_string()]).await;
    let told = told(&stack, "T1").await;
    let at = |corrected: bool| {
        let own = told.iter().filter(|event| event["data"]["corrected_address"] == corrected);
        own.map(|event| event["type"].as_str().expect("a type")).collect::<Vec<_>>()
    };
    assert_eq!(at(false).last(), Some(&"mail.bounced"), "{told:#?}");
    assert_eq!(at(true).last(), Some(&"mail.delivered"), "{told:#?}");
    check_form(&told);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_leaves_the_ledger_and_what_else_is_in_its_table_is_not_told() {
    let stack = TestStack::start_with(config()).await;
    stack.publish(&[confirmed("T1")]).await;
    let before = told(&stack, "T1").await;
    let item = stack.ledger_items("T1").await.remove(0);
    let text = |text: &str| aws_sdk_dynamodb::types::AttributeValue::S(text.to_owned());
    let delete = stack.stack.dynamodb.delete_item().table_name(LEDGER_TABLE);
    let delete = delete.key("order_key", text(&item.order_key));
    delete.key("notification", text(&item.notification)).send().await.expect("deleted");
    let put = stack.stack.dynamodb.put_item().table_name(LEDGER_TABLE);
    let put = put.item("order_key", text("#audit")).item("notification", text("2026"));
    put.item("state", text("sent")).send().await.expect("written");
    // The stream is read in order: what comes later is told after what came before it.
    stack.publish(&[confirmed("T2")]).await;
    told(&stack, "T2").await;
    assert_eq!(events_of(&stack, "T1"), before);
    let orders = events(&stack);
    let orders = orders.iter().filter_map(|event| event["data"]["order"]["id"].as_str());
    assert_eq!(orders.collect::<BTreeSet<_>>(), BTreeSet::from(["T1", "T2"]));
    let dead_letters =
        stack.stack.resources.queues.publisher_dlq.clone().expect("mail events are on");
    assert_eq!(stack.depth(&dead_letters).await, 0);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn events_json_lists_what_was_published_by_shop_order_and_type() {
    let stack = TestStack::start_with(config()).await;
    stack.publish(&[confirmed("T1"), confirmed("T2")]).await;
    let (one, two) = (told(&stack, "T1").await, told(&stack, "T2").await);
    let address = stack.stack.address;
    let get = async |query: &str| {
        let path = format!("/events.json{query}");
        http::request(address, "GET", &path, &[], b"").await
    };
    let all = get("").await.json();
    assert_eq!(all["published"], one.len() + two.len());
    let newest_first: Vec<Value> = events(&stack).into_iter().rev().collect();
    assert_eq!(all["events"], json!(newest_first));
    let found = get("?shop=default&order=T1&type=mail.delivered").await.json();
    assert_eq!(found["found"], 1, "{found:#}");
    assert_eq!(get("?shop=north").await.json()["found"], 0);
    assert_eq!(get("?order=T1&orders=T2").await.status, StatusCode::BAD_REQUEST);
    stack.stop().await;

    let silent = TestStack::start().await;
    let answer = http::request(silent.stack.address, "GET", "/events.json", &[], b"").await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    assert!(answer.json()["detail"].as_str().expect("a sentence").contains("--mail-events"));
    assert!(silent.stack.functions.function("publisher").is_err(), "nobody listens");
    silent.stop().await;
}
