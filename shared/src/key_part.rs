//! Any text as a part of a key: percent-encoded, so that it holds no separator and no two texts are one part.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use crate::contract::error::InvalidValue;

/// All but RFC 3986's unreserved characters (section 2.3).
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The UTF-8 bytes of `text`, each as `%` and two hexadecimal digits unless it is a letter, a digit or one of `-._~`.
#[must_use]
pub fn encode(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

/// The text of which [`encode`] made `part`.
///
/// # Errors
/// [`InvalidValue`] for what `encode` never writes: so one text has one part only.
pub fn decode(part: &str) -> Result<String, InvalidValue> {
    let text = percent_decode_str(part).decode_utf8().ok().filter(|text| encode(text) == part);
    let invalid = || InvalidValue::expected("a part of a key, percent-encoded");
    text.map(String::from).ok_or_else(invalid)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_part_of_another_spelling_is_refused() {
        for bad in ["a b", "a/b", "%2f", "%41", "%", "%FF", "a#b", "ä"] {
            assert!(decode(bad).is_err(), "{bad:?} was taken");
        }
        assert_eq!(encode("R #7/ü~"), "R%20%237%2F%C3%BC~");
    }

    proptest! {
        #[test]
        fn every_text_is_read_back_and_two_texts_are_two_parts(a in any::<String>(), b in any::<String>()) {
            let part = encode(&a);
            prop_assert!(part.bytes().all(|c| c.is_ascii_alphanumeric() || b"-._~%".contains(&c)));
            prop_assert_eq!(decode(&part), Ok(a.clone()));
            prop_assert_eq!(part == encode(&b), a == b);
        }

        #[test]
        fn parts_do_not_run_into_each_other(a in any::<[String; 2]>(), b in any::<[String; 2]>()) {
            let joined = |parts: &[String; 2]| parts.each_ref().map(|part| encode(part)).join("#");
            prop_assert_eq!(joined(&a) == joined(&b), a == b);
        }
    }
}
