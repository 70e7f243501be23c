//! Pages of the sweep index: entries in order of time, and the time up to which they are complete.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::Deserialize;
use shared::notification::{AddressHash, copy_keys};

/// An event in the sweep index.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize)]
pub struct IndexEntry {
    /// Partition key of the Events table: an order's key.
    pub order_key: String,
    /// Sort key of the Events table.
    pub event: String,
    /// Sort key of the customer's ledger item that the event should lead to.
    pub ledger_key: String,
    /// The address hashes of those who get a copy: the event should lead to an item for each.
    #[serde(default)]
    pub copies: Vec<String>,
    /// The hash of the customer's address, as the event has it.
    #[serde(default)]
    pub to: Option<String>,
    /// When intake stored it, in milliseconds since 1970.
    #[serde(default)]
    pub accepted_at: i64,
    /// When the sweep should check it, in milliseconds since 1970.
    pub sweep_at: i64,
}

/// The part of a `LastEvaluatedKey` that is needed.
#[derive(Deserialize)]
struct LastKey {
    sweep_at: i64,
}

impl IndexEntry {
    /// Sort keys of all ledger items that the event should lead to, the customer's first.
    pub fn ledger_keys(&self) -> impl Iterator<Item = String> + '_ {
        std::iter::once(self.ledger_key.clone()).chain(copy_keys(&self.ledger_key, &self.copies))
    }

    /// The customer's address, as the event has it; `None` where it mails nobody.
    pub(crate) fn address(&self) -> Option<AddressHash> {
        AddressHash::parse(self.to.as_deref()?).ok()
    }

    /// Deserializes an index item; `None` for an item that intake did not write.
    pub(crate) fn from_item(item: HashMap<String, AttributeValue>) -> Option<Self> {
        serde_dynamo::from_item(item).ok()
    }

    /// The time in a `LastEvaluatedKey`.
    pub(crate) fn sweep_at_of_key(key: HashMap<String, AttributeValue>) -> Option<i64> {
        serde_dynamo::from_item(key).ok().map(|LastKey { sweep_at }| sweep_at)
    }
}

/// The first entries of one or several buckets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexPage {
    /// In order of time.
    pub entries: Vec<IndexEntry>,
    /// The page contains every entry before this time, in milliseconds since 1970.
    pub complete_until: i64,
}

impl IndexPage {
    /// The page for a query of the times from `from` up to, but not including, `until`. `last` is the time in
    /// the query's `LastEvaluatedKey`, `None` if it read everything. Returns `None` if the page ends within
    /// its first millisecond; then a larger page is needed.
    pub(crate) fn from_query(
        mut entries: Vec<IndexEntry>,
        last: Option<i64>,
        from: i64,
        until: i64,
    ) -> Option<Self> {
        let Some(last) = last else {
            return Some(Self { entries, complete_until: until });
        };
        // The page may end in the middle of its last millisecond. Since the watermark is a time, the whole
        // millisecond is left to the next page.
        entries.retain(|entry| entry.sweep_at < last);
        (last > from).then_some(Self { entries, complete_until: last })
    }

    /// Merges the pages of several buckets. The result is complete up to where the shortest page ends;
    /// without pages, up to `until`.
    pub(crate) fn merge(pages: Vec<Self>, until: i64) -> Self {
        let complete_until = pages.iter().map(|page| page.complete_until).min().unwrap_or(until);
        // Later entries of a longer page are read again with the next one, after the entries of other
        // buckets that come before them.
        let all = pages.into_iter().flat_map(|page| page.entries);
        let mut entries: Vec<_> = all.filter(|entry| entry.sweep_at < complete_until).collect();
        entries.sort_unstable_by_key(|entry| entry.sweep_at);
        Self { entries, complete_until }
    }

    /// The entries in [chunks](chunks) of at most `size` records, each with the watermark before it: all entries of
    /// earlier times are in earlier chunks, so that only these must be done when the watermark is written.
    pub(crate) fn chunks(&self, size: usize) -> impl Iterator<Item = (i64, &[IndexEntry])> {
        // The previous chunk may contain entries of the same millisecond. After a crash those are checked
        // twice, and none is missed.
        chunks(&self.entries, size).into_iter().map(|chunk| (chunk[0].sweep_at, chunk))
    }
}

/// The entries in chunks whose events should lead to at most `size` ledger items together; or of one entry.
#[must_use]
pub fn chunks(entries: &[IndexEntry], size: usize) -> Vec<&[IndexEntry]> {
    let (mut rest, mut chunks) = (entries, Vec::new());
    while !rest.is_empty() {
        let mut records = 0;
        let fits = |entry: &&IndexEntry| {
            records += 1 + entry.copies.len();
            records <= size
        };
        let len = rest.iter().take_while(fits).count().max(1);
        let (chunk, others) = rest.split_at(len);
        chunks.push(chunk);
        rest = others;
    }
    chunks
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(sweep_at: i64) -> IndexEntry {
        IndexEntry {
            order_key: "default/1001".to_owned(),
            event: format!("shop {sweep_at}"),
            ledger_key: "order.confirmed##customer".to_owned(),
            copies: Vec::new(),
            to: None,
            accepted_at: 0,
            sweep_at,
        }
    }

    fn entries(times: &[i64]) -> Vec<IndexEntry> {
        times.iter().copied().map(entry).collect()
    }

    fn times(page: &IndexPage) -> Vec<i64> {
        page.entries.iter().map(|entry| entry.sweep_at).collect()
    }

    #[test]
    fn a_query_that_read_to_the_end_is_complete() {
        let page = IndexPage::from_query(entries(&[3, 5]), None, 3, 9).expect("complete");
        assert_eq!((times(&page), page.complete_until), (vec![3, 5], 9));
    }

    #[test]
    fn a_page_leaves_its_last_millisecond_to_the_next_one() {
        let page = IndexPage::from_query(entries(&[3, 5, 5]), Some(5), 3, 9).expect("a part");
        assert_eq!((times(&page), page.complete_until), (vec![3], 5));
    }

    #[test]
    fn a_page_within_one_millisecond_has_to_grow() {
        assert_eq!(IndexPage::from_query(entries(&[3, 3]), Some(3), 3, 9), None);
    }

    #[test]
    fn buckets_are_merged_in_the_order_of_time_up_to_where_all_are_complete() {
        let pages = vec![
            IndexPage { entries: entries(&[1, 6, 8]), complete_until: 9 },
            IndexPage { entries: entries(&[2, 4]), complete_until: 7 },
        ];
        let page = IndexPage::merge(pages, 9);
        assert_eq!((times(&page), page.complete_until), (vec![1, 2, 4, 6], 7));
    }

    #[test]
    fn merging_no_pages_is_complete() {
        assert_eq!(
            IndexPage::merge(Vec::new(), 9),
            IndexPage { entries: vec![], complete_until: 9 }
        );
    }

    #[test]
    fn the_watermark_before_a_chunk_passes_no_unchecked_entry() {
        let page = IndexPage { entries: entries(&[1, 2, 2, 2, 3]), complete_until: 4 };
        let chunks: Vec<(i64, &[IndexEntry])> = page.chunks(2).collect();
        assert_eq!(chunks.iter().map(|(watermark, _)| *watermark).collect::<Vec<_>>(), [1, 2, 3]);
        for (i, (watermark, _)) in chunks.iter().enumerate() {
            let rest = chunks[i..].iter().flat_map(|(_, chunk)| *chunk);
            assert!(rest.clone().all(|entry| entry.sweep_at >= *watermark));
            assert!(rest.clone().any(|entry| entry.sweep_at == *watermark));
        }
    }

    #[test]
    fn a_chunk_has_no_more_records_than_it_may_and_at_least_one_entry() {
        let with_copies =
            |copies: usize| IndexEntry { copies: vec!["AAAAAAAA".to_owned(); copies], ..entry(1) };
        let entries = [2, 0, 0, 9, 1, 1].map(with_copies);
        let sizes: Vec<usize> = chunks(&entries, 4).iter().map(|chunk| chunk.len()).collect();
        assert_eq!(sizes, [2, 1, 1, 2]);
    }

    #[test]
    fn an_entry_names_the_records_of_the_customer_and_of_each_copy() {
        let entry = IndexEntry { copies: vec!["IsKbxIjX".to_owned()], ..entry(1) };
        let keys: Vec<String> = entry.ledger_keys().collect();
        assert_eq!(keys, ["order.confirmed##customer", "order.confirmed##copy-IsKbxIjX"]);
    }

    #[test]
    fn an_index_item_is_read_and_one_that_lacks_its_ledger_key_is_not() {
        let text = |value: &str| AttributeValue::S(value.to_owned());
        let mut item = HashMap::from([
            ("order_key".to_owned(), text("default/1001")),
            ("event".to_owned(), text("shop 7")),
            ("ledger_key".to_owned(), text("order.confirmed##customer")),
            ("sweep_at".to_owned(), AttributeValue::N("7".to_owned())),
            ("sweep_bucket".to_owned(), text("0#1")),
        ]);
        assert_eq!(IndexEntry::from_item(item.clone()), Some(entry(7)));
        let copies = vec!["IsKbxIjX".to_owned()];
        let attribute = AttributeValue::L(vec![text("IsKbxIjX")]);
        let with_copy = [item.clone(), HashMap::from([("copies".to_owned(), attribute)])];
        let with_copy = IndexEntry::from_item(with_copy.into_iter().flatten().collect());
        assert_eq!(with_copy, Some(IndexEntry { copies, ..entry(7) }));
        item.remove("ledger_key");
        assert_eq!(IndexEntry::from_item(item.clone()), None);
        assert_eq!(IndexEntry::sweep_at_of_key(item), Some(7));
    }
}
