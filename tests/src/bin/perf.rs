//! What the functions cost: `cargo run --release -p waybill-tests --bin perf`.
//!
//! Prints tables, or JSON; the exit code is 1 when a number is not reached and `--strict` asks for it.

use std::alloc::System;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};
use waybill_tests::perf::allocations::{Allocations, tell};
use waybill_tests::perf::{Options, PerfError, run};

/// For the functions that are started from this executable. The harness's own allocations are counted too, and not used.
#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Measures each deployed function beside a floor that makes the same calls.
#[derive(Debug, Parser)]
struct Args {
    /// The directory of the built executables; cargo builds them if absent.
    #[arg(long)]
    programs: Option<PathBuf>,
    /// Rounds of 20 warm invocations, and half as many starts.
    #[arg(long, default_value = "11")]
    rounds: NonZeroUsize,
    /// Only this function; may be given several times.
    #[arg(long = "function")]
    functions: Vec<String>,
    /// Measures the same in Python too, for intake, dispatcher and mailer. Makes its environment where it is missing.
    #[arg(long)]
    python: bool,
    /// Prints JSON instead of tables.
    #[arg(long)]
    json: bool,
    /// Ends with exit code 1 if a number is not reached.
    #[arg(long)]
    strict: bool,
}

fn allocations() -> Allocations {
    let stats = ALLOCATOR.stats();
    Allocations {
        count: (stats.allocations + stats.reallocations) as u64,
        bytes: stats.bytes_allocated as u64,
    }
}

fn main() -> ExitCode {
    // Functions are started from this executable too.
    if std::env::args().nth(1).as_deref() == Some("function") {
        if let Err(error) = tell(allocations) {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
        return local::command::main();
    }
    match perf(Args::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

/// Returns whether the run is a success.
fn perf(args: Args) -> Result<bool, PerfError> {
    let Args { programs, rounds, functions, python, json, strict } = args;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let report = runtime.block_on(run(Options { programs, rounds, functions, python }))?;
    if json {
        println!("{}", serde_json::to_string_pretty(&report)?);
    } else {
        print!("{report}");
    }
    Ok(!strict || report.passes())
}
