//! E-mail addresses.

use std::borrow::Cow;

use serde_json::Value;

use crate::contract::error::InvalidValue;
use crate::contract::reader::FieldReader;
use crate::contract::values::trim_invisible;

/// An address that SES can be asked to mail: RFC 5321 syntax, an ASCII local part, in quotes where it needs
/// them, a domain with a dot, in punycode where it is international.
///
/// `Debug` and `Display` hide it; [`EmailAddress::expose`] does not. So a log line or an error
/// cannot hold one by accident.
#[derive(Clone, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(transparent)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(inline, extend("pattern" = PATTERN, "maxLength" = MAX_LEN, "allOf" = [serde_json::json!({ "pattern": LOCAL_LEN_PATTERN })])))]
pub struct EmailAddress(String);

/// The longest address that SMTP carries (RFC 5321 section 4.5.3.1.3); SES's own limit is 320.
const MAX_LEN: usize = 254;
const MAX_LOCAL_LEN: usize = 64;
const MAX_LABEL_LEN: usize = 63;

impl EmailAddress {
    /// Parses an address without a display name. A domain in other letters than ASCII's becomes punycode, as
    /// SES asks for (<https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_Destination.html>). Quotes
    /// around a local part that needs none are taken off, so that one mailbox has one form.
    ///
    /// # Errors
    /// [`InvalidValue`] for what SES would refuse later: a local part outside ASCII (SES does not support
    /// SMTPUTF8), a domain without a dot or with an underscore; and for a display name.
    pub fn parse(text: &str) -> Result<Self, InvalidValue> {
        let Some((local, domain)) = text.rsplit_once('@') else {
            return Err(InvalidValue::expected("an e-mail address such as name@example.com"));
        };
        let local = canonical_local(local).ok_or_else(|| bad_local(local))?;
        let address = ascii_domain(domain).map(|domain| format!("{local}@{domain}"));
        address
            .filter(|address| address.len() <= MAX_LEN)
            .map(Self)
            .ok_or_else(|| bad_domain(domain))
    }

    /// Reads one address, or several in one text or list, as some shops' form fields hold them. Never empty.
    /// The first must be right; of the others, what is not an address is left out. What is beside an address
    /// (a display name, `mailto:`, a dot at its end) is taken off, and a local part with dots where none may
    /// be gets the quotes that it needs. All of it with a warning.
    pub(crate) fn read_several(from: &FieldReader<'_>) -> Option<Vec<Self>> {
        let text;
        let parts: Vec<&str> = match from.value() {
            Value::Array(items) => {
                let texts = items.iter().filter_map(Value::as_str);
                texts.flat_map(split).collect()
            }
            _ => {
                text = from.text(|text| Ok(text.to_owned()))?;
                if let Ok(address) = Self::parse(&text) {
                    return Some(vec![address]);
                }
                split(&text)
            }
        };
        let mut addresses = Vec::new();
        let done = match parts.len() {
            1 => "This is not a text of an address alone, or lacks quotes; it was made one.",
            _ => "One address is expected; the others count as copies.",
        };
        for (i, part) in parts.into_iter().enumerate() {
            match Self::parse(part).or_else(|refusal| Self::mend(part).ok_or(refusal)) {
                Ok(address) => addresses.push(address),
                Err(InvalidValue(expected)) if i == 0 => return from.refuse(expected),
                Err(_) => {
                    from.warn("Of several addresses, one is not an address; it was left out.")
                }
            }
        }
        if addresses.is_empty() {
            return from.refuse("an e-mail address");
        }
        from.warn(done);
        Some(addresses)
    }

    fn mend(text: &str) -> Option<Self> {
        let bare = without_name(text);
        Self::parse(bare).ok().or_else(|| {
            let (local, domain) = bare.rsplit_once('@')?;
            Self::parse(&format!("\"{local}\"@{domain}")).ok().filter(|_| needs_quotes(local))
        })
    }

    /// The address in clear, for the SES call only.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The address with all but the first letter and the top-level domain hidden: `j***@***.com`.
    #[must_use]
    pub fn masked(&self) -> String {
        let first = self.0.trim_start_matches('"').chars().next().unwrap_or('*');
        let top = self.0.rsplit('.').next().unwrap_or_default();
        format!("{first}***@***.{top}")
    }
}

/// The parts of `a@x.example, b@y.example`, with commas or semicolons between them; none within quotes
/// separates. A line break is none of them: whoever writes one into an address may mean a header.
fn split(text: &str) -> Vec<&str> {
    let mut is_quoted = false;
    let parts = text.split(|c: char| {
        is_quoted ^= c == '"';
        !is_quoted && matches!(c, ',' | ';')
    });
    let parts: Vec<&str> = parts.map(trim_invisible).filter(|part| !part.is_empty()).collect();
    // A display name may hold a comma: `Example, Jo <jo@example.com>` is one address.
    if parts.iter().all(|part| part.contains('@')) { parts } else { vec![trim_invisible(text)] }
}

/// What is left of `Jo Example <jo@example.com>` and `mailto:jo@example.com.` without all but the address.
fn without_name(text: &str) -> &str {
    let angled = text.rsplit_once('<').and_then(|(_, rest)| rest.trim_end().strip_suffix('>'));
    let bare = trim_invisible(angled.unwrap_or(text));
    let scheme = bare.get(..7).filter(|scheme| scheme.eq_ignore_ascii_case("mailto:"));
    let bare = scheme.map_or(bare, |scheme| &bare[scheme.len()..]);
    bare.strip_suffix('.').unwrap_or(bare)
}

/// Whether dots stand where only quotes allow them, and nothing else is wrong. Some Japanese providers give
/// such addresses out.
fn needs_quotes(local: &str) -> bool {
    local.split('.').any(str::is_empty) && local.bytes().all(|b| b == b'.' || is_atext(b))
}

/// The local part, with quotes only where it needs them; `None` where it is none.
fn canonical_local(text: &str) -> Option<&str> {
    let quoted = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    match quoted {
        Some(inside) if is_dot_atom(inside) => Some(inside),
        Some(inside) => is_quoted_text(inside).then_some(text),
        None => is_dot_atom(text).then_some(text),
    }
    .filter(|_| text.len() <= MAX_LOCAL_LEN)
}

const fn is_atext(b: u8) -> bool {
    b.is_ascii_alphanumeric()
        || matches!(
            b,
            b'!' | b'#'
                | b'$'
                | b'%'
                | b'&'
                | b'\''
                | b'*'
                | b'+'
                | b'-'
                | b'/'
                | b'='
                | b'?'
                | b'^'
                | b'_'
                | b'`'
                | b'{'
                | b'|'
                | b'}'
                | b'~'
        )
}

/// An unquoted local part (RFC 5322 section 3.2.3, `dot-atom-text`).
fn is_dot_atom(text: &str) -> bool {
    text.split('.').all(|atom| !atom.is_empty() && atom.bytes().all(is_atext))
}

/// What may stand between quotes (RFC 5321 section 4.1.2, `QcontentSMTP`), but for what needs a backslash.
fn is_quoted_text(text: &str) -> bool {
    let is_qtext = |b: u8| matches!(b, b' '..=b'~') && !matches!(b, b'"' | b'\\' | b'@');
    !text.is_empty() && text.bytes().all(is_qtext)
}

fn bad_local(local: &str) -> InvalidValue {
    if !local.is_ascii() {
        return InvalidValue::expected(
            "an e-mail address such as name@example.com, with letters of ASCII alone before the @: SES \
             does not mail others (SMTPUTF8)",
        );
    }
    InvalidValue::expected(
        "an e-mail address such as name@example.com, with 1 to 64 letters, digits and signs of ASCII \
         before the @, others in quotes",
    )
}

fn bad_domain(domain: &str) -> InvalidValue {
    if domain.contains('_') {
        return InvalidValue::expected(
            "an e-mail address such as name@example.com, with a domain without an underscore: SES does \
             not mail it",
        );
    }
    InvalidValue::expected(
        "an e-mail address such as name@example.com, with a domain after the @: letters, digits \
         and hyphens, at least one dot, 254 characters together",
    )
}

/// The domain in ASCII; `None` where it is none that DNS could hold.
fn ascii_domain(domain: &str) -> Option<Cow<'_, str>> {
    // ASCII is kept as it was typed. What would be a URL's syntax must not reach the URL parser, which
    // would decode it.
    let ascii = if domain.is_ascii() {
        Cow::Borrowed(domain)
    } else if domain.chars().all(|c| !c.is_ascii() || c.is_ascii_alphanumeric() || ".-".contains(c))
    {
        match url::Host::parse(domain).ok()? {
            url::Host::Domain(ascii) => Cow::Owned(ascii),
            _ => return None,
        }
    } else {
        return None;
    };
    is_domain(&ascii).then_some(ascii)
}

fn is_domain(text: &str) -> bool {
    let is_label = |label: &str| {
        matches!(label.len(), 1..=MAX_LABEL_LEN)
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let top = text.rsplit_once('.').map(|(_, top)| top);
    text.split('.').all(is_label)
        // A top-level domain of digits would be an IPv4 address.
        && top.is_some_and(|top| top.starts_with(|c: char| c.is_ascii_alphabetic()))
}

#[cfg(test)]
const LOCAL_LEN_PATTERN: &str = "^[^@]{1,64}@";

/// The rest of [`EmailAddress::parse`] as a regular expression of ECMA 262, but for what makes a domain
/// international. Without look-around, which many engines lack.
#[cfg(test)]
const PATTERN: &str = concat!(
    "^(?:[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*|\"[ !#-?A-\\[\\]-~]+\")@",
    // Letters, digits and hyphens, or anything outside ASCII; a hyphen neither first nor last.
    "(?:[^\\u0000-/:-@\\[-`{-\\u007f](?:[^\\u0000-,./:-@\\[-`{-\\u007f]{0,61}[^\\u0000-/:-@\\[-`{-\\u007f])?\\.)+",
    "[^\\u0000-@\\[-`{-\\u007f](?:[^\\u0000-,./:-@\\[-`{-\\u007f]{0,61}[^\\u0000-/:-@\\[-`{-\\u007f])?$",
);

impl std::fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.masked())
    }
}

impl std::fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.masked())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::reader::FieldErrors;

    #[test]
    fn an_address_that_ses_would_refuse_is_refused() {
        for bad in [
            "",
            "jo",
            "jo@",
            "@example.com",
            "jo@example",
            "Jo <jo@example.com>",
            "jo@example.com\r\nBcc: x@y.z",
            "jo@[127.0.0.1]",
            "jo@127.0.0.1",
            "jö@example.com",
            "a b@example.com",
            "\"a@b\"@example.com",
            "\"\"@example.com",
            "\"a\nb\"@example.com",
            ".jo@example.com",
            "jo..x@example.com",
            "jo.@example.com",
            "jo@exa mple.com",
            "jo@exa_mple.com",
            "jo@-example.com",
            "jo@example-.com",
            "jo@example..com",
            "jo@example.com.",
            "jo@bü%63her.example",
            "jo@bü\u{202e}cher.example",
            "jo@1\u{ff0e}2.\u{ff13}",
            &format!("{}@example.com", "x".repeat(65)),
            &format!("jo@{}.com", "x".repeat(64)),
            &format!("jo@{}com", "x2345678.".repeat(28)),
        ] {
            assert!(EmailAddress::parse(bad).is_err(), "{bad:?} was taken");
        }
        for good in [
            "jo@example.com",
            "bounce+a@simulator.amazonses.com",
            "o'hara@example.co.uk",
            "Jo_X@3com.XN--P1AI",
            "\"sample..user\"@docomo.example",
            "\"a b\"@example.com",
        ] {
            assert_eq!(EmailAddress::parse(good).expect(good).expose(), good);
        }
    }

    #[test]
    fn an_international_domain_becomes_punycode() {
        for (text, ascii) in [
            ("jo@bücher.example", "jo@xn--bcher-kva.example"),
            ("jo@BÜCHER.example", "jo@xn--bcher-kva.example"),
            ("jo@例え.テスト", "jo@xn--r8jz45g.xn--zckzah"),
        ] {
            assert_eq!(EmailAddress::parse(text).expect(text).expose(), ascii);
        }
    }

    #[test]
    fn quotes_that_nothing_needs_are_taken_off() {
        let address = EmailAddress::parse("\"jo.x\"@example.com").expect("valid");
        assert_eq!(address.expose(), "jo.x@example.com");
    }

    /// The addresses read of a text, and how many warnings it costs.
    fn read(text: &str) -> (Vec<String>, usize) {
        let value = serde_json::json!(text);
        let errors = FieldErrors::default();
        let addresses = EmailAddress::read_several(&FieldReader::tolerant_root(&value, &errors));
        let addresses = addresses.unwrap_or_default();
        let (refused, warnings, _) = errors.into_parts();
        assert_eq!(addresses.is_empty(), !refused.is_empty(), "{refused:?}");
        (addresses.iter().map(|address| address.expose().to_owned()).collect(), warnings.len())
    }

    #[test]
    fn an_address_is_found_in_what_shops_write_around_it() {
        for (text, address, warnings) in [
            (" jo@example.com ", "jo@example.com", 1),
            ("\u{200b}jo@example.com", "jo@example.com", 1),
            ("\u{202a}jo@example.com\u{202c}", "jo@example.com", 1),
            ("\u{feff}Jo Example <\u{200e}jo@example.com>", "jo@example.com", 1),
            ("Jo Example <jo@example.com>", "jo@example.com", 1),
            ("\"Example, Jo\" <jo@example.com>", "jo@example.com", 1),
            ("Example, Jo <jo@example.com>", "jo@example.com", 1),
            ("mailto:jo@example.com", "jo@example.com", 1),
            ("jo@example.com.", "jo@example.com", 1),
            ("jo@example.com;", "jo@example.com", 1),
            ("sample..user@docomo.example", "\"sample..user\"@docomo.example", 1),
            ("user.@docomo.example", "\"user.\"@docomo.example", 1),
            ("\"sample..user\"@docomo.example", "\"sample..user\"@docomo.example", 0),
        ] {
            assert_eq!(read(text), (vec![address.to_owned()], warnings), "{text}");
        }
        for bad in
            ["jo", "jö@example.com", "jo@exa_mple.com", "a b@example.com", "<>", "jo, x@y.de z"]
        {
            assert_eq!(read(bad), (Vec::new(), 0), "{bad}");
        }
    }

    #[test]
    fn of_several_addresses_the_first_must_be_right() {
        let both = vec!["a@x.example".to_owned(), "b@y.example".to_owned()];
        assert_eq!(read("a@x.example, b@y.example"), (both.clone(), 1));
        assert_eq!(read("a@x.example;b@y.example; ö@z.example"), (both, 2));
        assert_eq!(read("ö@x.example, b@y.example"), (Vec::new(), 0));
    }

    #[test]
    fn addresses_in_a_list_are_read_as_those_in_a_text() {
        let read = |value: Value| {
            let errors = FieldErrors::default();
            let reader = FieldReader::tolerant_root(&value, &errors);
            let addresses = EmailAddress::read_several(&reader).unwrap_or_default();
            (addresses.len(), errors.into_parts().1.len())
        };
        assert_eq!(read(serde_json::json!(["a@x.example"])), (1, 1));
        assert_eq!(read(serde_json::json!(["a@x.example", null, "Jo <b@y.example>"])), (2, 1));
        assert_eq!(read(serde_json::json!([7])), (0, 0));
    }

    #[test]
    fn a_refusal_says_which_side_of_the_at_is_wrong() {
        let refusal = |text| EmailAddress::parse(text).expect_err("refused").0;
        assert!(refusal("jö@example.com").contains("before the @"));
        assert!(refusal("jo@exa_mple.com").contains("without an underscore"));
        assert!(refusal("jo@example").contains("after the @"));
    }

    #[test]
    fn printing_an_address_masks_it() {
        let address = EmailAddress::parse("jo.public@example.com").expect("valid");
        assert_eq!(format!("{address} {address:?}"), "j***@***.com j***@***.com");
        let quoted = EmailAddress::parse("\"jo..x\"@example.com").expect("valid");
        assert_eq!(quoted.masked(), "j***@***.com");
    }
}
