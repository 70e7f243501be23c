//! The outbox part of an Events table item: the dispatch message, and the index entry by which the sweep
//! finds events that never reached the ledger.
//!
//! The dispatch message is stored compressed (raw DEFLATE, RFC 1951), as DynamoDB's guide advises
//! (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-use-s3-too.html>): a usual
//! event then fits into the 1,024 bytes that one write unit pays for, instead of two.
//!
//! Each event is in the index `sweep` of the Events table under a bucket: an hour of time, in one of 32
//! shards. A sweep queries the buckets between its last watermark and a few minutes ago, never the whole
//! table. As long as nothing is missing, this costs one write unit per event (the index entry) and about 0.6
//! read units (the entry, and one ledger key in a batch).
//!
//! A partition takes 1,000 write units a second
//! (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html>), and
//! DynamoDB does not split the entries of one bucket, because they are written in the order of their sort key.
//! All new entries go to the buckets of the current hour: one write for each order, and while an outage is
//! caught up with another for each event that the sweep moves there. So eight shards would hold 8,000 orders a
//! second, or 4,000 during a recovery; 32 hold 32,000 or 16,000. At 10,000 a second a bucket takes 313, or 625.
//! A query of an empty bucket costs half a read unit: 32 of them every five minutes are two US cents a month.

use std::cell::RefCell;

use miniz_oxide::DataFormat;
use miniz_oxide::deflate::core::{
    CompressionStrategy, CompressorOxide, TDEFLFlush, TDEFLStatus, compress_to_output,
};
use miniz_oxide::inflate::decompress_to_vec_with_limit;

use crate::contract::error::InvalidValue;
use crate::order_key::OrderKey;

/// The name of the index.
pub const SWEEP_INDEX: &str = "sweep";

/// How much time a bucket covers, in milliseconds.
pub const BUCKET_MS: i64 = 60 * 60 * 1000;

/// How many shards an hour has.
pub const SHARDS: u32 = 32;

/// The longest delay before the sweep checks an event again, in milliseconds.
pub const MAX_SWEEP_DELAY_MS: i64 = 2 * 24 * 60 * 60 * 1000;

/// Of the levels that make the sample events as small as the highest one does, the fastest. On a long order the
/// highest saves 1.7 % more, takes three times as long, and intake's largest request is mostly compression.
const COMPRESSION_LEVEL: u8 = 5;

/// The longest message, in bytes: SQS accepts 1 MiB
/// (<https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html>).
const MAX_MESSAGE_LEN: usize = 1024 * 1024;

/// The longest window of DEFLATE, in bits of its length.
const WINDOW_BITS: u8 = 15;

thread_local! {
    /// Kept, because it has 300 KB: to get them anew from the kernel takes longer than to compress a usual event.
    static COMPRESSOR: RefCell<CompressorOxide> = RefCell::new(CompressorOxide::with_params(
        DataFormat::Raw,
        COMPRESSION_LEVEL,
        CompressionStrategy::Default,
        WINDOW_BITS,
    ));
}

/// Makes this thread's compressor while a function starts: see the kit's `connect`.
pub fn warm_up() {
    let _ = pack("");
}

/// Compresses a dispatch message for storage.
///
/// # Panics
/// Never: the compressor has all of its input, and a place for all of its output.
#[must_use]
pub fn pack(message: &str) -> Vec<u8> {
    let mut packed = Vec::with_capacity(message.len() / 2);
    let take = |part: &[u8]| {
        packed.extend_from_slice(part);
        true
    };
    let (status, _) = COMPRESSOR.with_borrow_mut(|compressor| {
        compressor.reset();
        compress_to_output(compressor, message.as_bytes(), TDEFLFlush::Finish, take)
    });
    assert_eq!(status, TDEFLStatus::Done, "a message is stored whole or not at all");
    packed
}

/// Decompresses what [`pack`] wrote.
///
/// # Errors
/// [`InvalidValue`] for other bytes, and for a message that is longer than SQS accepts.
pub fn unpack(packed: &[u8]) -> Result<String, InvalidValue> {
    // Limited, because a few kilobytes of DEFLATE can decompress to gigabytes.
    let text = decompress_to_vec_with_limit(packed, MAX_MESSAGE_LEN)
        .map_err(|_| InvalidValue::expected("a message in raw DEFLATE, of at most 1 MiB"))?;
    String::from_utf8(text).map_err(|_| InvalidValue::expected("a message in UTF-8"))
}

/// The bucket of an event of `order` that the sweep should check at the time `at` (milliseconds since 1970). Without the
/// shop: a sweep that had to know all shops would never see an event of one that it does not know.
#[must_use]
pub fn bucket(order: &OrderKey, at: i64) -> String {
    bucket_of_shard(at, shard(order))
}

/// The buckets of all shards for the hour that contains `at`.
pub fn buckets(at: i64) -> impl Iterator<Item = String> {
    (0..SHARDS).map(move |shard| bucket_of_shard(at, shard))
}

fn bucket_of_shard(at: i64, shard: u32) -> String {
    format!("{}#{shard}", at.div_euclid(BUCKET_MS) * BUCKET_MS / 1000)
}

// FNV-1a and not the standard library's hasher: the shard is part of a stored key, so every version must
// compute the same one.
fn shard(order: &OrderKey) -> u32 {
    let hash = order
        .to_string()
        .bytes()
        .fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    hash % SHARDS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packed_message_is_unpacked_and_other_bytes_are_refused() {
        let message = r#"{"v":1,"event":{"id":"1001","data":"Zoë"}}"#.repeat(100);
        let packed = pack(&message);
        assert!(packed.len() < message.len() / 10);
        assert_eq!(unpack(&packed), Ok(message));
        for bad in [&b""[..], b"{}", &packed[1..], &pack(&"0".repeat(MAX_MESSAGE_LEN + 1))] {
            assert!(unpack(bad).is_err());
        }
        assert!(unpack(&miniz_oxide::deflate::compress_to_vec(&[0xff], 5)).is_err());
    }

    #[test]
    fn what_was_packed_before_leaves_nothing_in_a_message() {
        let messages =
            ["x", "", "a longer one, a longer one", r#"{"v":1}"#, &"12345".repeat(200_000), "x"];
        for message in messages {
            let alone =
                miniz_oxide::deflate::compress_to_vec(message.as_bytes(), COMPRESSION_LEVEL);
            assert_eq!(pack(message), alone, "{} bytes", message.len());
        }
    }

    #[test]
    fn an_event_is_in_one_of_the_buckets_of_its_time() {
        let order = OrderKey::parse("default/1001").expect("valid");
        let at = 1_763_900_123_456;
        assert!(buckets(at).any(|b| b == bucket(&order, at)));
        assert!(buckets(at - BUCKET_MS).all(|b| b != bucket(&order, at)));
    }

    #[test]
    fn consecutive_orders_are_spread_over_all_shards_of_an_hour() {
        let mut counts = [0_u32; SHARDS as usize];
        for n in 0..32_000 {
            let order = OrderKey::parse(&format!("default/{}", 1_000_000 + n)).expect("valid");
            counts[shard(&order) as usize] += 1;
        }
        // A thousand each on average: no bucket has a quarter more.
        assert!(counts.iter().all(|count| (750..1_250).contains(count)), "{counts:?}");
    }
}
