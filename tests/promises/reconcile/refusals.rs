//! Wrong credentials, wrong addresses, foreign shops: each a sentence that says what to do, and no secret in it.

use serde_json::{Value, json};

use super::command::{assert_refused, put_credentials, reconcile, stack_with};
use super::fake_api::{Fault, Response};
use super::fake_shopify::{FakeShopify, TOKEN};
use super::fake_woocommerce::{FakeWooCommerce, KEY, SECRET, Shop};
use super::orders::{HOUR, ago, shopify};
use crate::ops::process::waybill;

#[tokio::test(flavor = "multi_thread")]
async fn credentials_that_shopify_refuses_and_a_shop_that_is_none_are_sentences() {
    let fake = FakeShopify::start(vec![shopify(1001, ago(HOUR))]).await;
    let stack = stack_with("shopify", &fake.secret()).await;
    let put = |change: fn(&mut Value)| {
        let mut secret: Value = serde_json::from_str(&fake.secret()).expect("JSON");
        change(&mut secret);
        put_credentials(&stack, "shopify", &secret.to_string());
    };
    put(|secret| secret["access_token"] = "shpat_of_another_shop".into());
    let wrong = reconcile(&stack, &[]).await;
    assert_refused(&wrong, 2, &["401", "another shop's"], &["shpat_of_another_shop"]);

    put(|secret| secret["shop"] = "https://north.example".into());
    let elsewhere = reconcile(&stack, &[]).await;
    assert_refused(&elsewhere, 2, &["NAME.myshopify.com"], &[TOKEN]);

    put(|secret| drop(secret.as_object_mut().expect("an object").remove("access_token")));
    let missing = reconcile(&stack, &[]).await;
    assert_refused(&missing, 2, &["access_token", "is missing"], &[TOKEN]);

    put(|_| {});
    let unknown = waybill(&stack, &["reconcile", "--shop", "south", "--since", "1d"]).await;
    assert_refused(&unknown, 2, &["no shop south", "waybill shop list"], &[TOKEN]);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_sent_to_no_other_host_whatever_an_answer_says() {
    let fake = FakeShopify::start(vec![shopify(1001, ago(HOUR))]).await;
    let other = FakeShopify::start(vec![]).await;
    let stack = stack_with("shopify", &fake.secret()).await;
    let next = format!("<{}/admin/api/2026-10/orders.json>; rel=\"next\"", other.api.url());
    let page = Response::json(200, &json!({ "orders": [] })).with("Link", next);
    let redirect = Response::html(301).with("Location", other.api.url());
    for fault in [page, redirect] {
        fake.api.fail_next([Fault::Answer(fault)]);
        let refused = reconcile(&stack, &["--publish", "--yes"]).await;
        assert_refused(&refused, 2, &[], &[TOKEN]);
    }
    assert_eq!(other.api.requests().len(), 0);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn credentials_that_woocommerce_refuses_and_addresses_that_are_none_are_sentences() {
    let fake = FakeWooCommerce::start(Shop::default()).await;
    let stack = stack_with("woocommerce", &fake.secret()).await;
    let root = fake.api.url();
    for (url, secret, told) in [
        (fake.url(), "cs_of_another_shop", "401, woocommerce_rest_cannot_view"),
        // WordPress is in a folder, and this is not it.
        (root, SECRET, "the folder in which WordPress is"),
        ("http://shop.example".to_owned(), SECRET, "only https://"),
        ("shop.example".to_owned(), SECRET, "https://shop.example"),
    ] {
        let credentials = json!({ "url": url, "consumer_key": KEY, "consumer_secret": secret });
        put_credentials(&stack, "woocommerce", &credentials.to_string());
        let refused = reconcile(&stack, &[]).await;
        assert_refused(&refused, 2, &[told], &[KEY, secret]);
    }
    put_credentials(&stack, "woocommerce", &fake.secret());
    for (answer, told) in [
        (
            Response::html(301).with("Location", "https://www.shop.example/x"),
            "https://www.shop.example",
        ),
        (Response::html(200), "is not the API of WooCommerce"),
        (Response::html(403), "firewall"),
    ] {
        fake.api.fail_next([Fault::Answer(answer)]);
        let refused = reconcile(&stack, &[]).await;
        assert_refused(&refused, 2, &[told], &[KEY, SECRET]);
    }
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_without_credentials_is_told_where_they_belong() {
    let stack = stack_with("other", "{}").await;
    let none = reconcile(&stack, &[]).await;
    let told = ["waybill/north/shopify-api or waybill/north/woocommerce-api", "WOOCOMMERCE_URL"];
    assert_refused(&none, 2, &told, &[]);
    stack.stop().await;
}
