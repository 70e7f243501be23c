//! A function's start and its first invocation, of one record: with TLS to its services and without, at full speed and with
//! as little of a core as Lambda gives a small function once it has started.

use serde::Serialize;

use super::bench::{Bench, Sample};
use super::error::PerfError;
use super::process::Process;
use super::quota::Quota;
use super::stats::median;
use super::tls::Tls;

/// Invocations after the first, of which the last half is warm.
const FURTHER: usize = 20;

/// The shares of a core that are measured: 128 MB and 512 MB.
pub const QUOTAS: [u64; 2] = [7, 29];

/// Medians of several starts. Times in milliseconds.
#[derive(Debug, Clone, Serialize)]
pub struct Cold {
    pub function: &'static str,
    /// From the start of the process to its first request for an invocation.
    pub start_wall_ms: f64,
    pub start_cpu_ms: f64,
    pub plain: First,
    pub tls: First,
    /// Over TLS, by percent of a core; none where this machine has no control groups for it.
    pub limited: Vec<(u64, First)>,
    /// Resident bytes after the invocations over TLS.
    pub resident_bytes: u64,
}

/// The first invocation, and those after it.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct First {
    pub wall_ms: f64,
    pub cpu_ms: f64,
    pub warm_wall_ms: f64,
    pub warm_cpu_ms: f64,
}

impl First {
    /// CPU of the first invocation, as so many warm ones.
    pub fn cpu_of_warm(self) -> f64 {
        self.cpu_ms / self.warm_cpu_ms
    }

    /// The same of the time until the answer.
    pub fn wall_of_warm(self) -> f64 {
        self.wall_ms / self.warm_wall_ms
    }
}

struct Once {
    start_wall_ms: f64,
    start_cpu_ms: f64,
    first: First,
    resident_bytes: u64,
}

/// Starts the function `starts` times in each way.
pub async fn measure(
    bench: &Bench,
    sample: &Sample,
    starts: usize,
    quotas: &[(u64, Quota)],
) -> Result<Cold, PerfError> {
    let (mut plain, mut tls) = (Vec::new(), Vec::new());
    let mut limited: Vec<Vec<Once>> = quotas.iter().map(|_| Vec::new()).collect();
    for _ in 0..starts {
        plain.push(once(bench, sample, None, None).await?);
        tls.push(once(bench, sample, Some(&bench.tls), None).await?);
        for ((_, quota), all) in quotas.iter().zip(&mut limited) {
            all.push(once(bench, sample, Some(&bench.tls), Some(quota)).await?);
        }
    }
    let limited = quotas.iter().zip(&limited).map(|((percent, _), all)| (*percent, first(all)));
    let of = |value: fn(&Once) -> f64| median(&plain.iter().map(value).collect::<Vec<_>>());
    Ok(Cold {
        function: sample.function,
        start_wall_ms: of(|once| once.start_wall_ms),
        start_cpu_ms: of(|once| once.start_cpu_ms),
        plain: first(&plain),
        tls: first(&tls),
        limited: limited.collect(),
        resident_bytes: tls.iter().map(|once| once.resident_bytes).max().unwrap_or_default(),
    })
}

fn first(all: &[Once]) -> First {
    let of = |value: fn(&First) -> f64| {
        median(&all.iter().map(|once| value(&once.first)).collect::<Vec<_>>())
    };
    First {
        wall_ms: of(|first| first.wall_ms),
        cpu_ms: of(|first| first.cpu_ms),
        warm_wall_ms: of(|first| first.warm_wall_ms),
        warm_cpu_ms: of(|first| first.warm_cpu_ms),
    }
}

async fn once(
    bench: &Bench,
    sample: &Sample,
    tls: Option<&Tls>,
    quota: Option<&Quota>,
) -> Result<Once, PerfError> {
    let services = bench.services(sample, tls).await?;
    let program = bench.function(sample.function, &sample.environments, &services.url)?;
    let (mut process, start) = Process::start(&program).await?;
    if let Some(quota) = quota {
        process.limit(quota)?;
    }
    let [wall_ms, cpu_ms] = invocation(&mut process, sample).await?;
    let mut further = Vec::new();
    // At a few percent of a core, a few say as much as many.
    for _ in 0..if quota.is_some() { FURTHER / 4 } else { FURTHER } {
        further.push(invocation(&mut process, sample).await?);
    }
    let warm = &further[further.len() / 2..];
    let of = |n: usize| median(&warm.iter().map(|both| both[n]).collect::<Vec<_>>());
    let first = First { wall_ms, cpu_ms, warm_wall_ms: of(0), warm_cpu_ms: of(1) };
    let resident_bytes = process.memory()?.resident_bytes;
    process.end().await;
    services.take()?;
    Ok(Once {
        start_wall_ms: 1000.0 * start.wall.as_secs_f64(),
        start_cpu_ms: 1000.0 * start.cpu.as_secs_f64(),
        first,
        resident_bytes,
    })
}

/// Wall and CPU time of one, in milliseconds.
async fn invocation(process: &mut Process, sample: &Sample) -> Result<[f64; 2], PerfError> {
    let before = process.cpu().await;
    let (_, wall) = process.invoke(&sample.payload).await?;
    let used = process.cpu().await - before;
    Ok([1000.0 * wall.as_secs_f64(), 1000.0 * used.as_secs_f64()])
}
