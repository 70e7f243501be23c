//! What holds of any history of an order, however its deliveries are lost, repeated, delayed and interleaved.
//!
//! Two snapshots of an order may each show a fact of its own: that a parcel is out for delivery is only to be seen until it
//! arrives. So "the mails of the last snapshot alone" are held for the facts which that one shows; a fact that only an
//! earlier one shows may be told too, and may be what supersedes another. What supersedes what is not modelled here: the
//! dispatcher's own rules decide ([`super::mailroom`]).

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::TestCaseError;
use serde_json::Value;
use shared::contract::event::EventPayload;
use shared::ledger::SkipReason;
use shared::notification::news::parcel_of;
use shared::notification::{Told, ledger_key};
use shared::{Event, Kind, NotificationKey, OrderKey};

use super::histories::{History, history};
use super::mailroom::{Mail, Mailroom};
use super::{System, Translation, accepted, translated};

fn any_history() -> impl Strategy<Value = History> {
    prop_oneof![history(System::Shopify), history(System::WooCommerce)]
}

/// Which snapshots are delivered, in which order: any, the last one among them.
fn deliveries() -> impl Strategy<Value = (Vec<Index>, Index)> {
    (prop::collection::vec(any::<Index>(), 0..10), any::<Index>())
}

impl History {
    fn end(&self) -> Timestamp {
        self.snapshots.last().expect("the order itself").0
    }

    fn events(&self, snapshot: usize, received_at: Timestamp) -> Vec<Value> {
        match translated(self.system, &self.snapshots[snapshot].1, None, received_at) {
            Ok(Translation::Events(events)) => events,
            other => panic!("{other:?}"),
        }
    }

    fn chosen(&self, (others, at): &(Vec<Index>, Index)) -> Vec<usize> {
        let last = self.snapshots.len() - 1;
        let mut chosen: Vec<usize> =
            others.iter().map(|index| index.index(self.snapshots.len())).collect();
        chosen.insert(at.index(chosen.len() + 1), last);
        chosen
    }

    /// The ledger's keys of the facts that a snapshot shows, with their events.
    fn facts(&self, snapshot: usize) -> BTreeMap<String, Event> {
        let at = self.snapshots[snapshot].0;
        let events = self.events(snapshot, at);
        let events = events.iter().map(|event| Event::parse(event).expect("valid"));
        events.map(|event| (key_of(&event), event)).collect()
    }

    fn last_facts(&self) -> BTreeMap<String, Event> {
        self.facts(self.snapshots.len() - 1)
    }
}

fn key_of(event: &Event) -> String {
    format!("{} {}", OrderKey::of_event(event), ledger_key(event))
}

fn keys(mails: &[Mail]) -> BTreeSet<&str> {
    mails.iter().map(|mail| mail.key.as_str()).collect()
}

/// What a customer was told last of the subject of this event, by these mails.
fn known(mails: &[Mail], event: &Event) -> Told {
    let subject = |event: &Event| parcel_of(&NotificationKey::for_event(event));
    let mut mails: Vec<&Event> =
        mails.iter().map(|mail| &mail.event).filter(|it| subject(it) == subject(event)).collect();
    mails.sort_by_key(|event| event.time);
    mails.iter().fold(Told::default(), |told, event| told.then(&Told::by_event(event)))
}

/// Whether a fact is shown by later snapshots too. How a parcel is on its way, an order says only as long as it is.
fn stays(event: &Event) -> bool {
    match event.payload.kind() {
        Kind::ShipmentOutForDelivery => false,
        // WooCommerce knows one status for all parcels.
        Kind::ShipmentDelivered => event.reference.source.as_str().starts_with("/shopify/"),
        kind => !kind.tells_changes_only(),
    }
}

/// Each fact of the last snapshot is told as if that had come alone, or superseded by one that only another one showed.
fn told_as_last_alone(
    history: &History,
    mailroom: &Mailroom,
    now: Timestamp,
) -> Result<(), TestCaseError> {
    let mut alone = Mailroom::default();
    alone.publish(&history.events(history.snapshots.len() - 1, now), now);
    let (shown, mailed) = (history.last_facts(), keys(&mailroom.mails));
    let told_alone = keys(&alone.mails);
    let extra = mailed.iter().any(|key| !told_alone.contains(key));
    for Mail { key, event, .. } in &alone.mails {
        if event.payload.kind().tells_changes_only() {
            continue;
        }
        let is_told_otherwise = match mailroom.skipped.get(key) {
            Some(SkipReason::Superseded) => extra,
            // A refund, by the cancellation of the same moment: the last one alone may not date that so well.
            Some(SkipReason::NothingNew) => event.payload.kind().is_refund(),
            // What is dated by the last change only: an earlier snapshot may know better how old it is.
            Some(SkipReason::Stale) => true,
            _ => false,
        };
        let is_mailed = mailed.contains(key.as_str());
        prop_assert!(is_mailed || is_told_otherwise, "{} is not mailed: {:?}", key, mailed);
    }
    for key in mailed.iter().filter(|key| shown.contains_key(**key)) {
        let is_known = told_alone.contains(key) || alone.skipped.contains_key(*key);
        prop_assert!(is_known, "{}", key);
    }
    Ok(())
}

/// The mails are those of the last snapshot alone. Which mail tells the money, and what is a correction, depends on what was
/// told first. And where a number was corrected after the parcel's news, that correction may be the newer news.
fn same_mails_as_last_alone(
    history: &History,
    mailroom: &Mailroom,
    now: Timestamp,
) -> Result<(), TestCaseError> {
    let mut alone = Mailroom::default();
    alone.publish(&history.events(history.snapshots.len() - 1, now), now);
    let shown = history.last_facts();
    let facts = |mails: &[Mail]| -> BTreeSet<String> {
        let kind = |mail: &&Mail| mail.event.payload.kind();
        let shown = mails.iter().filter(|mail| shown.contains_key(&mail.key));
        let facts = shown.filter(|it| !kind(it).tells_changes_only() && !kind(it).is_refund());
        facts.map(|mail| mail.key.clone()).collect()
    };
    let (all, alone) = (facts(&mailroom.mails), facts(&alone.mails));
    prop_assert!(all.is_subset(&alone), "{:?} beyond {:?}", all, alone);
    let parcel = |event: &Event| parcel_of(&NotificationKey::for_event(event));
    for key in alone.difference(&all) {
        let is_newer = |mail: &Mail| {
            let is_change = mail.event.payload.kind().tells_changes_only();
            parcel(&mail.event) == parcel(&shown[key])
                && (is_change || !shown.contains_key(&mail.key))
        };
        let is_superseded = mailroom.skipped.get(key) == Some(&SkipReason::Superseded);
        prop_assert!(is_superseded && mailroom.mails.iter().any(is_newer), "{} is not mailed", key);
    }
    Ok(())
}

/// What the last snapshot says of what can change, the customer knows.
fn last_word_is_told(history: &History, mailroom: &Mailroom) -> Result<(), TestCaseError> {
    for (key, event) in history.last_facts() {
        let is_told = !Told::by_event(&event).has_news_beyond(&known(&mailroom.mails, &event));
        let reason = mailroom.skipped.get(&key);
        let is_no_news = matches!(reason, Some(SkipReason::Superseded | SkipReason::Stale));
        let matters = event.notify && event.payload.kind().tells_changes_only();
        prop_assert!(!matters || is_told || is_no_news, "{}: {:?}", key, reason);
    }
    Ok(())
}

/// Each refund of the last snapshot is told, and by one mail: its own, or that of the cancellation of the same moment. Where
/// it was told before that, the cancellation says so.
fn money_is_told_once(history: &History, mailroom: &Mailroom) -> Result<(), TestCaseError> {
    for (key, event) in history.last_facts() {
        let EventPayload::Refunded(refund) = &event.payload else { continue };
        let names_it = |mail: &&Mail| match &mail.event.payload {
            EventPayload::Cancelled(cancelled) => cancelled.refund_id.as_ref() == Some(&refund.id),
            _ => false,
        };
        let (own, announced) = (mailroom.mail(&key), mailroom.mails.iter().find(names_it));
        match (own, announced) {
            (Some(_), Some(announced)) => {
                prop_assert!(announced.says_refund_was_told, "{} twice", key)
            }
            (None, None) => prop_assert!(false, "{} is not told", key),
            _ => {}
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn every_event_of_a_snapshot_is_of_the_contract_and_its_rows_add_up(history in any_history()) {
        for (i, (at, _)) in history.snapshots.iter().enumerate() {
            for event in history.events(i, *at) {
                let event = accepted(&event, *at);
                let sums = event.order.sums().expect("a total");
                prop_assert!(!sums.is_at_odds && !sums.rows.is_empty());
                prop_assert!(event.time.is_some_and(|time| time <= *at));
            }
        }
    }

    #[test]
    fn a_snapshot_becomes_the_same_events_whenever_it_is_delivered(history in any_history(), late in 0..10_000_i64) {
        for i in 0..history.snapshots.len() {
            let at = history.snapshots[i].0;
            let late = at + SignedDuration::from_mins(late);
            prop_assert_eq!(history.events(i, at), history.events(i, late));
        }
    }

    #[test]
    fn no_fact_that_a_snapshot_showed_is_missing_in_a_later_one(history in any_history()) {
        let last = history.last_facts();
        for i in 0..history.snapshots.len() {
            for (key, event) in history.facts(i) {
                prop_assert!(!stays(&event) || last.contains_key(&key), "{}", key);
            }
        }
    }

    #[test]
    fn deliveries_that_come_late_and_all_at_once_end_in_the_mails_of_the_last_alone(
        history in any_history(), which in deliveries(), late in 5..3000_i64,
    ) {
        let now = history.end() + SignedDuration::from_mins(late);
        let mut mailroom = Mailroom::default();
        let chosen = history.chosen(&which);
        let events: Vec<Value> = chosen.iter().flat_map(|i| history.events(*i, now)).collect();
        mailroom.publish(&events, now);
        // What is dated by the last change may be older news by an earlier one.
        if !mailroom.skipped.values().any(|reason| *reason == SkipReason::Stale) {
            same_mails_as_last_alone(&history, &mailroom, now)?;
        }
        told_as_last_alone(&history, &mailroom, now)?;
        last_word_is_told(&history, &mailroom)?;
        money_is_told_once(&history, &mailroom)?;
    }

    #[test]
    fn deliveries_that_come_late_one_after_the_other_lose_and_repeat_nothing(
        history in any_history(), which in deliveries(), late in 5..3000_i64, pause in 0..30_i64,
    ) {
        let mut now = history.end() + SignedDuration::from_mins(late);
        let mut mailroom = Mailroom::default();
        for i in history.chosen(&which) {
            now += SignedDuration::from_secs(pause);
            let events = history.events(i, now);
            mailroom.publish(&events, now);
            for event in events {
                let key = key_of(&Event::parse(&event).expect("valid"));
                let has_outcome = mailroom.mail(&key).is_some() || mailroom.skipped.contains_key(&key);
                prop_assert!(has_outcome, "{} is lost", key);
            }
        }
        told_as_last_alone(&history, &mailroom, now)?;
        last_word_is_told(&history, &mailroom)?;
        money_is_told_once(&history, &mailroom)?;
    }

    #[test]
    fn deliveries_in_time_with_losses_and_stragglers_end_with_the_last_word_told(
        history in any_history(),
        lost in prop::collection::vec(any::<bool>(), 9),
        stragglers in prop::collection::vec(any::<Index>(), 0..6),
    ) {
        let last = history.snapshots.len() - 1;
        let mut mailroom = Mailroom::default();
        for (i, (at, _)) in history.snapshots.iter().enumerate() {
            if i < last && lost[i] {
                continue;
            }
            let at = *at + SignedDuration::from_secs(2);
            mailroom.publish(&history.events(i, at), at);
        }
        let mut now = history.end() + SignedDuration::from_mins(2);
        for straggler in stragglers {
            now += SignedDuration::from_secs(40);
            mailroom.publish(&history.events(straggler.index(history.snapshots.len()), now), now);
        }
        told_as_last_alone(&history, &mailroom, now)?;
        last_word_is_told(&history, &mailroom)?;
        money_is_told_once(&history, &mailroom)?;
    }
}
