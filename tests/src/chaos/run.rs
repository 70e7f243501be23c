//! One run, from the start of the stack to the report.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use jiff::SignedDuration;
use kit::queue::{QueueDepth, queue_depth};
use local::lambda::{OutputLine, Sink};
use local::resources::Queue;
use local::run::publish::PublishError;
use local::stack::ShopFile;
use local::{Config, Stack, StartError};
use shared::ShopId;

use super::account_faults::make_account_faults;
use super::fault_kind::FaultKind;
use super::fault_plan::{FUNCTIONS, FaultPlan};
use super::killer::kill;
use super::mail_changes;
use super::options::Options;
use super::progress::{LedgerUnavailable, POLL_INTERVAL, wait_until_terminal};
use super::publish::{go_on_selling, publish};
use super::report::RunReport;
use super::settings::settings;
use super::shop_systems;
use super::workload::{self, Case, PERSONAL, SHOP_SETTINGS, SHOPS};

/// The run ended without a report.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The stack did not start.
    #[error(transparent)]
    Start(#[from] StartError),
    /// Intake broke its contract.
    #[error("intake: {0}")]
    Publish(#[from] PublishError),
    /// The ledger did not answer.
    #[error(transparent)]
    Ledger(#[from] LedgerUnavailable),
    /// A dead-letter queue did not answer, so its depth is unknown.
    #[error("the dead-letter queue {0} did not answer")]
    DeadLetters(String),
}

/// Publishes the events under the fault plan and reports their outcomes.
///
/// # Errors
/// [`RunError`]. A broken promise is not an error: the report says so.
pub async fn run(options: Options) -> Result<RunReport, RunError> {
    let started = Instant::now();
    let plan = Arc::new(FaultPlan::new(options.seed));
    let counts = Arc::new(OutputCounts::default());
    let config = Config {
        port: 0,
        settings: settings(),
        faults: Arc::<FaultPlan>::clone(&plan),
        sink: counting_sink(Arc::clone(&counts)),
        executable: options.executable.clone(),
        shops: shops(),
        mail_events: true,
        system_secrets: shop_systems::secrets(),
        ..Config::default()
    };
    let grace = SignedDuration::try_from(config.settings.doubt_grace).unwrap_or_default();
    let stack = local::start(config).await?;
    // Armed only now, because the stack itself has to start without faults.
    plan.arm(&stack);
    let mut cases: Vec<Case> =
        (0..options.events).flat_map(|n| workload::cases(options.seed, n)).collect();
    let orders = shop_systems::orders(options.events);
    cases.extend(orders.clone().flat_map(shop_systems::cases));
    let (published, ledger) = {
        let work = async {
            let account_faults = async {
                if options.account_faults {
                    make_account_faults(&stack, &plan, options.events).await;
                }
            };
            let webhooks = shop_systems::deliver(&stack, orders);
            let (stored, (), ()) =
                futures::join!(publish(&stack, &options), account_faults, webhooks);
            stored?;
            let published = started.elapsed();
            let ledger = tokio::select! {
                ledger = wait_until_terminal(&stack, &cases) => ledger?,
                error = go_on_selling(&stack, options.seed) => return Err(error.into()),
            };
            Ok::<_, RunError>((published, ledger))
        };
        tokio::select! {
            done = work => done?,
            () = kill_at_random(&stack, &plan) => unreachable!("it kills for ever"),
        }
    };
    // The dead-letter queues are read without faults.
    plan.disarm();
    let mut report = RunReport {
        seed: options.seed,
        events: options.events,
        published,
        elapsed: started.elapsed(),
        faults: plan.faults(),
        never_killed: plan.never_killed(),
        repeated: counts.repeated.load(Ordering::Relaxed),
        personal_lines: counts.personal.load(Ordering::Relaxed),
        dead_letters: dead_letters(&stack).await?,
        mail_changes: mail_changes::compare(&stack, &plan.published_changes).await,
        ..RunReport::default()
    };
    report.assess(&cases, &ledger, &plan, grace);
    stack.stop().await;
    Ok(report)
}

fn shops() -> Vec<ShopFile> {
    let file = |name: &str| {
        let shop = ShopId::parse(name).expect("a shop's name");
        ShopFile::new(shop, SHOP_SETTINGS).expect("valid settings")
    };
    SHOPS.map(file).to_vec()
}

/// Kills a process about every three seconds, whatever it is doing.
async fn kill_at_random(stack: &Stack, plan: &FaultPlan) {
    for nth in 0_u64.. {
        let Some(rng) = plan.rng() else { return std::future::pending().await };
        let pause = 1_000 + rng.roll(&["random kill", "pause"], nth, 4_000);
        tokio::time::sleep(Duration::from_millis(pause)).await;
        let which = rng.roll(&["random kill", "function"], nth, FUNCTIONS.len() as u64);
        let name = FUNCTIONS[usize::try_from(which).unwrap_or_default()];
        let Ok(function) = stack.functions.function(name) else { continue };
        if let Some(pid) = function.pids().into_iter().next_back() {
            plan.count(FaultKind::KilledAtRandom);
            kill(pid);
        }
    }
}

/// Counts of the functions' output lines; the lines themselves are not kept.
#[derive(Debug, Default)]
struct OutputCounts {
    /// Lines that report a duplicate delivery.
    repeated: AtomicU64,
    /// Lines with a customer's personal data.
    personal: AtomicU64,
}

impl OutputCounts {
    fn count_line(&self, line: &str) {
        const DUPLICATE: [&str; 2] = [r#""message":"duplicate""#, r#""message":"already done""#];
        for (words, count) in [(&DUPLICATE[..], &self.repeated), (&PERSONAL[..], &self.personal)] {
            if words.iter().any(|word| line.contains(word)) {
                count.fetch_add(1, Ordering::Relaxed);
            }
        }
    }
}

fn counting_sink(counts: Arc<OutputCounts>) -> Sink {
    Arc::new(move |line: OutputLine<'_>| counts.count_line(line.text))
}

/// How long to wait for a queue's depth.
const DEPTH_TIMEOUT: Duration = Duration::from_secs(30);

/// Counts the messages in the dead-letter queues of the functions. Relay's stream has no failure destination: the sweep
/// finds those events again.
async fn dead_letters(stack: &Stack) -> Result<u64, RunError> {
    let all_queues = &stack.resources.queues;
    let mut all = 0;
    let queues = [
        &all_queues.deliveries_dlq,
        &all_queues.inbox_dlq,
        &all_queues.dispatch_dlq,
        &all_queues.mail_dlq,
        &all_queues.feedback_dlq,
    ];
    for queue in queues.into_iter().chain(&all_queues.publisher_dlq) {
        let answer = tokio::time::timeout(DEPTH_TIMEOUT, depth_with_retry(stack, queue)).await;
        all += answer.map_err(|_elapsed| RunError::DeadLetters(queue.url.clone()))?.total();
    }
    Ok(all)
}

/// On a busy machine SQS may not answer in time. No answer does not mean that the queue is empty.
async fn depth_with_retry(stack: &Stack, queue: &Queue) -> QueueDepth {
    loop {
        if let Ok(depth) = queue_depth(&stack.sqs, &queue.url).await {
            return depth;
        }
        tokio::time::sleep(POLL_INTERVAL).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn duplicates_and_personal_data_are_counted_by_line() {
        let counts = OutputCounts::default();
        counts.count_line(r#"{"message":"duplicate","order_id":"S1-2"}"#);
        counts.count_line(r#"{"message":"sent","to":"c7@customers.example"}"#);
        counts.count_line(r#"{"message":"sent","order_id":"S1-2"}"#);
        let counts = [&counts.repeated, &counts.personal].map(|n| n.load(Ordering::Relaxed));
        assert_eq!(counts, [1, 1]);
    }
}
