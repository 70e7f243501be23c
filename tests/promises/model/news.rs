//! The news of one order, checked exhaustively on the code that judges it.

use Kind::{
    OrderCancelled, OrderUpdated, ShipmentDelayed, ShipmentDelivered, ShipmentReturned,
    ShipmentShipped, ShipmentUpdated,
};
use shared::Kind;
use shared::notification::{News, Recipient, Told};
use waybill_tests::model::check::{check_exhaustively, check_until_violated, find_dead_end};
use waybill_tests::model::news::{
    LAST_IS_NEWEST, NO_OLDER_AFTER_NEWER, NOT_TWICE_IN_A_ROW, NewsBug, NewsFaults, NewsModel,
};

const NONE: NewsFaults = NewsFaults {
    crashes: 0,
    duplicates: 0,
    unanswered: 0,
    retryable: 0,
    permanent: 0,
    replays: 0,
    bounces: 0,
};

/// News that happened `at`, and was accepted in the opposite order; it tells `number`.
fn news(kind: Kind, at: i64, number: &str) -> News {
    News {
        kind,
        parcel: kind.is_about_a_parcel().then(|| "S-1".to_owned()),
        recipient: Recipient::Customer,
        happened_at: Some(at),
        accepted_at: 1_000 - at,
        event: format!("shop {at}"),
        told: if kind == OrderCancelled {
            Told::default()
        } else {
            Told::from_attribute(&format!("n{number}"))
        },
        money: None,
        cancels_order: kind == OrderCancelled,
    }
}

fn updates(numbers: &[&str]) -> NewsModel {
    let news = (1..).zip(numbers).map(|(at, number)| news(ShipmentUpdated, at, number));
    NewsModel::new(news.collect())
}

fn parcel_and_updates(numbers: &[&str]) -> NewsModel {
    let mut model = updates(numbers);
    model.news[0].kind = ShipmentShipped;
    model
}

fn with(model: NewsModel, faults: NewsFaults) -> NewsModel {
    NewsModel { faults, ..model }
}

pub fn holds(name: &str, model: &NewsModel) {
    let checked = check_exhaustively(model);
    println!("{name}: {checked}");
    if let Some((promise, trace)) = checked.violated.first() {
        panic!("{name} violates: {promise}\n{trace}");
    }
}

fn terminates(name: &str, model: &NewsModel) {
    let (states, dead_end) = find_dead_end(model);
    println!("{name}: each of {states} states can terminate");
    if let Some(trace) = dead_end {
        panic!("no terminal state can be reached from here:\n{trace}");
    }
}

const CRASH: NewsFaults = NewsFaults { crashes: 1, ..NONE };
const DUPLICATE: NewsFaults = NewsFaults { duplicates: 1, ..NONE };
const UNANSWERED: NewsFaults = NewsFaults { unanswered: 1, ..NONE };
const FAILURE: NewsFaults = NewsFaults { permanent: 1, replays: 1, ..NONE };

#[test]
fn of_updates_in_any_order_the_newest_is_told_last_and_nothing_twice_in_a_row() {
    for numbers in [&["a", "b", "a"][..], &["a", "a", "b"], &["a", "b", "b"]] {
        holds("3 updates", &updates(numbers));
    }
    holds(
        "2 updates, crash, duplicate",
        &with(updates(&["a", "b"]), NewsFaults { duplicates: 1, ..CRASH }),
    );
    holds(
        "2 equal updates, crash, duplicate",
        &with(updates(&["a", "a"]), NewsFaults { duplicates: 1, ..CRASH }),
    );
    holds("3 updates, duplicate", &with(updates(&["a", "b", "a"]), DUPLICATE));
    holds("3 updates, crash", &with(updates(&["a", "b", "a"]), CRASH));
}

#[test]
fn a_parcel_is_told_before_its_correction_and_never_after_it() {
    let model = parcel_and_updates(&["a", "b"]);
    for faults in [NewsFaults { duplicates: 1, ..CRASH }, NewsFaults { retryable: 1, ..CRASH }] {
        holds("parcel and update", &with(model.clone(), faults));
        terminates("parcel and update", &with(model.clone(), faults));
    }
    holds("parcel and 2 updates", &parcel_and_updates(&["a", "b", "a"]));
    terminates("parcel and 2 updates", &parcel_and_updates(&["a", "b", "a"]));
}

#[test]
fn a_mail_in_doubt_or_one_that_failed_is_not_sent_after_newer_news() {
    for model in [updates(&["a", "b"]), updates(&["a", "a"]), parcel_and_updates(&["a", "b"])] {
        for faults in [NewsFaults { unanswered: 1, ..CRASH }, FAILURE] {
            let model = with(model.clone(), faults);
            holds("2 mails", &model);
            terminates("2 mails", &model);
        }
    }
    holds("3 updates, a doubt", &with(updates(&["a", "b", "a"]), UNANSWERED));
}

/// The same change at an address, and later at another one.
fn corrected(numbers: &[&str], addresses: &[u8]) -> NewsModel {
    NewsModel { addresses: addresses.to_vec(), ..updates(numbers) }
}

const BOUNCE: NewsFaults = NewsFaults { bounces: 1, ..NONE };

#[test]
fn a_change_that_is_published_again_with_another_address_is_told_there_if_the_first_mail_bounces() {
    for faults in [BOUNCE, NewsFaults { duplicates: 1, ..BOUNCE }, UNANSWERED] {
        let model = with(corrected(&["a", "a"], &[0, 1]), faults);
        holds("a corrected address", &model);
        terminates("a corrected address", &model);
    }
    // Not back to an address that bounced: what is newest there reaches nobody.
    for addresses in [[0, 0, 1], [0, 1, 1]] {
        holds("back and forth", &with(corrected(&["a", "b", "a"], &addresses), BOUNCE));
    }
}

#[test]
fn other_kinds_and_a_cancellation_end_the_news_of_their_parcel() {
    for model in [
        kinds(&[ShipmentUpdated, ShipmentDelayed, ShipmentDelivered]),
        kinds(&[OrderCancelled, ShipmentShipped, ShipmentDelivered]),
        kinds(&[ShipmentShipped, OrderCancelled, ShipmentDelayed]),
    ] {
        holds("3 kinds", &model);
        terminates("3 kinds", &model);
    }
}

fn kinds(kinds: &[Kind]) -> NewsModel {
    let news = (1..).zip(kinds).map(|(at, kind)| news(*kind, at, &at.to_string()));
    NewsModel::new(news.collect())
}

#[test]
fn of_an_arrival_and_a_return_and_of_a_cancellation_and_a_reopening_the_newer_is_told_last() {
    // A parcel has one delivery and one return: each is one notification.
    for two in [
        [ShipmentDelivered, ShipmentReturned],
        [ShipmentReturned, ShipmentDelivered],
        [OrderCancelled, OrderUpdated],
        [OrderUpdated, OrderCancelled],
    ] {
        for faults in [NewsFaults { unanswered: 1, ..CRASH }, FAILURE] {
            holds("2 kinds", &with(kinds(&two), faults));
            terminates("2 kinds", &with(kinds(&two), faults));
        }
    }
}

/// Between them, these wait for each other, and take back a mail that was claimed.
pub fn models_of_every_edge() -> [NewsModel; 2] {
    [with(updates(&["a", "b"]), FAILURE), parcel_and_updates(&["a", "b"])]
}

fn seeded_bugs() -> Vec<(NewsBug, NewsModel, &'static str)> {
    let two = || updates(&["a", "b"]);
    let back = || updates(&["a", "b", "a"]);
    let failed = || with(two(), FAILURE);
    let bounced = || with(corrected(&["a", "a"], &[0, 1]), BOUNCE);
    vec![
        (NewsBug::ReadsBeforePut, two(), NO_OLDER_AFTER_NEWER),
        (NewsBug::LeavesOlder, two(), NO_OLDER_AFTER_NEWER),
        (NewsBug::IgnoresSending, two(), NO_OLDER_AFTER_NEWER),
        (NewsBug::OrderedByAcceptance, two(), NO_OLDER_AFTER_NEWER),
        (NewsBug::NothingNewIsSilent, back(), LAST_IS_NEWEST),
        (NewsBug::SkipsItselfFirst, back(), LAST_IS_NEWEST),
        (NewsBug::YieldsToUntold, updates(&["a", "a"]), LAST_IS_NEWEST),
        (NewsBug::NothingNewForEver, back(), LAST_IS_NEWEST),
        (NewsBug::TellsAgain, updates(&["a", "a"]), NOT_TWICE_IN_A_ROW),
        (
            NewsBug::WaitsAfterRequest,
            with(parcel_and_updates(&["a", "b"]), DUPLICATE),
            NO_OLDER_AFTER_NEWER,
        ),
        (NewsBug::DoubtUnchecked, with(two(), UNANSWERED), NO_OLDER_AFTER_NEWER),
        (NewsBug::ReplayUnchecked, failed(), NO_OLDER_AFTER_NEWER),
        (NewsBug::LooksBeforeClaim, failed(), NO_OLDER_AFTER_NEWER),
        (
            NewsBug::ReturnLeavesArrival,
            kinds(&[ShipmentDelivered, ShipmentReturned]),
            NO_OLDER_AFTER_NEWER,
        ),
        (NewsBug::CancelledForEver, kinds(&[OrderCancelled, OrderUpdated]), NO_OLDER_AFTER_NEWER),
        (NewsBug::SentElsewhereIsTold, bounced(), LAST_IS_NEWEST),
        (NewsBug::BouncedElsewhereIsTold, bounced(), LAST_IS_NEWEST),
        (
            NewsBug::NothingNewElsewhereIsSilent,
            with(corrected(&["a", "b", "a"], &[0, 0, 1]), BOUNCE),
            LAST_IS_NEWEST,
        ),
        (
            NewsBug::NothingNewElsewhereIsTold,
            with(corrected(&["a", "a", "a"], &[0, 0, 1]), BOUNCE),
            LAST_IS_NEWEST,
        ),
    ]
}

#[test]
fn each_bug_that_is_seeded_in_the_order_of_news_breaks_its_promise() {
    for (bug, model, promise) in seeded_bugs() {
        let seeded = NewsModel { bug: Some(bug), ..model };
        let checked = check_until_violated(&seeded, promise);
        println!("{bug:?} breaks \"{promise}\" ({checked})");
        assert!(checked.violates(promise), "{bug:?} is not found: {checked}");
    }
}
