//! The tables and sentences that the DLQ commands share.

use std::collections::BTreeMap;

use super::scan::{DlqScan, Entry, Skipped};
use super::verdict::Verdict;
use crate::aws::Dlq;
use crate::output::{ColorMode, Column, Style, counted, format_time, number, table};

/// The entries as a table: the first `limit`.
pub fn entries(colors: ColorMode, entries: &[Entry], limit: usize) -> String {
    let columns = [
        Column::text("failed", |e: &Entry| format_time(e.summary.failed_at)),
        Column::text("shop", |e: &Entry| e.summary.shop.clone().unwrap_or_default())
            .unless_all("default"),
        Column::text("order", |e| e.summary.shown_order_id()),
        Column::text("system", |e| e.summary.system.clone().unwrap_or_default()),
        Column::text("topic", |e| e.summary.topic.clone().unwrap_or_default()),
        Column::text("kind", |e| e.summary.kind.clone().unwrap_or_default()),
        Column::text("scope", |e| e.summary.scope.clone()),
        Column::text("to", |e| e.summary.recipient.map(|to| to.to_string()).unwrap_or_default()),
        Column::text("why", |e| e.summary.code.clone()),
        Column::number("attempts", |e| {
            e.assessment.attempts.map_or_else(String::new, |n| n.to_string())
        }),
        Column::text("ledger", |e| e.assessment.state.unwrap_or_default().to_owned()),
        Column::text("replay", |e: &Entry| e.assessment.verdict.to_string())
            .styled(|e| Some(style(e.assessment.verdict))),
        Column::text("reason", |e| e.summary.reason.clone()),
        Column::text("message", |e| e.summary.message_id.clone()),
    ];
    let shown = &entries[..entries.len().min(limit)];
    let mut text = table(colors, &columns, shown);
    if entries.len() > shown.len() {
        text.push_str(&format!(
            " … and {} more; --limit shows them, and --output json shows all\n",
            number(entries.len() - shown.len())
        ));
    }
    text
}

/// How many messages have each verdict, and what a replay does with them.
pub fn counts(
    colors: ColorMode,
    counts: &BTreeMap<Verdict, usize>,
    effect: impl Fn(Verdict) -> &'static str,
) -> String {
    let what = Column::text("what a replay does", |row: &CountRow| row.2.to_owned());
    effects(colors, counts, effect, what)
}

/// How many messages have each verdict, and what is lost with them if they are deleted.
pub fn losses(colors: ColorMode, dlq: Dlq, counts: &BTreeMap<Verdict, usize>) -> String {
    let what = Column::text("what is lost with them", |row: &CountRow| row.2.to_owned());
    effects(colors, counts, |verdict| loss(verdict, dlq), what)
}

/// How many messages, with which verdict, and what happens to them.
type CountRow = (usize, Verdict, &'static str);

fn effects(
    colors: ColorMode,
    counts: &BTreeMap<Verdict, usize>,
    effect: impl Fn(Verdict) -> &'static str,
    what: Column<CountRow>,
) -> String {
    let rows: Vec<CountRow> =
        counts.iter().map(|(verdict, count)| (*count, *verdict, effect(*verdict))).collect();
    let columns = [
        Column::number("messages", |row: &CountRow| number(row.0)),
        Column::text("replay", |row: &CountRow| row.1.to_string()).styled(|row| Some(style(row.1))),
        what,
    ];
    table(colors, &columns, &rows)
}

/// What is lost with a message if it is deleted.
pub const fn loss(verdict: Verdict, dlq: Dlq) -> &'static str {
    match (verdict, dlq) {
        (Verdict::WouldSend, Dlq::Inbox | Dlq::Deliveries) => "an event that is stored nowhere",
        (Verdict::WouldSend, _) => "a mail that nobody has received",
        (Verdict::WouldRecord, _) => "something that the ledger has not recorded",
        (Verdict::WouldPublish, Dlq::Publisher) => {
            "changes of mails that the shop has not heard of"
        }
        (Verdict::WouldPublish, _) => "news of a mail that the shop's own system has not got",
        (Verdict::AlreadySent, _) => "nothing: SES has accepted the mail",
        (Verdict::AlreadyDone, _) => "nothing: a replay would change nothing",
        (Verdict::Conflict, _) => "an event that is stored nowhere: another one has its id",
        (Verdict::Duplicate, _) => "nothing, if another message here that asks for the same stays",
        (Verdict::InProgress, _) => "nothing: it is being sent now",
        (Verdict::InDoubt, _) => "nothing: `waybill settle` settles it without the message",
        (Verdict::Stale, _) => "a mail past its deadline",
        (Verdict::Superseded, _) => "nothing: a later mail supersedes it",
        (Verdict::NothingNew, _) => "nothing: the customer knows what it says",
        (Verdict::Muted, _) => "nothing: the event asks for no mail",
        (Verdict::Unknown, _) => "a mail that the ledger has no record of",
        (Verdict::OrderMissing, _) => "news of an order that is stored nowhere",
        (Verdict::Unparseable, _) => "whatever it asks for: it can still be repaired (`--edit`)",
    }
}

/// What a replay does with a message.
pub const fn replay_effect(verdict: Verdict, dlq: Dlq) -> &'static str {
    match (verdict, dlq) {
        (Verdict::WouldSend, Dlq::Inbox) => "moved: published again",
        (Verdict::WouldSend, Dlq::Deliveries) => "moved: translated and published again",
        (Verdict::WouldSend, _) => "moved: a mail follows",
        (Verdict::WouldRecord, _) => "moved: recorded, no mail is sent",
        (Verdict::WouldPublish, Dlq::Publisher) => {
            "published on the bus of mail events, then deleted"
        }
        (Verdict::WouldPublish, _) => "put on the bus of mail events again, then deleted",
        (Verdict::AlreadySent, _) => "stays: SES has accepted the mail",
        (Verdict::AlreadyDone, _) => "stays: a replay would change nothing",
        (Verdict::Conflict, _) => {
            "stays: another event has its id; `--order ID --edit '.id = \"…\"'` gives it its own"
        }
        (Verdict::Duplicate, _) => "stays: another message here asks for the same",
        (Verdict::InProgress, _) => "stays: it is being sent now",
        (Verdict::InDoubt, _) => "stays: `waybill settle` it first",
        (Verdict::Stale, _) => "stays without --force-stale: its deadline has passed",
        (Verdict::Superseded, _) => "stays: a later mail supersedes it",
        (Verdict::NothingNew, _) => "stays: the customer knows what it says",
        (Verdict::Muted, _) => "stays: the event asks for no mail",
        (Verdict::Unknown, _) => "stays: the ledger has no record of it",
        (Verdict::OrderMissing, _) => {
            "stays: it would wait for its order, which `waybill reconcile` brings"
        }
        (Verdict::Unparseable, _) => {
            "stays: its body is not valid; repair it (`--edit`), or have it sent again"
        }
    }
}

const fn style(verdict: Verdict) -> Style {
    match verdict {
        Verdict::WouldSend | Verdict::WouldRecord | Verdict::WouldPublish => Style::Success,
        Verdict::InDoubt
        | Verdict::Stale
        | Verdict::Superseded
        | Verdict::InProgress
        | Verdict::OrderMissing => Style::Warning,
        Verdict::Unknown | Verdict::Unparseable | Verdict::Conflict => Style::Error,
        Verdict::AlreadySent
        | Verdict::AlreadyDone
        | Verdict::Duplicate
        | Verdict::NothingNew
        | Verdict::Muted => Style::Dim,
    }
}

/// How many messages were scanned and selected.
pub fn totals(scan: &DlqScan) -> String {
    let (scanned, selected) = (scan.scanned, scan.entries.len());
    let scanned = counted(scanned, "message");
    format!("{}-dlq: {scanned} scanned, {} selected.\n", scan.queue, number(selected))
}

/// What was not seen or not selected for a reason that the operator did not give, a line each.
pub fn skipped(colors: ColorMode, skipped: &Skipped) -> String {
    let label = colors.apply(Style::Warning, "Skipped: ");
    let mut text: String = skipped_sentences(skipped)
        .iter()
        .map(|line| colors.wrap(&format!("{label}{line}"), "  "))
        .collect();
    if skipped.still_hidden > 0 {
        let label = colors.apply(Style::Warning, "Still hidden: ");
        text.push_str(&format!(
            "{label}{}, until the hold of this scan ends.\n",
            counted(skipped.still_hidden, "message")
        ));
    }
    text
}

/// What a scan did not see or select for a reason that the operator did not give, a sentence each.
pub fn skipped_sentences(skipped: &Skipped) -> Vec<String> {
    let mut lines = Vec::new();
    if skipped.in_flight_elsewhere > 0 {
        lines.push(format!(
            "{} in flight: held by another consumer, or by an earlier scan that was killed. What is in \
             flight becomes visible again by itself.",
            counted(skipped.in_flight_elsewhere, "message")
        ));
    }
    if skipped.fewer_than_counted > 0 {
        lines.push(format!(
            "{} that the queue counted before: others held them just then, or the count was not exact, which SQS \
             promises of none.",
            counted(skipped.fewer_than_counted, "message")
        ));
    }
    if skipped.delayed > 0 {
        lines.push(format!("{}.", counted(skipped.delayed, "delayed message")));
    }
    if skipped.hit_in_flight_limit {
        lines.push(
            "the rest of the queue: SQS allows 120,000 messages in flight. Select fewer \
             (--until), then run the command again."
                .to_owned(),
        );
    }
    if skipped.filter_failures > 0 {
        let first = skipped.first_filter_failure.as_deref().unwrap_or("no reason given");
        lines.push(format!(
            "{} on which the filter failed; the first: {first}.",
            counted(skipped.filter_failures, "message")
        ));
    }
    lines
}

#[cfg(test)]
pub mod samples {
    //! A scan for the snapshots of several commands.

    use super::*;
    use crate::dlq::parse::DeadLetterSummary;
    use crate::dlq::verdict::ReplayAssessment;

    /// Five messages of the mail queue's dead-letter queue.
    pub fn scan() -> DlqScan {
        const REFUSED: (&str, &str) = ("refused", "SES refused the mail for good: MessageRejected");
        const UNANSWERED: (&str, &str) =
            ("unanswered", "received too often without being processed; see the function's log");
        const UNREADABLE: (&str, &str) =
            ("unreadable", "the message is not a mail request v1: expected a version number at /v");
        let rows = [
            (Verdict::WouldSend, Some("failed"), REFUSED),
            (Verdict::WouldSend, Some("failed"), REFUSED),
            (Verdict::AlreadySent, Some("delivered"), UNANSWERED),
            (Verdict::Stale, Some("skipped"), REFUSED),
            (Verdict::Unparseable, None, UNREADABLE),
        ];
        let mut scan = DlqScan { scanned: 7, ..DlqScan::empty(Dlq::Mail) };
        for (n, (verdict, state, reason)) in (1..).zip(rows) {
            *scan.counts.entry(verdict).or_default() += 1;
            scan.entries.push(entry(n, verdict, state, reason));
        }
        scan.skipped = Skipped {
            not_selected: 1,
            in_flight_elsewhere: 2,
            filter_failures: 1,
            first_filter_failure: Some(
                "m-6 (it indexes a number that cannot be indexed so)".into(),
            ),
            ..Skipped::default()
        };
        scan
    }

    fn entry(
        n: i64,
        verdict: Verdict,
        state: Option<&'static str>,
        (code, reason): (&str, &str),
    ) -> Entry {
        let is_readable = verdict != Verdict::Unparseable;
        let summary = DeadLetterSummary {
            message_id: format!("0000000{n}-1111-2222-3333-444444444444"),
            shop: is_readable.then(|| "default".to_owned()),
            order_id: is_readable.then(|| format!("100{n}")),
            kind: is_readable.then(|| "order.confirmed".to_owned()),
            code: code.to_owned(),
            reason: reason.to_owned(),
            failed_at: 1_763_900_000_000 + n * 1000,
            queued_at: 1_763_899_000_000,
            receives: 1,
            bytes: 1234,
            ..DeadLetterSummary::default()
        };
        let detail = (verdict == Verdict::Stale).then(|| "stale".to_owned());
        let assessment = ReplayAssessment { verdict, state, attempts: state.map(|_| 1), detail };
        Entry { summary, assessment, body: None }
    }
}
