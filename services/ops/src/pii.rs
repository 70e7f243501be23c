//! Masking of personal data.

use kit::ledger::FEEDBACK_TOKEN_TAG;
use kit::mask::masked_address;
use serde_json::Value;

use crate::format::counted;

/// Whether personal data is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PiiMode {
    /// With `--show-pii`.
    Shown,
    Masked,
}

impl PiiMode {
    pub const fn from_flag(show_pii: bool) -> Self {
        if show_pii { Self::Shown } else { Self::Masked }
    }

    /// An address, masked as `j***@***.com`.
    pub fn address(self, address: &str) -> String {
        match self {
            Self::Shown => address.to_owned(),
            Self::Masked => masked_address(address),
        }
    }

    /// A text of the shop that is no personal data, unless it happens to hold an address.
    pub fn text(self, text: &str) -> String {
        match self {
            Self::Shown => text.to_owned(),
            Self::Masked => without_addresses(text),
        }
    }

    /// A body that no contract may describe. JSON is masked as by [`PiiMode::json`], and every text is
    /// masked too unless the contracts have a member of its name that holds no personal data. Of a text
    /// without members nobody knows which part is personal, so it is shown whole or not at all.
    pub fn unrecognized(self, value: Value) -> Value {
        match (self, value) {
            (Self::Masked, Value::String(text)) => Value::String(format!(
                "{} that are not of the contract, hidden: --show-pii shows them",
                counted(text.len(), "byte")
            )),
            (_, value) => self.masked_if(value, |member, text| {
                !is_in(&IMPERSONAL, member) || !looks_like_an_id(text)
            }),
        }
    }

    /// A delivery of a shop's system, whose members are the system's own. As of a body that no contract describes; what
    /// it has no JSON of is hidden whole.
    pub fn foreign(self, mut delivery: Value) -> Value {
        if let Some(body) = delivery.get_mut("body").filter(|body| body.is_string()) {
            *body = self.unrecognized(body.take());
        }
        self.masked_if(delivery, |member, text| {
            member != "body" && !(is_in(&IMPERSONAL, member) && looks_like_an_id(text))
        })
    }

    /// A body of its queue's contract, with names and addresses masked.
    pub fn json(self, value: Value) -> Value {
        self.masked_if(value, |_, _| false)
    }

    fn masked_if(self, value: Value, is_unknown: fn(&str, &str) -> bool) -> Value {
        match self {
            Self::Shown => value,
            Self::Masked => masked(value, "", false, is_unknown),
        }
    }
}

/// Members that hold names, addresses and secrets in the contracts of the queues.
const PERSONAL: [&[&str]; 6] = [
    &["customer", "name", "email", "phone", "copies", "cc", "to"],
    &["shipping_address", "billing_address", "city", "postal_code"],
    // What the customer wrote or chose, and the code that opens a locker.
    &["content", "options", "code"],
    // Of SES's events.
    &["destination", "commonHeaders"],
    // Of the orders of shop systems.
    &["billing", "client_details", "default_address", "latitude", "longitude"],
    // Whoever knows it can have SES say anything about the mail.
    &[FEEDBACK_TOKEN_TAG],
];

/// Members of the contracts whose texts hold no personal data.
const IMPERSONAL: [&[&str]; 7] = [
    // Of an event's envelope, and of what AWS puts around it.
    &["v", "specversion", "source", "id", "type", "time", "detail-type", "eventType"],
    &["datacontenttype", "dataschema"],
    // Of the messages between the functions.
    &["shop", "system", "topic", "kind", "scope", "recipient", "notify", "correlation_id"],
    &["accepted_at", "received_at", "send_before"],
    // Of an order.
    &["order_id", "number", "placed_at", "sku", "quantity", "amount", "currency", "method"],
    // Of a parcel.
    &["carrier", "tracking_number", "tracking_url", "url", "expected_on"],
    // Of a customer and an address.
    &["locale", "country"],
];

/// The text with everything masked that looks like an e-mail address.
pub fn without_addresses(text: &str) -> String {
    kit::mask::without_addresses(text).into_owned()
}

/// The value with everything masked in its texts that looks like an e-mail address.
pub fn value_without_addresses(value: Value) -> Value {
    match value {
        Value::String(text) => without_addresses(&text).into(),
        Value::Array(items) => items.into_iter().map(value_without_addresses).collect(),
        Value::Object(members) => {
            let masked = |(name, value): (String, Value)| {
                (without_addresses(&name), value_without_addresses(value))
            };
            Value::Object(members.into_iter().map(masked).collect())
        }
        other => other,
    }
}

fn is_in(groups: &[&[&str]], member: &str) -> bool {
    groups.iter().any(|group| group.contains(&member))
}

/// Whether a text may be what its member's name says, although no contract vouches for it: a name or a street has blanks.
fn looks_like_an_id(text: &str) -> bool {
    text.len() <= 64 && !text.contains(char::is_whitespace)
}

/// Masks the texts in and below `member`: all of them if it is inside of a personal member or
/// `is_unknown`, else only what looks like an e-mail address.
fn masked(
    value: Value,
    member: &str,
    is_hidden: bool,
    is_unknown: fn(&str, &str) -> bool,
) -> Value {
    match value {
        Value::Object(members) => {
            let masked_member = |(name, value): (String, Value)| {
                // Country and language identify nobody, and are needed to understand a failure.
                let is_harmless = matches!(name.as_str(), "country" | "locale");
                let is_hidden = (is_hidden || is_in(&PERSONAL, &name)) && !is_harmless;
                let value = masked(value, &name, is_hidden, is_unknown);
                // An object may have a member for each address.
                (without_addresses(&name), value)
            };
            Value::Object(members.into_iter().map(masked_member).collect())
        }
        Value::Array(items) => {
            items.into_iter().map(|item| masked(item, member, is_hidden, is_unknown)).collect()
        }
        Value::String(text) if is_hidden || is_unknown(member, &text) => hidden(&text).into(),
        // A place on the map, or a telephone number.
        Value::Number(_) if is_hidden => "***".into(),
        Value::String(text) => without_addresses(&text).into(),
        other => other,
    }
}

/// What people write in place of an at sign, and of a dot.
const SPELT_SIGNS: [&str; 2] = ["at", "dot"];

/// From so many letters on a word is a long one.
const LONG_WORD: usize = 13;

/// With `***` in place of each word, or more stars for a long one: what stands between the words is what may be wrong with
/// a value. The first letter stays, since it tells two customers apart, and the top-level domain of an address, which names
/// nobody.
fn hidden(text: &str) -> String {
    let top = top_level_domain(text);
    let mut shown = String::new();
    let mut rest = &text[..text.len() - top.len()];
    while let Some(first) = rest.chars().next() {
        let is_word = first.is_alphanumeric();
        let end = rest.find(|c: char| c.is_alphanumeric() != is_word).unwrap_or(rest.len());
        let (part, after) = rest.split_at(end);
        let is_first = shown.is_empty();
        match is_word {
            true if !is_first && SPELT_SIGNS.contains(&&*part.to_lowercase()) => shown += part,
            true => {
                shown.extend(is_first.then_some(first));
                shown += if part.chars().count() < LONG_WORD { "***" } else { "*****" };
            }
            false => shown += part,
        }
        rest = after;
    }
    shown + top
}

/// That of a text that is one address; empty for any other.
fn top_level_domain(text: &str) -> &str {
    // Of a longer text that holds an address, the end would stay in clear.
    let is_address = text.contains('@') && !text.contains(|c: char| c.is_whitespace() || c == '"');
    let top = text.rsplit_once('.').map_or("", |(_, top)| top);
    if is_address && !top.contains('@') { top } else { "" }
}

/// Whether a text is masked as [`PiiMode`] masks one, and holds nothing else: but for its first letter and a top-level
/// domain there is no word in it.
pub fn is_masked_whole(text: &str) -> bool {
    let top = top_level_domain(text);
    let is_usual = top.len() <= 10 && top.bytes().all(|byte| byte.is_ascii_lowercase());
    let words = text[..text.len() - top.len()].split(|c: char| !c.is_alphanumeric());
    let is_harmless = |(i, word): (usize, &str)| {
        word.is_empty() || SPELT_SIGNS.contains(&word) || (i == 0 && word.chars().count() == 1)
    };
    text.contains("***") && is_usual && words.enumerate().all(is_harmless)
}

/// With a word in capitals in place of each address: of a command that is to be typed, whoever types it knows which.
pub fn with_placeholders(text: &str) -> String {
    const MASK: &str = "***@***";
    let masked = without_addresses(text);
    let mut parts = masked.split(MASK);
    let mut shown = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        // The first letter of the address, or the quote before it.
        let first = shown.pop();
        shown.extend(first.filter(|first| matches!(first, '\'' | '"')));
        shown += "ADDRESS";
        let top = part.strip_prefix('.').unwrap_or(part);
        shown += top.trim_start_matches(|c: char| c.is_alphanumeric() || c == '*');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_masked_body_holds_no_name_and_no_address() {
        let body = json!({"event": {"data": {"order": {
            "id": "1001",
            "customer": {"name": "Zoë Krüger", "email": "zoe@customer.example", "locale": "de-DE"},
            "shipping_address": {"lines": ["Lange Reihe 41"], "city": "Hamburg", "country": "DE"},
            "note": "mail zoe@customer.example, please",
        }}}});
        let masked = PiiMode::Masked.json(body.clone());
        assert_eq!(
            masked,
            json!({"event": {"data": {"order": {
                "id": "1001",
                "customer": {"name": "Z*** ***", "email": "z***@***.example", "locale": "de-DE"},
                "shipping_address": {"lines": ["L*** *** ***"], "city": "H***", "country": "DE"},
                "note": "mail z***@***.example, please",
            }}}})
        );
        assert_eq!(PiiMode::Shown.json(body.clone()), body);
    }

    #[test]
    fn a_text_in_a_place_that_no_contract_knows_is_hidden() {
        let body = json!({"note": "for Zoë Krüger", "v": "1", "more": [{"who": "Zoë"}],
            "jo@example.com": 1, "id": "Zoë Krüger", "number": "R-7"});
        let masked = PiiMode::Masked.unrecognized(body);
        assert_eq!(
            masked,
            json!({"note": "f*** *** ***", "v": "1", "more": [{"who": "Z***"}],
            "j***@***.com": 1, "id": "Z*** ***", "number": "R-7"})
        );
    }

    #[test]
    fn a_masked_value_shows_what_is_wrong_between_its_words_and_the_envelope_is_not_masked() {
        for (value, shown) in [
            ("bad at example.com", "b*** at ***.***"),
            ("jo.doe@mail.example.com ", "j***.***@***.***.*** "),
            ("jo.doe@@example.com", "j***.***@@***.com"),
            ("@example.com", "@***.com"),
            ("jo@localhost", "j***@***"),
            ("+49 (170) 123", "+*** (***) ***"),
            ("Donaudampfschiff 7", "D***** ***"),
            ("", ""),
        ] {
            let masked = PiiMode::Masked.json(json!({"email": value}));
            assert_eq!(masked, json!({"email": shown}), "{value}");
            assert!(!shown.contains("***") || is_masked_whole(shown), "{shown}");
        }
        assert!(
            !is_masked_whole("j***.smith") && !is_masked_whole("jo***") && !is_masked_whole("jo")
        );
        let envelope = json!({
            "specversion": "1.0", "type": "order.confirmed", "source": "https://shop.example/orders",
            "datacontenttype": "application/json", "time": "2026-11-28T06:41:00Z",
            "dataschema": "https://waybill.example/schemas/event.schema.json",
        });
        assert_eq!(PiiMode::Masked.unrecognized(envelope.clone()), envelope);
    }

    #[test]
    fn a_command_that_is_shown_has_a_placeholder_for_an_address() {
        let shown = [
            ("waybill order jo@example.com --shop north", "waybill order ADDRESS --shop north"),
            ("--to jo@a.example --cc kim@localhost.", "--to ADDRESS --cc ADDRESS"),
            ("--order 'order-42/jo@example.com' --yes", "--order 'order-42/ADDRESS' --yes"),
            ("--failed-for 'jo@example.com is wrong'", "--failed-for 'ADDRESS is wrong'"),
            ("--failed-for 'such as name@example.com'", "--failed-for 'such as name@example.com'"),
        ];
        for (typed, shown) in shown {
            assert_eq!(with_placeholders(typed), shown);
        }
    }

    #[test]
    fn of_a_system_s_order_only_what_identifies_nobody_is_shown() {
        let order = json!({
            "shop": "north", "system": "woocommerce", "topic": "order.updated",
            "received_at": "2026-11-27T16:30:00Z",
            "body": {
                "id": 727, "number": "727", "status": "processing", "currency": "EUR", "total": "14.90",
                "billing": {"first_name": "Zoë", "number": "41", "phone": 49_401_234},
                "shipping_address": {"latitude": 53.55, "country": "DE"},
                "customer_note": "zoe@customer.example wants it. Zoë Krüger",
            },
        });
        let masked = PiiMode::Masked.foreign(order.clone());
        assert_eq!(
            masked["body"],
            json!({
                "id": 727, "number": "727", "status": "p***", "currency": "EUR", "total": "1***.***",
                "billing": {"first_name": "Z***", "number": "4***", "phone": "***"},
                "shipping_address": {"latitude": "***", "country": "DE"},
                "customer_note": "z***@***.*** *** ***. *** ***",
            })
        );
        assert_eq!(masked["topic"], "order.updated");
        assert_eq!(PiiMode::Shown.foreign(order.clone()), order);
        let cut =
            json!({"shop": "north", "body": r#"{"email":"zoe@customer.example","name":"Krü"#});
        let hidden = PiiMode::Masked.foreign(cut)["body"].to_string();
        assert!(hidden.contains("--show-pii") && !hidden.contains("Kr"), "{hidden}");
    }

    #[test]
    fn of_a_plan_only_what_looks_like_an_address_is_masked() {
        let plan =
            json!({"order_key": "jo@example.com", "to": ["kim@example.com", "R-7"], "name": 1});
        let masked = json!({"order_key": "j***@***.com", "to": ["k***@***.com", "R-7"], "name": 1});
        assert_eq!(value_without_addresses(plan), masked);
    }

    #[test]
    fn an_address_in_a_command_line_is_masked() {
        let typed = r#"--filter '.body.email == "jo@example.com"'"#;
        assert_eq!(without_addresses(typed), r#"--filter '.body.email == "j***@***.com"'"#);
    }
}
