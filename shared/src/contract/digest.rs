//! Short digests of what an event says, where it gives no id.

use std::borrow::Cow;
use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use crate::contract::ids::MAX_ID_BYTES;

/// An id of what the event is about, made of the event's own, which may be longer than such an id.
pub(crate) fn id_of_event(event_id: &str) -> Cow<'_, str> {
    if event_id.len() <= MAX_ID_BYTES { event_id.into() } else { short(&event_id).into() }
}

/// 32 hexadecimal digits: half of a SHA-256 digest of the value's JSON. serde_json sorts the members of an
/// object, so their order does not matter.
pub(crate) fn short(value: &impl serde::Serialize) -> String {
    let json = serde_json::to_vec(value).expect("what is read of an event serialises without fail");
    let digest = Sha256::digest(&json);
    let mut text = String::with_capacity(32);
    for byte in digest.iter().take(16) {
        write!(text, "{byte:02x}").expect("a String takes every write");
    }
    text
}
