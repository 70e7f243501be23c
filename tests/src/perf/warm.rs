//! A warm function beside its floor: the same event again and again, a few invocations of the one, then of the other.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde::Serialize;

use super::bench::{Bench, Input, Sample, Tape, Trigger};
use super::error::{NOTHING_MEASURED, PerfError};
use super::process::{CountedProcess, Process, Program};
use super::services::{Count, Services};
use super::stats::{median, percentile};

/// Invocations before anything is measured, so that what is read once in a while is read.
const WARM_UP: usize = 20;
/// Invocations of one process before the other's turn.
const AT_A_TIME: usize = 20;
/// Invocations whose allocations are counted.
const COUNTED: u64 = 10;

/// The calls of each operation.
type Calls = BTreeMap<String, Count>;

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
    pub by_operation: Calls,
}

/// Measures one sample in `rounds` rounds.
pub async fn measure(bench: &Bench, sample: &Sample, rounds: usize) -> Result<Warm, PerfError> {
    let services = bench.services(sample, None).await?;
    let program = bench.function(sample.function, &sample.environments, &services.url)?;
    let mut function = Side::start(&program, services, &sample.payload).await?;
    let (tape, own) = function.tape(sample).await?;
    let services = bench.services(sample, None).await?;
    let program = bench.floor(sample, &services.url, &tape)?;
    let mut floor = Side::start(&program, services, &sample.payload).await?;
    floor.process.invoke(floor.payload).await?;
    let who = format!("{} with {} records", sample.function, sample.records);
    same_calls(&who, &own, &floor.services.take()?.counts)?;
    let logged = function.process.logged();
    for round in 0..rounds {
        // What one leaves behind, in caches and as heat, is to meet the other as often.
        let (first, second) = match round % 2 {
            0 => (&mut function, &mut floor),
            _ => (&mut floor, &mut function),
        };
        first.round().await?;
        second.round().await?;
    }
    let invocations = (rounds * AT_A_TIME) as f64;
    let records = invocations * sample.records as f64;
    let logged = function.process.logged() - logged;
    let seen = function.services.take()?;
    let total = total(&seen.counts);
    nearly_as_many(&who, total, self::total(&floor.services.take()?.counts))?;
    let per_record = |us: &[f64]| Some(median(us)? / sample.records as f64);
    let ratios = function.cpu_us.iter().zip(&floor.cpu_us).map(|(own, floor)| own / floor);
    let [allocations, allocated] = allocations(bench, sample).await?;
    let resident_bytes = function.process.memory()?.resident_bytes;
    let warm = Warm {
        function: sample.function,
        trigger: sample.trigger,
        records: sample.records,
        cpu_us: per_record(&function.cpu_us).ok_or(NOTHING_MEASURED)?,
        floor_cpu_us: per_record(&floor.cpu_us).ok_or(NOTHING_MEASURED)?,
        of_floor: median(&ratios.collect::<Vec<_>>()).ok_or(NOTHING_MEASURED)?,
        p50_ms: percentile(&function.wall_ms, 50).ok_or(NOTHING_MEASURED)?,
        p99_ms: percentile(&function.wall_ms, 99).ok_or(NOTHING_MEASURED)?,
        floor_p50_ms: percentile(&floor.wall_ms, 50).ok_or(NOTHING_MEASURED)?,
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
        let before = self.process.cpu().await?;
        for _ in 0..AT_A_TIME {
            let (_, wall) = self.process.invoke(self.payload).await?;
            self.wall_ms.push(1000.0 * wall.as_secs_f64());
        }
        let used = self.process.cpu().await? - before;
        self.cpu_us.push(1e6 * used.as_secs_f64() / AT_A_TIME as f64);
        Ok(())
    }

    /// What the function calls in one more invocation, and how often.
    async fn tape(&mut self, sample: &Sample) -> Result<(Tape, Calls), PerfError> {
        self.services.tape();
        let (answer, _) = self.process.invoke(self.payload).await?;
        let seen = self.services.take()?;
        let calls = seen.tape.unwrap_or_default();
        let input = Input::of_function(sample.function)?;
        let answer = serde_json::from_slice(&answer)?;
        Ok((Tape { input, answer, at_once: seen.at_once, calls }, seen.counts))
    }
}

fn total(counts: &Calls) -> Count {
    counts.values().fold(Count::default(), |sum, count| Count {
        calls: sum.calls + count.calls,
        sent: sum.sent + count.sent,
        received: sum.received + count.received,
    })
}

/// The floor is one only if it calls the same, and is answered the same.
///
/// # Errors
/// In one invocation, the two do not call each operation equally often, or their requests or answers differ by more than
/// one byte in fifty: numbers have as many digits as the time has.
fn same_calls(who: &str, own: &Calls, floor: &Calls) -> Result<(), PerfError> {
    let alike = |((name, own), (other, floor)): ((&String, &Count), (&String, &Count))| {
        name == other
            && own.calls == floor.calls
            && alike(own.sent, floor.sent)
            && alike(own.received, floor.received)
    };
    if own.len() == floor.len() && own.iter().zip(floor).all(alike) {
        return Ok(());
    }
    Err(format!("the floor of {who} does not make its calls: {floor:?} instead of {own:?}").into())
}

/// Over all rounds, a function may read something again now and then, such as a shop's settings, which its floor does not.
fn nearly_as_many(who: &str, own: Count, floor: Count) -> Result<(), PerfError> {
    if alike(own.calls, floor.calls) && alike(own.received, floor.received) {
        return Ok(());
    }
    Err(format!(
        "{who} did not go on to call what it called when it was taped: {own:?}, and its floor {floor:?}"
    )
    .into())
}

/// Whether two numbers differ by one fiftieth of the first at most.
const fn alike(own: u64, floor: u64) -> bool {
    own.abs_diff(floor) * 50 <= own
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

#[cfg(test)]
mod tests {
    use super::*;

    fn calls(all: &[(&str, u64, u64)]) -> Calls {
        let count = |calls, received| Count { calls, sent: 100, received };
        all.iter()
            .map(|&(name, calls, received)| (name.to_owned(), count(calls, received)))
            .collect()
    }

    #[test]
    fn a_floor_that_makes_as_many_other_calls_or_gets_other_answers_is_none() {
        let own = calls(&[("GetItem", 1, 500), ("PutItem", 2, 20)]);
        same_calls("mailer", &own, &own).expect("the same");
        same_calls("mailer", &own, &calls(&[("GetItem", 1, 501), ("PutItem", 2, 20)]))
            .expect("one digit more");
        for other in [
            calls(&[("GetItem", 2, 500), ("PutItem", 1, 20)]),
            calls(&[("GetItem", 1, 500), ("UpdateItem", 2, 20)]),
            calls(&[("GetItem", 1, 500), ("PutItem", 2, 60)]),
            calls(&[("GetItem", 1, 500)]),
        ] {
            let error = same_calls("mailer", &own, &other).expect_err("others").to_string();
            assert!(error.starts_with("the floor of mailer does not make its calls"), "{error}");
        }
    }
}
