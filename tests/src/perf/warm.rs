//! A warm function beside its floor: the same event again and again, a few invocations of the one, then of the other.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde::Serialize;

use super::bench::{Bench, Input, Sample, Tape, Trigger};
use super::error::{NOTHING_MEASURED, PerfError};
use super::process::{Process, Program};
use super::services::{Count, Services};
use super::stats::{median, percentile};
use super::usage::{self, Usage};

/// Invocations before anything is measured, so that what is read once in a while is read.
const WARM_UP: usize = 20;
/// Invocations of one process before the other's turn.
const AT_A_TIME: usize = 20;

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
    /// The same in Python, where that was measured.
    pub python: Option<Python>,
}

/// What a record costs the same function in Python.
#[derive(Debug, Clone, Serialize)]
pub struct Python {
    /// µs of CPU for each record: the median of all rounds.
    pub cpu_us: f64,
    /// The median of its ratios to the function's in each round.
    pub of_function: f64,
    /// From the event to the answer, in milliseconds.
    pub p50_ms: f64,
    /// Resident bytes after all invocations.
    pub resident_bytes: u64,
}

/// Measures one sample in `rounds` rounds.
pub async fn measure(bench: &Bench, sample: &Sample, rounds: usize) -> Result<Warm, PerfError> {
    let who = format!("{} with {} records", sample.function, sample.records);
    let services = bench.services(sample, None).await?;
    let program = bench.function(sample.function, &sample.environments, &services.url)?;
    let mut function = Side::start(&program, services, &sample.payload).await?;
    let (tape, own) = function.tape(sample).await?;
    let mut floor = floor(bench, sample, &tape, &who, &own).await?;
    let mut python = python(bench, sample, &who, &own).await?;
    let logged = function.process.logged();
    for round in 0..rounds {
        let mut sides: Vec<&mut Side<'_>> =
            [&mut function, &mut floor].into_iter().chain(&mut python).collect();
        // What one leaves behind, in caches and as heat, is to meet the others as often.
        let first = round % sides.len();
        sides.rotate_left(first);
        for side in sides {
            side.round().await?;
        }
    }
    let logged = function.process.logged() - logged;
    let seen = function.services.take()?;
    nearly_as_many(&who, total(&seen.counts), total(&floor.services.take()?.counts))?;
    let usage = usage::measure(bench, sample).await?;
    let records = (rounds * AT_A_TIME * sample.records) as f64;
    let python = match python {
        Some(python) => Some(python.beside(&function, sample.records).await?),
        None => None,
    };
    let warm = warm(sample, &function, &floor, usage, python)?;
    function.process.end().await;
    floor.process.end().await;
    Ok(Warm { log_bytes: logged as f64 / records, by_operation: seen.counts, ..warm })
}

fn warm(
    sample: &Sample,
    function: &Side<'_>,
    floor: &Side<'_>,
    usage: Usage,
    python: Option<Python>,
) -> Result<Warm, PerfError> {
    let Usage { calls, bytes_sent, bytes_received, allocations, allocated_bytes, .. } = usage;
    Ok(Warm {
        function: sample.function,
        trigger: sample.trigger,
        records: sample.records,
        cpu_us: function.cpu_per_record(sample.records)?,
        floor_cpu_us: floor.cpu_per_record(sample.records)?,
        of_floor: function.cpu_of(floor)?,
        p50_ms: function.wall(50)?,
        p99_ms: function.wall(99)?,
        floor_p50_ms: floor.wall(50)?,
        resident_bytes: function.process.memory()?.resident_bytes,
        calls,
        bytes_sent,
        bytes_received,
        allocations,
        allocated_bytes,
        log_bytes: 0.0,
        by_operation: Calls::new(),
        python,
    })
}

/// The floor of a function that makes these calls.
async fn floor<'a>(
    bench: &Bench,
    sample: &'a Sample,
    tape: &Tape,
    who: &str,
    own: &Calls,
) -> Result<Side<'a>, PerfError> {
    let services = bench.services(sample, None).await?;
    let program = bench.floor(sample, &services.url, tape)?;
    let mut floor = Side::start(&program, services, &sample.payload).await?;
    same_calls(who, own, &floor.calls_of_one().await?)?;
    Ok(floor)
}

/// The same function in Python, if that is measured.
async fn python<'a>(
    bench: &Bench,
    sample: &'a Sample,
    who: &str,
    own: &Calls,
) -> Result<Option<Side<'a>>, PerfError> {
    // What there is to see of a hundred is to be seen of ten, in a tenth of the time.
    if sample.records > Trigger::Queue.most_records() {
        return Ok(None);
    }
    let services = bench.services(sample, None).await?;
    let Some(program) = bench.python(sample, &services.url)? else { return Ok(None) };
    let mut python = Side::start(&program, services, &sample.payload).await?;
    same_operations(who, own, &python.calls_of_one().await?)?;
    Ok(Some(python))
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

    /// What it calls in one more invocation.
    async fn calls_of_one(&mut self) -> Result<Calls, PerfError> {
        self.process.invoke(self.payload).await?;
        Ok(self.services.take()?.counts)
    }

    /// The median, in µs.
    fn cpu_per_record(&self, records: usize) -> Result<f64, PerfError> {
        Ok(median(&self.cpu_us).ok_or(NOTHING_MEASURED)? / records as f64)
    }

    /// The median of its ratios to another one, round by round.
    fn cpu_of(&self, other: &Self) -> Result<f64, PerfError> {
        let ratios = self.cpu_us.iter().zip(&other.cpu_us).map(|(own, other)| own / other);
        Ok(median(&ratios.collect::<Vec<_>>()).ok_or(NOTHING_MEASURED)?)
    }

    /// This percentile, in milliseconds.
    fn wall(&self, percent: usize) -> Result<f64, PerfError> {
        Ok(percentile(&self.wall_ms, percent).ok_or(NOTHING_MEASURED)?)
    }

    /// Its figures as those of a function in Python. Ends it.
    async fn beside(self, function: &Self, records: usize) -> Result<Python, PerfError> {
        let python = Python {
            cpu_us: self.cpu_per_record(records)?,
            of_function: self.cpu_of(function)?,
            p50_ms: self.wall(50)?,
            resident_bytes: self.process.memory()?.resident_bytes,
        };
        self.process.end().await;
        Ok(python)
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
    counts.values().copied().sum()
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

/// The same function in Python is one only if it makes the same calls; each writes JSON in its own way.
///
/// # Errors
/// In one invocation, the two do not call each operation equally often.
fn same_operations(who: &str, own: &Calls, python: &Calls) -> Result<(), PerfError> {
    let often = |calls: &Calls| -> Vec<(String, u64)> {
        calls.iter().map(|(name, count)| (name.clone(), count.calls)).collect()
    };
    if often(own) == often(python) {
        return Ok(());
    }
    Err(format!("in Python, {who} does not make its calls: {python:?} instead of {own:?}").into())
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
    fn a_function_in_python_may_write_other_bytes_and_not_make_other_calls() {
        let own = calls(&[("GetItem", 1, 500), ("PutItem", 2, 20)]);
        same_operations("mailer", &own, &calls(&[("GetItem", 1, 5), ("PutItem", 2, 90)]))
            .expect("the same calls");
        let other = calls(&[("GetItem", 1, 500), ("PutItem", 1, 20)]);
        let error = same_operations("mailer", &own, &other).expect_err("others").to_string();
        assert!(error.starts_with("in Python, mailer does not make its calls"), "{error}");
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
