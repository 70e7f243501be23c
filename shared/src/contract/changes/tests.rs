use super::*;
use crate::contract::event::Event;
use serde_json::{Value, json};

fn order(lines: Value, more: Value) -> Order {
    let mut event = json!({
        "type": "order.updated", "id": "e",
        "data": { "order": { "id": "1", "customer": { "email": "jo@example.com" }, "lines": lines } },
    });
    for (name, value) in more.as_object().expect("members") {
        event["data"]["order"][name] = value.clone();
    }
    Event::parse(&event).expect("valid").order
}

fn mug(quantity: u32) -> Value {
    json!({ "sku": "MUG", "title": "Mug", "quantity": quantity,
            "unit_price": { "amount": 1490, "currency": "EUR" } })
}

fn ring(engraving: &str) -> Value {
    json!({ "sku": "RING", "title": "Ring", "quantity": 1, "options": [{ "value": engraving }] })
}

/// The changes between two lists of lines, as text.
fn between(before: Value, now: Value) -> Vec<String> {
    let changes = OrderChanges::between(&order(before, json!({})), &order(now, json!({})));
    changes.named.iter().map(written).collect()
}

fn written(change: &OrderChange) -> String {
    let some = |some: &SomeOf| {
        let options = some.article.options.iter().map(|option| format!(" {}", option.value));
        let quantity = some.quantity.map_or("?".to_owned(), |quantity| quantity.to_string());
        format!("{quantity} {}{}", some.article.title, options.collect::<String>())
    };
    match change {
        OrderChange::Added(now) => format!("+ {}", some(now)),
        OrderChange::Removed(before) => format!("- {}", some(before)),
        OrderChange::Quantity { now, before } => format!("{before} -> {}", some(now)),
        OrderChange::Replaced { before, now } => format!("{} -> {}", some(before), some(now)),
        OrderChange::UnitPrice { article, before, now } => {
            format!("{} {} -> {}", article.title, before.amount, now.amount)
        }
        OrderChange::Total { before, now } => format!("{} -> {}", before.amount, now.amount),
        other => format!("{other:?}"),
    }
}

#[test]
fn an_article_that_came_went_or_is_there_in_another_quantity_is_a_change() {
    let pot = json!({ "sku": "POT", "title": "Teapot", "quantity": 1 });
    assert_eq!(between(json!([mug(2), pot]), json!([mug(3)])), ["2 -> 3 Mug", "- 1 Teapot"]);
    assert_eq!(between(json!([mug(2)]), json!([mug(2), pot])), ["+ 1 Teapot"]);
    let mut dear = mug(2);
    dear["unit_price"]["amount"] = json!(1590);
    assert_eq!(between(json!([mug(2)]), json!([dear])), ["Mug 1490 -> 1590"]);
}

#[test]
fn another_order_of_the_lines_or_a_line_in_two_is_none() {
    let pot = json!({ "sku": "POT", "title": "Teapot", "quantity": 1 });
    assert!(between(json!([mug(2), pot]), json!([pot, mug(2)])).is_empty());
    assert!(between(json!([mug(3)]), json!([mug(1), mug(2)])).is_empty());
}

#[test]
fn another_engraving_is_told_as_such_where_it_is_clear_which_one_it_was() {
    assert_eq!(
        between(json!([ring("A"), ring("B")]), json!([ring("A"), ring("C")])),
        ["1 Ring B -> 1 Ring C"]
    );
    assert_eq!(
        between(json!([ring("A"), ring("B")]), json!([ring("C"), ring("D")])),
        ["+ 1 Ring C", "+ 1 Ring D", "- 1 Ring A", "- 1 Ring B"]
    );
    assert_eq!(
        between(json!([ring("A")]), json!([ring("B"), ring("C")])),
        ["+ 1 Ring B", "+ 1 Ring C", "- 1 Ring A"]
    );
    let numbered = |title: &str| json!([{ "id": "1", "title": title, "quantity": 1 }]);
    assert_eq!(between(numbered("Mug"), numbered("Hat")), ["+ 1 Hat", "- 1 Mug"]);
    let with_id = |id: &str, engraving: &str| {
        let mut ring = ring(engraving);
        ring["id"] = json!(id);
        ring
    };
    assert_eq!(
        between(
            json!([with_id("1", "A"), with_id("2", "B")]),
            json!([with_id("1", "C"), with_id("2", "D")])
        ),
        ["1 Ring A -> 1 Ring C", "1 Ring B -> 1 Ring D"]
    );
}

#[test]
fn what_one_of_the_two_does_not_mention_has_not_changed() {
    let address = |line: &str| json!({ "shipping_address": { "lines": [line], "country": "IE" } });
    let total = json!({ "totals": { "total": { "amount": 5, "currency": "EUR" } } });
    let between = |before: Value, now: Value| {
        let lines = || json!([mug(1)]);
        OrderChanges::between(&order(lines(), before), &order(lines(), now)).named
    };
    assert_eq!(between(address("Main Street 1"), json!({})), []);
    assert_eq!(between(json!({}), total.clone()), []);
    let moved = between(address("Main Street 1"), address("Main Street 2"));
    assert_eq!(moved, [OrderChange::ShippingAddress]);
    let unsaid = json!({ "sku": "MUG", "title": "Mug" });
    let (before, now) = (order(json!([mug(1)]), total), order(json!([unsaid]), json!({})));
    assert!(OrderChanges::between(&before, &now).is_empty());
    assert!(OrderChanges::between(&order(json!([]), json!({})), &now).is_empty());
}

#[test]
fn where_it_goes_has_changed_if_a_mail_shows_it_otherwise_than_before() {
    let fetched = |more: Value| {
        let mut pickup = json!({ "name": "Store 7" });
        for (name, value) in more.as_object().expect("members") {
            pickup[name] = value.clone();
        }
        json!({ "pickup": pickup })
    };
    let shipped = |line: &str| json!({ "shipping_address": { "lines": [line] } });
    let both = |line: &str| {
        let mut both = fetched(json!({}));
        both["shipping_address"] = shipped(line)["shipping_address"].clone();
        both
    };
    let between = |before: Value, now: Value| {
        let lines = || json!([mug(1)]);
        OrderChanges::between(&order(lines(), before), &order(lines(), now)).named
    };
    let (day, later) = (json!({ "until": "2026-12-01" }), json!({ "until": "2026-12-05" }));
    assert_eq!(between(fetched(day.clone()), fetched(later)), [OrderChange::Pickup]);
    assert_eq!(between(fetched(json!({})), fetched(day.clone())), [OrderChange::Pickup]);
    assert_eq!(between(fetched(day), fetched(json!({}))), [], "it is not mentioned");
    assert_eq!(between(shipped("Main Street 1"), fetched(json!({}))), [OrderChange::Pickup]);
    assert_eq!(
        between(fetched(json!({})), shipped("Main Street 1")),
        [OrderChange::ShippingAddress]
    );
    assert_eq!(between(both("Main Street 1"), both("Main Street 2")), [], "nobody sees it");
}

#[test]
fn of_many_changes_the_first_are_named_and_the_rest_is_counted() {
    let articles: Vec<Value> =
        (0..25).map(|n| json!({ "title": format!("Article {n}"), "quantity": 1 })).collect();
    let (before, now) = (order(json!([mug(1)]), json!({})), order(json!(articles), json!({})));
    let changes = OrderChanges::between(&before, &now);
    assert_eq!((changes.named.len(), changes.more), (MAX_NAMED, 6));
}

#[test]
fn a_change_is_read_back_as_it_was_written() {
    let before = order(json!([mug(2), ring("A")]), json!({}));
    let now = order(json!([mug(3), ring("B")]), json!({}));
    let changes = OrderChanges::between(&before, &now);
    assert_eq!(changes.named.len(), 2);
    let mut json = serde_json::to_value(&changes).expect("JSON");
    assert_eq!(OrderChanges::read(&json), changes);
    json["named"][0] = json!({ "gift_wrapped": {} });
    assert_eq!(OrderChanges::read(&json).more, 1, "of a newer version");
    assert!(OrderChanges::read(&Value::Null).is_empty());
}
