//! What the functions' code counts, read in this process.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use metrics::{
    Counter, CounterFn, Gauge, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder,
    SharedString, Unit,
};

/// Every value of every metric so far.
#[derive(Default)]
pub struct Metrics(Mutex<HashMap<String, Arc<Values>>>);

#[derive(Default)]
struct Values(Mutex<Vec<f64>>);

impl Values {
    fn push(&self, value: f64) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(value);
    }
}

impl CounterFn for Values {
    fn increment(&self, value: u64) {
        self.push(f64::from(u32::try_from(value).expect("few")));
    }

    fn absolute(&self, _: u64) {
        panic!("nothing is counted so");
    }
}

impl HistogramFn for Values {
    fn record(&self, value: f64) {
        self.push(value);
    }
}

impl Metrics {
    /// The values of a metric since the last call.
    pub fn take(&self, name: &str) -> Vec<f64> {
        std::mem::take(&mut *self.of(name).0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// How much was counted since the last call.
    pub fn count(&self, name: &str) -> f64 {
        self.take(name).iter().sum()
    }

    fn of(&self, name: &str) -> Arc<Values> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(all.entry(name.to_owned()).or_default())
    }
}

impl Recorder for Metrics {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(self.of(key.name()))
    }

    fn register_gauge(&self, _: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::noop()
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::from_arc(self.of(key.name()))
    }
}
