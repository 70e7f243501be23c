//! What the command prints for people.

use std::cell::Cell;
use std::time::{Duration, Instant};

use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, Table};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::args::Args;
use super::metric_totals::Totals;
use super::outcome::Outcome;
use super::publish::Answer;
use super::report::{EventReport, Report};
use crate::aws::arn::REGION;
use crate::resources::SHOP_BUS;
use crate::stack::Stack;

/// Prints what runs where.
pub fn print_banner(stack: &Stack, args: &Args) {
    let url = stack.url();
    let endpoints = &stack.endpoints;
    println!("Waybill runs on this machine.");
    println!();
    println!("  Mailbox          {url}/");
    println!("  Publish events   POST {url}/v1/events");
    println!("  or by            aws events put-events, on the bus {SHOP_BUS}");
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

/// How often a line is printed where there is no terminal for a bar.
const LINE_INTERVAL: Duration = Duration::from_secs(10);

/// A bar with counts on standard error; where that is not a terminal, such as in a CI's log, a line now
/// and then.
pub struct Progress {
    bar: ProgressBar,
    last_line: Cell<Instant>,
}

impl Progress {
    /// Starts a bar for the `events` to publish.
    pub fn start(events: usize) -> Self {
        // On standard error: standard output is for the summary, which may go into a file.
        let bar = ProgressBar::with_draw_target(Some(events as u64), ProgressDrawTarget::stderr());
        let style = "{bar:20} {human_pos} of {human_len} published; {msg} {elapsed}";
        if let Ok(style) = ProgressStyle::with_template(style) {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(100));
        Self { bar, last_line: Cell::new(Instant::now()) }
    }

    /// Updates the bar.
    pub fn update(&self, published: usize, totals: Totals) {
        let Totals { sent, skipped, failed, in_doubt } = totals;
        let counts =
            format!("{sent} sent, {skipped} skipped, {failed} failed, {in_doubt} in doubt");
        self.bar.set_position(published as u64);
        if let Some(line) = self.due_line(&counts, Instant::now()) {
            eprintln!("{line}");
        }
        self.bar.set_message(counts);
    }

    fn due_line(&self, counts: &str, now: Instant) -> Option<String> {
        let is_due = now.duration_since(self.last_line.get()) >= LINE_INTERVAL;
        if !self.bar.is_hidden() || !is_due {
            return None;
        }
        self.last_line.set(now);
        let (published, all) = (self.bar.position(), self.bar.length().unwrap_or_default());
        Some(format!("{published} of {all} published; {counts}"))
    }

    /// Removes the bar.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

/// Prints the counts, and every event if `each`.
pub fn print_summary(report: &Report, each: bool) {
    if each {
        println!("{}\n", events_table(&report.events));
    }
    println!("{}", counts_table(report));
    let count = report.events.len();
    let noun = if count == 1 { "event" } else { "events" };
    println!(
        "{count} {noun} in {:.1} s: {:.0} events/s, {:.2} AWS calls per mail.\n",
        report.seconds, report.events_per_second, report.aws_calls_per_mail
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

/// Prints on standard error what Ctrl-C kept the run from: it was to publish `all` events.
pub fn print_interrupted(report: &Report, all: usize) {
    let unpublished = all - report.events.len();
    if unpublished > 0 {
        eprintln!("Ctrl-C: {unpublished} of {all} events were not published.");
    }
    let unfinished = report.counts.unfinished;
    if unfinished > 0 {
        let accepted = report.counts.accepted;
        eprintln!("Ctrl-C: {unfinished} of {accepted} accepted events have not come to an end.");
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_run_without_a_terminal_says_every_ten_seconds_how_far_it_is() {
        let start = Instant::now();
        let progress = Progress { bar: ProgressBar::hidden(), last_line: Cell::new(start) };
        progress.bar.set_length(1500);
        progress.bar.set_position(50);
        let line = |seconds| progress.due_line("7 sent", start + Duration::from_secs(seconds));
        let lines = [1, 11, 12, 21].map(line);
        let said = Some("50 of 1500 published; 7 sent".to_owned());
        assert_eq!(lines, [None, said.clone(), None, said]);
    }
}
