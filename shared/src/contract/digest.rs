//! Short digests of what an event says, where it gives no id.

use std::borrow::Cow;
use std::fmt::Write as _;

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::contract::ids::MAX_ID_BYTES;
use crate::contract::times::LocalTime;

/// The warning where an id is missing.
pub(crate) const TOLD_APART: &str = "This is missing: it is told apart from others by the event's time and all that is \
                                     said of it, or without a time by the event's id. Name it, so that one that is \
                                     published again under another event's id is mailed once.";

/// An id of what has none: made of when it happened and all that is `said` of it, which a publisher's retry under another
/// id says again; without a time, of the event's own, which may be longer than such an id.
pub(crate) fn id_without_id<'a>(
    event_id: &'a str,
    happened: Option<LocalTime>,
    said: &Value,
) -> Cow<'a, str> {
    match happened {
        Some(time) => short(&(time.timestamp(), said)).into(),
        None if event_id.len() <= MAX_ID_BYTES => event_id.into(),
        None => short(&event_id).into(),
    }
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
