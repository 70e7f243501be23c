//! How far the ledger is with an event, as far as the sweep has to know.

use kit::ledger::{Correction, Item, NamedAddress};
use shared::ledger::State;
use shared::notification::{AddressHash, Recipient};

use crate::index_page::IndexEntry;

/// After how long the sweep looks again at a record that this version cannot read.
const UNKNOWN_RETRY_MS: i64 = 6 * 60 * 60 * 1000;

/// After how long the sweep looks again at an event that waits whether the mail to the address before arrives.
const CORRECTION_RETRY_MS: i64 = 60 * 60 * 1000;

/// How far the ledger is with an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// The ledger has no record: the event never reached the dispatcher, or not to its end.
    Unseen,
    /// A mailer moves the notification on from this time (milliseconds since 1970).
    Waits {
        /// When it is due.
        due: i64,
    },
    /// A mailer should have moved it on long ago: its mail request may be lost.
    Overdue,
    /// The sweep has nothing to do: the notification has reached a terminal state, or only an SES event or an
    /// operator moves it on.
    Done,
}

/// The ledger's answer about an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LedgerRecord {
    /// There is no record.
    Absent,
    /// A record that this version cannot read.
    Unreadable,
    /// The record.
    Read(Box<Item>),
}

/// What the sweep knows when it begins, and judges every event by. Milliseconds (since 1970).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Criteria {
    /// How long a mail in doubt waits for an SES event.
    pub grace: i64,
    /// The end of the sweep's window: what was due before is overdue.
    pub until: i64,
    /// Until when mails wait unclaimed, because SES takes none, or because others stand in line before them for the
    /// account's send rate; `None` where no mail has to.
    pub gate_waits_until: Option<i64>,
}

impl Criteria {
    /// The progress of a mail that has been due since `due`, before the end of the window.
    ///
    /// While the send gate is closed, or mails stand in line before it, a mail waits in the mail queue without a
    /// claim, and looks like one whose request was lost. Copies would not make SES take it, and would use up turns of
    /// the others. So it is looked at once the gate may be open and the line gone, but not before it has waited for as long again as until now: SES may be paused for hours, the gate tells only of
    /// the next minutes, and each look moves an index entry (3 write units). So a pause of six hours costs a mail
    /// about eight looks, and one that really was lost meanwhile is found after at most twice the time.
    fn overdue(self, due: i64) -> Progress {
        match self.gate_waits_until {
            Some(waits_until) => {
                let as_long_again = self.until + (self.until - due);
                Progress::Waits { due: waits_until.max(as_long_again) }
            }
            None => Progress::Overdue,
        }
    }
}

impl Progress {
    /// The progress of the event of `entry`, as the ledger's records of all its recipients and the sweep's `criteria`
    /// show it. It is done when each of them is: a copy's mail request may be lost alone.
    pub fn of_all(entry: &IndexEntry, records: &[LedgerRecord], criteria: Criteria) -> Self {
        let all = records.iter().map(|record| Self::new(entry, record, criteria));
        all.fold(Self::of_correction(entry, records, criteria), Self::and)
    }

    /// The progress of an event whose notification another event has planned, to another address: this one's address
    /// gets the mail if that one does not arrive. Its own record, once there is one, is judged like the others.
    ///
    /// However long ago the mail to the address before bounced: this event may have come only now, and whoever has
    /// marked a delivery and died has left a mail that can be sent to neither address.
    fn of_correction(entry: &IndexEntry, records: &[LedgerRecord], criteria: Criteria) -> Self {
        let read = |record: &LedgerRecord| match record {
            LedgerRecord::Read(item) => Some(Item::clone(item)),
            LedgerRecord::Absent | LedgerRecord::Unreadable => None,
        };
        let items: Vec<Item> = records.iter().filter_map(read).collect();
        let Some(to) = entry.address() else { return Self::Done };
        let named = NamedAddress { event: &entry.event, to, accepted_at: entry.accepted_at };
        match Correction::new(&items, &entry.ledger_key, &named, criteria.until) {
            Correction::None | Correction::Decided(_) | Correction::TooLate(_) => Self::Done,
            Correction::Due { .. } => Self::Overdue,
            Correction::Waits { .. } => Self::Waits { due: criteria.until + CORRECTION_RETRY_MS },
        }
    }

    /// The progress of two notifications together: whatever has to be done first.
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Unseen, _) | (_, Self::Unseen) => Self::Unseen,
            (Self::Overdue, _) | (_, Self::Overdue) => Self::Overdue,
            (Self::Waits { due }, Self::Waits { due: other }) => {
                Self::Waits { due: due.min(other) }
            }
            (Self::Done, waits) | (waits, Self::Done) => waits,
        }
    }

    /// The progress of one notification of the event of `entry`.
    pub fn new(entry: &IndexEntry, record: &LedgerRecord, criteria: Criteria) -> Self {
        let Criteria { grace, until, .. } = criteria;
        let item = match record {
            LedgerRecord::Absent => return Self::Unseen,
            LedgerRecord::Unreadable => return Self::unknown(until),
            LedgerRecord::Read(item) => item,
        };
        // Only the event that planned the notification can have it mailed, and it has an entry of its own. Only an
        // operator knows the address that an operator named.
        let is_redirected = entry.address().is_some_and(|to| is_redirected(item, to));
        if item.event != entry.event || item.asked_by.is_some() || is_redirected {
            return Self::Done;
        }
        if is_of_newer_version(item) {
            return Self::unknown(until);
        }
        match item.due_at(grace, until) {
            None => Self::Done,
            Some(due) if due < until => criteria.overdue(due),
            Some(due) => Self::Waits { due },
        }
    }

    // A newer version wrote the record. After a rollback the two share one watermark, so that an entry that
    // this version passes is lost to the newer one.
    const fn unknown(until: i64) -> Self {
        Self::Waits { due: until + UNKNOWN_RETRY_MS }
    }
}

/// Whether an operator has corrected the address of the customer's mail in its dead letter. The dispatcher does not request
/// it for the event's own address, `to`.
fn is_redirected(item: &Item, to: AddressHash) -> bool {
    let is_customers = item.key().is_some_and(|key| key.recipient == Recipient::Customer);
    is_customers && item.was_redirected_from(to)
}

/// Whether this version does not know the state, or the kind of a mail that may still be sent.
fn is_of_newer_version(item: &Item) -> bool {
    match item.state() {
        None => true,
        Some(State::Planned | State::Sending | State::InDoubt) => item.key().is_none(),
        Some(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::ledger::{MAX_BOUNCE_WAIT_MS, MAX_DOUBTS};

    const GRACE: i64 = 20;
    const UNTIL: i64 = 1000;

    fn entry(event: &str) -> IndexEntry {
        IndexEntry {
            order_key: "default/1001".to_owned(),
            event: event.to_owned(),
            ledger_key: "order.confirmed##customer".to_owned(),
            copies: Vec::new(),
            to: None,
            accepted_at: 0,
            sweep_at: 0,
        }
    }

    fn item(state: State) -> Item {
        Item {
            order_key: "default/1001".to_owned(),
            notification: "order.confirmed##customer".to_owned(),
            event: "shop e-1".to_owned(),
            state: state.to_string(),
            send_before: UNTIL + 1,
            ..Item::default()
        }
    }

    const OPEN: Criteria = Criteria { grace: GRACE, until: UNTIL, gate_waits_until: None };

    fn progress(item: Item) -> Progress {
        progress_by(item, OPEN)
    }

    fn progress_by(item: Item, criteria: Criteria) -> Progress {
        Progress::new(&entry("shop e-1"), &LedgerRecord::Read(Box::new(item)), criteria)
    }

    #[test]
    fn while_the_send_gate_is_closed_what_is_overdue_waits_until_it_may_open_and_twice_as_long() {
        let closed = |until| Criteria { gate_waits_until: Some(until), ..OPEN };
        let overdue = [
            Item { since: 700, ..item(State::Planned) },
            Item { lease_until: 700, ..item(State::Sending) },
            Item { since: 700 - 2 * GRACE, ..item(State::InDoubt) },
        ];
        for item in overdue {
            assert_eq!(progress(item.clone()), Progress::Overdue);
            let (soon, late) = (closed(UNTIL + 50), closed(UNTIL + 400));
            let as_long_again = UNTIL + 300;
            assert_eq!(progress_by(item.clone(), soon), Progress::Waits { due: as_long_again });
            assert_eq!(progress_by(item, late), Progress::Waits { due: UNTIL + 400 });
        }
    }

    #[test]
    fn a_closed_send_gate_changes_nothing_for_what_no_mailer_would_claim() {
        let closed = Criteria { gate_waits_until: Some(UNTIL + 50), ..OPEN };
        assert_eq!(progress_by(item(State::Sent), closed), Progress::Done);
        let postponed = Item { not_before: UNTIL + 5, ..item(State::Planned) };
        assert_eq!(progress_by(postponed, closed), Progress::Waits { due: UNTIL + 5 });
        let unseen = Progress::new(&entry("shop e-1"), &LedgerRecord::Absent, closed);
        assert_eq!(unseen, Progress::Unseen, "the dispatcher plans, also while SES is paused");
    }

    #[test]
    fn a_terminal_state_and_a_held_doubt_are_done() {
        for state in State::ALL {
            let moves = matches!(state, State::Planned | State::Sending | State::InDoubt);
            assert_eq!(progress(item(state)) == Progress::Done, !moves, "{state}");
        }
        let held = Item { doubts: MAX_DOUBTS, ..item(State::InDoubt) };
        assert_eq!(progress(held), Progress::Done);
        let refund =
            Item { notification: "order.refunded#R-1#customer".to_owned(), ..item(State::InDoubt) };
        assert_eq!(progress(refund), Progress::Done);
    }

    #[test]
    fn a_record_of_a_newer_version_is_kept_for_the_newer_versions_sweep() {
        let later = Progress::Waits { due: UNTIL + UNKNOWN_RETRY_MS };
        let newer = Item { state: "scheduled".to_owned(), ..item(State::Sent) };
        assert_eq!(progress(newer), later);
        let of_kind =
            |state| Item { notification: "order.gifted##customer".to_owned(), ..item(state) };
        assert_eq!(progress(of_kind(State::Planned)), later);
        assert_eq!(progress(of_kind(State::Sent)), Progress::Done);
        let unreadable = Progress::new(&entry("shop e-1"), &LedgerRecord::Unreadable, OPEN);
        assert_eq!(unreadable, later);
    }

    #[test]
    fn a_mail_is_overdue_once_it_could_be_moved_on_for_as_long_as_the_sweep_waits() {
        let waits = |due| Progress::Waits { due };
        let planned = |since| Item { since, ..item(State::Planned) };
        assert_eq!(progress(planned(UNTIL - 1)), Progress::Overdue);
        assert_eq!(progress(planned(UNTIL)), waits(UNTIL));
        let postponed = Item { not_before: UNTIL + 5, ..planned(0) };
        assert_eq!(progress(postponed), waits(UNTIL + 5));
        let sending = |lease_until| Item { lease_until, ..item(State::Sending) };
        assert_eq!(progress(sending(UNTIL - 1)), Progress::Overdue);
        assert_eq!(progress(sending(UNTIL)), waits(UNTIL));
        let in_doubt = |since| Item { since, ..item(State::InDoubt) };
        // The grace period, and as long again for which the mailer watches feedback's queue.
        assert_eq!(progress(in_doubt(UNTIL - 2 * GRACE - 1)), Progress::Overdue);
        assert_eq!(progress(in_doubt(UNTIL - 2 * GRACE)), waits(UNTIL));
    }

    #[test]
    fn a_stale_mail_is_swept_until_it_is_skipped_but_a_stale_doubt_is_not() {
        let stale = |state| Item { send_before: UNTIL, ..item(state) };
        assert_eq!(progress(stale(State::Planned)), Progress::Overdue);
        assert_eq!(progress(stale(State::Sending)), Progress::Overdue);
        assert_eq!(progress(stale(State::InDoubt)), Progress::Done);
    }

    #[test]
    fn an_event_that_corrects_the_address_is_watched_until_its_address_gets_the_mail_or_needs_none()
    {
        let accepted_at = UNTIL - MAX_BOUNCE_WAIT_MS;
        let to = Some("BBBBBBBB".to_owned());
        let entry = IndexEntry { to, accepted_at, ..entry("shop e-2") };
        let address = |text: &str| Some(text.to_owned());
        let first = |state| Item { address_hash: address("AAAAAAAA"), since: 900, ..item(state) };
        let of_all = |items: &[Item]| {
            let records: Vec<LedgerRecord> =
                items.iter().map(|item| LedgerRecord::Read(item.clone().into())).collect();
            Progress::of_all(&entry, &records, OPEN)
        };
        let again = Progress::Waits { due: UNTIL + CORRECTION_RETRY_MS };
        for (state, expected) in [
            (State::Sent, again),
            (State::InDoubt, again),
            (State::Bounced, Progress::Overdue),
            (State::Failed, Progress::Overdue),
            (State::Delivered, Progress::Done),
        ] {
            assert_eq!(of_all(&[first(state)]), expected, "{state}");
        }
        let same = Item { address_hash: address("BBBBBBBB"), ..first(State::Bounced) };
        assert_eq!(of_all(&[same]), Progress::Done, "a publisher's retry");
        let long_ago = UNTIL - MAX_BOUNCE_WAIT_MS;
        let old = |state| Item { since: long_ago, ..first(state) };
        for (state, expected) in [
            (State::Sent, Progress::Done),
            (State::InDoubt, Progress::Done),
            // However long ago: this event may have come only now, or that mail is yet to be sent.
            (State::Bounced, Progress::Overdue),
            (State::Failed, Progress::Overdue),
            (State::Planned, again),
            (State::Sending, again),
        ] {
            assert_eq!(of_all(&[old(state)]), expected, "{state}");
        }
        let marked = Item { readdressed_to: address("BBBBBBBB"), ..first(State::Bounced) };
        let half_done = [marked.clone(), Item { since: long_ago, ..marked.clone() }];
        for marked in half_done {
            assert_eq!(of_all(&[marked]), Progress::Overdue, "it is yet to be put");
        }
        let taken = |first| Item { readdressed_to: address("CCCCCCCC"), ..first };
        assert_eq!(of_all(&[taken(first(State::Bounced))]), again);
        assert_eq!(of_all(&[taken(old(State::Bounced))]), Progress::Done, "nobody completes it");
        let passing = Item { not_before: UNTIL + 1, ..old(State::Bounced) };
        assert_eq!(of_all(&[passing]), again, "it may have been an automatic reply");
        let came_late = IndexEntry { accepted_at: 900, ..entry.clone() };
        let records = [LedgerRecord::Read(old(State::Sent).into())];
        assert_eq!(Progress::of_all(&came_late, &records, OPEN), again, "as the dispatcher does");
        let unknown = Item { address_hash: None, ..first(State::Bounced) };
        assert_eq!(of_all(&[unknown]), Progress::Done, "the dispatcher takes it for a duplicate");
        let further = |event: &str, asked_by: Option<String>| Item {
            notification: "order.confirmed##corrected-BBBBBBBB".to_owned(),
            event: event.to_owned(),
            address_hash: address("BBBBBBBB"),
            since: 700,
            asked_by,
            ..item(State::Planned)
        };
        let planned = |event, asked_by| of_all(&[marked.clone(), further(event, asked_by)]);
        assert_eq!(planned("shop e-2", None), Progress::Overdue, "its mail request is lost");
        assert_eq!(planned("shop e-3", None), Progress::Done, "another event's");
        assert_eq!(planned("shop e-2", Some("kim".to_owned())), Progress::Done);
    }

    #[test]
    fn a_mail_whose_address_an_operator_has_corrected_is_not_queued_for_the_address_before() {
        let overdue = |address: &str| Item {
            since: 700,
            address_hash: Some(address.to_owned()),
            ..item(State::Planned)
        };
        let entry = IndexEntry { to: Some("AAAAAAAA".to_owned()), ..entry("shop e-1") };
        let of = |item: Item| Progress::new(&entry, &LedgerRecord::Read(item.into()), OPEN);
        assert_eq!(of(overdue("AAAAAAAA")), Progress::Overdue);
        assert_eq!(of(overdue("BBBBBBBB")), Progress::Done);
        let copy = Item {
            notification: "order.confirmed##copy-BBBBBBBB".to_owned(),
            ..overdue("BBBBBBBB")
        };
        assert_eq!(of(copy), Progress::Overdue, "a copy has an address of its own");
    }

    #[test]
    fn an_event_is_done_once_its_copies_are_and_a_lost_one_counts_before_one_that_waits() {
        let read = |item| LedgerRecord::Read(Box::new(item));
        let done = || read(item(State::Sent));
        let waits = |until| read(Item { not_before: until, ..item(State::Planned) });
        let overdue = || read(Item { since: 700, ..item(State::Planned) });
        let of_all = |records: &[LedgerRecord]| Progress::of_all(&entry("shop e-1"), records, OPEN);
        assert_eq!(of_all(&[done(), done()]), Progress::Done);
        let (early, late) = (UNTIL + 5, UNTIL + 9);
        assert_eq!(of_all(&[waits(late), done(), waits(early)]), Progress::Waits { due: early });
        assert_eq!(of_all(&[done(), waits(early), overdue()]), Progress::Overdue);
        assert_eq!(of_all(&[overdue(), LedgerRecord::Absent, done()]), Progress::Unseen);
        // Another event planned the customer's; the copy is this event's own.
        let customers = read(Item { event: "shop e-0".to_owned(), ..item(State::Planned) });
        assert_eq!(of_all(&[customers, overdue()]), Progress::Overdue);
    }

    #[test]
    fn an_event_without_a_record_is_unseen_and_one_that_planned_nothing_is_done() {
        let entry = |event| Progress::new(&entry(event), &LedgerRecord::Absent, OPEN);
        assert_eq!(entry("shop e-1"), Progress::Unseen);
        let planned = LedgerRecord::Read(Box::new(item(State::Planned)));
        let other = self::entry("shop e-2");
        assert_eq!(Progress::new(&other, &planned, OPEN), Progress::Done);
    }
}
