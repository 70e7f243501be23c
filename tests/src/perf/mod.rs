//! What the functions cost: CPU, memory, calls, bytes and allocations of each deployed executable, beside those of a floor
//! that makes the same calls without logic.
//!
//! `cargo run --release -p waybill-tests --bin perf`
//!
//! First the pipeline runs once against the one-machine stack, by its own mappings, and every event and every answer is
//! kept (`pipeline`). Then each function is driven through the Runtime API with its event again and again, and whatever
//! it calls answers at once, as it did before: nothing that is measured waits for an emulator.

pub mod allocations;
mod bench;
mod call;
mod cold;
mod cpu;
mod error;
mod gate;
mod http;
mod pipeline;
mod process;
mod programs;
mod python;
mod quota;
mod recording;
pub mod report;
mod runtime_api;
mod services;
mod stats;
mod tls;
mod url_event;
pub mod usage;
mod warm;

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Instant;

use local::stack::FUNCTIONS;

pub use bench::Trigger;
pub use error::PerfError;

use bench::{Bench, Sample};
use cold::QUOTAS;
use quota::Quota;
use report::{Machine, Report};
use tls::Tls;

/// Records in an invocation.
const SIZES: [usize; 3] = [1, 10, 100];

/// What is measured.
#[derive(Debug, Clone)]
pub struct Options {
    /// The directory of the executables; they are built if absent.
    pub programs: Option<PathBuf>,
    /// Rounds of warm invocations, and half as many starts.
    pub rounds: NonZeroUsize,
    /// Only these functions; all if empty.
    pub functions: Vec<String>,
    /// The same in Python too.
    pub python: bool,
}

/// Measures, and tells on standard error how far it is.
///
/// # Errors
/// There is no such function; an executable is missing or fails, or calls what was not recorded.
pub async fn run(options: Options) -> Result<Report, PerfError> {
    known(&options.functions)?;
    let rounds = options.rounds.get();
    let programs = programs::find(options.programs.as_deref())?;
    let python = options.python.then(python::environment).transpose()?;
    let (started, before) = (Instant::now(), Machine::now());
    let directory = tempfile::tempdir()?;
    let tls = Tls::new(directory.path())?;
    let bench = Bench {
        programs: Some(programs),
        counting: std::env::current_exe()?,
        python,
        directory: directory.path().to_owned(),
        tls,
    };
    let mut samples = Vec::new();
    for size in SIZES {
        eprintln!("recording the pipeline with {size} orders");
        samples.extend(pipeline::record(&bench, size).await?);
    }
    let wanted =
        |name: &str| options.functions.is_empty() || options.functions.iter().any(|f| f == name);
    samples.retain(|sample| wanted(sample.function));
    let mut warm = Vec::new();
    for sample in &samples {
        let Sample { function, trigger, records, .. } = sample;
        eprintln!("{function}, {trigger:?}, {records} records");
        warm.push(warm::measure(&bench, sample, rounds).await?);
    }
    let (quotas, no_quota) = quotas();
    let mut cold = Vec::new();
    for sample in samples.iter().filter(|sample| is_first(sample)) {
        eprintln!("{}, its start", sample.function);
        cold.push(cold::measure(&bench, sample, rounds.div_ceil(2), &quotas).await?);
    }
    let machine = before.with_load_now();
    Ok(Report { machine, seconds: started.elapsed().as_secs_f64(), warm, cold, no_quota })
}

/// A run without the function that was meant would measure nothing, and nothing fails.
fn known(functions: &[String]) -> Result<(), PerfError> {
    let is_known = |name: &&String| FUNCTIONS.iter().any(|function| function.name == **name);
    let Some(unknown) = functions.iter().find(|name| !is_known(name)) else { return Ok(()) };
    let all = FUNCTIONS.map(|function| function.name).join(", ");
    Err(format!("there is no function {unknown}: choose from {all}").into())
}

/// Whether a function's first invocation is one of this sample: one record, of the trigger by which most come.
fn is_first(sample: &Sample) -> bool {
    sample.records == 1 && (sample.function != "connector" || sample.trigger == Trigger::Url)
}

/// The groups of processes with little CPU, or why there are none.
fn quotas() -> (Vec<(u64, Quota)>, Option<String>) {
    let all = QUOTAS.iter().map(|percent| Ok((*percent, Quota::new(*percent)?)));
    match all.collect::<Result<Vec<_>, PerfError>>() {
        Ok(quotas) => (quotas, None),
        Err(error) => (Vec::new(), Some(error.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_that_does_not_exist_is_refused_with_the_names_of_those_that_do() {
        assert!(known(&[]).is_ok() && known(&["mailer".to_owned()]).is_ok());
        let refusal = known(&["mailer".to_owned(), "maler".to_owned()]).expect_err("unknown");
        let expected = "there is no function maler: choose from intake, relay, dispatcher, mailer, feedback, connector, publisher";
        assert_eq!(refusal.to_string(), expected);
    }
}
