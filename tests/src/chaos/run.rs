//! One run from start to verdict.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use jiff::SignedDuration;
use local::lambda::{OutputLine, Sink};
use local::resources::{Processes, Queue, Settings};
use local::run::publish::PublishError;
use local::{Config, Stack, StartError};

use super::fault_kind::FaultKind;
use super::killer::kill;
use super::orders::{self, Case, PERSONAL};
use super::plan::{FUNCTIONS, Plan};
use super::publish::publish;
use super::rest::{LedgerGone, PAUSE, Waiting, depth, until_rest};
use super::verdict::Verdict;

/// What is run.
#[derive(Debug, Clone)]
pub struct Options {
    /// Of the fault plan.
    pub seed: u64,
    /// How many events.
    pub events: usize,
    /// What runs the functions; this executable if absent.
    pub executable: Option<PathBuf>,
    /// Told how many events are published, now and then.
    pub progress: fn(usize),
}

/// The run came to no verdict.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The stack did not start.
    #[error(transparent)]
    Start(#[from] StartError),
    /// Intake broke its contract.
    #[error("intake: {0}")]
    Publish(#[from] PublishError),
    /// The tables were gone.
    #[error(transparent)]
    Ledger(#[from] LedgerGone),
    /// A dead-letter queue was gone: nobody knows what is in it.
    #[error("the dead-letter queue {0} did not answer")]
    DeadLetters(String),
}

/// Most of them sit out a fault, or start again, at any moment.
const MANY: Processes = Processes { intake: 4, relay: 2, dispatcher: 4, mailer: 8, feedback: 8 };

/// Times in the relations of the deployed ones (the lease outlives the function, the grace is five
/// visibility timeouts), but for the visibility timeout: it is shorter than a function may run, so
/// that messages are delivered while their first delivery is still being worked on.
#[must_use]
pub fn settings() -> Settings {
    Settings {
        function_timeout: Duration::from_secs(5),
        lease: Duration::from_secs(6),
        doubt_grace: Duration::from_secs(15),
        visibility_timeout: Duration::from_secs(3),
        max_receive_count: 50,
        sweep_after: Duration::from_secs(8),
        sweep_interval: Duration::from_secs(4),
        stream_maximum_retries: 6,
        ..Settings::default()
    }
}

/// Runs it.
///
/// # Errors
/// [`RunError`]; a broken promise is no error but a verdict.
pub async fn run(options: Options) -> Result<Verdict, RunError> {
    let started = Instant::now();
    let plan = Arc::new(Plan::new(options.seed));
    let heard = Arc::new(Heard::default());
    let config = Config {
        port: 0,
        settings: Settings { processes: MANY, ..settings() },
        faults: Arc::<Plan>::clone(&plan),
        sink: listening(Arc::clone(&heard)),
        executable: options.executable.clone(),
        ..Config::default()
    };
    let grace = SignedDuration::try_from(config.settings.doubt_grace).unwrap_or_default();
    let stack = local::start(config).await?;
    plan.arm(&stack);
    let cases: Vec<Case> = (0..options.events).map(|n| orders::case(options.seed, n)).collect();
    let (published, ledger) = {
        let work = async {
            publish(&stack, &options).await?;
            let published = started.elapsed();
            Ok::<_, RunError>((published, until_rest(&stack, &cases).await?))
        };
        tokio::select! {
            done = work => done?,
            () = kill_at_random(&stack, &plan) => unreachable!("it kills for ever"),
        }
    };
    plan.disarm();
    let mut verdict = Verdict {
        seed: options.seed,
        published,
        took: started.elapsed(),
        faults: plan.faults(),
        never_killed: plan.never_killed(),
        repeated: heard.repeated.load(Ordering::Relaxed),
        personal_lines: heard.personal.load(Ordering::Relaxed),
        dead_letters: dead_letters(&stack).await?,
        ..Verdict::default()
    };
    verdict.judge(&cases, &ledger, &plan.sightings, grace);
    stack.stop().await;
    Ok(verdict)
}

/// Kills a process every three seconds or so, whatever it does just then.
async fn kill_at_random(stack: &Stack, plan: &Plan) {
    for nth in 0_u64.. {
        let Some(dice) = plan.dice() else { return std::future::pending().await };
        let pause = 1_000 + dice.roll(&["random kill", "pause"], nth, 4_000);
        tokio::time::sleep(Duration::from_millis(pause)).await;
        let which = dice.roll(&["random kill", "function"], nth, FUNCTIONS.len() as u64);
        let name = FUNCTIONS[usize::try_from(which).unwrap_or_default()];
        let Ok(function) = stack.functions.function(name) else { continue };
        if let Some(pid) = function.pids().into_iter().next_back() {
            plan.count(FaultKind::KilledAtRandom);
            kill(pid);
        }
    }
}

/// What the functions print, counted and not kept.
#[derive(Debug, Default)]
struct Heard {
    /// The functions' own words for what came again.
    repeated: AtomicU64,
    /// Lines that hold a customer's personal data.
    personal: AtomicU64,
}

impl Heard {
    fn hear(&self, line: &str) {
        const AGAIN: [&str; 2] = [r#""message":"duplicate""#, r#""message":"already done""#];
        for (words, count) in [(&AGAIN[..], &self.repeated), (&PERSONAL[..], &self.personal)] {
            if words.iter().any(|word| line.contains(word)) {
                count.fetch_add(1, Ordering::Relaxed);
            }
        }
    }
}

fn listening(heard: Arc<Heard>) -> Sink {
    Arc::new(move |line: OutputLine<'_>| heard.hear(line.text))
}

/// How long a queue may take to say what is in it.
const ANSWER: Duration = Duration::from_secs(30);

/// Messages in the dead-letter queues of the functions that read queues. Relay's failure
/// destination is none of them: what it tells of, the sweep finds again.
async fn dead_letters(stack: &Stack) -> Result<u64, RunError> {
    let queues = &stack.resources.queues;
    let mut all = 0;
    for queue in [&queues.dispatch_dlq, &queues.mail_dlq, &queues.feedback_dlq] {
        let answer = tokio::time::timeout(ANSWER, depth_surely(stack, queue)).await;
        all += answer.map_err(|_elapsed| RunError::DeadLetters(queue.url.clone()))?.all;
    }
    Ok(all)
}

/// A busy machine may be slow to answer; a queue that did not say is not empty.
async fn depth_surely(stack: &Stack, queue: &Queue) -> Waiting {
    loop {
        if let Some(depth) = depth(stack, queue).await {
            return depth;
        }
        tokio::time::sleep(PAUSE).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_counted_for_what_it_holds() {
        let heard = Heard::default();
        heard.hear(r#"{"message":"duplicate","order_id":"S1-2"}"#);
        heard.hear(r#"{"message":"sent","to":"c7@customers.example"}"#);
        heard.hear(r#"{"message":"sent","order_id":"S1-2"}"#);
        let counts = [&heard.repeated, &heard.personal].map(|n| n.load(Ordering::Relaxed));
        assert_eq!(counts, [1, 1]);
    }
}
