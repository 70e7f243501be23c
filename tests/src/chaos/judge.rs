//! What became of one notification, and whether that keeps the promise. Pure.

use jiff::SignedDuration;
use kit::ledger::Item;
use shared::ledger::{MAX_DOUBTS, State};
use shared::notification::DoubtPolicy;

use super::orders::{Case, Expected};
use super::sightings::Acceptance;

/// How an event ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// SES accepted the mail, and the ledger knows.
    Sent,
    /// Skipped on purpose, for this reason.
    Skipped(String),
    /// Failed for good, for this reason.
    Failed(String),
    /// In doubt, with the explanation.
    InDoubt(String),
    /// A broken promise.
    Broken(String),
}

/// More than one mail for one notification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Twice {
    /// In the named window, with the explanation.
    InWindow(String),
    /// In the named window, but for an event that was queued when the grace, counted from SES's
    /// acceptance, was over.
    AfterGrace(String),
    /// An event about the first mail was queued within the grace, and yet the second went out:
    /// feedback had not recorded it.
    Unrecorded(String),
    /// A broken promise.
    Outside(String),
}

/// Everything that the two witnesses say about one event.
#[derive(Debug, Clone, Copy)]
pub struct Evidence<'a> {
    /// The event.
    pub case: &'a Case,
    /// The ledger's word.
    pub item: Option<&'a Item>,
    /// All of the run's events about its order.
    pub order: &'a [Case],
    /// SES's word, the oldest mail first.
    pub mails: &'a [Acceptance],
    /// How long a doubt waits for an event.
    pub grace: SignedDuration,
}

impl Evidence<'_> {
    /// How the event ended.
    #[must_use]
    pub fn end(&self) -> End {
        let Some(item) = self.item else {
            return End::Broken("lost: the ledger knows nothing of it".to_owned());
        };
        let reason = item.reason.clone().unwrap_or_default();
        match item.state() {
            Some(state) if state.is_accepted() && self.mails.is_empty() => {
                End::Broken(format!("lost: the ledger says {state}, SES accepted nothing"))
            }
            Some(state) if state.is_accepted() => match self.case.expected {
                Expected::Mail => End::Sent,
                Expected::Silence => End::Broken("a muted event was mailed".to_owned()),
            },
            Some(State::Skipped) if self.may_be_skipped(&reason) => End::Skipped(reason),
            Some(State::Failed) if self.mails.is_empty() => End::Failed(reason),
            Some(State::InDoubt) => self.doubt(item, &reason),
            Some(state) => {
                let mails = self.mails.len();
                End::Broken(format!("not at its end: {state} ({reason}), {mails} mail(s)"))
            }
            None => End::Broken(format!("a state that nobody knows: {}", item.state)),
        }
    }

    fn may_be_skipped(&self, reason: &str) -> bool {
        let expected = match self.case.expected {
            Expected::Silence => reason == "muted",
            Expected::Mail => reason == "superseded" && self.may_be_superseded(),
        };
        expected && self.mails.is_empty()
    }

    /// Only a mail can make another one old news, so a muted event does not. (Each order has one
    /// parcel here.)
    fn may_be_superseded(&self) -> bool {
        let mut mails = self.order.iter().filter(|other| other.expected == Expected::Mail);
        mails.any(|other| self.case.kind.superseded_by().contains(&other.kind))
    }

    /// A doubt may stay when its policy is to hold it, or after too many; and only when SES was
    /// silent: an event that came would have settled it.
    fn doubt(&self, item: &Item, reason: &str) -> End {
        let why = match self.case.kind.doubt_policy() {
            DoubtPolicy::Hold => "its kind is held",
            DoubtPolicy::Resend if item.doubts >= MAX_DOUBTS => "it was doubted too often",
            DoubtPolicy::Resend => {
                let doubts = item.doubts;
                return End::Broken(format!("lost: in doubt ({doubts}), and nothing comes of it"));
            }
        };
        if self.mails.iter().any(|mail| !mail.is_silent()) {
            return End::Broken("in doubt, though an event of SES came".to_owned());
        }
        let mails = match self.mails.len() {
            0 => "SES accepted nothing",
            _ => "SES accepted it, and all its events were lost",
        };
        End::InDoubt(format!("{why}; attempt {} ended in {reason}; {mails}", item.attempt))
    }

    /// Whether SES accepted more than one mail, and how that came.
    #[must_use]
    pub fn twice(&self) -> Option<Twice> {
        let extra = u32::try_from(self.mails.len().checked_sub(2)?).unwrap_or(u32::MAX) + 1;
        let doubts = self.item.map_or(0, |item| item.doubts);
        if self.case.kind.doubt_policy() == DoubtPolicy::Hold {
            return Some(Twice::Outside("its doubts are held, and it was mailed again".to_owned()));
        }
        if doubts < extra {
            return Some(Twice::Outside(format!("{doubts} doubt(s), {extra} mail(s) too many")));
        }
        Some(self.window())
    }

    /// The grace must have passed between two mails, without an event about the first. It runs from
    /// the doubt, which the ledger no longer tells the time of: an event that came between the grace
    /// after SES's acceptance and the second mail has the benefit of that.
    fn window(&self) -> Twice {
        let (mut late, mut unrecorded) = (Vec::new(), Vec::new());
        for pair in self.mails.windows(2) {
            let [first, second] = pair else { continue };
            let gap = second.at.duration_since(first.at);
            // SES counts in milliseconds, and the ledger's clock starts with the answer.
            if gap + SignedDuration::from_millis(500) < self.grace {
                let gap = gap.as_millis();
                return Twice::Outside(format!("the second mail came {gap} ms after the first"));
            }
            let Some(word) = first.first_word() else { continue };
            let told = format!("{} s (attempt {})", word.as_secs(), first.attempt);
            let in_time = SignedDuration::try_from(word).is_ok_and(|word| word < self.grace);
            if in_time { unrecorded.push(told) } else { late.push(told) }
        }
        let attempts: Vec<u32> = self.mails.iter().map(|mail| mail.attempt).collect();
        let accepted = format!("accepted in the attempts {attempts:?}");
        if !unrecorded.is_empty() {
            let after = unrecorded.join(", ");
            return Twice::Unrecorded(format!(
                "{accepted}: its event was queued after {after}, and feedback had not recorded it \
                 when the grace was over"
            ));
        }
        if !late.is_empty() {
            let after = late.join(", ");
            return Twice::AfterGrace(format!("{accepted}: its event was queued after {after}"));
        }
        Twice::InWindow(format!("{accepted}: the answers were lost, every event too"))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use jiff::Timestamp;
    use shared::Kind;

    use super::*;

    fn case(kind: Kind) -> Case {
        let key = ("1".to_owned(), format!("{kind}##customer"));
        Case { id: "e".to_owned(), key, kind, expected: Expected::Mail }
    }

    fn item(state: State, doubts: u32) -> Item {
        Item { state: state.as_str().to_owned(), doubts, attempt: doubts + 1, ..Item::default() }
    }

    fn mail(attempt: u32, at_second: i64, events: Vec<Vec<Duration>>) -> Acceptance {
        let at = Timestamp::from_second(at_second).expect("a time");
        Acceptance { attempt, at, events }
    }

    fn evidence<'a>(case: &'a Case, item: &'a Item, mails: &'a [Acceptance]) -> Evidence<'a> {
        let order = std::slice::from_ref(case);
        Evidence { case, item: Some(item), order, mails, grace: SignedDuration::from_secs(10) }
    }

    const HEARD: Vec<Vec<Duration>> = Vec::new();

    fn heard() -> Vec<Vec<Duration>> {
        vec![vec![Duration::ZERO]]
    }

    #[test]
    fn what_the_ledger_never_saw_or_only_believes_is_lost() {
        let case = case(Kind::OrderConfirmed);
        let sent = item(State::Sent, 0);
        let nothing = Evidence { item: None, ..evidence(&case, &sent, &[]) };
        assert!(matches!(nothing.end(), End::Broken(_)));
        assert!(matches!(evidence(&case, &sent, &[]).end(), End::Broken(_)));
        let planned = item(State::Planned, 0);
        assert!(matches!(evidence(&case, &planned, &[]).end(), End::Broken(_)));
        let doubt = item(State::InDoubt, 1);
        assert!(matches!(evidence(&case, &doubt, &[]).end(), End::Broken(_)), "nobody resends it");
    }

    #[test]
    fn a_held_doubt_is_explained_only_while_ses_is_silent() {
        let case = case(Kind::OrderRefunded);
        let doubt = item(State::InDoubt, 1);
        let silent = [mail(1, 0, HEARD)];
        assert!(matches!(evidence(&case, &doubt, &silent).end(), End::InDoubt(_)));
        let heard = [mail(1, 0, heard())];
        assert!(matches!(evidence(&case, &doubt, &heard).end(), End::Broken(_)));
    }

    #[test]
    fn two_mails_are_in_the_window_only_with_a_doubt_and_the_grace_between_them() {
        let case_ = case(Kind::OrderConfirmed);
        let twice = |item: &Item, mails: &[Acceptance]| evidence(&case_, item, mails).twice();
        let mails = [mail(1, 0, HEARD), mail(2, 12, heard())];
        let doubted = item(State::Sent, 1);
        assert!(matches!(twice(&doubted, &mails), Some(Twice::InWindow(_))));
        let sure = item(State::Sent, 0);
        assert!(matches!(twice(&sure, &mails), Some(Twice::Outside(_))), "without a doubt");
        let soon = [mail(1, 0, HEARD), mail(2, 5, heard())];
        assert!(matches!(twice(&doubted, &soon), Some(Twice::Outside(_))), "within the grace");
        assert_eq!(twice(&doubted, &mails[..1]), None);
        let refund = case(Kind::OrderRefunded);
        let held = evidence(&refund, &doubted, &mails).twice();
        assert!(matches!(held, Some(Twice::Outside(_))), "a held doubt was mailed again");
    }

    #[test]
    fn an_event_excuses_a_second_mail_only_when_it_was_queued_after_the_grace() {
        let case = case(Kind::OrderConfirmed);
        let doubted = item(State::Sent, 1);
        let twice = |seconds: &[u64]| {
            let events = seconds.iter().map(|s| vec![Duration::from_secs(*s)]).collect();
            let mails = [mail(1, 0, events), mail(2, 12, heard())];
            evidence(&case, &doubted, &mails).twice()
        };
        for after_grace in [10, 11, 20] {
            assert!(matches!(twice(&[after_grace]), Some(Twice::AfterGrace(_))), "{after_grace}");
        }
        for within in [0, 1, 9] {
            assert!(matches!(twice(&[within]), Some(Twice::Unrecorded(_))), "{within}");
            assert!(matches!(twice(&[20, within]), Some(Twice::Unrecorded(_))), "the first counts");
        }
    }

    #[test]
    fn a_mail_is_superseded_only_by_a_later_one_of_its_order() {
        let skipped = Item { reason: Some("superseded".to_owned()), ..item(State::Skipped, 0) };
        let order = [Kind::OrderConfirmed, Kind::ShipmentShipped, Kind::OrderRefunded].map(case);
        let end =
            |case: &Case, order: &[Case]| Evidence { order, ..evidence(case, &skipped, &[]) }.end();
        let [confirmed, shipped, refunded] = &order;
        assert!(matches!(end(confirmed, &order), End::Skipped(_)));
        assert!(matches!(end(confirmed, &order[..1]), End::Broken(_)), "nothing was shipped");
        let mut muted = order.clone();
        muted[1].expected = Expected::Silence;
        assert!(matches!(end(confirmed, &muted), End::Broken(_)), "a muted event is no mail");
        for last in [shipped, refunded] {
            assert!(matches!(end(last, &order), End::Broken(_)), "nothing supersedes {last:?}");
        }
    }
}
