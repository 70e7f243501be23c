//! Load: order confirmations published over HTTP at a given rate to a one-machine stack, and what it does meanwhile.
//!
//! `cargo run --release -p waybill-tests --bin load -- --rate 200 --events 100000`

pub mod picture;
mod publish;
mod run;
pub mod sample;
pub mod stack;

use std::sync::atomic::{AtomicU64, AtomicUsize};
use std::time::{Duration, Instant};

use serde::Serialize;
use tokio::time::MissedTickBehavior;

use run::Run;
pub use run::{LoadError, Options};
use sample::{Sample, Sampler};
use stack::LoadedStack;

/// A run is over when nothing has changed for so long.
const STALLED: Duration = Duration::from_secs(60);

/// The figures of a run.
#[derive(Debug, Serialize)]
pub struct Report {
    /// What was asked for.
    pub options: Options,
    /// Seconds until intake had accepted the last event.
    pub published_after: f64,
    /// The last of them is the result.
    pub samples: Vec<Sample>,
}

/// Publishes, and samples until every mail is sent and no message is left, or nothing changes any more.
///
/// # Errors
/// When the stack does not answer, or intake refuses an event.
pub async fn run(stack: &LoadedStack, options: Options) -> Result<Report, LoadError> {
    let accepted_at = std::iter::repeat_with(AtomicU64::default).take(options.events).collect();
    let (started, accepted, backlog) = (Instant::now(), AtomicUsize::new(0), AtomicU64::new(0));
    let run = Run { options, started, accepted, accepted_at, backlog };
    let sampler = Sampler::new(stack, &run).await?;
    let publishing = publish::publish(stack, &run);
    let (published_after, samples) = tokio::try_join!(publishing, sample_until_sent(sampler))?;
    Ok(Report { options, published_after, samples })
}

async fn sample_until_sent(mut sampler: Sampler<'_>) -> Result<Vec<Sample>, LoadError> {
    let Options { events, interval, .. } = sampler.run.options;
    let mut ticks = tokio::time::interval(Duration::from_secs_f64(interval));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut samples: Vec<Sample> = Vec::new();
    let mut last_change = Instant::now();
    loop {
        ticks.tick().await;
        let sample = sampler.take().await?;
        eprintln!("{sample}");
        let counts = |s: &Sample| (s.accepted, s.sent, s.queued());
        if samples.last().map(counts) != Some(counts(&sample)) {
            last_change = Instant::now();
        }
        let is_done = sample.sent >= events as u64 && sample.queued() == 0;
        samples.push(sample);
        if is_done || last_change.elapsed() > STALLED {
            return Ok(samples);
        }
    }
}
