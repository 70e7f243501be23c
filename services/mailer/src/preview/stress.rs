//! Events that no shop would send: hostile texts in every field, and long orders.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// Markup, template syntax, directional overrides and isolates, and what mail programs make links of.
pub const MARKUP: &str = "</td></table></body><script>alert(1)</script><b onclick=\"x\"> {{ 7*7 }} {% raw %} ${7*7} \
    \u{202e}evil\u{2066} &amp; https://evil.example/pay www.evil.example pay@evil.example +49 170 1234567";
const LONG_WORD_LEN: usize = 5_000;
const MANY_OPTIONS: usize = 200;

/// Members that are texts, wherever they stand.
const TEXTS: [&str; 18] = [
    "carrier",
    "city",
    "code",
    "content",
    "hours",
    "label",
    "method",
    "name",
    "note",
    "number",
    "postal_code",
    "reason",
    "region",
    "title",
    "tracking_number",
    "unit",
    "value",
    "changes",
];

/// The event of each kind that says most, by its kind.
#[must_use]
pub fn richest_of_each_kind(events: impl IntoIterator<Item = Value>) -> BTreeMap<String, Value> {
    let mut richest: BTreeMap<String, Value> = BTreeMap::new();
    for event in events {
        let kind = event["type"].as_str().unwrap_or_default().to_owned();
        let best = richest.entry(kind).or_insert_with(|| event.clone());
        if event.to_string().len() > best.to_string().len() {
            *best = event;
        }
    }
    richest
}

/// The event with a word of 5,000 letters in every field that is a text. Of a longer text, the contract takes the
/// beginning.
#[must_use]
pub fn with_long_words(event: &Value) -> Value {
    hostile(event, &"W".repeat(LONG_WORD_LEN))
}

/// The event with `text` in every field that is a text, and 200 options of it.
#[must_use]
pub fn hostile(event: &Value, text: &str) -> Value {
    let mut event = event.clone();
    let line = &mut event["data"]["order"]["lines"][0];
    line["unit"] = text.into();
    line["options"] = vec![json!({ "name": text, "value": text }); MANY_OPTIONS].into();
    write_texts(&mut event["data"], text);
    event
}

fn write_texts(value: &mut Value, text: &str) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let is_text = TEXTS.contains(&name.as_str()) || name == "lines";
                match member {
                    Value::String(old) if is_text => text.clone_into(old),
                    Value::Array(items) if is_text && items.iter().all(Value::is_string) => {
                        items.iter_mut().for_each(|item| *item = text.into());
                    }
                    _ => write_texts(member, text),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| write_texts(item, text)),
        _ => {}
    }
}

/// The event of an order of `count` articles, each with an option, a picture and a page. Where some are still to come,
/// every second one is; of 500, one piece of each is in the parcel and one to come.
#[must_use]
pub fn long(event: &Value, count: usize) -> Value {
    let mut event = event.clone();
    let data = &mut event["data"];
    let price = data["order"]["lines"][0]["unit_price"].clone();
    data["order"]["lines"] = (1..=count).map(|number| article(number, &price)).collect();
    let named = |is_named: fn(usize) -> bool| -> Value {
        let numbers = (1..=count).filter(|&number| is_named(number) || count == 500);
        numbers.map(|n| json!({ "line_id": n.to_string(), "quantity": 1 })).collect()
    };
    for happened in ["shipment", "cancellation", "withdrawal"].map(|name| format!("/data/{name}")) {
        let Some(happened) = event.pointer_mut(&happened) else { continue };
        let is_in_part = happened.get("still_to_come").is_some();
        if is_in_part {
            happened["still_to_come"] = named(|number| number % 2 == 0);
        }
        if happened.get("lines").is_some() {
            happened["lines"] = if is_in_part { named(|n| n % 2 == 1) } else { named(|_| true) };
        }
    }
    event
}

fn article(number: usize, price: &Value) -> Value {
    json!({
        "id": number.to_string(),
        "sku": format!("ARTICLE-{number}"),
        "title": format!("Stoneware mug, moss green, number {number} of its series"),
        "quantity": 2,
        "unit_price": price,
        "options": [{ "name": "Size", "value": "0.4 l" }],
        "image_url": format!("https://cdn.shop.example/articles/{number}.jpg?w=96&h=96"),
        "url": format!("https://shop.example/articles/{number}"),
    })
}
