//! The dead letters of one queue that failed for one reason.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::scan::Entry;
use super::verdict::Verdict;
use crate::aws::Dlq;
use crate::order_name::OrderName;
use crate::output::{as_rfc3339, number};
use crate::pii::without_addresses;

/// How many orders, and how many sources, a group names.
const MAX_NAMED: usize = 3;

/// The messages of one queue that failed for one reason. Times are milliseconds since 1970.
#[derive(Debug, Serialize)]
pub struct Group {
    pub queue: Dlq,
    pub code: String,
    pub reason: String,
    pub messages: usize,
    /// How many messages are about each kind of event, where that is known.
    pub kinds: BTreeMap<String, usize>,
    /// Who published them, where that is known: the first [`MAX_NAMED`] sources of events, or systems of deliveries.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<String>,
    /// The first [`MAX_NAMED`] of their orders.
    pub orders: Vec<String>,
    pub more_orders: usize,
    /// The most attempts that a mailer has made for one of them.
    pub attempts: u32,
    #[serde(serialize_with = "as_rfc3339")]
    pub first_failed_at: i64,
    #[serde(serialize_with = "as_rfc3339")]
    pub last_failed_at: i64,
    /// The id of the one that failed first.
    pub sample: String,
    pub verdicts: BTreeMap<Verdict, usize>,
}

impl Group {
    /// `entries` have the same code and reason, the oldest failure first. `None` of none.
    pub fn new(queue: Dlq, entries: &[&Entry]) -> Option<Self> {
        let oldest = &entries.first()?.summary;
        let latest = &entries.last()?.summary;
        let orders: BTreeSet<String> = entries
            .iter()
            .filter_map(|entry| Some(OrderName::from(&entry.summary.order()?).to_string()))
            .map(|order| without_addresses(&order))
            .collect();
        let sources: BTreeSet<&String> = entries
            .iter()
            .filter_map(|entry| entry.summary.source.as_ref().or(entry.summary.system.as_ref()))
            .collect();
        let mut verdicts = BTreeMap::new();
        let mut kinds = BTreeMap::new();
        for entry in entries {
            *verdicts.entry(entry.assessment.verdict).or_default() += 1;
            if let Some(kind) = &entry.summary.kind {
                *kinds.entry(kind.clone()).or_default() += 1;
            }
        }
        Some(Self {
            queue,
            code: oldest.code.clone(),
            reason: oldest.reason.clone(),
            messages: entries.len(),
            kinds,
            sources: sources.into_iter().take(MAX_NAMED).cloned().collect(),
            orders: orders.iter().take(MAX_NAMED).cloned().collect(),
            more_orders: orders.len().saturating_sub(MAX_NAMED),
            attempts: entries.iter().filter_map(|e| e.assessment.attempts).max().unwrap_or(0),
            first_failed_at: oldest.failed_at,
            last_failed_at: latest.failed_at,
            sample: oldest.message_id.clone(),
            verdicts,
        })
    }

    /// The first of its orders, and how many more.
    pub fn describe_orders(&self) -> String {
        let named = self.orders.join(", ");
        match self.more_orders {
            0 => named,
            more => format!("{named} and {} more", number(more)),
        }
    }
}
