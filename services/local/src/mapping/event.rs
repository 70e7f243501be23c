//! What the events of queues and streams have in common.

use bytes::Bytes;

/// The largest payload of a synchronous invocation (AWS: 6 MB).
pub(super) const MAX_PAYLOAD_BYTES: usize = 6 * 1024 * 1024;

/// `{"Records":[…]}` of records that are JSON already.
pub(super) fn batch_event<'a>(records: impl Iterator<Item = &'a str>) -> Bytes {
    let records = records.collect::<Vec<_>>().join(",");
    format!(r#"{{"Records":[{records}]}}"#).into()
}

/// Cuts items into batches that one invocation can carry: one batch, unless the items are large.
pub(super) fn split_by_payload_size<T>(items: Vec<T>, size: impl Fn(&T) -> usize) -> Vec<Vec<T>> {
    let mut batches: Vec<Vec<T>> = Vec::with_capacity(1);
    let mut bytes = 0;
    for item in items {
        let item_bytes = size(&item);
        bytes += item_bytes;
        match batches.last_mut() {
            Some(batch) if bytes <= MAX_PAYLOAD_BYTES => batch.push(item),
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
        let records = [r#"{"a":1}"#, r#"{"b":2}"#];
        assert_eq!(batch_event(records.into_iter()), r#"{"Records":[{"a":1},{"b":2}]}"#);
    }

    #[test]
    fn items_are_split_where_the_payload_would_grow_too_large() {
        let half = MAX_PAYLOAD_BYTES / 2;
        let batches = split_by_payload_size(vec![half, half, 1, half, half + 1, 1], |size| *size);
        assert_eq!(batches, [vec![half, half], vec![1, half], vec![half + 1, 1]]);
    }
}
