//! Changes, and the pages of their jobs: what takes long goes on in the background, and what is done at once is kept there
//! too, so that each has a page that says what was done.

use std::sync::Arc;

use super::jobs::{Job, JobResult, NewJob};
use super::scans::Queues;
use super::severity::Severity;
use super::state::Console;
use crate::aws::Stack;
use crate::error::CliError;

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
    let command = new.command.clone();
    let job = console.jobs().add(new, console.interrupt().child());
    let (own, console_of_job) = (Arc::clone(&job), console.clone());
    console.jobs().spawn(async move {
        let (running, console) = (Arc::clone(&own), console_of_job.clone());
        let alone = async move |stack: Stack| {
            let held = console.hold(&stack, &queues, &running.interrupt).await?;
            let result = work(stack, &running).await;
            // While they are held, so that no page keeps what it sees of them in between.
            for queue in &held {
                console.scans().forget(queue.dlq);
            }
            result
        };
        let changed = console_of_job.change(&command, alone).await;
        own.finish(changed.unwrap_or_else(|error| JobResult::without_outcome(&error)));
    });
    job
}

/// Keeps what was done already, which `sentence` says. Returns the link of its page.
pub fn record(console: &Console, new: NewJob, sentence: String) -> String {
    let job = console.jobs().add(new, console.interrupt().child());
    job.finish(JobResult { severity: Severity::Good, sentences: vec![sentence] });
    job.link()
}
