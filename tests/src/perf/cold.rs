//! A function's start and its first invocation, of one record: with TLS to its services and without, at full speed and with
//! as little of a core as Lambda gives a small function once it has started.

use serde::Serialize;

use super::bench::{Bench, Sample};
use super::error::{NOTHING_MEASURED, PerfError};
use super::process::{Process, Program};
use super::quota::Quota;
use super::services::Services;
use super::stats::median;

/// Invocations after the first, of which the last half is warm.
const FURTHER: usize = 20;

/// The shares of a core that are measured: 128 MB and 512 MB.
pub const QUOTAS: [u64; 2] = [7, 29];

/// Medians of several starts, but for the memory.
#[derive(Debug, Clone, Serialize)]
pub struct Cold {
    pub function: &'static str,
    /// Starts of a process whose services are called without TLS, and of one that has to call them over it.
    pub start: Start,
    pub tls_start: Start,
    pub plain: First,
    pub tls: First,
    /// Over TLS, by percent of a core; none where this machine has no control groups for it.
    pub limited: Vec<(u64, First)>,
    /// The most resident bytes that one of the starts had after its invocations over TLS.
    pub max_resident_bytes: u64,
    /// The same in Python over TLS, where that was measured.
    pub python: Option<(Start, First)>,
}

/// From the start of the process to its first request for an invocation, in milliseconds.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Start {
    pub wall_ms: f64,
    pub cpu_ms: f64,
}

/// The first invocation, and those after it. In milliseconds.
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
    start: Start,
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
    let (mut plain, mut tls, mut python) = (Vec::new(), Vec::new(), Vec::new());
    let mut limited: Vec<Vec<Once>> = quotas.iter().map(|_| Vec::new()).collect();
    let over_tls = || bench.services(sample, Some(&bench.tls));
    for _ in 0..starts {
        plain.push(own(bench, sample, bench.services(sample, None).await?, None).await?);
        tls.push(own(bench, sample, over_tls().await?, None).await?);
        for ((_, quota), all) in quotas.iter().zip(&mut limited) {
            all.push(own(bench, sample, over_tls().await?, Some(quota)).await?);
        }
        let services = over_tls().await?;
        if let Some(program) = bench.python(sample, &services.url)? {
            python.push(once(&program, sample, services, None).await?);
        }
    }
    let limited = quotas.iter().zip(&limited);
    let limited = limited.map(|((percent, _), all)| Ok((*percent, first(all)?)));
    Ok(Cold {
        function: sample.function,
        start: start(&plain)?,
        tls_start: start(&tls)?,
        plain: first(&plain)?,
        tls: first(&tls)?,
        limited: limited.collect::<Result<_, PerfError>>()?,
        max_resident_bytes: tls.iter().map(|once| once.resident_bytes).max().unwrap_or_default(),
        python: if python.is_empty() { None } else { Some((start(&python)?, first(&python)?)) },
    })
}

fn start(all: &[Once]) -> Result<Start, PerfError> {
    let of = |value: fn(&Once) -> f64| median_of(all.iter().map(value));
    Ok(Start { wall_ms: of(|once| once.start.wall_ms)?, cpu_ms: of(|once| once.start.cpu_ms)? })
}

fn first(all: &[Once]) -> Result<First, PerfError> {
    let of = |value: fn(&First) -> f64| median_of(all.iter().map(|once| value(&once.first)));
    Ok(First {
        wall_ms: of(|first| first.wall_ms)?,
        cpu_ms: of(|first| first.cpu_ms)?,
        warm_wall_ms: of(|first| first.warm_wall_ms)?,
        warm_cpu_ms: of(|first| first.warm_cpu_ms)?,
    })
}

fn median_of(values: impl Iterator<Item = f64>) -> Result<f64, PerfError> {
    Ok(median(&values.collect::<Vec<_>>()).ok_or(NOTHING_MEASURED)?)
}

async fn own(
    bench: &Bench,
    sample: &Sample,
    services: Services,
    quota: Option<&Quota>,
) -> Result<Once, PerfError> {
    let program = bench.function(sample.function, &sample.environments, &services.url)?;
    once(&program, sample, services, quota).await
}

async fn once(
    program: &Program,
    sample: &Sample,
    services: Services,
    quota: Option<&Quota>,
) -> Result<Once, PerfError> {
    let (mut process, start) = Process::start(program).await?;
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
    let of = |n: usize| median_of(warm.iter().map(|both| both[n]));
    let first = First { wall_ms, cpu_ms, warm_wall_ms: of(0)?, warm_cpu_ms: of(1)? };
    let resident_bytes = process.memory()?.resident_bytes;
    process.end().await;
    services.take()?;
    let [wall_ms, cpu_ms] = [start.wall, start.cpu].map(|time| 1000.0 * time.as_secs_f64());
    Ok(Once { start: Start { wall_ms, cpu_ms }, first, resident_bytes })
}

/// Wall and CPU time of one, in milliseconds.
async fn invocation(process: &mut Process, sample: &Sample) -> Result<[f64; 2], PerfError> {
    let before = process.cpu().await?;
    let (_, wall) = process.invoke(&sample.payload).await?;
    let used = process.cpu().await? - before;
    Ok([1000.0 * wall.as_secs_f64(), 1000.0 * used.as_secs_f64()])
}
