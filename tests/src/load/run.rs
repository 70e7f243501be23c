//! What a run is asked for, and how far it is.

use std::sync::atomic::{AtomicU64, AtomicUsize};
use std::time::Instant;

use serde::Serialize;

/// Any failure of a run, as a sentence.
pub type LoadError = Box<dyn std::error::Error + Send + Sync>;

/// What is published, and how fast.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Options {
    /// Events a second; `None` for as many as the stack takes.
    pub rate: Option<f64>,
    /// Events in all, each of an order of its own. A mail follows from each.
    pub events: usize,
    /// Of the orders' ids: a stack takes each seed once.
    pub seed: u64,
    /// Seconds between two samples.
    pub interval: f64,
}

/// A run under way.
#[derive(Debug)]
pub struct Run {
    pub options: Options,
    pub started: Instant,
    /// Events that intake has accepted.
    pub accepted: AtomicUsize,
    /// When it did, in milliseconds since 1970; 0 for not yet.
    pub accepted_at: Vec<AtomicU64>,
    /// Messages that wait, as of the last sample.
    pub backlog: AtomicU64,
}
