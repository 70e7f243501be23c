//! What a run came to, told one by one where a number would not do.

use std::fmt;
use std::time::Duration;

use jiff::SignedDuration;

use super::fault_kind::{Counts, Lines};
use super::judge::{End, Evidence, Twice};
use super::orders::Case;
use super::place::Place;
use super::rest::Ledger;
use super::sightings::Sightings;

/// An event and a sentence about it.
pub type Told = (String, String);

/// What a run came to.
#[derive(Debug, Clone, Default)]
pub struct Verdict {
    /// Gives the same plan again.
    pub seed: u64,
    /// How many events intake answered for as stored.
    pub events: usize,
    /// When the last event was published.
    pub published: Duration,
    /// How long it took until all was at rest.
    pub took: Duration,
    /// How often what struck.
    pub faults: Counts,
    /// Where functions called often and none was killed, with how often they called.
    pub never_killed: Vec<(Place, u64)>,
    /// Deliveries that found their work done before: messages and stream records that came again.
    pub repeated: u64,
    /// Events that SES accepted a mail for.
    pub sent: usize,
    /// Events skipped, each with its reason.
    pub skipped: Vec<Told>,
    /// Events that failed for good. The plan refuses no mail for good: there should be none.
    pub failed: Vec<Told>,
    /// Events in doubt, each explained.
    pub in_doubt: Vec<Told>,
    /// Events mailed twice in the named window, each explained.
    pub in_window: Vec<Told>,
    /// Events mailed twice because word of the first mail came after the grace.
    pub after_grace: Vec<Told>,
    /// Events mailed twice though word of the first mail was queued within the grace.
    pub unrecorded: Vec<Told>,
    /// Events mailed twice outside the window.
    pub duplicates: Vec<Told>,
    /// Accepted events that came to no end the promise knows.
    pub lost: Vec<Told>,
    /// Mails that no event asked for.
    pub strays: Vec<Told>,
    /// Messages in dead-letter queues. All are healthy: there should be none.
    pub dead_letters: u64,
    /// Lines with personal data that functions printed. There should be none.
    pub personal_lines: u64,
}

/// Of so many events one may be mailed twice though word of its first mail was queued within the
/// grace. Feedback is struck by the plan too: it may fail on one message again and again until the
/// grace is over, and messages that it works on are not waited for.
const ONE_UNRECORDED_IN: usize = 1_000;

impl Verdict {
    /// Judges each case.
    pub fn judge(
        &mut self,
        cases: &[Case],
        ledger: &Ledger,
        sightings: &Sightings,
        grace: SignedDuration,
    ) {
        self.events = cases.len();
        for order in cases.chunk_by(|one, next| one.key.0 == next.key.0) {
            for case in order {
                let (item, mails) = (ledger.get(&case.key), sightings.of(&case.key));
                let evidence = Evidence { case, item, order, mails: &mails, grace };
                self.note_end(case, evidence.end());
                self.note_twice(case, evidence.twice());
            }
        }
        let asked: std::collections::BTreeSet<_> = cases.iter().map(|case| &case.key).collect();
        for key in sightings.keys().iter().filter(|key| !asked.contains(key)) {
            self.strays.push((key.0.clone(), key.1.clone()));
        }
    }

    fn note_end(&mut self, case: &Case, end: End) {
        let told = |why| (case.id.clone(), why);
        match end {
            End::Sent => self.sent += 1,
            End::Skipped(why) => self.skipped.push(told(why)),
            End::Failed(why) => self.failed.push(told(why)),
            End::InDoubt(why) => self.in_doubt.push(told(why)),
            End::Broken(why) => self.lost.push(told(why)),
        }
    }

    fn note_twice(&mut self, case: &Case, twice: Option<Twice>) {
        let told = |why| (case.id.clone(), why);
        match twice {
            None => {}
            Some(Twice::InWindow(why)) => self.in_window.push(told(why)),
            Some(Twice::AfterGrace(why)) => self.after_grace.push(told(why)),
            Some(Twice::Unrecorded(why)) => self.unrecorded.push(told(why)),
            Some(Twice::Outside(why)) => self.duplicates.push(told(why)),
        }
    }

    /// Whether the promise was kept.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.lost.is_empty()
            && self.duplicates.is_empty()
            && self.strays.is_empty()
            && self.failed.is_empty()
            && self.dead_letters == 0
            && self.personal_lines == 0
            && self.unrecorded.len() * ONE_UNRECORDED_IN <= self.events
    }

    /// How many faults struck.
    #[must_use]
    pub fn struck(&self) -> u64 {
        self.faults.values().sum()
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (published, rest) = (self.published.as_secs(), self.took.as_secs());
        let (seed, events) = (self.seed, self.events);
        writeln!(
            f,
            "seed {seed}: {events} events, published in {published} s, at rest in {rest} s"
        )?;
        writeln!(f, "{} faults:", self.struck())?;
        write!(f, "{}", Lines(&self.faults))?;
        for (place, calls) in &self.never_killed {
            writeln!(f, "NEVER KILLED in {calls} calls: {place}")?;
        }
        writeln!(f, "{} deliveries found their work done before", self.repeated)?;
        writeln!(f, "{} printed lines hold personal data", self.personal_lines)?;
        for (what, list) in [
            ("in doubt", &self.in_doubt),
            ("mailed twice in the window", &self.in_window),
            ("mailed twice, word came after the grace", &self.after_grace),
            ("mailed twice, word was not recorded in time", &self.unrecorded),
            ("FAILED", &self.failed),
            ("LOST", &self.lost),
            ("MAILED TWICE", &self.duplicates),
            ("MAILED WITHOUT AN EVENT", &self.strays),
        ] {
            for (event, why) in list {
                writeln!(f, "{what}: {event}: {why}")?;
            }
        }
        write!(
            f,
            "events {}, faults {}, sent {}, skipped {}, failed {}, in doubt {}, lost {}, \
             duplicates {}, in-window duplicates {} (and {} after the grace, {} unrecorded), \
             dead letters {}",
            self.events,
            self.struck(),
            self.sent,
            self.skipped.len(),
            self.failed.len(),
            self.in_doubt.len(),
            self.lost.len(),
            self.duplicates.len(),
            self.in_window.len(),
            self.after_grace.len(),
            self.unrecorded.len(),
            self.dead_letters,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_event_in_a_thousand_may_be_unrecorded_and_no_line_may_hold_personal_data() {
        let told = || ("e".to_owned(), "why".to_owned());
        let good =
            Verdict { events: 2_000, unrecorded: vec![told(), told()], ..Verdict::default() };
        assert!(good.holds());
        assert!(!Verdict { events: 1_999, ..good.clone() }.holds());
        assert!(!Verdict { personal_lines: 1, ..good }.holds());
    }
}
