//! What the command prints for people.

use std::time::Duration;

use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, Table};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::args::Args;
use super::metric_totals::Totals;
use super::outcome::Outcome;
use super::publish::Answer;
use super::report::{EventReport, Report};
use crate::aws::arn::REGION;
use crate::stack::Stack;

/// Prints what runs where.
pub fn print_banner(stack: &Stack, args: &Args) {
    let url = stack.url();
    let endpoints = &stack.endpoints;
    println!("Waybill runs on this machine.");
    println!();
    println!("  Mailbox          {url}/");
    println!("  Publish events   POST {url}/v1/events");
    if let Some(dir) = &args.mail_dir {
        println!("  E-mails as files {}", dir.display());
    }
    println!();
    println!("  The AWS CLI and the `waybill` command see it with");
    println!("    export AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local");
    // Version 1 of the CLI reads the second of these only.
    println!("    export AWS_REGION={REGION} AWS_DEFAULT_REGION={REGION}");
    println!("    export AWS_ENDPOINT_URL={url}");
    println!("    export AWS_ENDPOINT_URL_DYNAMODB={}", endpoints.dynamodb);
    println!("    export AWS_ENDPOINT_URL_SQS={}", endpoints.sqs);
    println!("    export AWS_ENDPOINT_URL_SESV2={}", endpoints.ses);
    println!("  and then, for instance");
    println!("    cargo run --bin waybill -- status");
    println!("    cargo run --bin waybill -- order 1001");
    println!();
}

/// A bar with counts and rate on standard error; nothing where that is not a terminal.
pub struct Progress(ProgressBar);

impl Progress {
    /// Starts a bar for the `events` to publish.
    pub fn start(events: usize) -> Self {
        // On standard error: standard output is for the summary, which may go into a file.
        let bar = ProgressBar::with_draw_target(Some(events as u64), ProgressDrawTarget::stderr());
        let style = "{bar:30} {pos}/{len} published, {msg} {elapsed} {per_sec}";
        if let Ok(style) = ProgressStyle::with_template(style) {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(100));
        Self(bar)
    }

    /// Updates the bar.
    pub fn update(&self, published: usize, totals: Totals) {
        let Totals { sent, skipped, failed, in_doubt } = totals;
        self.0.set_position(published as u64);
        self.0.set_message(format!(
            "{sent} sent, {skipped} skipped, {failed} failed, {in_doubt} in doubt;"
        ));
    }

    /// Removes the bar.
    pub fn finish(&self) {
        self.0.finish_and_clear();
    }
}

/// Prints the counts, and every event if `each`.
pub fn print_summary(report: &Report, each: bool) {
    if each {
        println!("{}\n", events_table(&report.events));
    }
    println!("{}", counts_table(report));
    println!(
        "{} events in {:.1} s: {:.0} events/s, {:.2} AWS calls per mail.\n",
        report.events.len(),
        report.seconds,
        report.events_per_second,
        report.aws_calls_per_mail
    );
}

/// How many refused events are printed.
const MAX_REFUSED: usize = 50;

/// Prints on standard error why events of `file` were refused, a line for each bad field; whether any
/// was.
pub fn print_refused(report: &Report, file: &str) -> bool {
    let refused: Vec<_> = report.events.iter().filter(|event| event.is_refused()).collect();
    for EventReport { line, answer, errors, .. } in refused.iter().take(MAX_REFUSED) {
        for error in errors {
            eprintln!("{file}:{line}: {}: {error}", answer_text(*answer));
        }
    }
    match refused.len() {
        0 => return false,
        1 => eprintln!("1 event was refused and is not stored."),
        count => eprintln!("{count} events were refused and are not stored."),
    }
    if refused.len() > MAX_REFUSED {
        eprintln!("The first {MAX_REFUSED} are shown; --report FILE has all of them.");
    }
    true
}

fn events_table(events: &[EventReport]) -> Table {
    let mut table = plain_table();
    table.set_header(["order", "event", "answer", "outcome", "why"]);
    for event in events {
        // An event that the ledger does not know may have an outcome: it is in the dispatcher's DLQ.
        let failed = (event.status.outcome == Some(Outcome::Failed)).then_some("failed");
        table.add_row([
            event.order_id.as_deref().unwrap_or_default(),
            event.kind.as_deref().unwrap_or_default(),
            answer_text(event.answer),
            event.status.state.as_deref().or(failed).unwrap_or_default(),
            event.status.reason.as_deref().unwrap_or_default(),
        ]);
    }
    table
}

fn counts_table(report: &Report) -> Table {
    let counts = report.counts;
    let columns = [
        ("accepted", Some(counts.accepted)),
        ("duplicate", Some(counts.duplicate)),
        ("conflict", Some(counts.conflict)),
        ("invalid", Some(counts.invalid)),
        ("", None),
        ("sent", Some(counts.sent)),
        ("skipped", Some(counts.skipped)),
        ("failed", Some(counts.failed)),
        ("in doubt", Some(counts.in_doubt)),
    ];
    let mut table = plain_table();
    table.set_header(columns.map(|(name, _)| name));
    table.add_row(columns.map(|(_, count)| count.map_or_else(String::new, |n| n.to_string())));
    for column in table.column_iter_mut() {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

fn plain_table() -> Table {
    let mut table = Table::new();
    table.load_style(NOTHING);
    table
}

const fn answer_text(answer: Answer) -> &'static str {
    match answer {
        Answer::Accepted => "accepted",
        Answer::Duplicate => "duplicate",
        Answer::Conflict => "conflict",
        Answer::Invalid => "invalid",
    }
}
