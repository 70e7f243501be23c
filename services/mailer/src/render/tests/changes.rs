//! What changed of an order stands out, and nothing is claimed that is not known.

use serde_json::{Value, json};
use shared::Event;
use shared::contract::changes::OrderChanges;

use super::{NOW, sample};
use crate::render::{Brand, Mail, MailContext, render_in_context};

/// The mail of `now`, an update that does not say what changed, whose customer knows the order as `before`.
fn mail(before: &Value, now: &Value) -> Mail {
    let mut now = now.clone();
    now["data"]["update"] = json!({});
    let (before, now) = (Event::parse(before).expect("valid"), Event::parse(&now).expect("valid"));
    let changes = OrderChanges::between(&before.order, &now.order);
    let context = MailContext { changes, ..MailContext::default() };
    render_in_context(&now, NOW, &context, &Brand::default()).expect("a mail")
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn each_change_is_a_sentence_in_both_parts() {
    let (before, mut now) = (sample("order_updated_without_a_word"), sample("order_updated"));
    let order = &mut now["data"]["order"];
    order["lines"][0]["unit_price"]["amount"] = json!(2390);
    order["shipping_address"]["lines"] = json!(["Lange Reihe 42"]);
    let mail = mail(&before, &now);
    for words in [
        "What changed",
        "3 × Stoneware mug, moss green instead of 2 ×",
        "Price of Stoneware mug, moss green: €23.90 instead of €24.90",
        "Removed: 1 × Teapot",
        "Total: €79.60 instead of €",
        "New delivery address (see below)",
    ] {
        assert!(one_line(&mail.text).contains(words), "{words} is not in {}", mail.text);
        assert!(mail.html.contains(words), "{words} is not in {}", mail.html);
    }
}

#[test]
fn an_order_of_which_nothing_changed_that_is_known_claims_no_change() {
    let now = sample("order_updated");
    let mail = mail(&now, &now);
    assert!(!mail.text.contains("What changed") && !mail.html.contains("What changed"));
}

#[test]
fn what_the_shop_says_comes_instead_of_what_was_found_out() {
    let (before, now) = (sample("order_updated_without_a_word"), sample("order_updated"));
    let (before, now) = (Event::parse(&before).expect("valid"), Event::parse(&now).expect("valid"));
    let changes = OrderChanges::between(&before.order, &now.order);
    assert!(!changes.is_empty());
    let context = MailContext { changes, ..MailContext::default() };
    let mail = render_in_context(&now, NOW, &context, &Brand::default()).expect("a mail");
    assert!(mail.text.contains("We added one stoneware mug."));
    assert!(!mail.text.contains("instead of"), "{}", mail.text);
}

#[test]
fn a_title_with_markup_and_a_chosen_link_are_text_in_a_change_too() {
    let (before, mut now) = (sample("order_updated_without_a_word"), sample("order_updated"));
    now["data"]["order"]["lines"] = json!([{
        "title": "<img src=x onerror=alert(1)>", "quantity": 1,
        "options": [{ "name": "Engraving", "value": "https://evil.example/claim" }],
    }]);
    let mail = mail(&before, &now);
    assert!(!mail.html.contains("<img src=x") && mail.html.contains("Added: 1 × &#60;img"));
    assert!(
        !mail.html.contains("https://evil.example") && !mail.text.contains("https://evil.example")
    );
}
