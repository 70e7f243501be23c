//! How the sweep finds events that the ledger has not seen.
//!
//! Each event is in the index `sweep` of the Events table under a bucket: an hour of time, in
//! one of eight shards, so that no index partition takes more than an eighth of the writes. A
//! sweep asks for the buckets between its last watermark and a few minutes ago, never for the
//! whole table. While nothing is wrong this costs one write unit an event (the index entry) and
//! about 0.6 read units (the entry, and one ledger key in a batch).

use crate::ids::OrderId;

/// The name of the index.
pub const SWEEP_INDEX: &str = "sweep";

/// How much time a bucket covers, in milliseconds.
pub const BUCKET_MS: i64 = 60 * 60 * 1000;

/// How many shards a bucket has.
pub const SHARDS: u32 = 8;

/// The bucket of an event of `order_id` that is to be looked at `at` (milliseconds since 1970).
#[must_use]
pub fn bucket(order_id: &OrderId, at: i64) -> String {
    bucket_of_shard(at, shard(order_id))
}

/// All buckets of the time span that `at` falls into.
pub fn buckets(at: i64) -> impl Iterator<Item = String> {
    (0..SHARDS).map(move |shard| bucket_of_shard(at, shard))
}

fn bucket_of_shard(at: i64, shard: u32) -> String {
    format!("{}#{shard}", at.div_euclid(BUCKET_MS) * BUCKET_MS / 1000)
}

/// FNV-1a: short, and the same for ever, as a stored key must be.
fn shard(order_id: &OrderId) -> u32 {
    let hash = order_id
        .as_str()
        .bytes()
        .fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    hash % SHARDS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_in_one_of_the_buckets_of_its_time() {
        let order_id = OrderId::parse("1001").expect("valid");
        let at = 1_763_900_123_456;
        assert!(buckets(at).any(|b| b == bucket(&order_id, at)));
        assert!(buckets(at - BUCKET_MS).all(|b| b != bucket(&order_id, at)));
    }
}
