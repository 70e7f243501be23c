//! What the events of queues and streams have in common.

use bytes::Bytes;
use serde::Serialize;

/// The largest payload of a synchronous invocation (AWS: 6 MB).
pub(super) const MAX_PAYLOAD_BYTES: usize = 6 * 1024 * 1024;

/// JSON of an event's structs, which hold only strings, numbers and maps with string keys.
pub(super) fn to_json(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("strings, numbers and string-keyed maps are always JSON")
}

/// `{"Records":[…]}` of records that are JSON already.
pub(super) fn join_records<'a>(records: impl Iterator<Item = &'a [u8]> + Clone) -> Bytes {
    const START: &[u8] = br#"{"Records":["#;
    let size: usize = records.clone().map(|record| record.len() + 1).sum();
    let mut event = Vec::with_capacity(START.len() + size + 2);
    event.extend_from_slice(START);
    for (position, record) in records.enumerate() {
        if position > 0 {
            event.push(b',');
        }
        event.extend_from_slice(record);
    }
    event.extend_from_slice(b"]}");
    event.into()
}

/// Cuts items into batches that one invocation can carry: one batch, unless the items are large.
pub(super) fn split_by_payload_size<T>(
    items: Vec<T>,
    batch_size: usize,
    size: impl Fn(&T) -> usize,
) -> Vec<Vec<T>> {
    let mut batches: Vec<Vec<T>> = Vec::with_capacity(1);
    let mut bytes = 0;
    for item in items {
        let item_bytes = size(&item);
        bytes += item_bytes;
        match batches.last_mut() {
            Some(batch) if bytes <= MAX_PAYLOAD_BYTES && batch.len() < batch_size => {
                batch.push(item);
            }
            _ => {
                bytes = item_bytes;
                batches.push(vec![item]);
            }
        }
    }
    batches
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

    #[test]
    fn items_are_split_where_the_payload_or_the_batch_would_grow_too_large() {
        let half = MAX_PAYLOAD_BYTES / 2;
        let batches = split_by_payload_size(vec![half, half, 1, 2, 3], 2, |bytes| *bytes);
        assert_eq!(batches, [vec![half, half], vec![1, 2], vec![3]]);
        let batches = split_by_payload_size(vec![half, half + 1, 1], 9, |bytes| *bytes);
        assert_eq!(batches, [vec![half], vec![half + 1, 1]]);
    }
}
