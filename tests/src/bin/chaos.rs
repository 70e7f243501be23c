//! The long fault run: `cargo run --release --bin chaos -- --events 100000`.
//!
//! Prints the verdict; exit code 1 when the promise was broken. The same `--seed` replays the plan.

use std::process::ExitCode;

use clap::Parser;
use waybill_tests::chaos::{Options, run};

/// Runs the whole pipeline under a seeded fault plan and judges what became of each event.
#[derive(Debug, Parser)]
struct Args {
    /// How many events.
    #[arg(long, default_value_t = 100_000)]
    events: usize,
    /// Of the fault plan; the time of day if absent.
    #[arg(long)]
    seed: Option<u64>,
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
    let options = Options { seed, events: args.events, executable: None, progress };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    match runtime.map(|runtime| runtime.block_on(run(options))) {
        Ok(Ok(verdict)) => {
            println!("{verdict}");
            if verdict.holds() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
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
