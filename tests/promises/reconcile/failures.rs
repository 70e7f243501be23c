//! APIs that throttle, fail, hang and cut connections.

use std::time::{Duration, Instant};

use serde_json::json;

use super::command::{assert_refused, missing, reconcile, reconcile_json, stack_with};
use super::fake_api::{Fault, Response};
use super::fake_shopify::{FakeShopify, TOKEN};
use super::fake_woocommerce::{FakeWooCommerce, SECRET, Shop};
use super::orders::{HOUR, ago, shopify, woocommerce};

fn throttled(seconds: &str) -> Fault {
    let errors = json!({ "errors": "Exceeded 2 calls per second for api client." });
    Fault::Answer(Response::json(429, &errors).with("Retry-After", seconds))
}

fn failed(status: u16) -> Fault {
    Fault::Answer(Response::html(status))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_is_throttled_fails_hangs_or_is_cut_short_is_read_again() {
    let orders = (1001..=1005).map(|id| shopify(id, ago(HOUR)));
    let fake = FakeShopify::start(orders.collect()).await;
    let stack = stack_with("shopify", &fake.secret()).await;
    let faults = [throttled("1.0"), failed(502), Fault::Silence, Fault::Half, Fault::HangUp];
    fake.api.fail_next(faults);
    let shown = reconcile_json(&stack, 1, &["--timeout", "2"]).await;
    assert_eq!((shown["orders"].as_u64(), missing(&shown).len()), (Some(5), 5), "{shown:#}");
    assert_eq!(fake.api.requests().len(), 8, "three pages, and five failures");
    fake.api.fail_next([throttled("3.0")]);
    let began = Instant::now();
    reconcile_json(&stack, 1, &[]).await;
    assert!(began.elapsed() >= Duration::from_secs(3), "it waits as long as it is asked to");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn parts_of_an_order_that_fail_are_read_again_too() {
    let order = woocommerce(2001, ago(HOUR));
    let orders = [(2001, order)].into();
    let shop = Shop { orders, fulfillments: Some([].into()), ..Shop::default() };
    let fake = FakeWooCommerce::start(shop).await;
    let stack = stack_with("woocommerce", &fake.secret()).await;
    // The page, and then the fulfilments of its order.
    fake.api.fail_next([failed(503), throttled("1"), failed(500)]);
    reconcile_json(&stack, 1, &[]).await;
    assert_eq!(fake.api.requests().len(), 5);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_api_that_stays_away_or_asks_for_hours_is_given_up_with_a_sentence() {
    let fake = FakeShopify::start(vec![shopify(1001, ago(HOUR))]).await;
    let stack = stack_with("shopify", &fake.secret()).await;
    fake.api.fail_next(std::iter::repeat_n(failed(503), 6));
    let away = reconcile(&stack, &["--publish", "--yes"]).await;
    assert_refused(&away, 1, &["answered 503", "Nothing was published"], &[TOKEN]);
    fake.api.fail_next([throttled("7200")]);
    let banned = reconcile(&stack, &["--publish", "--yes"]).await;
    assert_refused(&banned, 1, &["asks to wait 2h", "Nothing was published"], &[TOKEN]);
    assert_eq!(stack.mails().len(), 0);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_that_is_not_reached_at_all_is_named_with_the_reason() {
    let shop = Shop::default();
    let fake = FakeWooCommerce::start(shop).await;
    let stack = stack_with("woocommerce", &fake.secret()).await;
    let address = fake.api.address.to_string();
    drop(fake);
    let away = reconcile(&stack, &[]).await;
    assert_refused(&away, 1, &[&address, "did not answer", "refused"], &[SECRET]);
    stack.stop().await;
}
