//! What hints that a cancellation is one of a part of its order, where it does not say so in the contract's words.
//!
//! A part that is taken as the whole costs the customer every later mail of the parcels that come. So a hint is enough, with
//! a warning that says how to call a whole order cancelled.

use serde_json::{Map, Value};

use crate::contract::other_names::words;
use crate::contract::reader::FieldReader;
use crate::contract::values::is_absent;

/// What a warning says of a hint.
pub(crate) const HINT: &str = "This seems to name a part of the order; the mail says that a part is cancelled, and not which. \
                               Name it in lines or, if the whole order is cancelled, say so with \"partial\": false.";

/// The beginnings of words that name articles.
const ARTICLES: [&str; 9] =
    ["line", "item", "article", "product", "position", "variant", "sku", "quantity", "qty"];

/// Members of a cancellation whose lists and objects hold no articles.
const OTHERS: [&str; 14] = [
    "refund",
    "reason",
    "method",
    "currency",
    "metadata",
    "meta",
    "custom",
    "history",
    "timeline",
    "payment",
    "transaction",
    "user",
    "by",
    "links",
];

/// The member of a cancellation, or of the data beside it, that hints at a part; with a warning.
pub(crate) fn find(from: &FieldReader<'_>) -> bool {
    // Directly in data, lists and objects are of much else.
    let any_list = !from.is_data();
    let is_known = |name: &str| {
        matches!(name, "id" | "reason" | "method" | "charged" | "expected_on")
            || matches!(name, "refund" | "refund_id" | "currency" | "currency_code")
            || match from.is_data() {
                true => matches!(name, "order" | "notify" | "cancellation"),
                false => name == "partial",
            }
    };
    let hint = from.members().find(|(name, value)| {
        !is_known(name) && (is_hint(name, value) || any_list && is_unknown_list(name, value))
    });
    if let Some((name, _)) = hint {
        from.warn_member(name, HINT);
    }
    hint.is_some()
}

/// The member of the order that hints at a part; with a warning.
pub(crate) fn find_in_order(order: &FieldReader<'_>) -> bool {
    let hint = order.members().find(|(name, value)| match *name {
        "lines" | "line_items" | "items" => is_partly_cancelled(value),
        "status" | "state" => is_partial(value),
        name => is_of_cancelled_articles(name, value) || is_partially_cancelled(value),
    });
    if let Some((name, _)) = hint {
        order.warn_member(name, HINT);
    }
    hint.is_some()
}

/// Whether a member of this name and value is about a part, or about some articles. A `timeline` is not.
fn is_hint(name: &str, value: &Value) -> bool {
    says_something(value) && (names_articles(name) || names_a_part(name)) || is_partial(value)
}

fn is_unknown_list(name: &str, value: &Value) -> bool {
    let is_other = words(name).first().is_some_and(|word| OTHERS.contains(&word.as_str()));
    (value.is_array() || value.is_object()) && says_something(value) && !is_other
}

fn names_articles(name: &str) -> bool {
    let begins = |word: &String| ARTICLES.iter().any(|article| word.starts_with(article));
    // Where nothing separates the words: `cancelleditems`.
    let ends = |article: &&str| name.to_ascii_lowercase().ends_with(&format!("{article}s"));
    words(name).iter().any(begins) || ARTICLES.iter().any(ends)
}

fn names_a_part(name: &str) -> bool {
    let is_part = |word: &String| matches!(word.as_str(), "part" | "parts");
    words(name).iter().any(|word| is_part(word) || word.starts_with("partial"))
}

/// Whether a text says `partial`, `PARTIALLY_CANCELLED` or the like. A spare part is none.
fn is_partial(value: &Value) -> bool {
    let words = words(value.as_str().unwrap_or_default());
    words == ["part"] || words.iter().any(|word| word.starts_with("partial"))
}

fn is_partially_cancelled(value: &Value) -> bool {
    is_partial(value) && words(value.as_str().unwrap_or_default()).iter().any(is_of_cancelling)
}

fn is_of_cancelled_articles(name: &str, value: &Value) -> bool {
    says_something(value) && words(name).iter().any(is_of_cancelling) && names_articles(name)
}

#[expect(clippy::ptr_arg, reason = "an iterator passes it")]
fn is_of_cancelling(word: &String) -> bool {
    word.starts_with("cancel")
}

/// Whether some of these lines are cancelled, and not all of all of them.
fn is_partly_cancelled(lines: &Value) -> bool {
    let lines = lines.as_array().map(Vec::as_slice).unwrap_or_default();
    let shares: Vec<Share> = lines.iter().filter_map(Value::as_object).map(Share::of).collect();
    shares.iter().any(|share| *share != Share::None) && shares.iter().any(|s| *s != Share::All)
}

/// How much of a line is cancelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Share {
    None,
    Some,
    All,
}

impl Share {
    fn of(line: &Map<String, Value>) -> Self {
        let number = |value: &Value| {
            value.as_f64().or_else(|| value.as_str().and_then(|text| text.trim().parse().ok()))
        };
        let ordered = line.get("quantity").and_then(number);
        for (name, value) in line {
            let (words, is_of_cancelling) = (words(name), words(name).iter().any(is_of_cancelling));
            if matches!(name.as_str(), "status" | "state") {
                let status = value.as_str().map(super::other_names::words).unwrap_or_default();
                if status.iter().any(self::is_of_cancelling) {
                    return if is_partial(value) { Self::Some } else { Self::All };
                }
            } else if is_of_cancelling && words.iter().any(|w| w.starts_with("q")) {
                match number(value).filter(|n| *n > 0.0) {
                    Some(n) if ordered.is_some_and(|ordered| n < ordered) => return Self::Some,
                    Some(_) => return Self::All,
                    None => {}
                }
            } else if is_of_cancelling && *value == Value::Bool(true) {
                return Self::All;
            }
        }
        Self::None
    }
}

/// Whether there is anything to a value. A list has something in it even if nothing of that is understood.
fn says_something(value: &Value) -> bool {
    match value {
        Value::Bool(value) => *value,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => {
            !is_absent(value) && !matches!(text.trim(), "0" | "false" | "no" | "none")
        }
        Value::Array(items) => !items.is_empty(),
        Value::Null | Value::Object(_) => !is_absent(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::event::{Event, EventPayload};
    use crate::contract::warnings::parse_with_warnings;
    use jiff::Timestamp;
    use serde_json::json;

    /// Whether a part is cancelled, and where a warning says that it seems so.
    fn cancelled(order: Value, data: Value) -> (bool, Vec<String>) {
        let mut event = json!({
            "specversion": "1.0", "source": "shop", "id": "e-1", "type": "order.cancelled",
            "data": {
                "order": {
                    "id": "1", "customer": { "email": "jo@example.com" }, "currency": "EUR",
                    "totals": { "total": 10 },
                    "lines": [
                        { "id": "1", "sku": "MUG", "title": "Mug", "quantity": 2 },
                        { "id": "2", "sku": "POT", "title": "Pot", "quantity": 1 },
                    ],
                },
            },
        });
        for (place, members) in [("/data/order", order), ("/data", data)] {
            for (name, value) in members.as_object().expect("members") {
                event.pointer_mut(place).expect("it is there")[name] = value.clone();
            }
        }
        let (read, warnings) = parse_with_warnings(&event, Timestamp::UNIX_EPOCH);
        let read = read.expect("accepted");
        assert_eq!(Event::parse(&read.to_json()).as_ref(), Ok(&read), "again");
        let EventPayload::Cancelled(cancellation) = read.payload else { panic!("one") };
        let hints = warnings.into_iter().filter(|w| w.detail.contains("a part"));
        let hints = hints.map(|w| w.pointer).filter(|place| !place.ends_with("/id"));
        (cancellation.is_partial(), hints.collect())
    }

    #[test]
    fn whatever_hints_at_a_part_makes_a_cancellation_one_with_a_warning() {
        for (cancellation, place) in [
            (json!({ "positions": ["POT"] }), "/positions"),
            (json!({ "variants": [{ "id": 7 }] }), "/variants"),
            (json!({ "type": "partial" }), "/type"),
            (json!({ "status": "PARTIALLY_CANCELLED" }), "/status"),
            (json!({ "quantity": 1 }), "/quantity"),
            (json!({ "skus": ["POT"] }), "/skus"),
            (json!({ "line": "l2" }), "/line"),
            (json!({ "lines": [{ "line_id": null, "sku": null }] }), "/lines"),
            (json!({ "lines": [""] }), "/lines"),
            (json!({ "items": [{}] }), "/items"),
            (json!({ "what": [{ "a": 1 }] }), "/what"),
            (json!({ "what": { "a": 1 } }), "/what"),
            (json!({ "partialCancellation": true }), "/partialCancellation"),
            (json!({ "partial": "the pot" }), "/partial"),
        ] {
            let place = format!("/data/cancellation{place}");
            let (is_part, warnings) = cancelled(json!({}), json!({ "cancellation": cancellation }));
            assert_eq!((is_part, warnings), (true, vec![place]), "{cancellation}");
        }
        for (data, place) in [
            (json!({ "partial": true, "cancellation": { "reason": "Sold out" } }), "/data/partial"),
            (json!({ "cancelled_lines": ["POT"] }), "/data/cancelled_lines"),
            (json!({ "items": [{ "article": "POT" }] }), "/data/items"),
            (json!({ "status": "partially_cancelled" }), "/data/status"),
        ] {
            let (is_part, warnings) = cancelled(json!({}), data.clone());
            assert!(is_part && warnings.iter().all(|at| at == place), "{data}: {warnings:?}");
        }
    }

    #[test]
    fn an_order_that_is_partly_cancelled_makes_the_cancellation_one_of_a_part() {
        let lines = |pot: Value, mug: Value| {
            let mut lines = [
                json!({ "sku": "MUG", "title": "Mug", "quantity": 2 }),
                json!({ "sku": "POT", "title": "Pot", "quantity": 1 }),
            ];
            for (line, members) in lines.iter_mut().zip([mug, pot]) {
                for (name, value) in members.as_object().expect("members") {
                    line[name] = value.clone();
                }
            }
            json!({ "lines": lines })
        };
        let cancelled_line = || json!({ "status": "cancelled" });
        for (order, place) in [
            (json!({ "cancelled_lines": [{ "sku": "POT" }] }), "cancelled_lines"),
            (json!({ "cancelled_quantity": 1 }), "cancelled_quantity"),
            (json!({ "status": "partially_cancelled" }), "status"),
            (json!({ "order_status": "partially-canceled" }), "order_status"),
            (lines(cancelled_line(), json!({})), "lines"),
            (lines(json!({ "cancelled_quantity": 1 }), json!({})), "lines"),
            (lines(json!({}), json!({ "cancelledQty": "1" })), "lines"),
            (lines(json!({ "quantity": 0, "status": "cancelled" }), json!({})), "lines"),
        ] {
            let (is_part, warnings) = cancelled(order.clone(), json!({}));
            assert!(is_part, "{order}");
            assert_eq!(warnings, [format!("/data/order/{place}")], "{order}");
            let whole = json!({ "cancellation": { "partial": false } });
            assert_eq!(cancelled(order, whole), (false, vec![]), "the shop says so");
        }
        for order in [
            lines(cancelled_line(), cancelled_line()),
            lines(json!({ "cancelled_quantity": 1 }), json!({ "cancelled_quantity": 2 })),
            json!({ "status": "cancelled", "fulfillment_status": "partial", "cancelled_at": "x" }),
            json!({ "financial_status": "partially_refunded", "cancelled_lines": [] }),
        ] {
            assert_eq!(cancelled(order.clone(), json!({})), (false, vec![]), "{order}");
        }
    }

    #[test]
    fn what_is_about_something_else_leaves_the_whole_order_cancelled() {
        for cancellation in [
            json!({ "metadata": { "a": 1 }, "timeline": [{ "at": "x" }], "user": { "name": "Jo" } }),
            json!({ "reason": "A spare part is sold out, partially" }),
            json!({ "items": [], "quantity": 0, "is_partial": false, "line": null }),
            json!({ "department": "sales", "deadline": "x", "type": "full" }),
        ] {
            let (is_part, warnings) = cancelled(json!({}), json!({ "cancellation": cancellation }));
            assert_eq!((is_part, warnings), (false, vec![]), "{cancellation}");
        }
    }

    #[test]
    fn a_cancellation_under_a_name_that_is_close_is_read_as_it() {
        let pot = || json!({ "lines": [{ "sku": "POT", "quantity": 1 }] });
        for name in ["cancelation", "cancellations", "Cancellation", "canceltion"] {
            assert!(cancelled(json!({}), json!({ name: pot() })).0, "{name}");
            assert!(cancelled(json!({ name: pot() }), json!({})).0, "{name} in order");
            assert!(cancelled(json!({}), json!({ name: [pot()] })).0, "{name} in a list");
        }
        assert!(cancelled(json!({}), json!({ "cancellations": [pot(), pot()] })).0);
    }
}
