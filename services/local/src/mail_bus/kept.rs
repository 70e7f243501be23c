//! The events of the bus, for whoever asks what was published.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::Value;

/// How many events are kept for who asks; older ones are forgotten once they are delivered.
pub const MAX_KEPT: usize = 10_000;

/// The newest events, and the number of all.
#[derive(Debug, Default)]
pub(super) struct KeptEvents(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    events: VecDeque<Value>,
    count: u64,
}

impl KeptEvents {
    pub fn add(&self, event: Value) {
        let mut kept = self.lock();
        kept.count += 1;
        kept.events.push_front(event);
        kept.events.truncate(MAX_KEPT);
    }

    pub fn newest_first(&self) -> Vec<Value> {
        self.lock().events.iter().cloned().collect()
    }

    pub fn count(&self) -> u64 {
        self.lock().count
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
