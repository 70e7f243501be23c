//! Masks what looks like an e-mail address, in ids and other texts that should hold none.
//!
//! An event's `id` and `source` are the shop's own texts, and some shops put the customer's address in them.
//! They are stored as they are, because they name the event, but neither logged nor printed so.

use std::borrow::Cow;

/// The ways to write an at sign in an id: as it is, full-width, small, each of them percent-encoded, once
/// or twice (RFC 3986, section 2.1), and as JSON and HTML write it. In lower case. For quoted-printable, see
/// [`holds_quoted_printable`].
const AT_SIGNS: [&str; 10] = [
    "@",
    "\u{ff20}",
    "\u{fe6b}",
    "%40",
    "%2540",
    "%ef%bc%a0",
    "%ef%b9%ab",
    "\\u0040",
    "&#64",
    "&commat",
];

/// The address in the contract's own sentences about a bad one. It is nobody's (RFC 2606, section 3).
const EXAMPLE: &str = "name@example.com";

/// The text with everything masked that looks like an e-mail address: `order-42/jo@example.com` becomes
/// `order-42/j***@***.com`. What is around the address stays, up to a slash, a colon, a comma or a space, so
/// that an operator still tells one event from another; the same text is always masked in the same way.
#[must_use]
pub fn without_addresses(text: &str) -> Cow<'_, str> {
    // Most texts have none, and every log line passes here.
    if !holds_at_sign(text) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(is_part) {
        let end = rest[start..].find(|c| !is_part(c)).map_or(rest.len(), |i| start + i);
        out.push_str(&rest[..start]);
        let word = &rest[start..end];
        if is_sign_alone(word, &out, &rest[end..]) {
            out.push_str(word);
            rest = &rest[end..];
            continue;
        }
        if begins_with_at_sign(word) {
            hide_quoted(&mut out);
        }
        let is_example = word.trim_matches(['.', ';', '\'', '`']) == EXAMPLE;
        let is_harmless = is_example || !holds_at_sign(word);
        out.push_str(&if is_harmless { word.to_owned() } else { masked_address(word) });
        rest = &rest[end..];
    }
    out.push_str(rest);
    Cow::Owned(out)
}

fn begins_with_at_sign(word: &str) -> bool {
    let word = word.to_lowercase();
    AT_SIGNS.iter().any(|at| word.starts_with(at))
}

/// Whether a word is an at sign and nothing else, as in `"@"` or ` @ `: what it stands for, not an address. What could be
/// the rest of one beside it is a quoted local part before it, or a domain in brackets after it.
fn is_sign_alone(word: &str, before: &str, after: &str) -> bool {
    let is_quoted_part = before.ends_with('"') && !after.starts_with('"');
    word == "@" && !is_quoted_part && !after.starts_with('[')
}

/// Takes the quoted local part (`"sample..user"@…`) off that the text before an at sign ends with.
fn hide_quoted(text: &mut String) {
    let start = text.strip_suffix('"').and_then(|before| before.rfind('"'));
    if let Some(start) = start {
        text.truncate(start);
    }
}

/// An address, masked as `j***@***.com`.
#[must_use]
pub fn masked_address(address: &str) -> String {
    let first = address.trim_start_matches('"').chars().next().unwrap_or('*');
    // The top-level domain stays: it names nobody and tells addresses apart.
    let top = address.rsplit('.').next().filter(|top| !holds_at_sign(top)).unwrap_or("***");
    format!("{first}***@***.{top}")
}

/// What an address may hold (RFC 5322, section 3.2.3), so that none is masked by halves. But for `/` and `?`:
/// in ids they stand between the parts of a path, and hardly ever within an address.
fn is_part(c: char) -> bool {
    c.is_alphanumeric() || "@\u{ff20}\u{fe6b}.\u{ff0e}!#$%&'*+-=^_`{|}~\\;".contains(c)
}

fn holds_at_sign(text: &str) -> bool {
    // Only these bytes begin an at sign.
    let may_hold = |byte: u8| matches!(byte, b'@' | b'%' | b'\\' | b'=' | b'&' | 0xef);
    if !text.bytes().any(may_hold) {
        return false;
    }
    let text = text.to_ascii_lowercase();
    AT_SIGNS.iter().any(|at| text.contains(at)) || holds_quoted_printable(&text)
}

/// Whether a domain follows `=40`, the at sign of quoted-printable (RFC 2045, section 6.7). Alone it may be a
/// number: `limit=40`.
fn holds_quoted_printable(text: &str) -> bool {
    let is_domain = |rest: &str| {
        let domain = rest.split(|c: char| !is_part(c)).next().unwrap_or_default();
        domain.starts_with(|c: char| c.is_alphabetic())
            && domain.trim_end_matches('.').contains('.')
    };
    text.split("=40").skip(1).any(is_domain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_masked_however_its_at_sign_is_written() {
        let percent_encoded = ["%40", "%2540", "%ef%bc%a0", "%EF%BC%A0", "%Ef%b9%aB"];
        let escaped = ["\\u0040", "=40", "&#64;", "&commat;"];
        for at in ["@", "\u{ff20}", "\u{fe6b}"].into_iter().chain(escaped).chain(percent_encoded) {
            let id = format!("https://shop.example/orders order-42/jo.doe{at}mail.example.com:3");
            let masked = "https://shop.example/orders order-42/j***@***.com:3";
            assert_eq!(without_addresses(&id), masked, "{at}");
        }
    }

    #[test]
    fn an_address_is_masked_whole() {
        for (text, masked) in [
            ("bounce+jo=example.com@lists.example", "b***@***.example"),
            ("o'hara&co@example.com", "o***@***.com"),
            ("jo@localhost", "j***@***.***"),
            ("urn:mail:jo@example.com", "urn:mail:j***@***.com"),
            ("?email=jo%40example.com&x=1", "?e***@***.com&x=1"),
            ("\"jo doe\"@[192.0.2.1]", "@***@***.***[192.0.2.1]"),
            (
                "such as name@example.com, not a.name@example.com",
                "such as name@example.com, not a***@***.com",
            ),
            ("{\"event\":\"jo@example.com\"}", "{\"event\":\"j***@***.com\"}"),
            ("order \"jo.. doe\"@example.com", "order @***@***.com"),
            ("order-\"jo..doe\"%40example.com/1", "order-%***@***.com/1"),
        ] {
            assert_eq!(without_addresses(text), masked);
        }
    }

    #[test]
    fn an_at_sign_alone_and_the_example_of_the_contract_are_no_address() {
        for text in [
            "\" at \" for @, first one",
            r#"sub(" at "; "@")"#,
            "'customer.email: no address, such as name@example.com'",
        ] {
            assert_eq!(without_addresses(text), text);
        }
    }

    #[test]
    fn a_text_without_an_address_stays() {
        for text in [
            "",
            "https://shop.example/a%20b?c=100%",
            "limit=40, after=40ms.",
            r"a\n & b",
            "Zoë \u{ff0e}",
            "4%04",
        ] {
            assert!(matches!(without_addresses(text), Cow::Borrowed(kept) if kept == text));
        }
    }
}
