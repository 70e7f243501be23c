//! The frame around every mail: its landmark and its header.

use serde_json::{Value, json};
use shared::Event;

use super::{NOW, sample, samples};
use crate::render::{Brand, MailContext, render, render_in_context};

fn html_of(event: &Value, brand: &Brand) -> String {
    render(&Event::parse(event).expect("an event"), NOW, brand).expect("a mail").html
}

#[test]
fn all_that_is_shown_is_in_the_one_main_landmark() {
    for (name, event) in samples() {
        let html = html_of(&event, &Brand::default());
        assert_eq!(html.matches("role=\"main\"").count(), 1, "{name}");
        let (before, main) = html.split_once("<div role=\"main\">").expect("the landmark");
        let (_, hidden) = before.split_once("<body").expect("a body");
        assert_eq!(hidden.matches("<div").count(), 1, "{name}: {hidden}");
        assert!(hidden.contains("<div style=\"display:none;"), "{name}: {hidden}");
        let (inside, after) = main.rsplit_once("</div>").expect("the landmark's end");
        assert_eq!(after.trim(), "</body>\n</html>", "{name}");
        assert_eq!(inside.matches("<div").count(), inside.matches("</div>").count(), "{name}");
    }
}

#[test]
fn the_shop_and_the_order_never_share_a_row_that_is_too_narrow_for_both() {
    let mut event = sample("delivered");
    event["data"]["order"]["number"] = json!("#10/01-2026-000123");
    let brand = Brand::parse(
        r#"{"name":"Nordlicht Manufaktur","url":"https://s.example","support_email":"a@s.example"}"#,
    );
    let html = html_of(&event, &brand.expect("a brand"));
    let header = html.split("class=\"card\"").next().unwrap_or_default();
    let float_of = |text: &str| {
        let (before, _) = header.rsplit_once(text).expect("in the header");
        before.rsplit("<table").next().unwrap_or_default().to_owned()
    };
    assert!(float_of(">Nordlicht Manufaktur</a>").contains("align=\"left\""), "{header}");
    assert!(float_of(">Order #10/01-2026-000123</td>").contains("align=\"right\""), "{header}");
}

#[test]
fn a_copy_is_the_same_mail_and_says_that_it_is_a_copy() {
    let brand = Brand::default();
    let (yours, copys) = (
        format!("You’re receiving this email because you placed an order with {}.", brand.name),
        format!(
            "This is a copy. The email itself is for the customer who placed the order with {}.",
            brand.name
        ),
    );
    for (name, event) in samples() {
        let event = Event::parse(&event).expect("an event");
        let own = render(&event, NOW, &brand).expect("a mail");
        let context = MailContext { is_copy: true, ..MailContext::default() };
        let copy = render_in_context(&event, NOW, &context, &brand).expect("a mail");
        assert_eq!(copy.subject, format!("Copy: {}", own.subject), "{name}");
        // Folded at the end of its line.
        let unfolded = |text: &str| text.replace('\n', " ");
        assert!(unfolded(&own.text).contains(&yours), "{name}: {}", own.text);
        assert_eq!(unfolded(&copy.text), unfolded(&own.text).replace(&yours, &copys), "{name}");
        assert!(copy.html.contains(&copys) && !copy.html.contains(&yours), "{name}");
        assert!(own.html.contains(&yours), "{name}");
    }
}
