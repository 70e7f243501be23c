//! What is told of money: by a cancellation, by its refund, and by all refunds together.

use serde_json::{Value, json};

use super::{NOW, cancelled, changed, end, skipped, texts};
use crate::support::TestStack;
use crate::support::events::confirmed;

/// A refund of `amount` of an order that costs 83.70 EUR.
pub fn refund(order: &str, id: &str, amount: i64) -> String {
    let mut event: Value = serde_json::from_str(&confirmed(order)).expect("JSON");
    event["type"] = json!("order.refunded");
    event["id"] = json!(format!("{order}-{id}"));
    let total = json!({ "amount": 8370, "currency": "EUR" });
    let data = &mut event["data"];
    let currency = data["order"]["totals"]["total"]["currency"].clone();
    data["order"]["totals"] = json!({ "total": total });
    assert_eq!(currency, "EUR");
    data["refund"] = json!({ "id": id, "amount": { "amount": amount, "currency": "EUR" } });
    event.to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_refund_that_completes_the_sum_says_in_full() {
    let stack = TestStack::start().await;
    stack.publish(&[refund("A1", "R1", 4900)]).await;
    stack.publish(&[refund("A1", "R2", 3470)]).await;
    let full: Vec<bool> = texts(&stack).iter().map(|text| text.contains("in full")).collect();
    assert_eq!(full, [false, true]);
    stack.publish(&[refund("A2", "R1", 4900), refund("A2", "R2", 3470)]).await;
    let full = texts(&stack).iter().skip(2).filter(|text| text.contains("in full")).count();
    assert_eq!(full, 1, "also when both come at once");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancellation_and_a_refund_of_the_same_moment_tell_the_money_once() {
    let stack = TestStack::start().await;
    let outcomes = stack.publish(&[cancelled("A1", Some(1000)), refund("A1", "R1", 1000)]).await;
    assert_eq!(end(&outcomes, "A1-cancelled"), None);
    assert_eq!(end(&outcomes, "A1-R1"), skipped("nothing_new"));
    stack.publish(&[refund("A2", "R1", 1000)]).await;
    stack.publish(&[cancelled("A2", Some(1000))]).await;
    let money = |order: &str| {
        let texts = texts(&stack);
        let of_order = texts.iter().filter(|text| text.contains(order));
        of_order.filter(|text| text.contains("10.00")).count()
    };
    assert_eq!((money("A1"), money("A2")), (1, 1));
    assert_eq!(stack.mails().len(), 3);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancellation_says_nothing_about_money_that_its_event_does_not_say() {
    let stack = TestStack::start().await;
    stack.publish(&[cancelled("A1", None)]).await;
    let text = texts(&stack).remove(0);
    assert!(!text.contains("charged") && !text.contains("nothing to pay"), "{text}");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_is_told_once_and_no_other_one_is_taken_for_it() {
    let stack = TestStack::start().await;
    let announced = |order: &str, amount: i64, id: Option<&str>| {
        let refund = json!({ "amount": amount, "currency": "EUR" });
        let cancellation =
            json!({ "lines": [{ "sku": "POT" }], "refund": refund, "refund_id": id });
        changed(&cancelled(order, None), json!({ "cancellation": cancellation }), NOW)
    };
    let new = skipped("nothing_new");
    for (order, lines, ends) in [
        // The cancellation names its refund. Another one comes between them, and one of the same amount.
        (
            "A1",
            vec![
                announced("A1", 4900, Some("r1")),
                refund("A1", "r2", 1980),
                refund("A1", "r1", 4900),
            ],
            vec![None, None, new.clone()],
        ),
        ("A2", vec![announced("A2", 4900, Some("r1")), refund("A2", "r2", 4900)], vec![None, None]),
        // It names none: as much is the same money, and less is another.
        ("A3", vec![announced("A3", 4900, None), refund("A3", "r1", 1490)], vec![None, None]),
        ("A4", vec![cancelled("A4", Some(2000)), refund("A4", "r1", 1500)], vec![None, None]),
        ("A5", vec![cancelled("A5", Some(2000)), refund("A5", "r1", 2000)], vec![None, new]),
    ] {
        let mut became = Vec::new();
        for line in &lines {
            let event: Value = serde_json::from_str(line).expect("JSON");
            let outcomes = stack.publish(std::slice::from_ref(line)).await;
            became.push(end(&outcomes, event["id"].as_str().expect("an id")));
        }
        assert_eq!(became, ends, "{order}");
    }
    stack.stop().await;
}
