//! A shop whose settings are gone: none of its mails is sent, and each comes to an end.

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::SignedDuration;
use local::Config;
use local::resources::SHOPS_TABLE;
use local::stack::ShopFile;
use serde_json::Value;
use shared::ShopId;

use crate::support::events::{confirmed, customer, deliver_event};
use crate::support::simulated_pipeline::{MAIL, MAIL_DLQ, SimulatedPipeline};
use crate::support::{TestStack, config_without_sweep};

const HOUR: SignedDuration = SignedDuration::from_hours(1);

async fn put_away_settings(stack: &TestStack, shop: &str) {
    let key = AttributeValue::S(shop.to_owned());
    let call = stack.stack.dynamodb.delete_item().table_name(SHOPS_TABLE).key("shop", key);
    call.send().await.expect("deleted");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_of_a_shop_whose_settings_are_gone_waits_for_them_and_ends_once_it_is_too_old() {
    let north = ShopFile::new(ShopId::parse("north").expect("a name"), "{}").expect("settings");
    let stack =
        TestStack::start_with(Config { shops: vec![north], ..config_without_sweep() }).await;
    let mut event: Value = serde_json::from_str(&confirmed("A1")).expect("JSON");
    event["shop"] = "north".into();
    put_away_settings(&stack, "north").await;
    let mut pipeline = SimulatedPipeline::starting_at(&stack.stack, SignedDuration::ZERO);
    deliver_event(&pipeline, &event);
    for hours in [0, 1, 70] {
        pipeline.skip(HOUR * hours);
        pipeline.drain().await;
        assert_eq!(pipeline.queues.all(MAIL).len(), 1, "after {hours} hours more it waits");
    }
    pipeline.skip(HOUR * 2);
    pipeline.drain().await;
    assert_eq!([MAIL, MAIL_DLQ].map(|queue| pipeline.queues.all(queue).len()), [0, 0]);
    let items = stack.ledger_items("north/A1").await;
    let said: Vec<_> = items.iter().map(|it| (it.state.as_str(), it.reason.as_deref())).collect();
    assert_eq!(said, [("skipped", Some("stale"))]);
    assert_eq!(stack.mails_to(&customer("A1")), 0);
    stack.stop().await;
}
