//! The load run: `cargo run --release -p waybill-tests --bin load -- --rate 200 --events 100000`.
//!
//! Writes `load.json` and `load.svg` into `--out`; the exit code is 1 when a mail is missing.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use waybill_tests::load::stack::LoadedStack;
use waybill_tests::load::{LoadError, Options, picture, run};

/// Publishes generated orders to a one-machine stack, and samples what it does.
#[derive(Debug, Parser)]
struct Args {
    /// Events a second; as many as the stack takes if absent.
    #[arg(long)]
    rate: Option<f64>,
    /// Number of events to publish.
    #[arg(long, default_value_t = 100_000)]
    events: usize,
    /// Seed of the orders; the time of day if absent, so that no run repeats another's.
    #[arg(long)]
    seed: Option<u64>,
    /// Seconds between two samples.
    #[arg(long, default_value_t = 1.0)]
    interval: f64,
    /// The address of a running stack, such as 127.0.0.1:8080, instead of one of this run's own.
    #[arg(long)]
    address: Option<SocketAddr>,
    /// Where the stack keeps tables, queues and mailbox, instead of in memory, which grows with them.
    #[arg(long, conflicts_with = "address")]
    data: Option<PathBuf>,
    /// Where the figures and the picture are written.
    #[arg(long, default_value = "target/load")]
    out: PathBuf,
}

fn main() -> ExitCode {
    // The stack and its functions are started from this executable too.
    if matches!(std::env::args().nth(1).as_deref(), Some("function" | "--port")) {
        return local::command::main();
    }
    match load(&Args::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

/// Returns whether every mail was sent.
fn load(args: &Args) -> Result<bool, LoadError> {
    let seed = args.seed.unwrap_or_else(|| jiff::Timestamp::now().as_second().unsigned_abs());
    let (rate, events, interval) = (args.rate, args.events, args.interval);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let stack = match args.address {
        Some(address) => LoadedStack::running(address),
        None => LoadedStack::start(args.data.as_deref())?,
    };
    let report = runtime.block_on(run(&stack, Options { rate, events, seed, interval }))?;
    std::fs::create_dir_all(&args.out)?;
    std::fs::write(args.out.join("load.json"), serde_json::to_vec_pretty(&report)?)?;
    std::fs::write(args.out.join("load.svg"), picture::svg(&report.samples))?;
    let sent = report.samples.last().map_or(0, |last| last.sent);
    println!(
        "{events} events in {:.0} s, {sent} mails: {}",
        report.published_after,
        args.out.display()
    );
    Ok(sent == events as u64)
}
