//! What the command prints for people.

use std::cell::Cell;
use std::fmt::Display;
use std::io::Write;
use std::time::{Duration, Instant};

use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, Table};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use textwrap::core::display_width;

use shared::ShopId;

use super::args::Args;
use super::metric_totals::Totals;
use super::outcome::Outcome;
use super::publish::Answer;
use super::report::{EventReport, Report};
use crate::aws::arn::REGION;
use crate::resources::{INBOX_QUEUE, SHOP_BUS};
use crate::stack::{Stack, SystemSecret};

/// Prints a line on standard output.
pub fn say(line: impl Display) {
    // A closed pipe is no error: people type `cargo run | head`.
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}

/// Prints what runs where.
pub fn print_banner(stack: &Stack, args: &Args) {
    let url = stack.url();
    let endpoints = &stack.endpoints;
    say("Waybill runs on this machine.");
    say("");
    say(format_args!("  Mailbox          {url}/"));
    say(format_args!("  Every mail       {url}/preview"));
    say(format_args!("  Publish events   POST {url}/v1/events"));
    say(format_args!("  or by            aws events put-events, on the bus {SHOP_BUS}"));
    say(format_args!("  or by            aws sqs send-message, to the queue {INBOX_QUEUE}"));
    for SystemSecret { shop, system, .. } in &args.system_secret {
        say(format_args!("  Webhooks         POST {url}/v1/shops/{shop}/{system}"));
    }
    if stack.mail_bus.is_some() {
        say(format_args!("  Mail events      {url}/events.json"));
    }
    if let Some(dir) = &args.mail_dir {
        say(format_args!("  E-mails as files {}", dir.display()));
    }
    say("");
    say("  The AWS CLI and the `waybill` command see it with");
    say("    export AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local");
    // Version 1 of the CLI reads the second of these only.
    say(format_args!("    export AWS_REGION={REGION} AWS_DEFAULT_REGION={REGION}"));
    say(format_args!("    export AWS_ENDPOINT_URL={url}"));
    say(format_args!("    export AWS_ENDPOINT_URL_DYNAMODB={}", endpoints.dynamodb));
    say(format_args!("    export AWS_ENDPOINT_URL_SQS={}", endpoints.sqs));
    say(format_args!("    export AWS_ENDPOINT_URL_SESV2={}", endpoints.ses));
    say("  and then, for instance");
    say("    cargo run --bin waybill -- status");
    say("    cargo run --bin waybill -- order 1001");
    say("    cargo run --bin waybill -- console --open");
    say("");
}

/// Warns of mail events that the shop's webhook did not take.
pub fn print_undelivered(count: usize) {
    if count > 0 {
        eprintln!("{count} mail event(s) were not taken by --hook: look at what it answers.");
    }
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
        say(events_text(&report.events, columns()));
    }
    say(format_args!("{}", counts_table(report)));
    let count = report.events.len();
    let noun = if count == 1 { "event" } else { "events" };
    say(format_args!(
        "{count} {noun} in {:.1} s: {:.0} events/s, {:.2} AWS calls per mail.\n",
        report.seconds, report.events_per_second, report.aws_calls_per_mail
    ));
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

/// How many warnings are printed.
const MAX_WARNINGS: usize = 50;

/// Prints on standard error what in the accepted events of `file` is probably not meant as it stands.
pub fn print_warnings(report: &Report, file: &str) {
    let lines = warning_lines(&report.events, file);
    for line in lines.iter().take(MAX_WARNINGS) {
        eprintln!("{line}");
    }
    if lines.len() > MAX_WARNINGS {
        eprintln!("The first {MAX_WARNINGS} warnings are shown; --report FILE has all of them.");
    }
}

fn warning_lines(events: &[EventReport], file: &str) -> Vec<String> {
    let accepted = events.iter().filter(|event| !event.is_refused());
    let lines = accepted.flat_map(|EventReport { line, warnings, .. }| {
        warnings.iter().map(move |warning| format!("{file}:{line}: warning: {warning}"))
    });
    lines.collect()
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

/// How long a line may be: as the terminal is wide; of any length in a file or pipe.
fn columns() -> usize {
    Table::new().width().map_or(usize::MAX, usize::from)
}

/// What stands before a reason that has lines of its own.
const REASON_INDENT: &str = "     ";

/// A row for each event. A reason that is too long for the rest of it stands below.
fn events_text(events: &[EventReport], columns: usize) -> String {
    let grid = events_grid(events);
    // The lines are padded to one length, so what is added to them is a column.
    let reasons = events.iter().map(|event| event.status.reason.as_deref().unwrap_or_default());
    let rows = grid.lines().zip(std::iter::once("why").chain(reasons));
    rows.map(|(row, reason)| with_reason(&row, &reason.replace('\n', " "), columns)).collect()
}

fn with_reason(row: &str, reason: &str, columns: usize) -> String {
    let line = format!("{row} {reason}");
    if reason.is_empty() || display_width(&line) <= columns {
        return format!("{}\n", line.trim_end());
    }
    // A time or an address stays in one piece: it is there to be copied.
    let options = textwrap::Options::new(columns)
        .word_splitter(textwrap::WordSplitter::NoHyphenation)
        .word_separator(textwrap::WordSeparator::AsciiSpace);
    let options = options.initial_indent(REASON_INDENT).subsequent_indent(REASON_INDENT);
    format!("{}\n{}\n", row.trim_end(), textwrap::fill(reason, options))
}

fn events_grid(events: &[EventReport]) -> Table {
    let mut table = plain_table();
    table.set_header(["order", "event", "answer", "outcome"]);
    for event in events {
        // An event that the ledger does not know may have an outcome: it is in the dispatcher's DLQ.
        let failed = (event.status.outcome == Some(Outcome::Failed)).then_some("failed");
        table.add_row([
            order_text(event).as_str(),
            event.kind.as_deref().unwrap_or_default(),
            answer_text(event.answer),
            event.status.state.as_deref().or(failed).unwrap_or_default(),
        ]);
    }
    table
}

/// The order, with its shop unless that is the default one.
fn order_text(event: &EventReport) -> String {
    let order = event.order_id.as_deref().unwrap_or_default();
    match event.shop == ShopId::default().as_str() {
        true => order.to_owned(),
        false => format!("{order} ({})", event.shop),
    }
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

    #[test]
    fn every_line_of_the_table_fits_the_terminal_and_a_long_reason_stands_below_its_row() {
        let long = "expected an e-mail address; ".repeat(12);
        let rows = [" 1001  order.confirmed  ", " 1002  order.confirmed  "];
        for columns in [80, 100] {
            let text = with_reason(rows[0], &long, columns);
            assert!(text.lines().all(|line| display_width(line) <= columns), "{text}");
            let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
            assert_eq!(words(&text), words(&format!("{} {long}", rows[0])));
            let short = with_reason(rows[1], "bounced", columns);
            assert_eq!(short, " 1002  order.confirmed   bounced\n");
            assert_eq!(with_reason(rows[1], "", columns), " 1002  order.confirmed\n");
        }
        assert_eq!(with_reason(rows[0], &long, usize::MAX).lines().count(), 1);
    }
}
