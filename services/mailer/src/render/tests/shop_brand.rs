//! What a shop's brand puts around a mail: its logo, links to its pages, and what the law wants there.

use serde_json::{Value, json};
use shared::{Event, Kind, Locale};

use super::mail_clients::longest;
use super::{NOW, sample, samples, without_block};
use crate::render::localizer::MailLanguage;
use crate::render::{Brand, Mail, render};

const SAMPLE: &str = include_str!("../../../../../infra/brand.json");

/// The sample brand, these members instead of its own.
fn brand_with(members: Value) -> Brand {
    let mut brand: Value = serde_json::from_str(SAMPLE).expect("JSON");
    for (name, member) in members.as_object().expect("members") {
        brand[name] = member.clone();
    }
    Brand::parse(&brand.to_string()).expect("a brand")
}

fn sample_brand() -> Brand {
    brand_with(json!({}))
}

fn mail(event: &Value, brand: &Brand) -> Mail {
    render(&Event::parse(event).expect("an event"), NOW, brand).expect("a mail")
}

/// What is above the mail's content, and what is below.
fn frame(html: &str) -> (&str, &str) {
    let (_, body) = html.split_once("<div role=\"main\">").expect("the landmark");
    let (above, rest) = body.split_once("class=\"card\"").expect("the card");
    let (_, below) = rest.rsplit_once("<td class=\"edge soft\"").expect("the end");
    (above, below)
}

#[test]
fn a_mail_in_a_brand_with_everything_matches_its_snapshot() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots/brand");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        let mut event = sample("delivered");
        for locale in ["de-DE", "en-GB"] {
            event["data"]["order"]["customer"]["locale"] = json!(locale);
            event["data"]["order"]["shipping_address"]["country"] = json!(&locale[3..]);
            let mail = mail(&event, &sample_brand());
            let (above, below) = frame(&mail.html);
            insta::assert_snapshot!(
                locale,
                format!("{above}\n----\n{below}\n----\n{}", end_of(&mail.text))
            );
        }
    });
}

#[test]
fn the_links_are_named_in_each_language_as_its_snapshot_says() {
    let labels = |language: &MailLanguage| {
        let mut event = sample("delivered");
        event["data"]["order"]["customer"]["locale"] = json!(language.code);
        let html = mail(&event, &brand_with(json!({ "links": links_of_all_purposes() }))).html;
        let (_, below) = frame(&html);
        let links = below.split("<a href=\"https://s.example/").skip(1);
        let label = |link: &str| {
            let (_, label) = link.split_once('>').expect("the link's text");
            label.split('<').next().unwrap_or_default().to_owned()
        };
        format!("{}: {}\n", language.code, links.map(label).collect::<Vec<_>>().join(" | "))
    };
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots/brand");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        insta::assert_snapshot!(
            "links",
            MailLanguage::all().iter().map(labels).collect::<String>()
        );
    });
}

fn links_of_all_purposes() -> Value {
    let page = "https://s.example/";
    json!({ "returns": page, "help": page, "account": page, "terms": page, "privacy": page })
}

/// The last lines of a text, from the question about the order on.
fn end_of(text: &str) -> &str {
    let lines: Vec<usize> = text.match_indices('\n').map(|(at, _)| at + 1).collect();
    &text[lines[lines.len().saturating_sub(20)]..]
}

#[test]
fn a_logo_is_shown_at_its_size_with_the_name_in_its_place() {
    let brand = brand_with(json!({
        "name": "Ö & Co", "logo": { "url": "https://s.example/l.png?a=1&b=2", "width": 120, "height": 40 },
    }));
    let html = mail(&sample("delivered"), &brand).html;
    let (above, _) = frame(&html);
    assert!(
        above.contains(
            r#"src="https://s.example/l.png?a=1&#38;b=2" alt="Ö &#38; Co" width="120" height="40""#
        ),
        "{above}"
    );
    assert!(above.contains("font-size:22px;line-height:27px;font-weight:700\""), "{above}");
    assert_eq!(above.matches("<img").count(), 1, "{above}");
    assert!(!html.contains("data-ogsc") && !html.contains("on-dark"), "{html}");
}

#[test]
fn of_two_logos_one_is_hidden_everywhere() {
    let html = mail(&sample("delivered"), &sample_brand()).html;
    let (above, _) = frame(&html);
    assert_eq!(above.matches("<img").count(), 2, "{above}");
    let (light, dark) = above.split_once("<!--[if !mso]><!-->").expect("not for Outlook");
    assert!(light.contains("src=\"https://shop.example/logo.png\"") && light.contains("on-light"));
    let (dark, _) = dark.split_once("<!--<![endif]-->").expect("the comment's end");
    assert!(dark.contains("src=\"https://shop.example/logo-dark.png\""), "{dark}");
    assert!(dark.starts_with("<div class=\"on-dark\" style=\"display:none;"), "{dark}");
    assert_eq!(above.matches("alt=\"Waybill\"").count(), 2);
    for dark in ["@media (prefers-color-scheme:dark){\n", "[data-ogsc] "] {
        let hides = format!("{dark}.on-light{{display:none !important}}");
        assert!(html.contains(&hides), "{hides}");
    }
    for shows in ["\n.on-dark{display:block", "\n[data-ogsc] .on-dark{display:block"] {
        assert!(html.contains(shows), "{shows}");
    }
    // A client that does not know one rule of a style element may ignore all of it.
    let (before, _) = html.split_once("[data-ogsc]").expect("a rule for Outlook on the web");
    assert!(before.ends_with("<style>\n"), "{before}");
}

#[test]
fn returns_are_linked_where_something_may_go_back_and_help_everywhere() {
    let about_returns = [
        Kind::ShipmentDelivered,
        Kind::ShipmentReturned,
        Kind::OrderCancelled,
        Kind::OrderRefunded,
        Kind::OrderWithdrawalReceived,
    ];
    for (name, event) in samples() {
        let kind = Event::parse(&event).expect("an event").payload.kind();
        let mail = mail(&event, &sample_brand());
        for part in [&mail.html, &mail.text] {
            let has = |page: &str| part.contains(&format!("https://shop.example/{page}"));
            assert_eq!(has("returns"), about_returns.contains(&kind), "{name}");
            for page in ["help", "account", "gift-cards", "terms", "privacy"] {
                assert!(has(page), "{name}: {page}");
            }
        }
    }
}

#[test]
fn both_parts_have_every_link_of_the_brand() {
    let mail = mail(&sample("delivered"), &sample_brand());
    let (_, below) = frame(&mail.html);
    let links: Vec<&str> = below
        .split("<a href=\"")
        .skip(1)
        .filter_map(|link| link.split('"').next())
        .filter(|link| !link.starts_with("mailto:"))
        .collect();
    assert_eq!(links.len(), 7, "{links:?}");
    for link in links {
        assert!(mail.text.lines().any(|line| line.ends_with(link)), "{link}");
    }
}

#[test]
fn a_link_of_the_shop_s_own_is_in_the_customer_s_language_or_not_there() {
    let label = |locale: &str, text: Value| {
        let own = json!([{ "url": "https://shop.example/care", "text": text }]);
        let mut event = Event::parse(&sample("delivered")).expect("an event");
        event.order.customer.locale = Some(Locale::parse(locale).expect("a locale"));
        let brand = brand_with(json!({ "links": { "own": own } }));
        let mail = render(&event, NOW, &brand).expect("a mail");
        let line = mail.text.lines().find(|line| line.ends_with("https://shop.example/care"));
        line.map(|line| line.split_whitespace().next().unwrap_or_default().to_owned())
    };
    let both = || json!({ "de": "Pflege", "en": "Care" });
    assert_eq!(label("de-AT", both()).as_deref(), Some("Pflege"));
    assert_eq!(label("pl", both()).as_deref(), Some("Care"));
    assert_eq!(label("pl", json!({ "de": "Pflege" })), None);
}

#[test]
fn the_legal_lines_are_those_of_the_customer_s_country() {
    let brand = brand_with(json!({
        "legal": { "lines": ["Of all"], "by_country": { "DE": ["Of Germany", "HRB 1"], "AT": ["Of Austria"] } },
    }));
    let lines = |shipping: Value, billing: Value, locale: &str| {
        let mut event = sample("delivered");
        let order = &mut event["data"]["order"];
        order["shipping_address"] = shipping;
        order["billing_address"] = billing;
        order["customer"]["locale"] = json!(locale);
        let text = mail(&event, &brand).text;
        let lines = text.lines().filter(|line| line.starts_with("Of ") || *line == "HRB 1");
        lines.collect::<Vec<_>>().join(", ")
    };
    let to = |country: &str| json!({ "city": "Town", "country": country });
    assert_eq!(lines(to("DE"), to("AT"), "en-GB"), "Of Germany, HRB 1");
    assert_eq!(lines(Value::Null, to("AT"), "de-DE"), "Of Austria");
    assert_eq!(lines(Value::Null, Value::Null, "de-DE"), "Of Germany, HRB 1");
    assert_eq!(lines(to("FR"), to("AT"), "de-DE"), "Of all");
    assert_eq!(lines(Value::Null, Value::Null, "de"), "Of all");
}

#[test]
fn no_text_of_a_brand_becomes_markup_or_leaves_its_line() {
    let hostile = "</p></td><script>alert(1)</script> {{ 7*7 }} \u{202e}\u{2067}x\r\nBcc: a@b.example \"' x&amp;";
    let short = "</a><b onclick='x'>\u{2067}{{ 7*7 }}\r\n&amp;";
    let brand = brand_with(json!({
        "name": hostile,
        "postal_address": hostile,
        "logo": { "url": "https://s.example/\"><script>x</script>", "dark_url": "https://s.example/'\"<b>",
                  "width": 120, "height": 40 },
        "links": {
            "help": "https://s.example/\"onclick=\"x", "returns": "https://s.example/'><b>",
            "own": [{ "url": "https://s.example/<b>", "text": { "en": short } }],
        },
        "legal": { "lines": [hostile, hostile] },
    }));
    let hostile_mail = mail(&sample("delivered"), &brand);
    let plain = without_block(&hostile_mail.html);
    for markup in ["<script", "<b>", "<b ", "\"onclick", "\u{202e}", "49 "] {
        assert!(!plain.contains(markup), "{markup:?} in {plain}");
    }
    // As many elements as with harmless texts.
    let harmless = brand_with(json!({
        "links": {
            "help": "https://s.example/", "returns": "https://s.example/",
            "own": [{ "url": "https://s.example/", "text": { "en": "x" } }],
        },
        "legal": { "lines": ["x", "x"] },
    }));
    let elements = |html: &str| without_block(html).matches('<').count();
    assert_eq!(elements(&hostile_mail.html), elements(&mail(&sample("delivered"), &harmless).html));
    assert_eq!(hostile_mail.text.lines().filter(|line| line.starts_with("Bcc:")).count(), 0);
}

#[test]
fn the_longest_order_in_the_longest_brand_stays_below_what_gmail_shows() {
    let page = format!("https://s.example/{}", "&".repeat(282));
    let own = json!({ "url": page, "text": { "en": "<".repeat(40) } });
    let brand = brand_with(json!({
        "logo": { "url": page, "dark_url": page, "width": 240, "height": 80 },
        "links": {
            "returns": page, "help": page, "account": page, "terms": page, "privacy": page,
            "own": [own, own, own, own],
        },
        "legal": { "lines": vec!["<".repeat(160); 8] },
    }));
    let mut parcel = longest("shipment.delivered");
    let articles: Vec<Value> =
        (0..500).map(|i| json!({ "sku": format!("A{i}"), "quantity": 1 })).collect();
    parcel["data"]["shipment"] = json!({ "id": "S", "lines": articles, "still_to_come": articles });
    for event in [longest("order.confirmed"), parcel] {
        let bytes = mail(&event, &brand).html.len();
        assert!(bytes < 102 * 1024, "{bytes} bytes");
    }
}
