//! News that takes back what was said before: the newer one is the last word, in whatever order they arrive.

use serde_json::json;

use super::money::refund;
use super::{
    HOUR, NOW, Told, cancelled, changed, end, number, one_by_one, order_updated, skipped, told,
};
use crate::support::TestStack;
use crate::support::events::{confirmed, shipped};

#[tokio::test(flavor = "multi_thread")]
async fn of_a_parcel_that_arrived_and_went_back_only_the_newer_is_told_last() {
    let stack = TestStack::start().await;
    let at = |order, kind, id, ago| Told { order, ..told(kind, id, number("AAA1")).ago(ago) };
    let confirmed =
        |order, id| Told { order, ..told("order.confirmed", id, json!({})).ago(HOUR * 9) };
    let ends = one_by_one(
        &stack,
        [
            at("A1", "shipment.returned", "r-1", HOUR),
            at("A1", "shipment.delivered", "d-1", HOUR * 2),
            at("A2", "shipment.delivered", "d-2", HOUR),
            at("A2", "shipment.returned", "r-2", HOUR * 2),
            confirmed("A1", "c-1"),
            at("A3", "shipment.delivery_attempted", "a-3", HOUR),
            confirmed("A3", "c-3"),
        ],
    );
    let old = || skipped("superseded");
    assert_eq!(ends.await, [None, old(), None, old(), old(), None, old()]);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_confirmation_is_no_news_after_a_refund_of_all_and_is_after_one_of_a_part() {
    let stack = TestStack::start().await;
    for (order, amount, is_old) in [("A1", 8370, true), ("A2", 4900, false)] {
        stack.publish(&[changed(&refund(order, "R1", amount), json!({}), HOUR)]).await;
        let late = changed(&confirmed(order), json!({}), HOUR * 2);
        let end = end(&stack.publish(&[late]).await, &format!("{order}-confirmed"));
        assert_eq!(end.is_some(), is_old, "{order}: {end:?}");
    }
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_is_reopened_after_its_cancellation_has_news_of_its_parcels_again() {
    let stack = TestStack::start().await;
    let ago = |line: &str, ago| changed(line, json!({}), ago);
    for (order, data) in [("A1", json!({})), ("A2", json!({ "notify": false }))] {
        stack.publish(&[ago(&cancelled(order, None), HOUR * 4)]).await;
        let update = changed(&order_updated(order, &format!("{order}-u"), 2), data, HOUR * 3);
        stack.publish(&[update]).await;
        let id = format!("{order}-shipped");
        let outcomes = stack.publish(&[ago(&shipped(order), HOUR * 2)]).await;
        assert_eq!(end(&outcomes, &id), None, "{order}");
    }
    // The cancellation comes last, and happened first.
    stack.publish(&[ago(&order_updated("A3", "A3-u", 77), HOUR)]).await;
    let late = stack.publish(&[ago(&cancelled("A3", None), HOUR * 2)]).await;
    assert_eq!(end(&late, "A3-cancelled"), skipped("superseded"));
    let outcomes = stack.publish(&[ago(&shipped("A3"), NOW)]).await;
    assert_eq!(end(&outcomes, "A3-shipped"), None);
    stack.stop().await;
}
