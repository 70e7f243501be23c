//! A replay: asked for, its button, and what came of it.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;

use super::background;
use super::command::CommandLine;
use super::jobs::{Aftermath, Job, JobResult, MovedMessages, NewJob};
use super::link::{Link, link, order_link};
use super::navigation::Section;
use super::planning;
use super::plans::{PlanRequest, ReplayPlan};
use super::request::{Change, Fields, Form};
use super::respond::{PageFrame, error_page, no_such_plan, redirect};
use super::scans::Queues;
use super::selection::Choice;
use super::session::Session;
use super::severity::Severity;
use super::state::Console;
use super::wording::error_sentence;
use crate::audit;
use crate::aws::{Queue, Stack};
use crate::dlq::replay::{Plan, carry_out as move_planned};
use crate::dlq::{Edit, ReplayOutcome};
use crate::error::CliError;
use crate::output::counted;
use crate::pii::without_addresses;

/// `GET /dead-letters/replay`: what a replay of the chosen messages would do, once they were looked at. `stale=1` sends stale
/// mails too.
pub async fn ask(State(console): State<Console>, session: Session, fields: Fields) -> Response {
    let (choice, force_stale) = (Choice::new(&fields), !fields.get("stale").is_empty());
    let words = ["dlq", "replay", choice.queue.as_str()];
    let command = choice.flags(CommandLine::new(console.stack(), words));
    let other = if force_stale { "" } else { "1" };
    let request = PlanRequest {
        command: command.with_flag("--force-stale", force_stale),
        queue: choice.queue.clone(),
        back: choice.to_messages(),
        other: choice.link("/dead-letters/replay", [("stale", other)]),
        repair: None,
    };
    let frame = PageFrame::new(&console, &session, Section::DeadLetters, &request.command);
    let begun = planning::begin(&console, &session, request, (&choice, None, force_stale));
    begun.await.unwrap_or_else(|error| error_page(frame, &error))
}

/// `POST /dead-letters/replay`: moves exactly what the plan has, in the background.
pub async fn carry_out(State(console): State<Console>, Change(form): Change) -> Response {
    let Form { session, fields } = form;
    let reason = match audit::reason(fields.get("reason")) {
        Ok(reason) => reason,
        Err(expected) => {
            let command = CommandLine::new(console.stack(), ["dlq", "replay"]);
            let frame = PageFrame::new(&console, &session, Section::DeadLetters, &command);
            let error = format!(
                "Nothing was moved: a reason is needed, {expected}. Go back, and type one."
            );
            return error_page(frame, &CliError::input(error));
        }
    };
    let Some(plan) = console.replays().take(&session, fields.get("plan")) else {
        return no_such_plan("Nothing was moved now");
    };
    match begin(&console, plan, reason) {
        Some(job) => redirect(&job.link()),
        None => no_such_plan("Nothing was moved now"),
    }
}

/// Begins to move what the plan has. The browser need not wait.
fn begin(console: &Console, kept: Arc<ReplayPlan>, reason: String) -> Option<Arc<Job>> {
    let plan = kept.plan.as_ref().ok()?;
    let dlq = plan.scan.queue;
    let count = plan.to_move.len();
    let command = kept.request.command.clone().with("--reason", &reason).with_flag("--yes", true);
    let new = NewJob {
        title: format!("Replay of {} from {dlq}", counted(count, "message")),
        section: Section::DeadLetters,
        command,
        next: Link {
            label: "To the queue".to_owned(),
            href: link("/dead-letters/queue", [("queue", dlq.to_string().as_str())]),
        },
    };
    let moves = async move |stack: Stack, job: &Job| {
        let mut outcome = ReplayOutcome::default();
        let Ok(plan) = &kept.plan else { return Ok(job_result(Ok(()), &outcome)) };
        job.progress.set_length(count as u64);
        let result = move_planned(&stack, plan, &reason, job.control(), &mut outcome).await;
        job.say_afterwards(aftermath(&stack, plan, &outcome).await);
        // What was done is told however it ended.
        Ok(job_result(result, &outcome))
    };
    Some(background::begin(console, new, Queues::One(dlq.to_string()), moves))
}

/// What the page says once the messages were moved: where they are now, and what they are about.
async fn aftermath(stack: &Stack, plan: &Plan, outcome: &ReplayOutcome) -> Aftermath {
    let dlq = plan.scan.queue;
    let moved = counted(outcome.moved, "message");
    // Without it, the page does not count what comes back.
    let left = stack.queue_depth(Queue::Dead(dlq)).await.ok().filter(|_| outcome.moved > 0);
    let order = plan.scan.only_order(&plan.to_move);
    Aftermath {
        title: format!("Replayed: {moved} from {dlq}"),
        leads_to: None,
        moved: left.map(|depth| MovedMessages { dlq, left: depth.total() }),
        about: order.map(|order| Link {
            label: format!("To order {}", without_addresses(order.order_id.as_str())),
            href: order_link(&order),
        }),
        filter: plan.args.edit.as_ref().map(Edit::masked_code),
    }
}

fn job_result(result: Result<(), CliError>, outcome: &ReplayOutcome) -> JobResult {
    let needs_attention = outcome.needs_attention();
    let severity = match &result {
        Ok(()) if !needs_attention => Severity::Good,
        Ok(()) | Err(CliError::Interrupted(_)) => Severity::Warning,
        Err(_) => Severity::Bad,
    };
    let failed = result.err().map(|error| error_sentence(&error));
    let parts = outcome.parts().into_iter();
    let parts = parts.map(|part| format!("{} {}.", counted(part.count, "message"), part.what));
    let failures = outcome.failures.iter().map(|(id, why)| format!("`{id}`: {why}"));
    let sentences = failed.into_iter().chain(parts).chain(failures).collect();
    JobResult { severity, sentences }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dlq::Verdict;

    #[test]
    fn what_became_of_each_message_is_told_however_the_replay_ended() {
        let mut outcome =
            ReplayOutcome { moved: 2, not_begun: 1, not_seen: 3, ..ReplayOutcome::default() };
        outcome.add_failure("m-1", "SQS is away".to_owned());
        outcome.add_changed(Verdict::AlreadySent);
        let stopped = Err(CliError::Interrupted("Stopped.".to_owned()));
        let ended = job_result(stopped, &outcome);
        assert_eq!(ended.severity, Severity::Warning);
        insta::assert_snapshot!(ended.sentences.join("\n"));
        let lost = JobResult::without_outcome(&CliError::service("The console itself failed."));
        assert_eq!(
            (lost.severity, lost.sentences),
            (Severity::Bad, vec!["The console itself failed.".to_owned()])
        );
        assert_eq!(job_result(Ok(()), &ReplayOutcome::default()).severity, Severity::Good);
        assert_eq!(
            job_result(Err(CliError::service("SQS is away.")), &outcome).severity,
            Severity::Bad
        );
    }
}
