//! Identifiers: short, printable, and safe as parts of a DynamoDB key.

use crate::contract::error::InvalidValue;

/// A newtype over text that `$rule` accepts.
macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $rule:expr, $pattern:literal, $max_len:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
        #[serde(transparent)]
        #[cfg_attr(test, derive(schemars::JsonSchema), schemars(inline, extend("pattern" = $pattern, "minLength" = 1, "maxLength" = $max_len)))]
        pub struct $name(String);

        impl $name {
            /// Accepts `text` unchanged.
            ///
            /// # Errors
            /// [`InvalidValue`] when the rule of this type does not hold; nothing is trimmed.
            pub fn parse(text: &str) -> Result<Self, InvalidValue> {
                // Not trimmed: an id that was changed here would not be the id that the shop knows.
                let rule: Rule = $rule;
                rule.check(text).map(|()| Self(text.to_owned()))
            }

            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(from)?;
                Self::parse(&text).map_err(serde::de::Error::custom)
            }
        }
    };
}

struct Rule {
    max_len: usize,
    first: fn(u8) -> bool,
    rest: fn(u8) -> bool,
    expected: &'static str,
}

impl Rule {
    fn check(&self, text: &str) -> Result<(), InvalidValue> {
        let fits = match text.as_bytes() {
            [] => false,
            [first, rest @ ..] => {
                text.len() <= self.max_len
                    && (self.first)(*first)
                    && rest.iter().all(|b| (self.rest)(*b))
            }
        };
        if fits { Ok(()) } else { Err(InvalidValue::expected(self.expected)) }
    }
}

/// Letters, digits and the marks that shops use in ids. `#` is not among them: it separates the
/// parts of a ledger key.
const BUSINESS_ID: Rule = Rule {
    max_len: 64,
    first: |b| b.is_ascii_alphanumeric(),
    rest: |b| b.is_ascii_alphanumeric() || b"._:/-".contains(&b),
    expected: "1 to 64 characters: letters, digits and . _ : / - , the first a letter or digit",
};

/// Visible ASCII: CloudEvents asks for a non-empty string (id) or a URI-reference (source); a
/// space separates the two in a DynamoDB sort key, so neither may hold one.
const VISIBLE: Rule = Rule {
    max_len: 256,
    first: |b| b.is_ascii_graphic(),
    rest: |b| b.is_ascii_graphic(),
    expected: "1 to 256 visible ASCII characters, no space",
};

const SKU: Rule = Rule {
    max_len: 128,
    first: |b| b.is_ascii_graphic(),
    rest: |b| b.is_ascii_graphic() || b == b' ',
    expected: "1 to 128 printable ASCII characters, the first not a space",
};

id!(
    /// The shop's own id of an order.
    OrderId, BUSINESS_ID, r"^[A-Za-z0-9][A-Za-z0-9._:/-]*$", 64
);
id!(
    /// The shop's own id of one parcel of an order.
    ShipmentId, BUSINESS_ID, r"^[A-Za-z0-9][A-Za-z0-9._:/-]*$", 64
);
id!(
    /// The shop's own id of one refund of an order.
    RefundId, BUSINESS_ID, r"^[A-Za-z0-9][A-Za-z0-9._:/-]*$", 64
);
id!(
    /// What the carrier calls the parcel.
    TrackingNumber, BUSINESS_ID, r"^[A-Za-z0-9][A-Za-z0-9._:/-]*$", 64
);
id!(
    /// The shop's article number. Lines of an order, a parcel and a remainder meet in it.
    Sku, SKU, r"^[!-~][ -~]*$", 128
);
id!(
    /// CloudEvents `id`: unique within its [`Source`].
    EventId, VISIBLE, r"^[!-~]+$", 256
);
id!(
    /// CloudEvents `source`: the system that published the event.
    Source, VISIBLE, r"^[!-~]+$", 256
);
id!(
    /// Follows one event from intake to SES through every log line. No personal data: intake
    /// makes it, or takes the event's own `correlationid` extension.
    CorrelationId, BUSINESS_ID, r"^[A-Za-z0-9][A-Za-z0-9._:/-]*$", 64
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_cannot_contain_the_separator_of_ledger_keys() {
        for bad in ["", " A", "A B", "A#B", "ä", "-A", &"x".repeat(65), "A\n"] {
            assert!(OrderId::parse(bad).is_err(), "{bad:?} was taken");
        }
        assert!(OrderId::parse("2026/DE:1001-a_b.c").is_ok());
    }

    #[test]
    fn a_source_or_event_id_cannot_contain_the_space_between_them() {
        assert!(Source::parse("https://shop.example/#orders").is_ok());
        assert!(Source::parse("a b").is_err());
        assert!(EventId::parse("a b").is_err());
    }
}
