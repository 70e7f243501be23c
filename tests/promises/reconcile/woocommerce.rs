//! WooCommerce's lost deliveries, of which it tries each once.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::command::{
    missing, publish, reconcile_command, reconcile_json, stack_with, wait_for_mails,
};
use super::fake_woocommerce::{FakeWooCommerce, KEY, SECRET, Shop};
use super::orders::{
    DAY, HOUR, ago, refund_woocommerce, woocommerce, woocommerce_changed, woocommerce_unpaid,
};
use crate::ops::process::run_to_end;

fn of(orders: impl IntoIterator<Item = Value>) -> BTreeMap<u64, Value> {
    let id = |order: &Value| order["id"].as_u64().expect("an id");
    orders.into_iter().map(|order| (id(&order), order)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_woocommerce_lost_comes_back_with_its_refund_and_each_customer_is_mailed_once() {
    let orders = of([woocommerce(2001, ago(HOUR * 3))]);
    let fake = FakeWooCommerce::start(Shop { orders, ..Shop::default() }).await;
    let stack = stack_with("woocommerce", &fake.secret()).await;
    publish(&stack).await;
    wait_for_mails(&stack, &[(2001, 1)]).await;

    fake.change(|shop| {
        let refunds = refund_woocommerce(shop.orders.get_mut(&2001).expect("it"), 77, ago(HOUR));
        shop.refunds.insert(2001, refunds);
        let more = [
            woocommerce(2002, ago(HOUR)),
            woocommerce_unpaid(2003, ago(HOUR)),
            woocommerce(2004, ago(DAY * 9)),
        ];
        shop.orders.extend(of(more));
    });
    let shown = reconcile_json(&stack, 1, &[]).await;
    assert_eq!(shown["orders"], 3, "{shown:#}");
    let lost = [("2001", "order.refunded"), ("2002", "order.confirmed")];
    let mut found = missing(&shown);
    found.sort();
    assert_eq!(found, lost.map(|(order, kind)| (order.to_owned(), kind.to_owned())));
    publish(&stack).await;
    wait_for_mails(&stack, &[(2001, 2), (2002, 1), (2003, 0), (2004, 0)]).await;
    let again = reconcile_json(&stack, 0, &["--publish", "--yes"]).await;
    assert_eq!((&again["missing"], &again["published"]), (&json!([]), &json!(null)));
    wait_for_mails(&stack, &[(2001, 2), (2002, 1)]).await;
    stack.stop().await;
}

/// Unpaid orders around a paid one on each of three pages.
fn three_pages() -> BTreeMap<u64, Value> {
    let mut orders = of((1..=250).map(|id| woocommerce_unpaid(id, ago(HOUR * 2))));
    orders.extend(of([50, 101, 199, 201].map(|id| woocommerce(id, ago(HOUR * 2)))));
    orders
}

/// The ids of the orders that are missing.
async fn missing_orders(shop: Shop) -> (Vec<String>, usize) {
    let fake = FakeWooCommerce::start(shop).await;
    let stack = stack_with("woocommerce", &fake.secret()).await;
    let shown = reconcile_json(&stack, 1, &[]).await;
    let mut orders: Vec<String> = missing(&shown).into_iter().map(|(order, _)| order).collect();
    orders.sort_by_key(|order| order.parse::<u64>().expect("a number"));
    let is_page = |path: &str| path.ends_with("/orders");
    let pages = fake.api.requests().iter().filter(|request| is_page(&request.path)).count();
    stack.stop().await;
    (orders, pages)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_moves_to_an_earlier_page_when_others_are_deleted_is_not_left_out() {
    // The orders at the beginning of the second page are at the end of the first then.
    let delete: fn(&mut Shop) = |shop| shop.orders.retain(|id, _| *id > 3);
    let shop = Shop { orders: three_pages(), after_pages: vec![delete], ..Shop::default() };
    let (orders, pages) = missing_orders(shop).await;
    assert_eq!(orders, ["50", "101", "199", "201"]);
    assert_eq!(pages, 5, "three, the second read too late, and the first again");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_comes_twice_because_others_were_changed_meanwhile_is_counted_once() {
    let mut orders = three_pages();
    // Not changed for long, so not in the list; until somebody changes them.
    orders.extend(of((51..=60).map(|id| woocommerce_unpaid(id, ago(DAY * 9)))));
    let change: fn(&mut Shop) = |shop| {
        for id in 51..=60 {
            let order = shop.orders.get_mut(&id).expect("it is there");
            *order = woocommerce_changed(order.take(), ago(HOUR));
        }
    };
    let shop = Shop { orders, after_pages: vec![change], ..Shop::default() };
    let (orders, pages) = missing_orders(shop).await;
    assert_eq!(orders, ["50", "101", "199", "201"]);
    assert_eq!(pages, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_a_cache_drops_the_number_of_pages_all_are_read() {
    let shop = Shop { orders: three_pages(), drops_totals: true, ..Shop::default() };
    let (orders, pages) = missing_orders(shop).await;
    assert_eq!(orders, ["50", "101", "199", "201"]);
    assert_eq!(pages, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn fulfilments_are_asked_for_no_more_once_woocommerce_says_that_it_has_none() {
    let orders = of((1..=20).map(|id| woocommerce(id, ago(HOUR))));
    let fake = FakeWooCommerce::start(Shop { orders, ..Shop::default() }).await;
    let stack = stack_with("woocommerce", &fake.secret()).await;
    reconcile_json(&stack, 1, &[]).await;
    let asked = fake.api.requests();
    let asked = asked.iter().filter(|request| request.path.ends_with("/fulfillments")).count();
    assert!(asked <= 4, "as many as are asked for at the same time, not {asked}");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_try_takes_its_credentials_from_variables_and_says_so() {
    let orders = of([woocommerce(2001, ago(HOUR))]);
    let fake = FakeWooCommerce::start(Shop { orders, ..Shop::default() }).await;
    let stack = stack_with("shopify", "{}").await;
    let mut command = reconcile_command(&stack, &["--system", "woocommerce"]);
    command.env("WOOCOMMERCE_URL", fake.url());
    command.env("WOOCOMMERCE_CONSUMER_KEY", KEY).env("WOOCOMMERCE_CONSUMER_SECRET", SECRET);
    let result = run_to_end(command.spawn().expect("waybill starts")).await;
    assert_eq!(result.code, Some(1), "{result:#?}");
    assert!(result.stdout.contains("2001"), "{result:#?}");
    assert!(result.stderr.contains("of variables"), "{result:#?}");
    assert!(!format!("{result:?}").contains(SECRET));
    stack.stop().await;
}
