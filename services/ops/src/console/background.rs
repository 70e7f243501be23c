//! Changes, and the pages of their jobs: what takes long goes on in the background, and what is done at once is kept there
//! too, so that each has a page that says what was done.

use std::sync::Arc;
use std::time::Duration;

use axum::response::Response;
use tokio::time::timeout;

use super::jobs::{Aftermath, Job, JobKind, JobResult, NewJob};
use super::respond::redirect;
use super::scans::Queues;
use super::severity::Severity;
use super::state::Console;
use crate::aws::Stack;
use crate::error::CliError;

/// How long the page that asks for a plan waits for it: most are there by then.
const PATIENCE: Duration = Duration::from_secs(2);

/// Begins a change that uses these dead-letter queues, alone. The browser need not wait: the job's page says how far it is.
///
/// `work` obeys the job's [control](Job::control), and returns what the page says in the end. Of an error the page has the
/// sentence alone, so whatever was done by then belongs into what is returned.
pub fn begin(
    console: &Console,
    new: NewJob,
    queues: Queues,
    work: impl AsyncFnOnce(Stack, &Job) -> Result<JobResult, CliError> + Send + 'static,
) -> Arc<Job> {
    let job = console.jobs().add(new, JobKind::Change, console.interrupt().child());
    let scans = console.clone();
    spawn(console, &job, async move |stack: Stack, job: &Job| {
        let held = scans.hold(&stack, &queues, &job.interrupt).await?;
        let result = work(stack, job).await;
        // While they are held, so that no page keeps what it sees of them in between.
        for queue in &held {
            scans.scans().forget(queue.dlq);
        }
        result
    });
    job
}

/// Looks at the messages of these dead-letter queues, alone, for a plan: thousands take a while, so a job's page counts them,
/// and then leads to the plan's. `work` returns the link of that page.
///
/// Returns where the browser goes now.
pub async fn plan(
    console: &Console,
    new: NewJob,
    queues: Queues,
    work: impl AsyncFnOnce(Stack, &Job) -> Result<String, CliError> + Send + 'static,
) -> Response {
    let job = console.jobs().add(new, JobKind::Plan, console.interrupt().child());
    let scans = console.clone();
    spawn(console, &job, async move |stack: Stack, job: &Job| {
        let _held = scans.hold(&stack, &queues, &job.interrupt).await?;
        let leads_to = Some(work(stack, job).await?);
        job.say_afterwards(Aftermath { leads_to, ..Aftermath::default() });
        Ok(JobResult { severity: Severity::Good, sentences: vec!["It is made.".to_owned()] })
    });
    // Whether it is there by then, its job's page finds out.
    let _ = timeout(PATIENCE, job.wait()).await;
    redirect(&job.link())
}

/// Goes on with a job in the background, to its end.
fn spawn(
    console: &Console,
    job: &Arc<Job>,
    work: impl AsyncFnOnce(Stack, &Job) -> Result<JobResult, CliError> + Send + 'static,
) {
    let (own, console_of_job) = (Arc::clone(job), console.clone());
    console.jobs().spawn(async move {
        let running = Arc::clone(&own);
        let alone = async move |stack: Stack| work(stack, &running).await;
        let changed = console_of_job.change(&own.command, alone).await;
        own.finish(changed.unwrap_or_else(|error| JobResult::without_outcome(&error)));
    });
}

/// Keeps what was done already, which `sentence` says. Returns the link of its page.
pub fn record(console: &Console, new: NewJob, sentence: String) -> String {
    let job = console.jobs().add(new, JobKind::Change, console.interrupt().child());
    job.finish(JobResult { severity: Severity::Good, sentences: vec![sentence] });
    job.link()
}
