//! The report of a run: counts, and every event that needs an explanation.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::Duration;

use jiff::SignedDuration;

use super::accepted_mails::Key;
use super::call_site::CallSite;
use super::fault_kind::{Counts, Lines};
use super::fault_plan::FaultPlan;
use super::mail_changes::Differences;
use super::oracle::{EventOutcome, Finding, Observation, SecondMail};
use super::progress::Ledger;
use super::told::{TellsNews, contradictions};
use super::workload::{Case, Expected, is_further_order};

/// The result of a run.
#[derive(Debug, Clone, Default)]
pub struct RunReport {
    /// The seed of the fault plan.
    pub seed: u64,
    /// Number of events that intake stored.
    pub events: usize,
    /// Number of notifications that they asked for: one for each recipient.
    pub notifications: usize,
    /// Time until the last event was published.
    pub published: Duration,
    /// Time until every event had reached a terminal state.
    pub elapsed: Duration,
    /// Number of injected faults, by kind.
    pub faults: Counts,
    /// The frequent call sites at which no process was killed, with their number of calls.
    pub never_killed: Vec<(CallSite, u64)>,
    /// Deliveries whose work had been done before: duplicates of messages and of stream records.
    pub repeated: u64,
    /// Number of events whose mail SES accepted.
    pub sent: usize,
    /// Events skipped, each with its reason.
    pub skipped: Vec<Finding>,
    /// Events that failed for good. The plan refuses no mail for good: there should be none.
    pub failed: Vec<Finding>,
    /// Events in doubt, each explained.
    pub in_doubt: Vec<Finding>,
    /// Events mailed twice in the named window, each explained.
    pub in_window: Vec<Finding>,
    /// Events mailed twice because the SES event about the first mail came after the grace period.
    pub after_grace: Vec<Finding>,
    /// Events mailed twice outside the window.
    pub duplicates: Vec<Finding>,
    /// Accepted events whose outcome the promise does not allow.
    pub lost: Vec<Finding>,
    /// Older news that was mailed after newer, and last words that are not the newest.
    pub contradictions: Vec<Finding>,
    /// Mails without an event.
    pub unexpected_mails: Vec<Finding>,
    /// Messages in dead-letter queues. All messages are healthy, so there should be none.
    pub dead_letters: u64,
    /// Lines with personal data that functions printed. There should be none.
    pub personal_lines: u64,
    /// What the shop was told otherwise than the ledger says.
    pub mail_changes: Differences,
}

impl RunReport {
    /// Compares each case with the ledger and with the mails that SES accepted.
    pub fn assess(
        &mut self,
        cases: &[Case],
        ledger: &Ledger,
        plan: &FaultPlan,
        grace: SignedDuration,
    ) {
        let FaultPlan { accepted_mails, asked_mails, .. } = plan;
        for order in by_order(cases).values() {
            let mails: Vec<_> =
                order.iter().map(|case| accepted_mails.for_key(&case.key)).collect();
            let mut told = Vec::new();
            for (case, mails) in order.iter().zip(&mails) {
                let item = ledger.get(&case.key);
                if item.is_none() && case.expected == Expected::MailIfBounced {
                    continue;
                }
                let was_asked = asked_mails.contains(&case.key);
                let observation = Observation { case, item, order, mails, was_asked, grace };
                let outcome = observation.outcome();
                let asked_at = asked_mails.last_at(&case.key);
                told.push(TellsNews { case, outcome: outcome.clone(), mails, asked_at });
                self.note_outcome(case, outcome);
                self.note_second_mail(case, observation.second_mail());
            }
            self.contradictions.extend(contradictions(&told));
        }
        let expected: BTreeSet<_> = cases.iter().map(|case| &case.key).collect();
        let keys = accepted_mails.keys();
        let is_unexpected = |key: &&Key| !expected.contains(key) && !is_further_order(&key.0);
        for key in keys.iter().filter(is_unexpected) {
            self.unexpected_mails.push((key.0.clone(), key.1.clone()));
        }
    }

    fn note_outcome(&mut self, case: &Case, outcome: EventOutcome) {
        let finding = |why| (case.id.clone(), why);
        self.notifications += 1;
        match outcome {
            EventOutcome::Sent => self.sent += 1,
            EventOutcome::Skipped(why) => self.skipped.push(finding(why)),
            EventOutcome::Failed(why) => self.failed.push(finding(why)),
            EventOutcome::InDoubt(why) => self.in_doubt.push(finding(why)),
            EventOutcome::Violation(why) => self.lost.push(finding(why)),
        }
    }

    fn note_second_mail(&mut self, case: &Case, second: Option<SecondMail>) {
        let finding = |why| (case.id.clone(), why);
        match second {
            None => {}
            Some(SecondMail::InWindow(why)) => self.in_window.push(finding(why)),
            Some(SecondMail::AfterGrace(why)) => self.after_grace.push(finding(why)),
            Some(SecondMail::OutsideWindow(why)) => self.duplicates.push(finding(why)),
        }
    }

    /// Whether the promise was kept.
    #[must_use]
    pub fn keeps_promise(&self) -> bool {
        self.broken_promises().is_empty()
    }

    /// What breaks the promise, a line each: short, so that the end of a long output still has all of it.
    #[must_use]
    pub fn broken_promises(&self) -> String {
        let lists = self.breaking_lists();
        let findings = lists.iter().flat_map(|(what, list)| list.iter().map(move |it| (what, it)));
        let mut lines: Vec<String> =
            findings.map(|(what, (event, why))| format!("{what}: {event}: {why}")).collect();
        let counts = [
            ("dead letters", self.dead_letters),
            ("lines with personal data", self.personal_lines),
        ];
        let counts = counts.iter().filter(|(_, count)| *count > 0);
        lines.extend(counts.map(|(what, count)| format!("{count} {what}")));
        lines.join("\n")
    }

    /// The lists that have to be empty, each with its name.
    const fn breaking_lists(&self) -> [(&'static str, &Vec<Finding>); 7] {
        [
            ("FAILED", &self.failed),
            ("LOST", &self.lost),
            ("MAILED TWICE", &self.duplicates),
            ("NOT THE NEWEST", &self.contradictions),
            ("MAILED WITHOUT AN EVENT", &self.unexpected_mails),
            ("CHANGE NOT TOLD", &self.mail_changes.untold),
            ("TOLD WITHOUT A CHANGE", &self.mail_changes.invented),
        ]
    }

    /// The number of injected faults.
    #[must_use]
    pub fn fault_count(&self) -> u64 {
        self.faults.values().sum()
    }
}

impl fmt::Display for RunReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (published, elapsed) = (self.published.as_secs(), self.elapsed.as_secs());
        let (seed, events) = (self.seed, self.events);
        writeln!(
            f,
            "seed {seed}: {events} events, published in {published} s, all terminal after {elapsed} s"
        )?;
        writeln!(f, "{} faults:", self.fault_count())?;
        write!(f, "{}", Lines(&self.faults))?;
        for (site, calls) in &self.never_killed {
            writeln!(f, "NEVER KILLED in {calls} calls: {site}")?;
        }
        writeln!(f, "{} deliveries were duplicates", self.repeated)?;
        writeln!(f, "{} printed lines hold personal data", self.personal_lines)?;
        let explained = [
            ("in doubt", &self.in_doubt),
            ("mailed twice in the window", &self.in_window),
            ("mailed twice, SES event after the grace period", &self.after_grace),
        ];
        for (what, list) in explained.into_iter().chain(self.breaking_lists()) {
            for (event, why) in list {
                writeln!(f, "{what}: {event}: {why}")?;
            }
        }
        write!(
            f,
            "events {}, notifications {}, faults {}, sent {}, skipped {}, failed {}, in doubt {}, \
             lost {}, duplicates {}, in-window duplicates {} (and {} after the grace period), dead letters {}, \
             changes {}, of which not told {}",
            self.events,
            self.notifications,
            self.fault_count(),
            self.sent,
            self.skipped.len(),
            self.failed.len(),
            self.in_doubt.len(),
            self.lost.len(),
            self.duplicates.len(),
            self.in_window.len(),
            self.after_grace.len(),
            self.dead_letters,
            self.mail_changes.changes,
            self.mail_changes.untold.len(),
        )
    }
}

/// The notifications of each order, each once: two events may ask for the same.
fn by_order(cases: &[Case]) -> BTreeMap<&str, Vec<&Case>> {
    let mut seen = BTreeSet::new();
    let mut orders: BTreeMap<&str, Vec<&Case>> = BTreeMap::new();
    for case in cases.iter().filter(|case| seen.insert(&case.key)) {
        orders.entry(&case.key.0).or_default().push(case);
    }
    orders
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_event_mailed_twice_or_one_line_with_personal_data_breaks_the_promise() {
        let second = |second| {
            let mut report = RunReport { events: 100_000, ..RunReport::default() };
            report.note_second_mail(&super::super::workload::cases(1, 0)[0], Some(second));
            report
        };
        let good = second(SecondMail::InWindow("why".to_owned()));
        assert!(good.keeps_promise());
        assert!(!second(SecondMail::OutsideWindow("why".to_owned())).keeps_promise());
        assert!(!RunReport { personal_lines: 1, ..good }.keeps_promise());
    }
}
