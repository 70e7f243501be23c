//! What holds in each language: how long a mail may get, and that a hostile text stays a text.

use serde_json::{Value, json};
use shared::Event;

use super::links::{CUSTOMER_TEXTS, links, with_customer_texts};
use super::untrusted_text::{TEXTS, assert_twins, harmless, with_texts};
use super::{NOW, samples};
use crate::preview::stress::{long, richest_of_each_kind};
use crate::render::localizer::MailLanguage;
use crate::render::{Brand, Mail, render};

/// Where Gmail truncates a mail.
const GMAIL: usize = 102 * 1024;
/// What a mail of 30 lines may take.
const USUAL: usize = 40 * 1024;

/// Texts with a meaning to HTML, to template engines, to Fluent, to the direction of writing, to mail programs and to
/// whoever lays out a page.
const HOSTILE: [&str; 4] = [
    "</td></table><script>alert(1)</script><b onclick=\"x\"> {{ 7*7 }} {% raw %} ${7*7} &amp; <!--",
    "{ $order } { -brand } { \"x\" } { NUMBER($count) } x = y\n.informal = z",
    "\u{202e}evil\u{2066} \u{2067}\u{2069}\u{2069} אבג \u{61c}\u{200f}123",
    "https://evil.example/pay www.evil.example pay@evil.example +49 170 1234567 evil。com",
];

fn mail(event: &Value) -> Mail {
    render(&Event::parse(event).expect("a valid event"), NOW, &Brand::default()).expect("a mail")
}

/// The sample of each kind that says most, in every language.
fn richest_in_every_language() -> impl Iterator<Item = (String, Value)> {
    let richest = richest_of_each_kind(samples().into_iter().map(|(_, event)| event));
    MailLanguage::all().iter().flat_map(move |language| {
        richest.clone().into_iter().map(|(kind, mut event)| {
            event["data"]["order"]["customer"]["locale"] = json!(language.code);
            (format!("{kind} in {}", language.code), event)
        })
    })
}

/// Gmail shows it to the end, and its subject is short.
fn assert_whole(mail: &Mail, name: &str) {
    assert!(mail.html.len() < GMAIL, "{name}: {}", mail.html.len());
    assert!(mail.html.trim_end().ends_with("</html>"), "{name}");
    assert!(mail.subject.chars().count() <= 150, "{name}: {}", mail.subject);
}

#[test]
fn a_mail_of_thirty_lines_takes_40_kb_at_most_in_every_language() {
    for (name, event) in richest_in_every_language() {
        let bytes = mail(&long(&event, 30)).html.len();
        assert!(bytes <= USUAL, "{name}: {bytes}");
    }
}

#[test]
fn gmail_shows_all_of_a_mail_of_500_lines_in_every_language() {
    for (name, event) in richest_in_every_language() {
        let mut event = long(&event, 500);
        let bytes = mail(&event).html.len();
        assert!(bytes < GMAIL, "{name}: {bytes}");
        for line in event["data"]["order"]["lines"].as_array_mut().expect("lines") {
            line["title"] = json!("<&\"'>".repeat(100));
        }
        let bytes = mail(&event).html.len();
        assert!(bytes < GMAIL, "{name} with titles that grow when escaped: {bytes}");
    }
}

#[test]
fn a_hostile_text_stays_a_text_in_every_language() {
    for (name, event) in richest_in_every_language() {
        for text in HOSTILE {
            let texts = vec![text.to_owned(); TEXTS.len()];
            let Some(mail) = with_texts(&event, texts.iter().map(String::as_str)) else { continue };
            let twin = with_texts(&event, harmless(&texts).into_iter()).expect("a mail");
            assert_twins(&mail, &twin, &name);
        }
    }
}

#[test]
fn a_word_of_5000_letters_everywhere_leaves_the_mail_whole_in_every_language() {
    let word = "W".repeat(5_000);
    for (name, event) in richest_in_every_language() {
        let Some(mail) = with_texts(&event, [word.as_str(); TEXTS.len()].into_iter()) else {
            continue;
        };
        assert_whole(&mail, &name);
    }
}

#[test]
fn nothing_that_a_customer_typed_becomes_a_link_in_any_language() {
    let harmless = vec!["x".to_owned(); CUSTOMER_TEXTS];
    for (name, event) in richest_in_every_language() {
        let twin = links(&with_customer_texts(&event, &harmless, "DE").expect("a mail"));
        for text in HOSTILE {
            let texts = vec![text.to_owned(); CUSTOMER_TEXTS];
            let Some(mail) = with_customer_texts(&event, &texts, "DE") else { continue };
            assert_eq!(links(&mail), twin, "{name}: {text}");
        }
    }
}

#[test]
fn two_hundred_hostile_options_leave_the_mail_whole_in_every_language() {
    let option = json!({ "name": HOSTILE[0], "value": HOSTILE[3] });
    for (name, mut event) in richest_in_every_language() {
        event["data"]["order"]["lines"][0]["options"] = vec![option.clone(); 200].into();
        let mail = mail(&event);
        assert_whole(&mail, &name);
    }
}
