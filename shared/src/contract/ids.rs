//! Identifiers: whatever the shop prints, in one form.

use std::borrow::Cow;

use icu_normalizer::ComposingNormalizerBorrowed;

use crate::contract::error::InvalidValue;
use crate::contract::reader::FieldReader;
use crate::contract::values::trim_invisible;

/// The longest id, in bytes of UTF-8.
pub const MAX_ID_BYTES: usize = 128;

/// An id as it is compared and stored: in Unicode's normalisation form C, so that an umlaut of one character
/// and one of two are the same, and without white space and other marks that cannot be seen around it.
#[must_use]
pub fn normalize_id(text: &str) -> Cow<'_, str> {
    let normalizer = const { ComposingNormalizerBorrowed::new_nfc() };
    normalizer.normalize(trim_invisible(text))
}

/// A newtype over the text that `$parse` makes of a text.
macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $parse:expr, $pattern:expr, $max_len:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
        #[serde(transparent)]
        #[cfg_attr(test, derive(schemars::JsonSchema), schemars(inline, extend("pattern" = $pattern, "minLength" = 1, "maxLength" = $max_len)))]
        pub struct $name(String);

        impl $name {
            /// Takes `text` in the form in which it is compared.
            ///
            /// # Errors
            /// [`InvalidValue`] when the rule of this type does not hold.
            pub fn parse(text: &str) -> Result<Self, InvalidValue> {
                let parse: fn(&str) -> Result<String, InvalidValue> = $parse;
                parse(text).map(Self)
            }

            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// Reads one; `None` after noting what is wrong.
            #[allow(dead_code, reason = "some ids are never read from an event")]
            pub(crate) fn read(from: &FieldReader<'_>) -> Option<Self> {
                from.text(|text| {
                    let id = Self::parse(text)?;
                    if text.len() > trim_invisible(text).len() && !is_clean(text) {
                        from.warn("What cannot be seen around this was dropped.");
                    }
                    Ok(id)
                })
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = <Cow<'de, str>>::deserialize(from)?;
                Self::parse(&text).map_err(serde::de::Error::custom)
            }
        }
    };
}

/// Any printable text. Nothing is taken out of it: two ids that differ are two things.
fn printable(text: &str) -> Result<String, InvalidValue> {
    let id = normalize_id(text);
    if matches!(id.len(), 1..=MAX_ID_BYTES) && id.chars().all(is_printable) {
        Ok(id.into_owned())
    } else {
        Err(InvalidValue::expected("1 to 128 bytes of printable text, in UTF-8"))
    }
}

/// No control character, and none that breaks a line or turns the direction of what follows.
fn is_printable(c: char) -> bool {
    !c.is_control() && !matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// Whether the text around an id is as the schema has it.
pub(crate) fn is_clean(text: &str) -> bool {
    text.chars().all(is_printable) && text.chars().count() <= MAX_ID_BYTES
}

/// [`printable`] as a regular expression of ECMA 262, but for its length in bytes.
#[cfg(test)]
const PRINTABLE: &str = r"^[^\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069\ufeff]+$";

/// Visible ASCII: CloudEvents asks for a non-empty string (id) or a URI-reference (source), and a space
/// separates the two in a DynamoDB sort key, so neither may hold one.
fn visible(text: &str) -> Result<String, InvalidValue> {
    if matches!(text.len(), 1..=MAX_REFERENCE_LEN) && text.bytes().all(|b| b.is_ascii_graphic()) {
        Ok(text.to_owned())
    } else {
        Err(InvalidValue::expected("1 to 256 visible ASCII characters, without spaces"))
    }
}

const MAX_REFERENCE_LEN: usize = 256;

/// A text with everything percent-encoded that is no visible ASCII. Different texts stay different: a `%` that
/// was there before is encoded too.
pub(crate) fn percent_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in trim_invisible(text).bytes() {
        if byte.is_ascii_graphic() && byte != b'%' {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

/// Letters, digits and the marks that are common in ids of traces: it is printed in log lines.
fn loggable(text: &str) -> Result<String, InvalidValue> {
    let is_rest = |b: u8| b.is_ascii_alphanumeric() || b"._:/-".contains(&b);
    let is_first = text.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric());
    if is_first && text.len() <= 64 && text.bytes().all(is_rest) {
        Ok(text.to_owned())
    } else {
        Err(InvalidValue::expected(
            "1 to 64 characters: letters, digits and . _ : / - , the first a letter or digit",
        ))
    }
}

id!(
    /// The shop's own id of an order; unique within the shop.
    OrderId, printable, PRINTABLE, 128
);
id!(
    /// The shop's own id of one line of an order.
    LineId, printable, PRINTABLE, 128
);
id!(
    /// The shop's own id of one parcel of an order.
    ShipmentId, printable, PRINTABLE, 128
);
id!(
    /// The shop's own id of one refund of an order.
    RefundId, printable, PRINTABLE, 128
);
id!(
    /// The shop's own id of something else that happened to an order: a cancellation, a withdrawal, a payment,
    /// a revision.
    IncidentId, printable, PRINTABLE, 128
);
id!(
    /// What the carrier calls the parcel.
    TrackingNumber, printable, PRINTABLE, 128
);
id!(
    /// The shop's article number. Several lines of an order may have the same.
    Sku, printable, PRINTABLE, 128
);
id!(
    /// CloudEvents `id`: unique within its [`Source`].
    EventId, visible, r"^[!-~]+$", 256
);
id!(
    /// CloudEvents `source`: the system that published the event.
    Source, visible, r"^[!-~]+$", 256
);
id!(
    /// Follows one event from intake to SES through every log line. No personal data: intake
    /// makes it, or takes the event's own `correlationid` extension.
    CorrelationId, loggable, r"^[A-Za-z0-9][A-Za-z0-9._:/-]*$", 64
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_whatever_the_shop_prints() {
        for good in ["2026/DE:1001-a_b.c", "#1001 A", "Größe L", "1111 2222 3333", "-", "注文1"]
        {
            assert_eq!(OrderId::parse(good).expect(good).as_str(), good);
        }
        for bad in ["", " ", "A\nB", "A\u{0}", "A\u{202e}B", &"x".repeat(129), &"ü".repeat(65)] {
            assert!(OrderId::parse(bad).is_err(), "{bad:?} was taken");
        }
    }

    #[test]
    fn an_id_is_one_however_its_letters_are_composed() {
        let composed = Sku::parse("M\u{fc}sli").expect("valid");
        assert_eq!(Sku::parse(" Mu\u{308}sli\n"), Ok(composed));
        assert_ne!(Sku::parse("Musli"), Sku::parse("Müsli"));
    }

    #[test]
    fn an_id_is_one_whatever_cannot_be_seen_around_it() {
        let plain = OrderId::parse("1001");
        for text in ["\u{feff}1001", "\u{200b}1001", "\u{202a}1001\u{202c}", " 1001\u{a0}\u{200e}"]
        {
            assert_eq!(OrderId::parse(text), plain, "{text:?}");
        }
        assert!(OrderId::parse("\u{200b}\u{feff}").is_err(), "nothing is left");
        assert_ne!(OrderId::parse("10\u{200b}01"), plain, "within, it is another id");
    }

    #[test]
    fn a_source_or_event_id_cannot_contain_the_space_between_them() {
        assert!(Source::parse("https://shop.example/#orders").is_ok());
        assert!(Source::parse("a b").is_err() && EventId::parse("a b").is_err());
        assert_eq!(percent_encoded(" a b%20ü "), "a%20b%2520%C3%BC");
    }
}
