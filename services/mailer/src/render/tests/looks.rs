//! Pictures of articles and links to their pages.

use serde_json::{Value, json};

use super::{render_sample, sample, without_block};
use crate::render::Mail;

fn with(member: &str, value: &str) -> Mail {
    let mut event = sample("confirmed_eur_with_discount_and_free_shipping");
    event["data"]["order"]["lines"][0][member] = json!(value);
    render_sample(&event)
}

#[test]
fn a_picture_has_a_width_and_says_what_it_shows() {
    let mail = with("image_url", "https://cdn.shop.example/a.jpg?w=96&h=96");
    let image = "<img src=\"https://cdn.shop.example/a.jpg?w=96&#38;h=96\" alt=\"";
    let (_, rest) = mail.html.split_once(image).expect("the picture");
    let tag = rest.split('>').next().unwrap_or_default();
    assert!(tag.contains("\" width=\"48\"") && !tag.starts_with('"'), "{tag}");
    assert!(!mail.text.contains("cdn.shop.example"), "a text shows no picture");
}

#[test]
fn a_link_to_an_article_is_in_both_parts() {
    let mail = with("url", "https://shop.example/a?b=1&c='");
    assert!(
        mail.html.contains("<a href=\"https://shop.example/a?b=1&#38;c=%27\""),
        "{}",
        mail.html
    );
    let mut lines = mail.text.lines().map(str::trim);
    assert!(lines.any(|line| line == "https://shop.example/a?b=1&c=%27"), "{}", mail.text);
}

#[test]
fn no_address_becomes_a_picture_or_a_link_but_one_of_https() {
    let plain = render_sample(&sample("confirmed_eur_with_discount_and_free_shipping"));
    for hostile in [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:image/svg+xml,<svg onload=alert(1)>",
        "http://cdn.shop.example/a.jpg",
        "https://user@evil.example/",
        "cid:logo",
        "//",
        "file:///etc/passwd",
        "\" onerror=\"alert(1)",
    ] {
        for member in ["image_url", "url"] {
            assert_eq!(with(member, hostile), plain, "{member}: {hostile}");
        }
    }
}

#[test]
fn nothing_in_an_address_ends_its_attribute() {
    let hostile = "https://cdn.shop.example/\"><script>alert('1')</script>?q='\"<>&lt;#'\"<b>";
    for member in ["image_url", "url"] {
        let mail = with(member, hostile);
        let html = without_block(&mail.html);
        assert!(!html.contains("<script") && !html.contains("<b>"), "{html}");
        let harmless = with(member, "https://cdn.shop.example/x");
        let tags = |mail: &Mail| {
            let html = without_block(&mail.html);
            (html.matches('<').count(), html.matches('"').count())
        };
        assert_eq!(tags(&mail), tags(&harmless), "{member}");
    }
}

/// An order of so many lines with these titles, with pictures and links or without.
fn of_lines(count: usize, title: &str, with_looks: bool) -> Value {
    let mut event = sample("confirmed_eur_with_discount_and_free_shipping");
    let price = event["data"]["order"]["lines"][0]["unit_price"].clone();
    let line = |n: usize| {
        let title = format!("Number-{n:03} {title}");
        let mut line =
            json!({ "sku": format!("A{n}"), "title": title, "quantity": 2, "unit_price": price });
        if with_looks {
            let path = "x".repeat(100);
            line["image_url"] = json!(format!("https://cdn.shop.example/{n}.jpg?{path}"));
            line["url"] = json!(format!("https://shop.example/articles/{n}?{path}"));
        }
        line
    };
    event["data"]["order"]["lines"] = (0..count).map(line).collect();
    event
}

#[test]
fn pictures_and_links_leave_no_article_out_and_the_mail_below_what_gmail_shows() {
    for title in ["Mug", &"moss green ".repeat(30)] {
        let named = |mail: &Mail| mail.text.matches("Number-").count();
        let without = render_sample(&of_lines(500, title, false));
        let mut event = of_lines(500, title, true);
        let mail = render_sample(&event);
        assert_eq!(named(&mail), named(&without));
        assert!(mail.html.len() < 102 * 1024, "{} bytes", mail.html.len());
        event["type"] = json!("shipment.shipped");
        let all: Vec<Value> =
            (0..500).map(|n| json!({ "sku": format!("A{n}"), "quantity": 1 })).collect();
        event["data"]["shipment"] = json!({ "id": "S", "lines": all, "still_to_come": all });
        let mail = render_sample(&event);
        assert!(mail.html.len() < 102 * 1024, "{} bytes", mail.html.len());
    }
}

#[test]
fn a_usual_order_has_every_picture() {
    let mail = render_sample(&of_lines(12, "Mug", true));
    assert_eq!(mail.html.matches("<img src=\"https://cdn.shop.example/").count(), 12);
    assert_eq!(mail.text.matches("https://shop.example/articles/").count(), 12);
}
