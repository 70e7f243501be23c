//! Encoded-words (RFC 2047), by which a header of ASCII carries any text.

use std::borrow::Cow;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

/// Bytes in one encoded-word, which may be 75 characters long (RFC 2047 section 2).
const MAX_ENCODED_BYTES: usize = 45;

/// `text` as encoded-words, which a reader shows as it is.
pub fn encoded_words(text: &str) -> String {
    let words: Vec<String> = pieces(text, MAX_ENCODED_BYTES)
        .into_iter()
        .map(|piece| format!("=?UTF-8?B?{}?=", BASE64_STANDARD.encode(piece)))
        .collect();
    // RFC 2047 section 6.2: the space between two encoded-words is not shown.
    words.join(" ")
}

/// The value of an unstructured header of ASCII that a reader shows as `text`, which has no control characters.
///
/// What looks like an encoded-word would be decoded by the reader, so it is encoded once more.
pub fn header_text(text: &str) -> Cow<'_, str> {
    if text.is_ascii() && !text.contains("=?") {
        return Cow::Borrowed(text);
    }
    Cow::Owned(encoded_words(text))
}

/// Cuts `text` between characters into pieces of at most `longest` bytes.
fn pieces(mut text: &str, longest: usize) -> Vec<&str> {
    let mut pieces = Vec::new();
    while !text.is_empty() {
        let (piece, rest) = text.split_at(text.floor_char_boundary(longest));
        pieces.push(piece);
        text = rest;
    }
    pieces
}
