//! What a function knows of a shop's settings, as they change in the table.

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::SignedDuration;
use kit::shops::{SHOP_KEY, ShopItem};
use kit::{Clock, ShopDirectory, ShopError};
use local::resources::SHOPS_TABLE;
use shared::ShopId;

use crate::support::TestStack;

const EXPIRED: SignedDuration = SignedDuration::ZERO;

fn north() -> ShopId {
    ShopId::parse("north").expect("the name of a shop")
}

fn directory(services: &TestStack) -> ShopDirectory {
    let client = services.stack.dynamodb.clone();
    ShopDirectory::new(client, SHOPS_TABLE.to_owned(), Clock::system())
}

async fn put(services: &TestStack, document: &str) {
    let document = document.to_owned();
    let item = ShopItem { shop: "north".to_owned(), document, version: 1, put_at: 1 };
    let item = serde_dynamo::to_item(item).expect("an item");
    let put = services.stack.dynamodb.put_item().table_name(SHOPS_TABLE).set_item(Some(item));
    put.send().await.expect("the table answers");
}

/// The reply address by the settings, which is what the tests change.
async fn reply_to(shops: &ShopDirectory) -> Option<String> {
    let settings = shops.settings(&north()).await.expect("known");
    settings.reply_to.as_ref().map(|address| address.expose().to_owned())
}

#[tokio::test]
async fn a_change_is_taken_up_once_the_settings_are_old_and_not_before() {
    let services = TestStack::start().await;
    let (cached, current) = (directory(&services), directory(&services).with_max_age(EXPIRED));
    put(&services, r#"{"reply_to":"a@north.example"}"#).await;
    assert_eq!(reply_to(&cached).await.as_deref(), Some("a@north.example"));
    assert_eq!(reply_to(&current).await.as_deref(), Some("a@north.example"));
    put(&services, r#"{"reply_to":"b@north.example"}"#).await;
    assert_eq!(reply_to(&cached).await.as_deref(), Some("a@north.example"), "one read a minute");
    assert_eq!(reply_to(&current).await.as_deref(), Some("b@north.example"));
    services.stop().await;
}

#[tokio::test]
async fn a_bad_document_leaves_the_last_good_one() {
    let services = TestStack::start().await;
    let shops = directory(&services).with_max_age(EXPIRED);
    put(&services, r#"{"reply_to":"a@north.example"}"#).await;
    assert!(reply_to(&shops).await.is_some());
    put(&services, r#"{"reply_to":"nobody"}"#).await;
    assert_eq!(reply_to(&shops).await.as_deref(), Some("a@north.example"));
    // A function that starts now has no good one to go on with.
    let refused = directory(&services).settings(&north()).await.expect_err("never read");
    assert!(matches!(refused, ShopError::Unavailable(..)), "{refused}");
    assert!(refused.to_string().contains("/reply_to"), "{refused}");
    services.stop().await;
}

#[tokio::test]
async fn what_a_newer_version_put_is_read_as_far_as_it_is_known() {
    let services = TestStack::start().await;
    put(&services, r#"{"reply_to":"a@north.example","wording":{"de":{}}}"#).await;
    assert_eq!(reply_to(&directory(&services)).await.as_deref(), Some("a@north.example"));
    services.stop().await;
}

#[tokio::test]
async fn an_unknown_shop_is_asked_for_each_time_and_the_default_one_needs_no_settings() {
    let services = TestStack::start().await;
    let shops = directory(&services);
    let refused = shops.settings(&north()).await.expect_err("unknown");
    assert!(matches!(refused, ShopError::Unknown(_)), "{refused}");
    put(&services, "{}").await;
    assert!(shops.settings(&north()).await.is_ok(), "as soon as it is there");
    assert!(shops.settings(&ShopId::default()).await.is_ok());

    let key = AttributeValue::S("north".to_owned());
    let delete = services.stack.dynamodb.delete_item().table_name(SHOPS_TABLE).key(SHOP_KEY, key);
    delete.send().await.expect("the table answers");
    let gone = directory(&services).settings(&north()).await.expect_err("gone");
    assert!(matches!(gone, ShopError::Unknown(_)), "{gone}");
    services.stop().await;
}
