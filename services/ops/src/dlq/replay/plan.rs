//! What a replay would do.

use serde::Serialize;

use crate::dlq::print;
use crate::dlq::scan::DlqScan;
use crate::dlq::verdict::Stale;
use crate::output::{ColorMode, Report, Style, age};

/// So many messages are listed without being asked for.
const SHORT: usize = 20;

/// A plan.
#[derive(Debug, Serialize)]
pub struct Plan {
    /// What was found.
    #[serde(flatten)]
    pub scan: DlqScan,
    /// The ids of the messages to be moved, the oldest failure first.
    pub to_move: Vec<String>,
    /// How many could be moved and are not, because of `--max`.
    pub beyond_max: usize,
    /// Messages a second.
    pub rate: f64,
    /// What becomes of stale messages.
    #[serde(skip)]
    pub stale: Stale,
    #[serde(skip)]
    list: bool,
}

impl Plan {
    /// Selects what is to be moved.
    #[must_use]
    pub fn new(scan: DlqScan, stale: Stale, max: Option<usize>, rate: f64, list: bool) -> Self {
        let mut to_move: Vec<String> = scan
            .entries
            .iter()
            .filter(|entry| entry.assessment.verdict.moves(stale))
            .map(|entry| entry.summary.message_id.clone())
            .collect();
        let movable = to_move.len();
        to_move.truncate(max.unwrap_or(usize::MAX));
        Self { beyond_max: movable - to_move.len(), scan, to_move, rate, stale, list }
    }

    fn conclusion(&self) -> String {
        match self.to_move.len() {
            0 => "Nothing to move.\n".to_owned(),
            count => {
                #[expect(
                    clippy::cast_precision_loss,
                    clippy::cast_possible_truncation,
                    reason = "an estimate for people"
                )]
                let takes = (count as f64 / self.rate * 1000.0) as i64;
                let forced = match self.stale {
                    Stale::Forced => " Stale ones among them become news again.",
                    Stale::Kept => "",
                };
                let more = match self.beyond_max {
                    0 => String::new(),
                    n => format!(" {n} more stay because of --max."),
                };
                format!(
                    "To move: {count} message(s), {:.1} a second, about {}.{forced}{more}\n",
                    self.rate,
                    age(takes)
                )
            }
        }
    }
}

impl Report for Plan {
    fn text(&self, paint: ColorMode) -> String {
        let scan = &self.scan;
        let mut parts = vec![print::scanned_line(scan)];
        if !scan.entries.is_empty() {
            let is_short = scan.entries.len() <= SHORT;
            if self.list || is_short {
                parts.push(print::entries(paint, &scan.entries, usize::MAX));
            }
            parts.push(print::counts(paint, scan.queue, &scan.counts));
            if !self.list && !is_short {
                parts.push(
                    "--list lists them; so does `waybill dlq show`, also by --verdict.\n"
                        .to_owned(),
                );
            }
        }
        if let Some(edits) = &scan.edits {
            parts.push(format!(
                "The edit changes {} body(ies) and leaves {} as they are.\n{}",
                edits.changed,
                edits.same,
                edits.samples.iter().map(|diff| coloured(paint, diff)).collect::<String>()
            ));
            if let Some(why) = &edits.unsuited_because {
                parts.push(format!(
                    "It does not suit {} message(s), which stay; the first: {why}.\n",
                    edits.unsuited
                ));
            }
        }
        parts.push(print::skipped(paint, &scan.skipped));
        parts.push(self.conclusion());
        parts.retain(|part| !part.is_empty());
        parts.join("\n")
    }
}

fn coloured(paint: ColorMode, diff: &str) -> String {
    let line = |line: &str| match line.as_bytes().first() {
        Some(b'+') => paint.paint(Style::Good, line),
        Some(b'-') => paint.paint(Style::Bad, line),
        _ => line.to_owned(),
    };
    diff.lines().map(|l| format!("{}\n", line(l))).collect()
}
