//! A recorded conversation of each shop system, signed and over HTTP: create, pay, edit, two parcels, changes of status,
//! a part paid back, cancellations, repetitions, what comes late, and what is lost.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use connector::{Delivery, System, Translation, translate};
use http::StatusCode;
use jiff::Timestamp;
use kit::ledger::Item;
use serde_json::Value;
use shared::notification::ledger_key;
use shared::{Event, OrderKey, ShopId};
use waybill_tests::chaos::rng::Rng;

use super::recorded::{Recorded, conversation};
use super::support::{deliver, mailed_within, start};
use crate::support::TestStack;

/// Longer than any delay that news waits for other news.
const SETTLED_WITHIN: Duration = Duration::from_secs(240);

/// Kinds after which nothing supersedes the mail, in whatever order the deliveries come.
const LAST_WORDS: [&str; 3] = ["order.cancelled", "order.refunded", "shipment.delivered"];

#[tokio::test(flavor = "multi_thread")]
async fn a_conversation_that_comes_in_order_ends_in_exactly_the_recorded_mails() {
    let stack = start().await;
    let told = async |system| {
        let mut expected: Vec<String> = Vec::new();
        for delivery in conversation(system).into_iter().filter(|delivery| !delivery.is_lost) {
            send(&stack, &delivery).await;
            expected.extend(delivery.mails);
            expected.sort();
            let are_told = async || mails_of(&stack, system).await == expected;
            mailed_within(SETTLED_WITHIN, &stack, &format!("{expected:?}"), are_told).await;
        }
        expected
    };
    let (shopify, woocommerce) = tokio::join!(told(System::Shopify), told(System::WooCommerce));
    until_nothing_is_left(&stack).await;
    assert_eq!(mails_of(&stack, System::Shopify).await, shopify);
    assert_eq!(mails_of(&stack, System::WooCommerce).await, woocommerce);
    assert_eq!(stack.mails().len(), shopify.len() + woocommerce.len());
    assert_no_dead_letters(&stack).await;
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn shuffled_and_repeated_every_fact_is_recorded_once_and_the_last_words_are_mailed() {
    for (seed, leave_out) in [(1, None), (2, Some(3)), (3, Some(9))] {
        settle_shuffled(seed, leave_out).await;
    }
}

/// Delivers each twice and shuffled, but for the one that is lost.
async fn settle_shuffled(seed: u64, leave_out: Option<usize>) {
    let stack = start().await;
    let mut expected = BTreeSet::new();
    let mut last_words = BTreeMap::<String, usize>::new();
    let mut all = Vec::new();
    for system in System::ALL {
        let mut deliveries = conversation(system);
        // A snapshot of an order: its last words come with a later one.
        let lost = leave_out.map(|n| deliveries.remove(n));
        deliveries.retain(|delivery| !delivery.is_lost);
        assert!(lost.is_none_or(|lost| !lost.topic.starts_with("refunds")));
        expected.extend(facts(&deliveries));
        let mails = deliveries.iter().flat_map(|delivery| delivery.mails.clone());
        for mail in mails.filter(|mail| LAST_WORDS.iter().any(|kind| mail.ends_with(kind))) {
            *last_words.entry(mail).or_default() += 1;
        }
        all.extend(deliveries.iter().cloned().chain(deliveries.clone()));
    }
    let rng = Rng::new(seed);
    all.sort_by_cached_key(|delivery| {
        rng.roll(&[&delivery.topic, &delivery.body.to_string()], seed, u64::MAX)
    });
    for delivery in &all {
        send(&stack, delivery).await;
    }
    let all_recorded = async || {
        let items = all_records(&stack).await;
        items.iter().map(key_of).collect::<BTreeSet<_>>() == expected
    };
    mailed_within(SETTLED_WITHIN, &stack, "every fact is recorded", all_recorded).await;
    until_nothing_is_left(&stack).await;
    let items = all_records(&stack).await;
    let recorded: BTreeSet<_> = items.iter().map(key_of).collect();
    assert_eq!(recorded, expected, "every fact that a delivery showed, and no other");
    for item in items.iter().filter(|item| !is_mailed(item)) {
        let reason = item.reason.as_deref().unwrap_or_default();
        let is_old = matches!(reason, "superseded" | "nothing_new" | "muted");
        assert!(is_old, "{} {}: {} {reason}", item.order_key, item.notification, item.state);
    }
    assert_eq!(
        stack.mails().len(),
        items.iter().filter(|it| is_mailed(it)).count(),
        "nothing twice"
    );
    let mut mails = mails_of(&stack, System::Shopify).await;
    mails.extend(mails_of(&stack, System::WooCommerce).await);
    for (mail, count) in last_words {
        let told = mails.iter().filter(|told| **told == mail).count();
        assert!(told >= count, "{mail}: {told} of {count}; seed {seed}: {mails:?}");
    }
    assert_no_dead_letters(&stack).await;
    stack.stop().await;
}

/// The notifications that these deliveries ask for, as the pure translation says: order and sort key.
fn facts(deliveries: &[Recorded]) -> BTreeSet<(String, String)> {
    let shop = ShopId::default();
    let events = |recorded: &Recorded, stored: Option<&Value>| {
        let (body, system) = (recorded.body.to_string(), recorded.system);
        let received_at = Timestamp::now();
        let delivery = Delivery { shop: &shop, system, topic: None, body: &body, received_at };
        translate(&delivery, stored).expect("a delivery of the samples")
    };
    let mut newest = BTreeMap::<String, Value>::new();
    let mut keys = BTreeSet::new();
    let mut add = |all: &[Value]| {
        keys.extend(all.iter().map(|json| {
            let event = Event::parse(json).expect("a valid event");
            (OrderKey::of_event(&event).to_string(), fact_of(&ledger_key(&event)))
        }));
    };
    for recorded in deliveries {
        let translation = match events(recorded, None) {
            Translation::NeedsOrder { order_id } => events(recorded, newest.get(&order_id)),
            other => other,
        };
        let Translation::Events(all) = translation else { continue };
        add(&all);
        for event in &all {
            let id = event["data"]["order"]["id"].as_str().expect("an id").to_owned();
            newest.insert(id, event["data"].clone());
        }
    }
    keys
}

async fn send(stack: &TestStack, delivery: &Recorded) {
    let answer = deliver(stack, delivery.system, &delivery.topic, &delivery.body).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", delivery.topic);
}

async fn until_nothing_is_left(stack: &TestStack) {
    let queues = &stack.stack.resources.queues;
    let queues =
        [&queues.deliveries, &queues.inbox, &queues.dispatch, &queues.mail, &queues.feedback];
    let is_settled = async || {
        for queue in queues {
            if stack.depth(queue).await > 0 {
                return false;
            }
        }
        let items = all_records(stack).await;
        items.iter().all(|item| !matches!(item.state.as_str(), "planned" | "sending"))
    };
    mailed_within(SETTLED_WITHIN, stack, "every notification is settled", is_settled).await;
}

async fn assert_no_dead_letters(stack: &TestStack) {
    let queues = &stack.stack.resources.queues;
    for queue in [&queues.deliveries_dlq, &queues.inbox_dlq, &queues.dispatch_dlq, &queues.mail_dlq]
    {
        assert_eq!(stack.depth(queue).await, 0, "{}", queue.url);
    }
}

fn key_of(item: &Item) -> (String, String) {
    (item.order_key.clone(), fact_of(&item.notification))
}

/// A ledger key without the occurrence of a correction. That is a digest of the event's id, so of the whole order as the
/// snapshot had it that a fulfilment was joined with, and depends on the order in which deliveries came. What it says again
/// is skipped as nothing new.
fn fact_of(key: &str) -> String {
    match key.split('#').collect::<Vec<_>>()[..] {
        [kind @ "shipment.updated", shipment, _told, recipient] => {
            [kind, shipment, recipient].join("#")
        }
        _ => key.to_owned(),
    }
}

fn is_mailed(item: &Item) -> bool {
    matches!(item.state.as_str(), "sent" | "delivered")
}

/// The orders of a conversation: key and number.
fn orders(system: System) -> BTreeSet<(String, String)> {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let whole = conversation(system).into_iter().filter(|it| it.body.get("line_items").is_some());
    let named = whole.filter_map(|it| {
        // A refund and a fulfilment have lines too, and no number of the order.
        let number = it.body.get("order_number").or_else(|| it.body.get("number"))?;
        Some((format!("default/{}", text(&it.body["id"])), text(number)))
    });
    named.collect()
}

/// What the ledger holds of all orders.
async fn all_records(stack: &TestStack) -> Vec<Item> {
    let mut items = Vec::new();
    for (order, _) in System::ALL.into_iter().flat_map(orders) {
        items.extend(stack.ledger_items(&order).await);
    }
    items
}

/// The mails of a system's orders as the index writes them, sorted: the order's number and the kind.
async fn mails_of(stack: &TestStack, system: System) -> Vec<String> {
    let mut mails = Vec::new();
    for (order, number) in orders(system) {
        let items = stack.ledger_items(&order).await;
        let kinds = items.iter().filter(|item| is_mailed(item)).map(|item| {
            let kind = item.notification.split('#').next().unwrap_or_default();
            format!("{number} {kind}")
        });
        mails.extend(kinds);
    }
    mails.sort();
    mails
}
