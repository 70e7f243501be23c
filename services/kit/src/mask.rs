//! Masks what looks like an e-mail address, in ids and other texts that should hold none.
//!
//! An event's `id` and `source` are the shop's own texts, and some shops put the customer's address in them.
//! They are stored as they are, because they name the event, but neither logged nor printed so.

use std::borrow::Cow;

/// The ways to write an at sign in an id: as it is, full-width, small, and each of them percent-encoded, once
/// or twice (RFC 3986, section 2.1). In lower case.
const AT_SIGNS: [&str; 7] = ["@", "\u{ff20}", "\u{fe6b}", "%40", "%2540", "%ef%bc%a0", "%ef%b9%ab"];

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
        out.push_str(&if holds_at_sign(word) { masked_address(word) } else { word.to_owned() });
        rest = &rest[end..];
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// An address, masked as `j***@***.com`.
#[must_use]
pub fn masked_address(address: &str) -> String {
    let first = address.chars().next().unwrap_or('*');
    // The top-level domain stays: it names nobody and tells addresses apart.
    let top = address.rsplit('.').next().filter(|top| !holds_at_sign(top)).unwrap_or("***");
    format!("{first}***@***.{top}")
}

/// What an address may hold (RFC 5322, section 3.2.3), so that none is masked by halves. But for `/` and `?`:
/// in ids they stand between the parts of a path, and hardly ever within an address.
fn is_part(c: char) -> bool {
    c.is_alphanumeric() || "@\u{ff20}\u{fe6b}.\u{ff0e}!#$%&'*+-=^_`{|}~".contains(c)
}

fn holds_at_sign(text: &str) -> bool {
    // Only these bytes begin an at sign.
    let may_hold = |byte: u8| matches!(byte, b'@' | b'%' | 0xef);
    if !text.bytes().any(may_hold) {
        return false;
    }
    let text = text.to_ascii_lowercase();
    AT_SIGNS.iter().any(|at| text.contains(at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_masked_however_its_at_sign_is_written() {
        let percent_encoded = ["%40", "%2540", "%ef%bc%a0", "%EF%BC%A0", "%Ef%b9%aB"];
        for at in ["@", "\u{ff20}", "\u{fe6b}"].into_iter().chain(percent_encoded) {
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
            ("@", "@***@***.***"),
            ("{\"event\":\"jo@example.com\"}", "{\"event\":\"j***@***.com\"}"),
        ] {
            assert_eq!(without_addresses(text), masked);
        }
    }

    #[test]
    fn a_text_without_an_address_stays() {
        for text in ["", "https://shop.example/a%20b?c=100%", "Zoë \u{ff0e}", "4%04"] {
            assert!(matches!(without_addresses(text), Cow::Borrowed(kept) if kept == text));
        }
    }
}
