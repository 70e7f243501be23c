//! A judgement that was made by what the ledger said a moment ago: others may have changed the order's records since.

use kit::ledger::Item;
use serde_json::{Value, json};
use shared::ledger::Transition;
use shared::notification::{Stage, Verdict};
use shared::queue::message::DispatchRequest;

use crate::events::{customer, shipped};
use crate::one_mail::set;
use crate::support::TestStack;

/// The record of an event of this type about the order's parcel, which happened so many hours ago.
fn planned(order: &str, event_type: &str, hours: i64) -> Item {
    let mut event: Value = serde_json::from_str(&shipped(order)).expect("JSON");
    (event["id"], event["type"]) = (event_type.into(), event_type.into());
    let time = jiff::Timestamp::now() - jiff::SignedDuration::from_hours(hours);
    event["time"] = time.to_string().into();
    event["data"]["order"]["customer"]["email"] = customer(order).into();
    let id = shared::CorrelationId::parse("c-1").expect("valid");
    let body = DispatchRequest::body(&event, jiff::Timestamp::now(), &id);
    Item::for_request(&DispatchRequest::parse(&body).expect("a dispatch request"))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_mail_is_skipped_for_a_newer_one_which_waits_where_it_is_being_sent_by_now() {
    let services = TestStack::start().await;
    let ledger = services.ledger();
    for (n, (now_is, is_waited_for, stays)) in [
        ("planned", false, "skipped"),
        ("skipped", false, "skipped"),
        ("failed", false, "failed"),
        ("sending", true, "sending"),
        ("sent", true, "sent"),
        ("in_doubt", true, "in_doubt"),
    ]
    .into_iter()
    .enumerate()
    {
        for same_news in [false, true] {
            let order = format!("{n}-{same_news}");
            let newer = planned(&order, "shipment.delivered", 0);
            let older = match same_news {
                false => planned(&order, "shipment.shipped", 1),
                // To the same address in another role, which comes after the customer's.
                true => {
                    let hash = newer.address_hash.clone().expect("an address");
                    let notification =
                        newer.notification.replace("customer", &format!("copy-{hash}"));
                    Item { notification, ..newer.clone() }
                }
            };
            let now = jiff::Timestamp::now().as_millisecond();
            for item in [&older, &newer] {
                ledger.create(Transition::Plan, item.clone(), now).await.expect("an answer");
            }
            let items = services.ledger_items(&older.order_key).await;
            let key = (&*older.order_key, &*older.notification);
            let attempt = i32::from(now_is != "planned");
            set(&services, key, &json!({ "state": now_is, "attempt": attempt })).await;
            let news = newer.news().expect("news");
            let judged = ledger.judge_among(&items, &newer.notification, &news, Stage::New, now);
            let verdict = judged.await.expect("an answer").verdict;
            assert_eq!(
                verdict == Verdict::Wait,
                is_waited_for,
                "{now_is}, {same_news}: {verdict:?}"
            );
            assert_eq!(matches!(verdict, Verdict::Mail(_)), !is_waited_for, "{verdict:?}");
            let after = services.ledger_items(&older.order_key).await;
            let after = after.iter().find(|item| item.notification == older.notification);
            assert_eq!(after.map(|item| &*item.state), Some(stays), "{same_news}");
        }
    }
    services.stop().await;
}
