//! The long fault run: `cargo run --release --bin chaos -- --events 100000`.
//!
//! Prints the report; the exit code is 1 when the promise is broken. The same `--seed` replays the plan.

use std::process::ExitCode;

use clap::Parser;
use waybill_tests::chaos::{Options, run};

/// Runs the whole pipeline under a seeded fault plan and checks the outcome of each event.
#[derive(Debug, Parser)]
struct Args {
    /// Number of events to publish.
    #[arg(long, default_value_t = 100_000)]
    events: usize,
    /// Seed of the fault plan; the time of day if absent.
    #[arg(long)]
    seed: Option<u64>,
    /// SES also refuses for the account's sake (paused, not verified, no configuration set): minutes longer.
    #[arg(long)]
    account_faults: bool,
}

fn progress(published: usize) {
    if published.is_multiple_of(1_000) {
        eprintln!("{published} published");
    }
}

fn main() -> ExitCode {
    // The stack starts its functions from this executable too.
    if std::env::args().nth(1).as_deref() == Some("function") {
        return local::command::main();
    }
    let args = Args::parse();
    let seed = args.seed.unwrap_or_else(|| jiff::Timestamp::now().as_second().unsigned_abs());
    println!("seed {seed}");
    let Args { events, account_faults, .. } = args;
    let options = Options { seed, events, executable: None, account_faults, progress };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    match runtime.map(|runtime| runtime.block_on(run(options))) {
        Ok(Ok(report)) => {
            println!("{report}");
            if report.keeps_promise() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Ok(Err(error)) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}
