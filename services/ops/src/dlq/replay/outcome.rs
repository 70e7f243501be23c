//! What came of a replay.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::dlq::verdict::Verdict;
use crate::output::{ColorMode, Style};

/// How many failures are told one by one.
const MAX_LISTED: usize = 10;

/// Counts of what was done and what was not.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Outcome {
    /// Sent, and then deleted from the dead-letter queue.
    pub moved: usize,
    /// Of these, sent but not confirmed as deleted: a second replay finds out what is true.
    pub not_deleted: usize,
    /// No longer to be moved when their turn came, by what they had become.
    pub changed: BTreeMap<Verdict, usize>,
    /// Not sent: they stay in the dead-letter queue.
    pub failed: usize,
    /// Not begun, since the operator stopped it or a service failed: they stay as they were.
    pub not_begun: usize,
    /// Planned, but not seen again: somebody else holds or deleted them.
    pub not_seen: usize,
    /// Not given back: they come back by themselves.
    pub not_given_back: usize,
    /// The first failures, by message.
    pub failures: BTreeMap<String, String>,
}

impl Outcome {
    /// A message that may no longer be moved.
    pub fn changed(&mut self, verdict: Verdict) {
        *self.changed.entry(verdict).or_default() += 1;
    }

    /// A message that could not be sent.
    pub fn failed(&mut self, id: &str, why: String) {
        self.failed += 1;
        if self.failures.len() < MAX_LISTED {
            self.failures.insert(id.to_owned(), why);
        }
    }

    /// Whether somebody should look.
    #[must_use]
    pub const fn needs_attention(&self) -> bool {
        self.failed > 0 || self.not_seen > 0 || self.not_deleted > 0
    }

    /// For people.
    #[must_use]
    pub fn text(&self, colors: ColorMode) -> String {
        let mut text = colors.heading("Replayed");
        let mut line = |style, count: usize, what: &str| {
            text.push_str(&format!(" {}  {what}\n", colors.apply(style, &format!("{count:>6}"))));
        };
        line(Style::Success, self.moved, "moved");
        let rest = [
            (
                Style::Warning,
                self.not_deleted,
                "of these not confirmed as deleted: both queues may have them, one mail follows",
            ),
            (Style::Error, self.failed, "could not be sent, and stay"),
            (
                Style::Warning,
                self.not_begun,
                "not begun: they are in the dead-letter queue as before",
            ),
            (
                Style::Warning,
                self.not_seen,
                "not seen again: in flight elsewhere; replay once more in a while",
            ),
            (Style::Dim, self.not_given_back, "hidden for a while: they could not be given back"),
        ];
        rest.into_iter()
            .filter(|(_, n, _)| *n > 0)
            .for_each(|(style, n, what)| line(style, n, what));
        for (verdict, count) in &self.changed {
            line(Style::Warning, *count, &format!("became {verdict} meanwhile, and stay"));
        }
        for (id, why) in &self.failures {
            text.push_str(&format!("         {id}: {why}\n"));
        }
        text
    }
}
