//! The table at the end.

use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, Table};

use super::outcome::Outcome;
use super::publish::Answer;
use super::report::{EventReport, Report};

/// Prints the counts, and for `each` run that is short enough to read, every event.
pub fn print(report: &Report, each: bool) {
    if each {
        println!("{}", events(&report.events));
        println!();
    }
    println!("{}", counts(report));
    println!(
        "{} events in {:.1} s: {:.0} events/s, {:.2} AWS calls per mail.",
        report.events.len(),
        report.seconds,
        report.events_per_second,
        report.aws_calls_per_mail
    );
    println!();
}

fn events(events: &[EventReport]) -> Table {
    let mut table = table();
    table.set_header(["order", "event", "answer", "outcome", "why"]);
    for event in events {
        table.add_row([
            event.order_id.clone().unwrap_or_default(),
            event.kind.clone().unwrap_or_default(),
            answer(event.answer).to_owned(),
            event
                .state
                .clone()
                .or_else(|| event.outcome.map(|o| outcome_text(o).to_owned()))
                .unwrap_or_default(),
            event.reason.clone().unwrap_or_default(),
        ]);
    }
    table
}

fn counts(report: &Report) -> Table {
    let counts = report.counts;
    let mut table = table();
    table.set_header([
        "accepted",
        "duplicate",
        "conflict",
        "invalid",
        "",
        "sent",
        "skipped",
        "failed",
        "in doubt",
    ]);
    let number = |n: u64| n.to_string();
    table.add_row([
        number(counts.accepted),
        number(counts.duplicate),
        number(counts.conflict),
        number(counts.invalid),
        String::new(),
        number(counts.sent),
        number(counts.skipped),
        number(counts.failed),
        number(counts.in_doubt),
    ]);
    for column in table.column_iter_mut() {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

fn table() -> Table {
    let mut table = Table::new();
    table.load_style(NOTHING);
    table
}

const fn answer(answer: Answer) -> &'static str {
    match answer {
        Answer::Accepted => "accepted",
        Answer::Duplicate => "duplicate",
        Answer::Conflict => "conflict",
        Answer::Invalid => "invalid",
    }
}

const fn outcome_text(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Sent => "sent",
        Outcome::Skipped => "skipped",
        Outcome::Failed => "failed",
        Outcome::InDoubt => "in doubt",
    }
}
