//! What an invocation makes a function call, send and allocate. No time is measured, so it is the same on every machine.

use std::path::Path;

use super::bench::{Bench, Sample, Trigger};
use super::error::PerfError;
use super::pipeline;
use super::process::CountedProcess;
use super::services::Count;
use super::tls::Tls;

/// Invocations before anything is counted, so that what is read once in a while is read.
const WARM_UP: usize = 20;
/// Invocations that are counted.
const COUNTED: usize = 10;

/// What one record takes.
#[derive(Debug, Clone)]
pub struct Usage {
    /// Without `waybill-`.
    pub function: &'static str,
    /// By what it was invoked.
    pub trigger: Trigger,
    /// AWS calls.
    pub calls: f64,
    /// Of the requests' bodies.
    pub bytes_sent: f64,
    /// Of the answers' bodies.
    pub bytes_received: f64,
    /// How often it asked the allocator, enlargements included.
    pub allocations: f64,
    /// For how many bytes.
    pub allocated_bytes: f64,
}

/// That of each function, with `records` records in an invocation. `counting` is the path of the executable `perf`, which is
/// every function and counts its allocations.
///
/// # Errors
/// A function fails, or calls what it did not call before.
pub async fn of_each_function(counting: &Path, records: usize) -> Result<Vec<Usage>, PerfError> {
    let directory = tempfile::tempdir()?;
    let bench = Bench {
        programs: None,
        counting: counting.to_owned(),
        python: None,
        tls: Tls::new(directory.path())?,
        directory: directory.path().to_owned(),
    };
    let mut all = Vec::new();
    for sample in pipeline::record(&bench, records).await? {
        all.push(measure(&bench, &sample).await?);
    }
    Ok(all)
}

/// That of one function.
pub(super) async fn measure(bench: &Bench, sample: &Sample) -> Result<Usage, PerfError> {
    let services = bench.services(sample, None).await?;
    let mut counted = CountedProcess::start(&bench.counted(sample, &services.url)?).await?;
    for _ in 0..WARM_UP {
        counted.process.invoke(&sample.payload).await?;
    }
    services.take()?;
    let before = counted.allocations().await?;
    for _ in 0..COUNTED {
        counted.process.invoke(&sample.payload).await?;
    }
    let after = counted.allocations().await?;
    counted.process.end().await;
    let Count { calls, sent, received } = services.take()?.counts.into_values().sum();
    let each = |all: u64| all as f64 / (COUNTED * sample.records) as f64;
    Ok(Usage {
        function: sample.function,
        trigger: sample.trigger,
        calls: each(calls),
        bytes_sent: each(sent),
        bytes_received: each(received),
        allocations: each(after.count - before.count),
        allocated_bytes: each(after.bytes - before.bytes),
    })
}
