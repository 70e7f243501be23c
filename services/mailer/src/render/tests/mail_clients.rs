//! Requirements of mail clients, screen readers and long orders.

use serde_json::{Value, json};
use shared::Kind;

use super::{render_sample, sample, samples, without_block};
use shared::contract::money::MAX_AMOUNT;

#[test]
fn every_kind_has_a_sample() {
    for kind in Kind::ALL {
        assert!(samples().iter().any(|(_, e)| e["type"] == kind.as_str()), "none of {kind}");
    }
}

#[test]
fn every_mail_suits_screen_readers_and_clients_without_style_sheets() {
    for (name, event) in samples() {
        let html = without_block(&render_sample(&event).html);
        assert!(html.starts_with("<!DOCTYPE html>\n<html lang=\"en\" dir=\"ltr\""), "{name}");
        assert_eq!(html.matches("<h1").count(), 1, "{name}");
        let tables = html.matches("<table").count();
        assert_eq!(html.matches("<table role=\"presentation\"").count(), tables, "{name}");
        // Outlook for Windows lays out with Word, which knows neither flexbox nor CSS variables; most clients
        // remove scripts and linked style sheets.
        for unsupported in ["display:flex", "display:grid", "rgba(", "var(--", "<script", "<link"] {
            assert!(!html.contains(unsupported), "{name} uses {unsupported}");
        }
    }
}

#[test]
fn both_parts_give_the_same_links() {
    for (name, event) in samples() {
        let mail = render_sample(&event);
        for link in mail.html.split("<a href=\"").skip(1).map(|rest| {
            let link = rest.split('"').next().unwrap_or_default();
            link.replace("&#38;", "&")
        }) {
            let shown = link.strip_prefix("mailto:").and_then(|l| l.split('?').next());
            let shown = shown.unwrap_or(&link);
            assert!(mail.text.contains(shown), "{name}: {shown} is not in the text");
        }
    }
}

#[test]
fn a_parcel_without_a_link_has_no_button() {
    let mail = render_sample(&sample("shipped_as_one_of_several_without_link"));
    assert!(!mail.html.contains("Track your parcel") && !mail.text.contains("Track your parcel"));
    assert!(mail.html.contains("9400111202555842332669"));
}

#[test]
fn the_longest_order_stays_below_what_gmail_shows() {
    let mail = render_sample(&longest("order.confirmed"));
    assert!(mail.html.len() < 102 * 1024, "{} bytes", mail.html.len());
    assert!(mail.html.contains("more items"));

    let mut parcel = longest("shipment.shipped");
    let articles: Vec<Value> =
        (0..500).map(|i| json!({"sku": format!("A{i}"), "quantity": 1})).collect();
    parcel["data"]["shipment"] = json!({"id": "S", "lines": articles, "still_to_come": articles});
    let mail = render_sample(&parcel);
    assert!(mail.html.len() < 102 * 1024, "{} bytes", mail.html.len());
}

#[test]
fn fifty_of_five_hundred_lines_are_shown_others_are_named_and_the_rest_is_linked() {
    let mut event = longest("order.confirmed");
    for line in event["data"]["order"]["lines"].as_array_mut().expect("lines") {
        line["title"] = json!("Stoneware mug, moss green");
    }
    let mail = render_sample(&event);
    assert!(mail.html.len() < 80 * 1024, "{} bytes", mail.html.len());
    for part in [&mail.html, &mail.text] {
        assert!(part.contains("And also:") && part.contains(" more items"), "{part}");
    }
    assert!(mail.html.contains("more items<br><a href=\"https://shop.example/"));
    assert!(mail.text.contains("more items\n  View the whole order:\n  https://shop.example/"));
}

#[test]
fn every_line_of_an_order_of_250_is_in_both_parts() {
    let mut event = longest("order.confirmed");
    let lines = event["data"]["order"]["lines"].as_array_mut().expect("lines");
    lines.truncate(250);
    for (i, line) in lines.iter_mut().enumerate() {
        line["title"] = json!(format!("Stoneware-mug-number-{i:03}"));
    }
    let mail = render_sample(&event);
    for i in 0..250 {
        let title = format!("Stoneware-mug-number-{i:03}");
        assert!(mail.html.contains(&title) && mail.text.contains(&title), "{title}");
    }
    assert!(mail.html.len() < 102 * 1024, "{} bytes", mail.html.len());
}

/// An order of 500 lines, each with the longest possible title of characters that grow when escaped.
pub(super) fn longest(kind: &str) -> Value {
    let mut event = sample("confirmed_eur_with_discount_and_free_shipping");
    let price = event["data"]["order"]["lines"][0]["unit_price"].clone();
    let title = "<".repeat(500);
    let lines: Vec<Value> = (0..500)
        .map(
            |i| json!({"sku": format!("A{i}"), "title": title, "quantity": 2, "unit_price": price}),
        )
        .collect();
    event["type"] = json!(kind);
    event["data"]["order"]["lines"] = json!(lines);
    event
}

#[test]
fn the_greatest_amounts_are_written_in_full() {
    let mut event = sample("confirmed_eur_with_discount_and_free_shipping");
    let line = &mut event["data"]["order"]["lines"][1];
    line["quantity"] = json!(1);
    line["unit_price"]["amount"] = json!(MAX_AMOUNT);
    event["data"]["order"]["totals"]["total"]["amount"] = json!(-MAX_AMOUNT);
    let mail = render_sample(&event);
    assert!(mail.text.contains("€90,071,992,547,409.91"), "{}", mail.text);
    assert!(mail.text.contains("−€90,071,992,547,409.91"), "{}", mail.text);
}

#[test]
fn a_name_that_advertises_is_left_out() {
    let mut event = sample("delivered");
    event["data"]["order"]["customer"]["name"] = json!("Free money: https://evil.example");
    let mail = render_sample(&event);
    assert!(mail.text.contains("Hello,\n") && !mail.html.contains("evil.example"));
}
