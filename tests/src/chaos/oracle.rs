//! The test oracle: decides whether the promise is kept for one event, from what SES and the ledger say about
//! it. Pure.

use jiff::SignedDuration;
use kit::ledger::Item;
use shared::Kind;
use shared::ledger::{LEASE_EXPIRED, MAX_DOUBTS, State};
use shared::notification::{DoubtPolicy, Recipient};

use super::accepted_mails::Acceptance;
use super::workload::{Case, Expected, supersedes};

/// A notification's event and recipient, and the explanation of its outcome.
pub type Finding = (String, String);

/// The outcome of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EventOutcome {
    /// SES accepted the mail, and the ledger agrees.
    Sent,
    /// Skipped on purpose, for this reason.
    Skipped(String),
    /// Failed for good, for this reason.
    Failed(String),
    /// In doubt, with the explanation.
    InDoubt(String),
    /// A broken promise.
    Violation(String),
}

/// Why a notification has more than one mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecondMail {
    /// In the named window, with the explanation.
    InWindow(String),
    /// As in the named window, but an event about the first mail reached the feedback queue after the
    /// grace period, counted from SES's acceptance.
    AfterGrace(String),
    /// A broken promise.
    OutsideWindow(String),
}

/// What the ledger and SES say about one event.
#[derive(Debug, Clone, Copy)]
pub struct Observation<'a> {
    /// The event.
    pub case: &'a Case,
    /// The ledger's record, if it has one.
    pub item: Option<&'a Item>,
    /// All events of the run about the same order.
    pub order: &'a [&'a Case],
    /// The mails that SES accepted, the oldest first.
    pub mails: &'a [Acceptance],
    /// Whether a mailer ever asked SES about it.
    pub was_asked: bool,
    /// How long a mail in doubt waits for an SES event.
    pub grace: SignedDuration,
}

impl Observation<'_> {
    /// The outcome of the event.
    #[must_use]
    pub fn outcome(&self) -> EventOutcome {
        let Some(item) = self.item else {
            return EventOutcome::Violation("lost: the ledger has no record of it".to_owned());
        };
        let reason = item.reason.clone().unwrap_or_default();
        match item.state() {
            Some(state) if state.is_accepted() && self.mails.is_empty() => EventOutcome::Violation(
                format!("lost: the ledger says {state}, SES accepted nothing"),
            ),
            Some(state) if state.is_accepted() => match self.case.expected {
                Expected::Mail | Expected::MailIfBounced => EventOutcome::Sent,
                Expected::Muted => EventOutcome::Violation("a muted event was mailed".to_owned()),
            },
            Some(State::Skipped) if self.may_be_skipped(&reason) => EventOutcome::Skipped(reason),
            Some(State::Failed) if self.mails.is_empty() => EventOutcome::Failed(reason),
            Some(State::InDoubt) => self.in_doubt(item, &reason),
            Some(state) => {
                let mails = self.mails.len();
                EventOutcome::Violation(format!(
                    "not in a terminal state: {state} ({reason}), {mails} mail(s)"
                ))
            }
            None => EventOutcome::Violation(format!("unknown state: {}", item.state)),
        }
    }

    fn may_be_skipped(&self, reason: &str) -> bool {
        let expected = match self.case.expected {
            Expected::Muted => reason == "muted",
            Expected::Mail | Expected::MailIfBounced => match reason {
                "superseded" => self.may_be_superseded(),
                "nothing_new" => self.may_be_nothing_new(),
                _ => false,
            },
        };
        expected && self.mails.is_empty()
    }

    /// By later news to the same person, which a muted event is not; or by a cancellation, whoever is told of it.
    /// (Each order has one parcel here.)
    fn may_be_superseded(&self) -> bool {
        let Case { kind, minute, recipient, .. } = self.case;
        let told = self.order.iter().filter(|it| it.expected != Expected::Muted);
        let is_told = told.filter(|it| is_same_person(it.recipient, *recipient));
        let mut later = is_told.filter(|it| it.minute > *minute);
        later.any(|it| supersedes(it.kind, *kind))
            || self
                .order
                .iter()
                .any(|other| other.kind == Kind::OrderCancelled && kind.is_about_a_parcel())
    }

    /// Only where the same was true before.
    fn may_be_nothing_new(&self) -> bool {
        let Case { minute, says, .. } = self.case;
        !says.is_empty() && self.others().any(|other| other.minute < *minute && other.says == *says)
    }

    /// The other notifications of the recipient about the order.
    fn others(&self) -> impl Iterator<Item = &Case> {
        let recipient = self.case.recipient;
        let all = self.order.iter().copied();
        all.filter(move |it| it.recipient == recipient && it.expected != Expected::Muted)
    }

    /// A mail may stay in doubt when the policy is to hold it, or after too many doubts; and only when no
    /// SES event was delivered, since any would have settled it. And only when SES was asked: a worker that dies
    /// between its claim and its call leaves a doubt that says so, unless newer news has taken its reason's place,
    /// and no other worker has a reason to doubt.
    fn in_doubt(&self, item: &Item, reason: &str) -> EventOutcome {
        let is_superseded = reason.ends_with("superseded") && self.may_be_superseded();
        let why = match self.case.kind.doubt_policy() {
            DoubtPolicy::Hold => "the policy is to hold",
            // Before the number of doubts: that it is held sets it to the limit.
            DoubtPolicy::Resend if is_superseded => "newer news was told",
            DoubtPolicy::Resend if item.doubts >= MAX_DOUBTS => "too many doubts",
            DoubtPolicy::Resend => {
                let doubts = item.doubts;
                return EventOutcome::Violation(format!(
                    "lost: in doubt ({doubts} times), and never resent"
                ));
            }
        };
        // Any event proves acceptance, so feedback should have settled the doubt.
        if self.mails.iter().any(|mail| !mail.has_no_events()) {
            return EventOutcome::Violation(
                "in doubt, although an SES event was delivered".to_owned(),
            );
        }
        if !self.was_asked && reason != LEASE_EXPIRED && !is_superseded {
            return EventOutcome::Violation(format!("in doubt ({reason}): SES was never asked"));
        }
        let mails = match self.mails.len() {
            0 => "SES accepted nothing",
            _ => "SES accepted it, and all its events were lost",
        };
        EventOutcome::InDoubt(format!("{why}; attempt {} ended in {reason}; {mails}", item.attempt))
    }

    /// Why SES accepted more than one mail, if it did.
    #[must_use]
    pub fn second_mail(&self) -> Option<SecondMail> {
        let extra = u32::try_from(self.mails.len().checked_sub(2)?).unwrap_or(u32::MAX) + 1;
        let doubts = self.item.map_or(0, |item| item.doubts);
        if self.case.kind.doubt_policy() == DoubtPolicy::Hold {
            return Some(SecondMail::OutsideWindow(
                "the policy is to hold, and it was mailed again".to_owned(),
            ));
        }
        // Each second mail needs a doubt of its own: without one, nothing allowed the resend.
        if doubts < extra {
            return Some(SecondMail::OutsideWindow(format!(
                "{doubts} doubt(s), {extra} mail(s) too many"
            )));
        }
        Some(self.window())
    }

    /// The grace period must have passed between two mails, without an event about the first. An event that
    /// was queued within it must have been recorded, whatever happened to feedback. The period runs from the
    /// doubt, whose time the ledger no longer holds, so that an event between its end, counted from
    /// SES's acceptance, and the second mail is given the benefit of the doubt.
    fn window(&self) -> SecondMail {
        let mut late = Vec::new();
        for pair in self.mails.windows(2) {
            let [first, second] = pair else { continue };
            let gap = second.at.duration_since(first.at);
            // SES's timestamps are rounded, and the grace period starts only when the doubt is recorded.
            if gap + SignedDuration::from_millis(500) < self.grace {
                let gap = gap.as_millis();
                return SecondMail::OutsideWindow(format!(
                    "the second mail came {gap} ms after the first"
                ));
            }
            let Some(after) = first.first_event_after() else { continue };
            let delay = format!("{} s (attempt {})", after.as_secs(), first.attempt);
            if SignedDuration::try_from(after).is_ok_and(|after| after < self.grace) {
                return SecondMail::OutsideWindow(format!(
                    "the first mail's event was queued after {delay}, and the second was sent \
                     {} ms after the first without it",
                    gap.as_millis()
                ));
            }
            late.push(delay);
        }
        let attempts: Vec<u32> = self.mails.iter().map(|mail| mail.attempt).collect();
        let accepted = format!("accepted in the attempts {attempts:?}");
        if !late.is_empty() {
            let after = late.join(", ");
            return SecondMail::AfterGrace(format!(
                "{accepted}: its event was queued after {after}"
            ));
        }
        SecondMail::InWindow(format!("{accepted}: the answers and all events were lost"))
    }
}

/// The customer at a corrected address is still the customer.
fn is_same_person(one: Recipient, other: Recipient) -> bool {
    let is_customer = |it| matches!(it, Recipient::Customer | Recipient::Corrected(_));
    one == other || (is_customer(one) && is_customer(other))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use jiff::Timestamp;

    use super::*;

    fn case(kind: Kind) -> Case {
        let key = ("1".to_owned(), format!("{kind}##customer"));
        let (recipient, expected) = (Recipient::Customer, Expected::Mail);
        Case { id: "e".to_owned(), key, kind, minute: 0, says: "", recipient, expected }
    }

    fn item(state: State, doubts: u32) -> Item {
        Item { state: state.as_str().to_owned(), doubts, attempt: doubts + 1, ..Item::default() }
    }

    fn mail(attempt: u32, at_second: i64, events: Vec<Vec<Duration>>) -> Acceptance {
        let at = Timestamp::from_second(at_second).expect("a time");
        Acceptance { attempt, at, events }
    }

    fn observation<'a>(case: &'a Case, item: &'a Item, mails: &'a [Acceptance]) -> Observation<'a> {
        let order = &[];
        let grace = SignedDuration::from_secs(10);
        Observation { case, item: Some(item), order, mails, was_asked: true, grace }
    }

    const NO_EVENTS: Vec<Vec<Duration>> = Vec::new();

    fn one_event() -> Vec<Vec<Duration>> {
        vec![vec![Duration::ZERO]]
    }

    #[test]
    fn an_event_without_a_record_or_without_a_mail_is_lost() {
        let case = case(Kind::OrderConfirmed);
        let sent = item(State::Sent, 0);
        let nothing = Observation { item: None, ..observation(&case, &sent, &[]) };
        assert!(matches!(nothing.outcome(), EventOutcome::Violation(_)));
        assert!(matches!(observation(&case, &sent, &[]).outcome(), EventOutcome::Violation(_)));
        let planned = item(State::Planned, 0);
        assert!(matches!(observation(&case, &planned, &[]).outcome(), EventOutcome::Violation(_)));
        let doubt = item(State::InDoubt, 1);
        assert!(
            matches!(observation(&case, &doubt, &[]).outcome(), EventOutcome::Violation(_)),
            "it is never resent"
        );
    }

    #[test]
    fn a_held_doubt_is_accepted_only_without_any_ses_event() {
        let case = case(Kind::OrderRefunded);
        let doubt = item(State::InDoubt, 1);
        let without_events = [mail(1, 0, NO_EVENTS)];
        assert!(matches!(
            observation(&case, &doubt, &without_events).outcome(),
            EventOutcome::InDoubt(_)
        ));
        let with_event = [mail(1, 0, one_event())];
        assert!(matches!(
            observation(&case, &doubt, &with_event).outcome(),
            EventOutcome::Violation(_)
        ));
    }

    #[test]
    fn a_doubt_about_a_mail_that_ses_was_never_asked_is_what_a_dead_worker_leaves_and_nobody_else()
    {
        let case = case(Kind::OrderRefunded);
        let outcome = |case: &Case, order: &[&Case], reason: &str| {
            let doubt = Item { reason: Some(reason.to_owned()), ..item(State::InDoubt, 1) };
            Observation { was_asked: false, order, ..observation(case, &doubt, &[]) }.outcome()
        };
        assert!(matches!(outcome(&case, &[], LEASE_EXPIRED), EventOutcome::InDoubt(_)));
        assert!(matches!(outcome(&case, &[], "no answer"), EventOutcome::Violation(_)));
        let confirmed = Case { kind: Kind::OrderConfirmed, ..case.clone() };
        let shipped = Case { kind: Kind::ShipmentShipped, minute: 1, ..case };
        let superseded = outcome(&confirmed, &[&shipped], "no further one: superseded");
        assert!(matches!(superseded, EventOutcome::InDoubt(_)), "its reason was replaced");
        let not_superseded = outcome(&confirmed, &[], "no further one: superseded");
        assert!(matches!(not_superseded, EventOutcome::Violation(_)));
    }

    #[test]
    fn two_mails_are_in_the_window_only_with_a_doubt_and_the_grace_period_between_them() {
        let case_ = case(Kind::OrderConfirmed);
        let second_mail =
            |item: &Item, mails: &[Acceptance]| observation(&case_, item, mails).second_mail();
        let mails = [mail(1, 0, NO_EVENTS), mail(2, 12, one_event())];
        let doubted = item(State::Sent, 1);
        assert!(matches!(second_mail(&doubted, &mails), Some(SecondMail::InWindow(_))));
        let undoubted = item(State::Sent, 0);
        assert!(
            matches!(second_mail(&undoubted, &mails), Some(SecondMail::OutsideWindow(_))),
            "without a doubt"
        );
        let soon = [mail(1, 0, NO_EVENTS), mail(2, 5, one_event())];
        assert!(
            matches!(second_mail(&doubted, &soon), Some(SecondMail::OutsideWindow(_))),
            "within the grace"
        );
        assert_eq!(second_mail(&doubted, &mails[..1]), None);
        let refund = case(Kind::OrderRefunded);
        let held = observation(&refund, &doubted, &mails).second_mail();
        assert!(
            matches!(held, Some(SecondMail::OutsideWindow(_))),
            "a held doubt was mailed again"
        );
    }

    #[test]
    fn a_second_mail_despite_an_event_is_allowed_only_when_the_event_came_after_the_grace_period() {
        let case = case(Kind::OrderConfirmed);
        let doubted = item(State::Sent, 1);
        let second_mail = |seconds: &[u64]| {
            let events = seconds.iter().map(|s| vec![Duration::from_secs(*s)]).collect();
            let mails = [mail(1, 0, events), mail(2, 12, one_event())];
            observation(&case, &doubted, &mails).second_mail()
        };
        for after_grace in [10, 11, 20] {
            assert!(
                matches!(second_mail(&[after_grace]), Some(SecondMail::AfterGrace(_))),
                "{after_grace}"
            );
        }
        for within in [0, 1, 9] {
            let broken = |second| matches!(second, Some(SecondMail::OutsideWindow(_)));
            assert!(broken(second_mail(&[within])), "{within}");
            assert!(broken(second_mail(&[20, within])), "the first counts");
        }
    }

    fn skipped(case: &Case, order: &[&Case], reason: &str) -> bool {
        let skipped = Item { reason: Some(reason.to_owned()), ..item(State::Skipped, 0) };
        let outcome = Observation { order, ..observation(case, &skipped, &[]) }.outcome();
        matches!(outcome, EventOutcome::Skipped(_))
    }

    #[test]
    fn a_mail_is_superseded_only_by_later_news_of_its_order_to_the_same_recipient() {
        let at = |kind, minute| Case { minute, ..case(kind) };
        let (confirmed, shipped) = (at(Kind::OrderConfirmed, 0), at(Kind::ShipmentShipped, 1));
        let is_superseded = |case: &Case, order: &[&Case]| skipped(case, order, "superseded");
        assert!(is_superseded(&confirmed, &[&confirmed, &shipped]));
        assert!(!is_superseded(&confirmed, &[&confirmed]), "nothing was shipped");
        assert!(!is_superseded(&shipped, &[&confirmed, &shipped]));
        let muted = Case { expected: Expected::Muted, ..shipped.clone() };
        assert!(!is_superseded(&confirmed, &[&muted]), "a muted event is no mail");
        let hash = Recipient::parse("copy-IsKbxIjX").expect("a recipient");
        let of_copy = Case { recipient: hash, ..shipped.clone() };
        assert!(!is_superseded(&confirmed, &[&of_copy]));
        let corrected = Recipient::parse("corrected-IsKbxIjX").expect("a recipient");
        let to_new_address = Case { recipient: corrected, ..confirmed.clone() };
        assert!(is_superseded(&to_new_address, &[&shipped]), "it is the customer");
        let updated = at(Kind::ShipmentUpdated, 0);
        assert!(!is_superseded(&shipped, &[&updated]), "it happened before");
        let cancelled = Case { expected: Expected::Muted, ..at(Kind::OrderCancelled, 0) };
        assert!(is_superseded(&shipped, &[&cancelled]), "a cancelled order has no parcels");
    }

    #[test]
    fn only_what_was_true_before_is_nothing_new() {
        let says = |minute, says| Case { minute, says, ..case(Kind::ShipmentUpdated) };
        let (first, second, third) = (says(1, "a"), says(2, "b"), says(3, "a"));
        let is_nothing_new = |case: &Case, order: &[&Case]| skipped(case, order, "nothing_new");
        assert!(is_nothing_new(&third, &[&first, &second, &third]));
        assert!(!is_nothing_new(&second, &[&first, &second, &third]));
        assert!(!is_nothing_new(&first, &[&first, &second, &third]));
    }
}
