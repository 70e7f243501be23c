//! The recorded conversations, of which the second half is lost and comes back over the API.

use std::collections::BTreeMap;

use connector::System;
use http::StatusCode;
use serde_json::{Value, json};

use super::fake_shopify::FakeShopify;
use super::fake_woocommerce::{FakeWooCommerce, Shop};
use crate::connector::recorded::{Recorded, conversation};
use crate::connector::support::{deliver, mailed_within, start};
use crate::ops::process::{ProcessResult, waybill};
use crate::support::TestStack;

/// What nothing supersedes, whatever comes first.
const LAST_WORDS: [&str; 3] = ["order.cancelled", "order.refunded", "shipment.delivered"];

/// Longer than any delay that news waits for other news.
const SETTLED_WITHIN: std::time::Duration = std::time::Duration::from_secs(240);

#[tokio::test(flavor = "multi_thread")]
async fn the_half_of_a_shopify_conversation_that_was_lost_is_told_after_all() {
    let orders = last_snapshots(&conversation(System::Shopify)).into_values().collect();
    let fake = FakeShopify::start(orders).await;
    tell_after_all(System::Shopify, &fake.secret()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_half_of_a_woocommerce_conversation_that_was_lost_is_told_after_all() {
    let orders = last_snapshots(&conversation(System::WooCommerce));
    let fake = FakeWooCommerce::start(Shop { orders, ..Shop::default() }).await;
    tell_after_all(System::WooCommerce, &fake.secret()).await;
}

/// Delivers the first half of the conversation, reads the rest over the API, and publishes it.
async fn tell_after_all(system: System, secret: &str) {
    let stack = start().await;
    stack.stack.put_secret(&format!("waybill/default/{system}-api"), secret);
    let whole = conversation(system);
    let (delivered, lost) = whole.split_at(whole.len() / 2);
    for delivery in delivered.iter().filter(|delivery| !delivery.is_lost) {
        let answer = deliver(&stack, system, &delivery.topic, &delivery.body).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", delivery.topic);
    }
    let expected: usize = delivered.iter().map(|delivery| delivery.mails.len()).sum();
    let are_there = async || stack.mails().len() >= expected;
    mailed_within(SETTLED_WITHIN, &stack, "the first half is mailed", are_there).await;

    let shown = reconcile(&stack, system, &["--output", "json"]).await;
    assert_eq!(shown.code, Some(1), "{shown:#?}");
    assert_eq!(shown.json()["unreadable"], json!([]));
    let published = reconcile(&stack, system, &["--publish", "--yes"]).await;
    assert_eq!(published.code, Some(0), "{published:#?}");
    let is_known = async || reconcile(&stack, system, &[]).await.code == Some(0);
    mailed_within(SETTLED_WITHIN, &stack, "nothing is missing any more", is_known).await;

    let orders = last_snapshots(&whole);
    let settled =
        async || records(&stack, &orders).await.iter().all(|(_, _, state)| is_final(state));
    mailed_within(SETTLED_WITHIN, &stack, "every notification is settled", settled).await;
    let sent = records(&stack, &orders).await;
    let sent: Vec<_> = sent.iter().filter(|(_, _, state)| is_sent(state)).collect();
    assert_eq!(stack.mails().len(), sent.len(), "each is one mail: {sent:?}");
    for mail in lost.iter().flat_map(|delivery| &delivery.mails) {
        let (number, kind) = mail.split_once(' ').expect("number and kind");
        let is_told = |(of, told, _): &&&(String, String, String)| of == number && told == kind;
        let wanted = lost.iter().flat_map(|it| &it.mails).filter(|other| *other == mail).count();
        let told = sent.iter().filter(is_told).count();
        assert!(told >= wanted || !LAST_WORDS.contains(&kind), "{mail} is missing: {sent:?}");
    }
    stack.stop().await;
}

async fn reconcile(stack: &TestStack, system: System, more: &[&str]) -> ProcessResult {
    let until = (jiff::Timestamp::now() + jiff::SignedDuration::from_mins(1)).to_string();
    let args = ["reconcile", "--system", system.as_str(), "--since", "3d", "--until", &until];
    waybill(stack, &[&args, more].concat()).await
}

/// Each order as it was last delivered, by its id.
fn last_snapshots(conversation: &[Recorded]) -> BTreeMap<u64, Value> {
    let orders = conversation.iter().map(|delivery| &delivery.body);
    let whole = orders.filter(|body| body.get("line_items").is_some() && number(body).is_some());
    whole.filter_map(|body| Some((body["id"].as_u64()?, body.clone()))).collect()
}

fn number(order: &Value) -> Option<String> {
    let number = order.get("order_number").or_else(|| order.get("number"))?;
    Some(number.as_str().map_or_else(|| number.to_string(), str::to_owned))
}

/// The notifications of all orders: the order's number, the kind and the state.
async fn records(
    stack: &TestStack,
    orders: &BTreeMap<u64, Value>,
) -> Vec<(String, String, String)> {
    let mut records = Vec::new();
    for (id, order) in orders {
        let number = number(order).expect("a number");
        for item in stack.ledger_items(&format!("default/{id}")).await {
            let kind = item.notification.split('#').next().unwrap_or_default().to_owned();
            records.push((number.clone(), kind, item.state));
        }
    }
    records
}

fn is_sent(state: &str) -> bool {
    matches!(state, "sent" | "delivered")
}

fn is_final(state: &str) -> bool {
    is_sent(state) || state == "skipped"
}
