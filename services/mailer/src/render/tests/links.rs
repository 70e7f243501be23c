//! Whatever a customer types, no reader's mail program makes a link of it.

use std::collections::BTreeSet;

use linkify::LinkFinder;
use proptest::prelude::*;
use serde_json::{Value, json};
use shared::Event;

use super::{NOW, sample, samples, without_block};
use crate::render::{Brand, Mail, render};

/// How many texts an event has that a customer typed: a name, an address of six parts, an engraving and what a
/// withdrawal declares.
pub(super) const CUSTOMER_TEXTS: usize = 9;

/// Pieces of links, and what could hide one.
const PIECES: [&str; 26] = [
    "https://evil.example/claim?a=1&b=2",
    "evil-prize.com/claim",
    "www.evil.example",
    "me@evil.example",
    "mailto:me@evil.example",
    "+1 (900) 555-0199",
    "0900 1234567",
    "192.0.2.1",
    "i❤.ws",
    "http",
    "://",
    "//",
    ":",
    "www",
    "evil",
    "com",
    ".",
    "@",
    "。",
    "9",
    "1234",
    "-",
    " ",
    "\u{200b}",
    "\u{2060}",
    "\u{2069}",
];

/// One for each way in which an address is put together.
const COUNTRIES: [&str; 16] = [
    "DE", "US", "CA", "JP", "GB", "BR", "IN", "KR", "IT", "MX", "CN", "ES", "HU", "PK", "SV", "TR",
];

fn hostile_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        8 => prop::sample::select(&PIECES[..]).prop_map(str::to_owned),
        1 => any::<char>().prop_map(String::from),
        1 => "[a-zא-ת一-三 ]{1,4}",
    ];
    prop::collection::vec(piece, 1..8).prop_map(|pieces| pieces.concat())
}

/// The mail of `event` with what a customer typed replaced; `None` where a text is empty.
pub(super) fn with_customer_texts(event: &Value, texts: &[String], country: &str) -> Option<Mail> {
    let mut event = event.clone();
    let order = &mut event["data"]["order"];
    order["customer"]["name"] = json!(texts[0]);
    if order["shipping_address"].is_object() {
        order["shipping_address"] = json!({
            "name": texts[1],
            "lines": [texts[2], texts[3]],
            "city": texts[4],
            "postal_code": texts[5],
            "region": texts[6],
            "country": country,
        });
    }
    for (pointer, text) in [
        ("/data/order/lines/0/options/0/value", &texts[7]),
        ("/data/withdrawal/content", &texts[8]),
    ] {
        if let Some(place) = event.pointer_mut(pointer) {
            *place = json!(text);
        }
    }
    Some(render(&Event::parse(&event).ok()?, NOW, &Brand::default()).expect("a mail"))
}

/// All links that a mail program would find in the parts of `mail`.
pub(super) fn links(mail: &Mail) -> BTreeSet<String> {
    let mut finder = LinkFinder::new();
    finder.url_must_have_scheme(false);
    let html = visible_text(&without_block(&mail.html));
    [mail.subject.as_str(), &mail.text, &html]
        .into_iter()
        .flat_map(|part| {
            let found = finder.links(part).map(|link| link.as_str().to_owned());
            found.chain(phone_numbers(part)).collect::<Vec<_>>()
        })
        .collect()
}

/// The text of `html`, a line for each element.
fn visible_text(html: &str) -> String {
    let text_of = |piece: &str| piece.split_once('>').map_or("", |(_tag, text)| text).to_owned();
    let lines: Vec<String> = html.split('<').map(text_of).collect();
    let entities =
        [("&#60;", "<"), ("&#62;", ">"), ("&#34;", "\""), ("&#39;", "'"), ("&#38;", "&")];
    entities.iter().fold(lines.join("\n"), |text, (entity, c)| text.replace(entity, c))
}

/// Eight digits or more with nothing but spaces and the usual signs between them.
fn phone_numbers(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| !c.is_ascii_digit() && !" -+./()\u{a0}\u{200b}\u{2060}".contains(c))
        .filter(|number| number.bytes().filter(u8::is_ascii_digit).count() >= 8)
        .map(|number| number.trim().to_owned())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_text_of_a_customer_becomes_a_link(
        texts in prop::collection::vec(hostile_text(), CUSTOMER_TEXTS),
        country in prop::sample::select(&COUNTRIES[..]),
    ) {
        let harmless = vec!["x".to_owned(); CUSTOMER_TEXTS];
        for (name, event) in samples() {
            let Some(mail) = with_customer_texts(&event, &texts, country) else { continue };
            let twin = with_customer_texts(&event, &harmless, country).expect("a mail");
            prop_assert_eq!(links(&mail), links(&twin), "{}", name);
        }
    }
}

#[test]
fn a_name_with_a_link_is_not_greeted_and_an_address_with_one_reads_the_same() {
    let mut texts = vec!["Main St 1".to_owned(); CUSTOMER_TEXTS];
    texts[0] = "Win! evil-prize.com/claim".to_owned();
    texts[1] = "https://evil.example/claim".to_owned();
    texts[2] = "Call 0900 1234567".to_owned();
    texts[4] = "www.evil.example".to_owned();
    let mail = with_customer_texts(&sample("delivered"), &texts, "DE").expect("a mail");
    assert!(mail.text.contains("Hello,\n") && mail.html.contains("Hello,<"));
    for part in [&mail.text, &mail.html] {
        assert!(!part.contains("evil-prize"), "{part}");
        for text in [&texts[1], &texts[2], &texts[4]] {
            assert!(!part.contains(text.as_str()), "{part}");
            assert!(part.replace('\u{200c}', "").contains(text.as_str()), "{part}");
        }
    }
}

#[test]
fn a_link_of_the_shop_stays_one() {
    let mut event = sample("cancelled_with_refund");
    event["data"]["cancellation"]["reason"] = json!("Recalled, see shop.example/recall");
    let mail =
        render(&Event::parse(&event).expect("an event"), NOW, &Brand::default()).expect("a mail");
    assert!(links(&mail).contains("shop.example/recall"));
}
