//! A mail says nothing that is not so, whatever its event leaves open.

use serde_json::{Value, json};
use shared::Event;
use shared::notification::MoneyNews;

use super::{NOW, render_sample, sample};
use crate::render::{Brand, Mail, MailContext, render_in_context};

/// The mail of the sample `name`, with the member of that name replaced where `changes` has one.
fn mail(name: &str, changes: &[(&str, Value)]) -> Mail {
    let mut event = sample(name);
    for (pointer, value) in changes {
        let (parent, member) = pointer.rsplit_once('/').expect("a pointer");
        event.pointer_mut(parent).expect("its parent")[member] = value.clone();
    }
    render_sample(&event)
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[track_caller]
fn says(mail: &Mail, words: &str) {
    for part in [&mail.text, &mail.html] {
        assert!(one_line(part).contains(words), "{words} is not in {part}");
    }
}

#[track_caller]
fn never_says(mail: &Mail, words: &str) {
    for part in [&mail.subject, &mail.text, &mail.html] {
        assert!(!one_line(part).contains(words), "{words} is in {part}");
    }
}

#[test]
fn a_cancellation_that_lists_lines_is_of_a_part_also_where_the_order_is_reduced_to_them() {
    let mug = json!([{ "sku": "MUG", "title": "Mug", "quantity": 1 }]);
    let part = mail(
        "cancelled_in_part",
        &[
            ("/data/order/lines", mug),
            ("/data/cancellation/lines", json!([{ "sku": "MUG", "quantity": 1 }])),
        ],
    );
    assert!(part.subject.starts_with("Part of your order"), "{}", part.subject);
    says(&part, "We’ve cancelled part of your order");
    never_says(&part, "Your order has been cancelled");
    never_says(&part, "The rest of your order");
    says(&mail("cancelled_in_part", &[]), "The rest of your order isn’t affected.");
}

#[test]
fn of_an_order_of_which_nothing_is_left_no_rest_is_told() {
    let nothing = json!({ "amount": 0, "currency": "EUR" });
    let emptied = json!([{ "sku": "MUG", "title": "Mug", "quantity": 0 }]);
    for changes in [
        ("/data/order/lines", json!([])),
        ("/data/order/lines", emptied),
        ("/data/order/totals", json!({ "total": nothing })),
    ] {
        let part = mail("cancelled_in_part", &[changes]);
        says(&part, "We’ve cancelled part of your order");
        never_says(&part, "The rest of your order");
    }
}

#[test]
fn a_withdrawal_that_the_shop_gave_no_number_is_shown_without_one() {
    let id = sample("withdrawal_received")["data"]["withdrawal"]["id"].as_str().map(str::to_owned);
    says(&mail("withdrawal_received", &[]), &id.expect("an id").to_string());
    let unnumbered = mail("withdrawal_received", &[("/data/withdrawal/id", Value::Null)]);
    for word in ["unnumbered", "Reference"] {
        never_says(&unnumbered, word);
    }
}

#[test]
fn an_update_that_names_a_day_alone_tells_a_day_and_no_other_claims_that_its_number_is_new() {
    let day = mail(
        "updated_carrier",
        &[
            ("/data/shipment/carrier", Value::Null),
            ("/data/shipment/expected_on", json!("2026-11-26")),
        ],
    );
    assert!(day.subject.starts_with("New estimated delivery date for"), "{}", day.subject);
    says(&day, "There’s a new estimated delivery date for");
    never_says(&day, "racking");
    let number = mail("updated_tracking_number", &[]);
    for words in ["new tracking", "New tracking", "It is now"] {
        never_says(&number, words);
    }
}

#[test]
fn a_withdrawal_is_from_the_order_and_its_lines_say_from_what() {
    for lines in [json!([]), json!([{ "line_id": "2", "quantity": 1 }])] {
        let receipt = mail("withdrawal_received", &[("/data/withdrawal/lines", lines)]);
        says(
            &receipt,
            "we’ve received your notice of withdrawal from the contract for order #1026.",
        );
        never_says(&receipt, "a part");
    }
}

#[test]
fn what_is_out_for_delivery_to_a_place_is_on_its_way_and_not_ready() {
    let place = ("/data/order/pickup", json!({ "name": "Store 7" }));
    let out = mail("out_for_delivery", &[place]);
    says(&out, "is on its way to Store 7. We’ll let you know when you can pick it up.");
    assert!(out.html.contains("Step 2 of 4: On its way"));
    for words in ["Arriving today", "arrive today", ">Today<"] {
        never_says(&out, words);
    }
    assert!(mail("out_for_delivery", &[]).html.contains("Step 3 of 4"));
}

#[test]
fn until_when_and_with_what_it_is_fetched_is_told_once_wherever_it_holds() {
    let place = json!({ "name": "Post <7>", "until": "2026-11-30", "code": "4711",
                        "note": "Bring your passport." });
    let attempted = mail("delivery_attempted", &[("/data/shipment/pickup", place.clone())]);
    let updated = mail("order_updated", &[("/data/order/pickup", place.clone())]);
    let ready = mail("ready_for_pickup", &[("/data/shipment/pickup", place.clone())]);
    for mail in [&attempted, &updated, &ready] {
        for words in ["4711", "Monday 30 November", "Bring your passport."] {
            says(mail, words);
            assert_eq!(one_line(&mail.text).matches(words).count(), 1, "{}", mail.text);
        }
    }
    for sample in ["picked_up", "returned"] {
        let over = mail(sample, &[("/data/shipment/pickup", place.clone())]);
        for words in ["4711", "30 November", "passport"] {
            never_says(&over, words);
        }
    }
}

#[test]
fn a_delay_without_a_day_that_can_be_read_does_not_say_that_nobody_knows_it() {
    let delayed =
        mail("delayed_without_a_day", &[("/data/shipment/expected_on", json!("next week"))]);
    says(&delayed, "We don’t have a new delivery date yet.");
    never_says(&delayed, "nobody knows");
}

#[test]
fn the_refund_of_what_is_left_of_an_order_is_not_called_all_of_it() {
    let refunded = |money: MoneyNews| {
        let event = Event::parse(&sample("refunded_in_full")).expect("valid");
        let context = MailContext { money, ..MailContext::default() };
        render_in_context(&event, NOW, &context, &Brand::default()).expect("a mail")
    };
    let total_reduced = true;
    says(&refunded(MoneyNews::default()), "in full.");
    let part = refunded(MoneyNews { total_reduced, ..MoneyNews::default() });
    says(&part, "We’ve refunded part of your order");
    never_says(&part, "in full");
    never_says(&part, "Order total");
    let rest = MoneyNews { total_reduced, completes_refund: true, ..MoneyNews::default() };
    says(&refunded(rest), "the rest of your order");
}
