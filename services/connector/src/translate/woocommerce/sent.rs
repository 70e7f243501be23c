//! What a parcel is, whoever notes it.

use jiff::Timestamp;

use crate::translate::parcel::Parcel;
use crate::translate::text::of_html;

/// A parcel, and when it was sent, if the order says so.
#[derive(Debug, Clone)]
pub(super) struct Sent {
    pub parcel: Parcel,
    pub at: Option<Timestamp>,
}

/// The id of the `number`th parcel of what has none.
pub(super) fn numbered(order_id: &str, number: usize) -> String {
    format!("{order_id}-{number}")
}

/// The name of a carrier that is known by a slug: `dhl-express` is `DHL Express`.
pub(super) fn carrier_of_slug(slug: &str) -> Option<String> {
    let word = |word: &str| {
        let mut letters = word.chars();
        match letters.next() {
            // The short ones are abbreviations and countries: DHL, UPS, DE.
            Some(_) if word.len() <= 3 || word == "usps" => word.to_uppercase(),
            Some(first) => first.to_uppercase().chain(letters).collect(),
            None => String::new(),
        }
    };
    let words: Vec<String> = slug.split(['-', '_']).map(word).collect();
    of_html(&words.join(" "))
}
