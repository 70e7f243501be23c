//! What a replay would do.

use serde::Serialize;

use crate::dlq::survey::DlqScan;
use crate::dlq::verdict::Stale;
use crate::dlq::words;
use crate::output::{ColorMode, Report, Style, format_duration};

/// So many messages are listed without being asked for.
const SHORT: usize = 20;

/// A plan.
#[derive(Debug, Serialize)]
pub struct Plan {
    /// What was found.
    #[serde(flatten)]
    pub survey: DlqScan,
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
    pub fn new(survey: DlqScan, stale: Stale, max: Option<usize>, rate: f64, list: bool) -> Self {
        let mut to_move: Vec<String> = survey
            .entries
            .iter()
            .filter(|entry| entry.judgement.verdict.moves(stale))
            .map(|entry| entry.letter.message_id.clone())
            .collect();
        let movable = to_move.len();
        to_move.truncate(max.unwrap_or(usize::MAX));
        Self { beyond_max: movable - to_move.len(), survey, to_move, rate, stale, list }
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
                    format_duration(takes)
                )
            }
        }
    }
}

impl Report for Plan {
    fn text(&self, colors: ColorMode) -> String {
        let survey = &self.survey;
        let mut parts = vec![words::looked_at(survey)];
        if !survey.entries.is_empty() {
            let is_short = survey.entries.len() <= SHORT;
            if self.list || is_short {
                parts.push(words::entries(colors, &survey.entries, usize::MAX));
            }
            parts.push(words::counts(colors, survey.queue, &survey.counts));
            if !self.list && !is_short {
                parts.push(
                    "--list lists them; so does `waybill dlq show`, also by --verdict.\n"
                        .to_owned(),
                );
            }
        }
        if let Some(edits) = &survey.edits {
            parts.push(format!(
                "The edit changes {} body(ies) and leaves {} as they are.\n{}",
                edits.changed,
                edits.same,
                edits.samples.iter().map(|diff| coloured(colors, diff)).collect::<String>()
            ));
            if let Some(why) = &edits.unsuited_because {
                parts.push(format!(
                    "It does not suit {} message(s), which stay; the first: {why}.\n",
                    edits.unsuited
                ));
            }
        }
        parts.push(words::skipped(colors, &survey.skipped));
        parts.push(self.conclusion());
        parts.retain(|part| !part.is_empty());
        parts.join("\n")
    }
}

fn coloured(colors: ColorMode, diff: &str) -> String {
    let line = |line: &str| match line.as_bytes().first() {
        Some(b'+') => colors.apply(Style::Success, line),
        Some(b'-') => colors.apply(Style::Error, line),
        _ => line.to_owned(),
    };
    diff.lines().map(|l| format!("{}\n", line(l))).collect()
}
