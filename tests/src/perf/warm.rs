//! A warm function beside its floor: the same event again and again, a few invocations of the one, then of the other.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde::Serialize;

use super::bench::{Bench, Sample, Tape, Trigger};
use super::error::PerfError;
use super::process::{CountedProcess, Process, Program};
use super::services::{Count, Services};
use super::stats::{median, percentile};

/// Invocations before anything is measured, so that what is read once in a while is read.
const WARM_UP: usize = 20;
/// Invocations of one process before the other's turn.
const AT_A_TIME: usize = 20;
/// Invocations whose allocations are counted.
const COUNTED: u64 = 10;

/// What a record costs a warm function, and the floor.
#[derive(Debug, Clone, Serialize)]
pub struct Warm {
    pub function: &'static str,
    pub trigger: Trigger,
    /// Records in each invocation.
    pub records: usize,
    /// µs of CPU for each record, the function's and the floor's: medians of all rounds.
    pub cpu_us: f64,
    pub floor_cpu_us: f64,
    /// The median of the ratios of the two in each round.
    pub of_floor: f64,
    /// From the event to the answer, in milliseconds.
    pub p50_ms: f64,
    pub p99_ms: f64,
    pub floor_p50_ms: f64,
    /// Resident bytes after all invocations.
    pub resident_bytes: u64,
    /// Of each record.
    pub calls: f64,
    pub bytes_sent: f64,
    pub bytes_received: f64,
    pub allocations: f64,
    pub allocated_bytes: f64,
    pub log_bytes: f64,
    /// Of all measured invocations together.
    pub by_operation: BTreeMap<String, Count>,
}

/// Measures one sample in `rounds` rounds.
pub async fn measure(bench: &Bench, sample: &Sample, rounds: usize) -> Result<Warm, PerfError> {
    let services = bench.services(sample, None).await?;
    let program = bench.function(sample.function, &sample.environments, &services.url)?;
    let mut function = Side::start(&program, services, &sample.payload).await?;
    let tape = function.tape(sample).await?;
    let services = bench.services(sample, None).await?;
    let program = bench.floor(sample, &services.url, &tape)?;
    let mut floor = Side::start(&program, services, &sample.payload).await?;
    let logged = function.process.logged();
    for _ in 0..rounds {
        function.round().await?;
        floor.round().await?;
    }
    let invocations = (rounds * AT_A_TIME) as f64;
    let records = invocations * sample.records as f64;
    let logged = function.process.logged() - logged;
    let seen = function.services.take()?;
    let total = total(&seen.counts);
    same_calls(sample, total, self::total(&floor.services.take()?.counts))?;
    let per_record = |us: &[f64]| median(us) / sample.records as f64;
    let ratios = function.cpu_us.iter().zip(&floor.cpu_us).map(|(own, floor)| own / floor);
    let [allocations, allocated] = allocations(bench, sample).await?;
    let resident_bytes = function.process.memory()?.resident_bytes;
    let warm = Warm {
        function: sample.function,
        trigger: sample.trigger,
        records: sample.records,
        cpu_us: per_record(&function.cpu_us),
        floor_cpu_us: per_record(&floor.cpu_us),
        of_floor: median(&ratios.collect::<Vec<_>>()),
        p50_ms: percentile(&function.wall_ms, 50),
        p99_ms: percentile(&function.wall_ms, 99),
        floor_p50_ms: percentile(&floor.wall_ms, 50),
        resident_bytes,
        calls: total.calls as f64 / records,
        bytes_sent: total.sent as f64 / records,
        bytes_received: total.received as f64 / records,
        allocations: allocations / sample.records as f64,
        allocated_bytes: allocated / sample.records as f64,
        log_bytes: logged as f64 / records,
        by_operation: seen.counts,
    };
    function.process.end().await;
    floor.process.end().await;
    Ok(warm)
}

/// A process that is measured.
struct Side<'a> {
    process: Process,
    services: Services,
    payload: &'a Bytes,
    /// µs of CPU for each invocation, by round.
    cpu_us: Vec<f64>,
    /// Of every invocation.
    wall_ms: Vec<f64>,
}

impl<'a> Side<'a> {
    async fn start(
        program: &Program,
        services: Services,
        payload: &'a Bytes,
    ) -> Result<Self, PerfError> {
        let (mut process, _) = Process::start(program).await?;
        for _ in 0..WARM_UP {
            process.invoke(payload).await?;
        }
        services.take()?;
        Ok(Self { process, services, payload, cpu_us: Vec::new(), wall_ms: Vec::new() })
    }

    async fn round(&mut self) -> Result<(), PerfError> {
        let before = self.process.cpu().await;
        for _ in 0..AT_A_TIME {
            let (_, wall) = self.process.invoke(self.payload).await?;
            self.wall_ms.push(1000.0 * wall.as_secs_f64());
        }
        let used = self.process.cpu().await - before;
        self.cpu_us.push(1e6 * used.as_secs_f64() / AT_A_TIME as f64);
        Ok(())
    }

    /// What the function calls in one more invocation.
    async fn tape(&mut self, sample: &Sample) -> Result<Tape, PerfError> {
        self.services.tape();
        self.process.invoke(self.payload).await?;
        let seen = self.services.take()?;
        let calls = seen.tape.unwrap_or_default();
        let is_queue = sample.trigger == Trigger::Queue;
        Ok(Tape { is_queue, at_once: seen.at_once, calls })
    }
}

fn total(counts: &BTreeMap<String, Count>) -> Count {
    counts.values().fold(Count::default(), |sum, count| Count {
        calls: sum.calls + count.calls,
        sent: sum.sent + count.sent,
        received: sum.received + count.received,
    })
}

/// The floor is one only if it calls the same. Now and then a function reads something again, such as a shop's settings.
fn same_calls(sample: &Sample, own: Count, floor: Count) -> Result<(), PerfError> {
    let differ = |own: u64, floor: u64| own.abs_diff(floor) * 50 > own;
    if differ(own.calls, floor.calls) || differ(own.sent, floor.sent) {
        let Sample { function, records, .. } = sample;
        return Err(format!(
            "the floor of {function} with {records} records does not make its calls: {floor:?} instead of {own:?}"
        )
        .into());
    }
    Ok(())
}

/// How often one invocation allocates, and how many bytes.
async fn allocations(bench: &Bench, sample: &Sample) -> Result<[f64; 2], PerfError> {
    let services = bench.services(sample, None).await?;
    let mut counted = CountedProcess::start(&bench.counted(sample, &services.url)?).await?;
    for _ in 0..WARM_UP {
        counted.process.invoke(&sample.payload).await?;
    }
    let before = counted.allocations().await?;
    for _ in 0..COUNTED {
        counted.process.invoke(&sample.payload).await?;
    }
    let after = counted.allocations().await?;
    counted.process.end().await;
    let each = |after: u64, before: u64| (after - before) as f64 / COUNTED as f64;
    Ok([each(after.count, before.count), each(after.bytes, before.bytes)])
}
