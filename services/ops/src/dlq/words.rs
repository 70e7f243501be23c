//! Sentences and tables that the commands about dead-letter queues share.

use std::collections::BTreeMap;

use super::survey::{DlqScan, Entry, Skipped};
use super::verdict::Verdict;
use crate::aws::Dlq;
use crate::output::{ColorMode, Column, Style, format_time, table};

/// The selected messages as a table: the first `limit`.
pub fn entries(colors: ColorMode, entries: &[Entry], limit: usize) -> String {
    let columns = [
        Column::text("failed", |e: &Entry| format_time(e.letter.failed_at)),
        Column::text("order", |e: &Entry| e.letter.order_id.clone().unwrap_or_default()),
        Column::text("kind", |e: &Entry| e.letter.kind.clone().unwrap_or_default()),
        Column::text("scope", |e: &Entry| e.letter.scope.clone()),
        Column::text("why", |e: &Entry| e.letter.code.clone()),
        Column::number("attempts", |e: &Entry| {
            e.judgement.attempts.map(|n| n.to_string()).unwrap_or_default()
        }),
        Column::text("ledger", |e: &Entry| e.judgement.state.unwrap_or_default().to_owned()),
        Column::text("replay", |e: &Entry| e.judgement.verdict.to_string())
            .styled(|e| Some(e.judgement.verdict.style())),
        Column::text("reason", |e: &Entry| e.letter.reason.clone()),
        Column::text("message", |e: &Entry| e.letter.message_id.clone()),
    ];
    let shown = &entries[..entries.len().min(limit)];
    let mut text = table(colors, &columns, shown);
    if entries.len() > shown.len() {
        text.push_str(&format!(
            " … and {} more; --limit shows them, and --output json shows all\n",
            entries.len() - shown.len()
        ));
    }
    text
}

/// How many messages have each verdict, and what a replay does about them.
pub fn counts(colors: ColorMode, dlq: Dlq, counts: &BTreeMap<Verdict, usize>) -> String {
    let rows: Vec<(Dlq, Verdict, usize)> =
        counts.iter().map(|(verdict, count)| (dlq, *verdict, *count)).collect();
    let columns = [
        Column::number("messages", |(_, _, count): &(Dlq, Verdict, usize)| count.to_string()),
        Column::text("replay", |(_, verdict, _): &(Dlq, Verdict, usize)| verdict.to_string())
            .styled(|(_, verdict, _)| Some(verdict.style())),
        Column::text("what becomes of them", |(dlq, verdict, _): &(Dlq, Verdict, usize)| {
            verdict.consequence(*dlq).to_owned()
        }),
    ];
    table(colors, &columns, &rows)
}

/// What was looked at.
pub fn looked_at(survey: &DlqScan) -> String {
    format!(
        "{}-dlq: {} message(s) looked at, {} selected.\n",
        survey.queue,
        survey.looked_at,
        survey.entries.len()
    )
}

/// What was passed by, a line each; empty when nothing was.
pub fn skipped(colors: ColorMode, skipped: &Skipped) -> String {
    let mut text = String::new();
    let mut line = |is_so: bool, sentence: String| {
        if is_so {
            text.push_str(&colors.apply(Style::Warning, "Not seen: "));
            text.push_str(&sentence);
            text.push('\n');
        }
    };
    line(
        skipped.in_flight_elsewhere > 0,
        format!(
            "{} message(s) that were in flight elsewhere: somebody holds them, or an earlier look \
             was killed. They come back by themselves.",
            skipped.in_flight_elsewhere
        ),
    );
    line(skipped.delayed > 0, format!("{} message(s) that are delayed.", skipped.delayed));
    line(
        skipped.beyond_limit,
        "the rest of the queue: SQS allows 120,000 messages in flight. Select fewer (--until) and \
         come again."
            .to_owned(),
    );
    line(
        skipped.unsuited > 0,
        format!(
            "{} message(s) that the filter does not suit; the first: {}.",
            skipped.unsuited,
            skipped.unsuited_because.as_deref().unwrap_or("no reason given")
        ),
    );
    line(
        skipped.not_given_back > 0,
        format!(
            "{} message(s) could not be given back and are hidden for a while.",
            skipped.not_given_back
        ),
    );
    text
}

#[cfg(test)]
pub mod samples {
    //! A survey for the snapshots of several commands.

    use super::*;
    use crate::dlq::edit::Edits;
    use crate::dlq::letter::DeadLetterSummary;
    use crate::dlq::verdict::ReplayAssessment;

    /// Five messages of the mail queue's dead-letter queue.
    pub fn survey() -> DlqScan {
        let entries = vec![
            entry(
                1,
                Verdict::WouldSend,
                Some("failed"),
                "refused",
                "SES refused the mail for good: MessageRejected",
            ),
            entry(
                2,
                Verdict::WouldSend,
                Some("failed"),
                "refused",
                "SES refused the mail for good: MessageRejected",
            ),
            entry(
                3,
                Verdict::AlreadySent,
                Some("delivered"),
                "unanswered",
                "received again and again without an answer; the function's log has more",
            ),
            entry(
                4,
                Verdict::Stale,
                Some("skipped"),
                "refused",
                "SES refused the mail for good: MessageRejected",
            ),
            entry(
                5,
                Verdict::Unparseable,
                None,
                "unreadable",
                "the message is not a mail request v1: expected a version number at /v",
            ),
        ];
        let mut counts = BTreeMap::new();
        for entry in &entries {
            *counts.entry(entry.judgement.verdict).or_default() += 1;
        }
        DlqScan {
            queue: Dlq::Mail,
            looked_at: 7,
            entries,
            counts,
            skipped: Skipped {
                not_selected: 1,
                in_flight_elsewhere: 2,
                unsuited: 1,
                unsuited_because: Some(
                    "m-6 (it indexes a number that cannot be indexed so)".to_owned(),
                ),
                ..Skipped::default()
            },
            edits: None::<Edits>,
        }
    }

    fn entry(
        n: i64,
        verdict: Verdict,
        state: Option<&'static str>,
        code: &str,
        reason: &str,
    ) -> Entry {
        let is_readable = verdict != Verdict::Unparseable;
        Entry {
            letter: DeadLetterSummary {
                message_id: format!("0000000{n}-1111-2222-3333-444444444444"),
                order_id: is_readable.then(|| format!("100{n}")),
                kind: is_readable.then(|| "order.confirmed".to_owned()),
                scope: String::new(),
                code: code.to_owned(),
                reason: reason.to_owned(),
                failed_at: 1_763_900_000_000 + n * 1000,
                queued_at: 1_763_899_000_000,
                receives: 1,
                bytes: 1234,
            },
            judgement: ReplayAssessment {
                verdict,
                state,
                attempts: state.map(|_| 1),
                detail: (verdict == Verdict::Stale).then(|| "stale".to_owned()),
            },
            body: None,
        }
    }
}
