//! Text that a customer or a shop wrote stays text.

use proptest::prelude::*;
use serde_json::{Value, json};
use shared::Event;

use super::{NOW, samples, without_block};
use crate::render::page::is_plausible_name;
use crate::render::user_text::UserText;
use crate::render::{Brand, Mail, render};

/// The places of free text in an event, as JSON Pointers. A sample need not have all of them.
pub(super) const TEXTS: [&str; 16] = [
    "/data/order/number",
    "/data/order/customer/name",
    "/data/order/lines/0/title",
    "/data/order/lines/1/title",
    "/data/order/shipping_address/name",
    "/data/order/shipping_address/lines/0",
    "/data/order/shipping_address/city",
    "/data/order/shipping_address/postal_code",
    "/data/shipment/carrier",
    "/data/refund/reason",
    "/data/cancellation/method",
    "/data/order/lines/0/options/0/value",
    "/data/order/pickup/name",
    "/data/update/changes/0",
    "/data/shipment/reason",
    "/data/payment/reason",
];

/// Pieces with a meaning in HTML, in headers, to the template engine, or for a text's direction.
const PIECES: [&str; 28] = [
    "<",
    ">",
    "&",
    "\"",
    "'",
    "\r\n",
    "\n",
    "\u{0}",
    "\u{2028}",
    "\u{85}",
    "\u{202e}",
    "\u{2067}",
    "\u{2069}",
    "{{ page.name }}",
    "{ $order }",
    "{ -brand }",
    "{ \"x\" }",
    "\n.informal = ",
    "{% endblock %}",
    "</td>",
    "<script>alert(1)</script>",
    "\" onclick=\"x",
    "<!--",
    "-->",
    "&lt;",
    "]]>",
    "א",
    "Bcc: all@example.com",
];

fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        prop::sample::select(&PIECES[..]).prop_map(str::to_owned),
        any::<char>().prop_map(String::from),
        "[a-z ]{1,8}",
    ];
    let long = any::<char>().prop_map(|c| String::from(c).repeat(500));
    prop_oneof![
        9 => prop::collection::vec(piece, 1..12).prop_map(|pieces| pieces.concat()),
        1 => long,
    ]
}

/// The mail for `event` with its free texts replaced by `texts`; `None` if the event becomes invalid.
pub(super) fn with_texts<'a>(event: &Value, texts: impl Iterator<Item = &'a str>) -> Option<Mail> {
    let mut event = event.clone();
    for (pointer, text) in TEXTS.iter().zip(texts) {
        if let Some(place) = event.pointer_mut(pointer) {
            *place = json!(text);
        }
    }
    Some(render(&Event::parse(&event).ok()?, NOW, &Brand::default()).expect("a mail"))
}

/// As many harmless texts. Their name is used in the greeting if and only if the untrusted one is.
pub(super) fn harmless(texts: &[String]) -> Vec<&'static str> {
    let line = |i: usize| shared::contract::text::Line::parse(&texts[i]).ok();
    // What has nothing visible is absent.
    let mut harmless: Vec<&str> =
        (0..texts.len()).map(|i| if line(i).is_some() { "x" } else { "" }).collect();
    // Two articles of one title are told as one.
    if line(3).is_some() && line(2) != line(3) {
        harmless[3] = "y";
    }
    if line(1).is_some_and(|name| !is_plausible_name(&UserText::from(&name))) {
        harmless[1] = "@";
    }
    harmless
}

/// The tags of `html`, without the values of their attributes.
fn tags(html: &str) -> Vec<String> {
    let after_each = html.split('<').skip(1);
    after_each
        .map(|rest| {
            let tag = rest.split('>').next().unwrap_or_default();
            tag.split('"').step_by(2).collect::<Vec<_>>().join("\"")
        })
        .collect()
}

/// The same mail with hostile texts and with harmless ones: it has the same structure, and no header or line more.
pub(super) fn assert_twins(mail: &Mail, twin: &Mail, name: &str) {
    let html = |mail: &Mail| without_block(&mail.html);
    let (ours, its) = (html(mail), html(twin));
    let (found, expected) = (tags(&ours), tags(&its));
    let first = found.iter().zip(&expected).position(|(found, expected)| found != expected);
    let context =
        first.map(|at| ours.split('<').skip(at.saturating_sub(2)).take(6).collect::<Vec<_>>());
    assert!(found == expected, "{name} has another structure: {context:?}");
    let brackets = |html: &str| (html.matches('<').count(), html.matches('>').count());
    assert_eq!(brackets(&ours), brackets(&its), "{name}");
    assert!(!mail.subject.chars().any(is_break), "{name}: {:?}", mail.subject);
    assert!(mail.subject.chars().count() <= 150, "{name}: {}", mail.subject);
    assert!(!mail.text.chars().any(|c| c != '\n' && is_break(c)), "{name}");
    let isolates = |c: char| mail.text.matches(c).count();
    assert_eq!(isolates('\u{2068}'), isolates('\u{2069}'), "{name}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn no_text_can_add_a_tag_a_header_or_a_line(
        texts in prop::collection::vec(text(), TEXTS.len())
    ) {
        for (name, event) in samples() {
            let Some(mail) = with_texts(&event, texts.iter().map(String::as_str)) else { continue };
            // The same mail with harmless texts must have the same structure.
            let twin = with_texts(&event, harmless(&texts).into_iter());
            let twin = twin.expect("harmless texts make a valid event");
            assert_twins(&mail, &twin, &name);
        }
    }
}

fn is_break(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')
}

#[test]
fn markup_in_every_text_is_shown_as_it_was_written() {
    let (_, event) = samples()
        .into_iter()
        .find(|(name, _)| name == "confirmed_with_markup_in_every_text")
        .expect("the sample");
    let mail = super::render_sample(&event);
    let html = without_block(&mail.html);
    assert!(!html.contains("<script") && !html.contains("<b>"));
    assert!(mail.html.contains("&#60;script&#62;alert(&#39;mugs&#39;)&#60;/script&#62;"));
    assert!(mail.text.contains("<script>alert('mugs')</script> & \"friends\""));
}
