//! The executable: the command that people call, and the function processes that the stack starts
//! from the same file with the arguments `function NAME`, and what renders mails for its preview, with `function preview`.

use std::error::Error;
use std::process::ExitCode;

use clap::Parser;
use tokio::runtime::Builder;
use tracing::Level;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::lambda::exit_with_parent;
use crate::page::preview::render;
use crate::run::{args::Args, run};

/// The whole `main`: whatever executable calls it can run the functions too.
pub fn main() -> ExitCode {
    // Ahead of clap, so that people find no such argument in `--help`.
    let mut args = std::env::args().skip(1);
    if args.next().as_deref() != Some("function") {
        return run_command(Args::parse());
    }
    let result = match args.next().unwrap_or_default().as_str() {
        // No function, but as hidden: it ends with its answer.
        "preview" => render::answer(),
        name => run_function(name),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run_command(args: Args) -> ExitCode {
    show_warnings();
    match Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(run(args)),
        Err(error) => {
            eprintln!("Cannot start: {error}");
            ExitCode::from(2)
        }
    }
}

/// Prints the warnings of the stack itself on standard error: what was dropped, and why. The services that
/// it embeds warn of every conditional write that is refused, which is their work, so theirs are left out.
fn show_warnings() {
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).without_time();
    let only_ours = Targets::new().with_target("local", Level::WARN);
    let lines = lines.with_target(false).with_filter(only_ours);
    // An error means that somebody has set a subscriber: then they get the warnings.
    let _ = tracing_subscriber::registry().with(lines).try_init();
}

/// Runs a function as its deployed executable does: on one thread, until the Runtime API is gone.
fn run_function(name: &str) -> Result<(), Box<dyn Error + Send + Sync>> {
    // First: a stack that is killed must leave no function behind, whatever this does next.
    exit_with_parent()?;
    let runtime = Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        match name {
            "intake" => Box::pin(intake::run()).await,
            "relay" => Box::pin(relay::run()).await,
            "dispatcher" => Box::pin(dispatcher::run()).await,
            "mailer" => Box::pin(mailer::run()).await,
            "feedback" => Box::pin(feedback::run()).await,
            "connector" => Box::pin(connector::run()).await,
            "publisher" => Box::pin(publisher::run()).await,
            other => Err(format!("there is no function {other}").into()),
        }
    })
}
