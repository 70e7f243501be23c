//! Shopify's lost deliveries.

use std::sync::Arc;

use local::Config;
use local::aws::calls::{Caller, Service};
use local::edge::faults::{Call, Fault, Faults};
use serde_json::json;

use super::command::{
    SHOP, missing, publish, put_credentials, reconcile, reconcile_json, stack_from, stack_with,
    wait_for_mails,
};
use super::fake_shopify::FakeShopify;
use super::orders::{DAY, HOUR, ago, shopify, shopify_shipped};
use crate::ops::process::{OPERATOR, json as waybill_json};
use crate::support::eventually;

#[tokio::test(flavor = "multi_thread")]
async fn what_shopify_s_webhooks_lost_comes_back_and_each_customer_is_mailed_once() {
    let known = shopify(1001, ago(HOUR * 3));
    let fake = FakeShopify::start(vec![known]).await;
    let stack = stack_with("shopify", &fake.secret()).await;
    publish(&stack).await;
    wait_for_mails(&stack, &[(1001, 1)]).await;

    // Of the first order one fact is lost, of the others all; on three pages.
    fake.change(|orders| {
        orders[0] = shopify_shipped(1001, ago(HOUR * 3), ago(HOUR));
        orders.extend((1002..=1005).map(|id| shopify(id, ago(HOUR * 2))));
        let mut closed = shopify(1006, ago(HOUR * 2));
        closed["closed_at"] = closed["updated_at"].clone();
        orders.push(closed);
        orders.push(shopify(900, ago(DAY * 9)));
    });
    let shown = reconcile_json(&stack, 1, &[]).await;
    assert_eq!((&shown["orders"], &shown["published"]), (&json!(6), &json!(null)), "{shown:#}");
    assert!(missing(&shown).contains(&("1001".to_owned(), "shipment.shipped".to_owned())));
    assert!(!missing(&shown).contains(&("1001".to_owned(), "order.confirmed".to_owned())));
    assert_eq!(stack.mails().len(), 1, "nothing is published unasked");

    let published = publish(&stack).await;
    assert_eq!(published["published"], json!(missing(&shown).len()));
    let expected = [(1001, 2), (1002, 1), (1003, 1), (1004, 1), (1005, 1), (1006, 1)];
    wait_for_mails(&stack, &expected).await;

    let again = reconcile_json(&stack, 0, &["--publish", "--yes"]).await;
    assert_eq!((&again["missing"], &again["published"]), (&json!([]), &json!(null)));
    wait_for_mails(&stack, &expected).await;
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn facts_that_are_published_twice_before_they_arrive_are_one_mail() {
    let fake = FakeShopify::start(vec![shopify(1001, ago(HOUR)), shopify(1002, ago(HOUR))]).await;
    let stack = stack_with("shopify", &fake.secret()).await;
    let publish_now = || reconcile(&stack, &["--publish", "--yes"]);
    // Neither sees what the other has published, and the snapshots differ.
    let first = publish_now().await;
    fake.change(|orders| orders[0]["note"] = "changed meanwhile".into());
    let second = publish_now().await;
    assert_eq!((first.code, second.code), (Some(0), Some(0)), "{first:#?}\n{second:#?}");
    publish(&stack).await;
    wait_for_mails(&stack, &[(1001, 1), (1002, 1)]).await;
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_of_the_dev_dashboard_gets_its_token_first() {
    let fake = FakeShopify::start(vec![shopify(1001, ago(HOUR))]).await;
    let stack = stack_with("shopify", &fake.app_secret()).await;
    let shown = reconcile_json(&stack, 1, &["--system", "shopify"]).await;
    assert_eq!(missing(&shown), [("1001".to_owned(), "order.confirmed".to_owned())]);
    assert_eq!(fake.api.requests()[0].path, "/admin/oauth/access_token");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_old_is_told_apart_and_recorded_and_an_order_without_an_address_is_named() {
    let mut nobody = shopify(1003, ago(HOUR));
    for member in ["email", "contact_email"] {
        nobody[member] = json!(null);
    }
    nobody["customer"] = json!(null);
    let mut old = shopify(1002, ago(DAY * 5));
    old["updated_at"] = json!(ago(HOUR).to_string());
    let fake = FakeShopify::start(vec![shopify(1001, ago(HOUR)), old, nobody]).await;
    let stack = stack_with("shopify", &fake.secret()).await;
    let shown = reconcile_json(&stack, 1, &[]).await;
    let fate = |order: &str| {
        let rows = shown["missing"].as_array().expect("a list");
        let row = rows.iter().find(|row| row["order_id"] == order).expect("it is missing");
        row["fate"].clone()
    };
    assert_eq!((fate("1001"), fate("1002")), (json!("mailed"), json!("stale")), "{shown:#}");
    assert_eq!(shown["without_address"], json!([{ "order_id": "1003", "number": "#1003" }]));
    let text = reconcile(&stack, &[]).await;
    assert_eq!(text.code, Some(1));
    for told in
        ["recorded: stale", "its deadline was", "Without an e-mail address", "at most 1 mail"]
    {
        assert!(text.stdout.contains(told), "{told} is missing in {text:#?}");
    }
    publish(&stack).await;
    eventually("the old one is recorded as stale", || async {
        let items = stack.ledger_items("north/1002").await;
        items.iter().any(|item| item.reason.as_deref() == Some("stale"))
    })
    .await;
    wait_for_mails(&stack, &[(1001, 1), (1002, 0), (1003, 0)]).await;
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_shop_has_turned_off_and_what_happened_later_than_asked_is_told_apart() {
    let mut cancelled = shopify(1001, ago(HOUR * 3));
    cancelled["cancelled_at"] = json!(ago(HOUR).to_string());
    cancelled["updated_at"] = cancelled["cancelled_at"].clone();
    let fake = FakeShopify::start(vec![cancelled]).await;
    let stack = stack_with("shopify", &fake.secret()).await;
    let fates = async |more: &[&str]| {
        let shown = reconcile_json(&stack, 1, more).await;
        let rows = shown["missing"].as_array().expect("a list");
        rows.iter().map(|row| (row["kind"].clone(), row["fate"].clone())).collect::<Vec<_>>()
    };
    let confirmed = (json!("order.confirmed"), json!("mailed"));
    assert_eq!(fates(&["--until", "2h"]).await, [confirmed]);
    let off = (json!("order.cancelled"), json!("off"));
    assert!(fates(&[]).await.contains(&off), "{:?}", fates(&[]).await);
    stack.stop().await;
}

/// The ledger takes nothing from the dispatcher.
struct NoDecisions;

impl Faults for NoDecisions {
    fn before(&self, call: &Call<'_>) -> Option<Fault> {
        let is_dispatchers = *call.caller == Caller::Function("dispatcher".to_owned());
        (call.service == Service::DynamoDb && is_dispatchers).then_some(Fault::ServerError)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fact_that_is_stored_and_not_decided_yet_is_not_missing() {
    let fake = FakeShopify::start(vec![shopify(1001, ago(HOUR))]).await;
    let config = Config { faults: Arc::new(NoDecisions), ..crate::support::config() };
    let stack = stack_from(config, "shopify", &fake.secret()).await;
    // Returns once nothing is missing.
    publish(&stack).await;
    assert_eq!(stack.ledger_items("north/1001").await, []);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_published_is_in_the_audit_log_with_who_and_why() {
    let fake = FakeShopify::start(vec![shopify(1001, ago(HOUR))]).await;
    let stack = stack_with("shopify", &fake.secret()).await;
    reconcile_json(&stack, 1, &[]).await;
    let audit = || waybill_json(&stack, &["audit", "--shop", SHOP]);
    assert_eq!(audit().await["items"], json!([]), "looking changes nothing");
    reconcile_json(&stack, 0, &["--publish", "--yes", "--reason", "webhook was off"]).await;
    let items = audit().await["items"].clone();
    let item = &items[0];
    assert_eq!(item["operator"], OPERATOR, "{items:#}");
    assert_eq!(
        (&item["action"], &item["reason"]),
        (&json!("reconcile"), &json!("webhook was off"))
    );
    assert_eq!(item["state"], "completed");
    assert!(item.to_string().contains("published"), "{item:#}");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_terminal_nothing_is_published_unconfirmed_and_two_systems_are_asked_which() {
    let fake = FakeShopify::start(vec![shopify(1001, ago(HOUR))]).await;
    let stack = stack_with("shopify", &fake.secret()).await;
    let unconfirmed = reconcile(&stack, &["--publish"]).await;
    assert_eq!(unconfirmed.code, Some(2));
    assert!(unconfirmed.stderr.contains("Leave out --publish"), "{unconfirmed:#?}");
    let other = json!({ "url": "https://a.example", "consumer_key": "a", "consumer_secret": "b" });
    put_credentials(&stack, "woocommerce", &other.to_string());
    let which = reconcile(&stack, &[]).await;
    assert_eq!(which.code, Some(2));
    assert!(which.stderr.contains("--system"), "{which:#?}");
    assert_eq!(fake.api.requests().len(), 0);
    stack.stop().await;
}
