//! What the events of all mappings have in common.

use bytes::Bytes;
use serde::Serialize;

/// The most that one invocation may be given, in bytes (AWS: 6 MB for a synchronous invocation).
pub(super) const MAX_PAYLOAD_BYTES: usize = 6 * 1024 * 1024;

/// Serializes what can always be serialized: our own structs of strings, numbers and maps with
/// string keys.
pub(super) fn to_json(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("strings, numbers and string-keyed maps are always JSON")
}

/// `{"Records":[…]}` of records that are JSON already.
pub(super) fn join_records<'a>(records: impl Iterator<Item = &'a [u8]> + Clone) -> Bytes {
    const START: &[u8] = br#"{"Records":["#;
    let size: usize = records.clone().map(|record| record.len() + 1).sum();
    let mut event = Vec::with_capacity(START.len() + size + 2);
    event.extend_from_slice(START);
    for (place, record) in records.enumerate() {
        if place > 0 {
            event.push(b',');
        }
        event.extend_from_slice(record);
    }
    event.extend_from_slice(b"]}");
    event.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_joined_as_they_are() {
        let records: [&[u8]; 2] = [br#"{"a":1}"#, br#"{"b":2}"#];
        assert_eq!(join_records(records.into_iter()), r#"{"Records":[{"a":1},{"b":2}]}"#);
        assert_eq!(join_records([].into_iter()), r#"{"Records":[]}"#);
    }
}
