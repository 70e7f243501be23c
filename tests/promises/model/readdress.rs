//! A corrected address, checked exhaustively on the code that decides whether the news goes there.

use waybill_tests::model::check::{check_exhaustively, check_until_violated, find_dead_end};
use waybill_tests::model::readdress::{
    ARRIVES_ONCE, CORRECTED_IN_THE_END, NOT_AFTER_ITS_MARK, NOT_REFUSED, REACHES_THE_THIRD,
    ReaddressBug, ReaddressFaults, ReaddressModel, Who,
};

const NONE: ReaddressFaults = ReaddressFaults {
    crashes: 0,
    duplicates: 0,
    unanswered: 0,
    permanent: 0,
    bounces: 0,
    replays: 0,
    transient: 0,
};

const BOUNCED: ReaddressFaults = ReaddressFaults { bounces: 1, ..NONE };
const FAILED: ReaddressFaults = ReaddressFaults { permanent: 1, replays: 1, ..NONE };

/// Two events and an operator name the same address.
const THREE: [(Who, usize); 3] = [(Who::Event, 1), (Who::Event, 1), (Who::Operator, 1)];
/// They name two.
const TWO_ADDRESSES: [(Who, usize); 2] = [(Who::Event, 1), (Who::Operator, 2)];

fn model(named: &[(Who, usize)], faults: ReaddressFaults) -> ReaddressModel {
    ReaddressModel { faults, ..ReaddressModel::new(named) }
}

pub fn holds(name: &str, model: &ReaddressModel) {
    let checked = check_exhaustively(model);
    println!("{name}: {checked}");
    if let Some((promise, trace)) = checked.violated.first() {
        panic!("{name} violates: {promise}\n{trace}");
    }
}

fn terminates(name: &str, model: &ReaddressModel) {
    let (states, dead_end) = find_dead_end(model);
    println!("{name}: each of {states} states can terminate");
    if let Some(trace) = dead_end {
        panic!("no terminal state can be reached from here:\n{trace}");
    }
}

#[test]
fn two_dispatchers_and_an_operator_send_news_that_bounced_to_a_corrected_address_once() {
    for faults in [
        ReaddressFaults { crashes: 1, ..BOUNCED },
        ReaddressFaults { duplicates: 1, ..BOUNCED },
        ReaddressFaults { crashes: 1, ..FAILED },
    ] {
        let model = model(&THREE, faults);
        holds("one corrected address", &model);
        terminates("one corrected address", &model);
    }
}

#[test]
fn of_two_corrected_addresses_the_second_gets_what_the_first_did_not() {
    for faults in [
        ReaddressFaults { crashes: 1, bounces: 2, ..NONE },
        ReaddressFaults { crashes: 1, bounces: 1, ..FAILED },
        ReaddressFaults { duplicates: 1, bounces: 2, ..NONE },
    ] {
        let model = model(&TWO_ADDRESSES, faults);
        holds("two corrected addresses", &model);
        terminates("two corrected addresses", &model);
    }
    let events = [(Who::Event, 1), (Who::Event, 2)];
    let twice = model(&events, ReaddressFaults { bounces: 2, ..NONE });
    let checked = check_exhaustively(&twice);
    assert!(checked.reached.contains(REACHES_THE_THIRD), "{checked}");
}

#[test]
fn while_the_first_mail_is_in_doubt_nothing_goes_to_a_corrected_address() {
    for named in [&THREE[..], &TWO_ADDRESSES] {
        for faults in [
            ReaddressFaults { unanswered: 1, crashes: 1, ..NONE },
            ReaddressFaults { unanswered: 1, ..BOUNCED },
        ] {
            let model = model(named, faults);
            holds("a doubt", &model);
            terminates("a doubt", &model);
        }
    }
}

#[test]
fn a_bounce_that_passes_is_waited_for_since_it_may_be_an_automatic_reply_to_a_mail_that_arrived() {
    for named in [&THREE[..], &TWO_ADDRESSES] {
        for faults in [
            ReaddressFaults { transient: 1, crashes: 1, ..NONE },
            ReaddressFaults { transient: 2, ..BOUNCED },
        ] {
            let model = model(named, faults);
            holds("a bounce that passes", &model);
            terminates("a bounce that passes", &model);
        }
    }
}

/// Two operators, or one with a typo.
const TWO_COMMANDS: [(Who, usize); 2] = [(Who::Operator, 1), (Who::Operator, 2)];

#[test]
fn an_operator_corrects_the_address_again_where_the_corrected_one_bounced() {
    let twice = model(&TWO_COMMANDS, ReaddressFaults { bounces: 2, ..NONE });
    holds("two corrections", &twice);
    let checked = check_exhaustively(&twice);
    assert!(checked.reached.contains(REACHES_THE_THIRD), "{checked}");
}

/// Both ways in which a mail does not arrive.
pub fn models_of_every_edge() -> [ReaddressModel; 2] {
    [model(&TWO_ADDRESSES, BOUNCED), model(&TWO_ADDRESSES, FAILED)]
}

#[test]
fn each_bug_that_is_seeded_in_how_news_is_readdressed_breaks_its_promise() {
    let doubt = ReaddressFaults { unanswered: 1, ..NONE };
    for (bug, model, promise) in [
        (ReaddressBug::DoubtIsReaddressed, model(&THREE, doubt), ARRIVES_ONCE),
        (ReaddressBug::SentIsReaddressed, model(&THREE, NONE), ARRIVES_ONCE),
        (ReaddressBug::MarkUnguarded, model(&TWO_ADDRESSES, BOUNCED), ARRIVES_ONCE),
        (ReaddressBug::RequestBeforeMark, model(&TWO_ADDRESSES, FAILED), ARRIVES_ONCE),
        (ReaddressBug::ReplayIgnoresMark, model(&THREE, FAILED), NOT_AFTER_ITS_MARK),
        (
            ReaddressBug::MarkedIsForgotten,
            model(&[(Who::Event, 1)], ReaddressFaults { crashes: 1, ..BOUNCED }),
            CORRECTED_IN_THE_END,
        ),
        (
            ReaddressBug::GivesUpBeforeItIsSent,
            model(&[(Who::Event, 1)], BOUNCED),
            CORRECTED_IN_THE_END,
        ),
        (
            ReaddressBug::TransientIsFinal,
            model(&THREE, ReaddressFaults { transient: 1, ..NONE }),
            ARRIVES_ONCE,
        ),
        (
            ReaddressBug::DeliveryAfterReplyIsRefused,
            model(&THREE, ReaddressFaults { transient: 1, ..NONE }),
            ARRIVES_ONCE,
        ),
        (
            ReaddressBug::RebuiltFromTheLastAddress,
            model(&TWO_COMMANDS, ReaddressFaults { bounces: 2, ..NONE }),
            NOT_REFUSED,
        ),
    ] {
        let seeded = ReaddressModel { bug: Some(bug), ..model };
        let checked = check_until_violated(&seeded, promise);
        println!("{bug:?} breaks \"{promise}\" ({checked})");
        assert!(checked.violates(promise), "{bug:?} is not found: {checked}");
    }
}
