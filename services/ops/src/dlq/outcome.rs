//! What came of a replay.

use std::collections::BTreeMap;

use serde::Serialize;

use super::verdict::Verdict;
use crate::output::Style;

const MAX_LISTED_FAILURES: usize = 10;

/// What became of the selected messages. All but the moved ones are in the dead-letter queue still.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ReplayOutcome {
    /// Sent, then deleted.
    pub moved: usize,
    /// Of these, not confirmed as deleted: a second replay finds out.
    pub not_deleted: usize,
    /// Not movable any more when classified again, by their new verdict.
    pub changed: BTreeMap<Verdict, usize>,
    /// Not sent.
    pub failed: usize,
    /// Not started: the operator stopped the replay, or a service failed.
    pub not_begun: usize,
    /// Planned, and not received again: another consumer holds or deleted them.
    pub not_seen: usize,
    /// Still hidden after the replay, until the hold ends.
    #[serde(rename = "not_given_back")]
    pub still_hidden: usize,
    /// The first failures, by message.
    pub failures: BTreeMap<String, String>,
}

impl ReplayOutcome {
    pub fn add_failure(&mut self, id: &str, why: String) {
        self.failed += 1;
        if self.failures.len() < MAX_LISTED_FAILURES {
            self.failures.insert(id.to_owned(), why);
        }
    }

    pub fn add_changed(&mut self, verdict: Verdict) {
        *self.changed.entry(verdict).or_default() += 1;
    }

    /// Whether the exit code is 1.
    pub const fn needs_attention(&self) -> bool {
        self.failed > 0 || self.not_seen > 0 || self.not_deleted > 0
    }

    pub fn handled(&self) -> usize {
        self.moved + self.failed + self.changed.values().sum::<usize>()
    }

    /// What became of the messages, each part that there is; the moved ones first, also where there are none.
    pub fn parts(&self) -> Vec<OutcomePart> {
        let part = |style, count, what: &str| OutcomePart { style, count, what: what.to_owned() };
        let mut parts = vec![
            part(Style::Success, self.moved, "moved"),
            part(
                Style::Warning,
                self.not_deleted,
                "of these not confirmed as deleted: perhaps on both queues, and one mail follows",
            ),
            part(Style::Error, self.failed, "not sent: still in the dead-letter queue"),
            part(
                Style::Warning,
                self.not_begun,
                "not begun: in the dead-letter queue as before, and a new plan goes on with the rest",
            ),
            part(
                Style::Warning,
                self.not_seen,
                "not received again: moved by somebody else, or held just now",
            ),
            part(Style::Dim, self.still_hidden, "left hidden, until the hold of this replay ends"),
        ];
        let changed = self.changed.iter().map(|(verdict, count)| {
            let what = format!("became {verdict} since the plan: still in the dead-letter queue");
            part(Style::Warning, *count, &what)
        });
        parts.extend(changed);
        let (moved, rest) = (parts.remove(0), parts);
        [moved].into_iter().chain(rest.into_iter().filter(|part| part.count > 0)).collect()
    }
}

/// How many messages became what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutcomePart {
    pub style: Style,
    pub count: usize,
    /// Goes on from "3 messages".
    pub what: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outcome_counts_what_it_handled_and_needs_attention_where_a_message_may_be_left() {
        let moved = ReplayOutcome { moved: 20, ..ReplayOutcome::default() };
        let mut outcome = moved.clone();
        assert!(!outcome.needs_attention());
        for n in 0..=MAX_LISTED_FAILURES {
            outcome.add_failure(&n.to_string(), "why".to_owned());
        }
        outcome.add_changed(Verdict::Stale);
        outcome.add_changed(Verdict::Stale);
        outcome.add_changed(Verdict::Muted);
        assert_eq!((outcome.failed, outcome.failures.len()), (11, 10));
        assert_eq!(outcome.handled(), 20 + 11 + 3);
        for left in [
            ReplayOutcome { failed: 1, ..moved.clone() },
            ReplayOutcome { not_seen: 1, ..moved.clone() },
            ReplayOutcome { not_deleted: 1, ..moved.clone() },
        ] {
            assert!(left.needs_attention(), "{left:?}");
        }
        assert!(!ReplayOutcome { not_begun: 1, ..moved }.needs_attention(), "its error tells");
    }
}
