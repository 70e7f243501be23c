//! Begins to plan a replay.

use axum::response::Response;

use super::background;
use super::jobs::{Job, NewJob};
use super::link::link;
use super::navigation::Section;
use super::plans::{PlanRequest, ReplayPlan};
use super::selection::Choice;
use super::session::Session;
use super::state::Console;
use crate::aws::Stack;
use crate::dlq::Edit;
use crate::dlq::replay::{Args, plan as make_plan, queue};
use crate::error::CliError;

/// Looks at the chosen messages, in the background. Returns where the browser goes now: in the end to the plan's page, which
/// is kept for this session.
///
/// # Errors
/// [`CliError::Input`] for a choice that is none.
pub async fn begin(
    console: &Console,
    session: &Session,
    request: PlanRequest,
    (choice, edit, force_stale): (&Choice, Option<Edit>, bool),
) -> Result<Response, CliError> {
    let args = Args {
        queue: choice.queue.clone(),
        dry_run: false,
        yes: false,
        reason: None,
        rate: None,
        max: None,
        edit,
        force_stale,
        list: false,
        show_pii: false,
        selection: choice.selection()?,
        operator: console.operator(),
    };
    let new = NewJob {
        title: format!("Plan of a replay of {}", choice.queue),
        section: Section::DeadLetters,
        command: request.command.clone(),
        next: request.back.clone(),
    };
    let (plans, session) = (console.clone(), session.clone());
    let work = async move |stack: Stack, job: &Job| {
        let planned = async {
            let dlq = queue(&stack, &args).await?;
            make_plan(&stack, dlq, &args, job.control()).await
        };
        let plan = match planned.await {
            // Whoever stops it wants no page of it.
            Err(CliError::Interrupted(why)) => return Err(CliError::Interrupted(why)),
            plan => plan,
        };
        let id = plans.replays().keep(&session, ReplayPlan { request, plan });
        Ok(link("/dead-letters/plan", [("id", id.as_str())]))
    };
    Ok(background::plan(console, new, choice.queues(), work).await)
}
