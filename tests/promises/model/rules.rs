//! Rules with a model of their own: what a consumer does with a message that has to wait, how far the sweep's watermark
//! goes, and how the recipients of one event are kept apart.

use waybill_tests::model::check::{
    Checkable, check_exhaustively, check_until_violated, find_dead_end,
};
use waybill_tests::model::consumer::{
    ConsumerBug, ConsumerModel, MESSAGE_KEPT, NO_HEALTHY_DEAD_LETTER,
};
use waybill_tests::model::index_sweep::{NOTHING_PASSED, SweepBug, SweepModel};
use waybill_tests::model::liveness::Terminates;
use waybill_tests::model::recipients::{
    CUSTOMERS_RECORD_IS_LAST, EACH_REACHES_SES, OWN_FATE, RecipientsBug, RecipientsModel,
};

/// Fewer crashes and refused copies than receives: each uses up one. Outages use up none, so that their number
/// and length do not count.
const CONSUMER: ConsumerModel =
    ConsumerModel { crashes: 1, refused_copies: 1, outages: 3, bug: None };

const SWEEP: SweepModel =
    SweepModel { failures: 2, crashes: 1, time_outs: 2, newer: true, bug: None };

const RECIPIENTS: RecipientsModel =
    RecipientsModel { crashes: 2, losses: 2, bounces: 2, bug: None };

fn holds_and_terminates(name: &str, model: &(impl Checkable + Terminates)) {
    let checked = check_exhaustively(model);
    println!("{name}: {checked}");
    if let Some((promise, trace)) = checked.violated.first() {
        panic!("violated: {promise}\n{trace}");
    }
    if let (_, Some(trace)) = find_dead_end(model) {
        panic!("{name}: no terminal state can be reached from here:\n{trace}");
    }
}

#[test]
fn a_consumer_whose_services_are_away_for_any_time_dead_letters_nothing_and_loses_nothing() {
    holds_and_terminates("consumer", &CONSUMER);
}

#[test]
fn a_sweep_with_concurrent_chunks_passes_nothing_that_it_did_not_check() {
    holds_and_terminates("sweep", &SWEEP);
}

#[test]
fn a_copy_is_planned_once_has_its_own_fate_and_is_lost_as_little_as_the_mail_of_the_customer() {
    holds_and_terminates("recipients", &RECIPIENTS);
}

#[test]
fn each_bug_that_is_seeded_in_how_recipients_are_kept_apart_breaks_its_promise() {
    for (bug, promise) in [
        (RecipientsBug::CustomerFirst, CUSTOMERS_RECORD_IS_LAST),
        (RecipientsBug::SweepAsksForCustomerOnly, EACH_REACHES_SES),
        (RecipientsBug::FeedbackOnCustomer, OWN_FATE),
    ] {
        let model = RecipientsModel { bug: Some(bug), ..RECIPIENTS };
        let checked = check_until_violated(&model, promise);
        println!("{bug:?} breaks \"{promise}\" ({checked})");
        assert!(checked.violates(promise), "{bug:?} is not found: {checked}");
    }
}

#[test]
fn each_bug_that_is_seeded_in_a_consumer_breaks_its_promise() {
    for (bug, promise) in [
        (ConsumerBug::WaitsInItsQueue, NO_HEALTHY_DEAD_LETTER),
        (ConsumerBug::CopyKeepsReceives, NO_HEALTHY_DEAD_LETTER),
        (ConsumerBug::AcknowledgesFailedRequeue, MESSAGE_KEPT),
        (ConsumerBug::AcknowledgesBeforeRequeue, MESSAGE_KEPT),
    ] {
        let checked = check_until_violated(&ConsumerModel { bug: Some(bug), ..CONSUMER }, promise);
        println!("{bug:?} breaks \"{promise}\" ({checked})");
        assert!(checked.violates(promise), "{bug:?} is not found: {checked}");
    }
}

#[test]
fn each_bug_that_is_seeded_in_the_sweep_passes_what_was_not_checked() {
    for bug in [
        SweepBug::WatermarkAtEnd,
        SweepBug::WatermarkOfLastDone,
        SweepBug::WatermarkOfBegun,
        SweepBug::WatermarkFirst,
        SweepBug::TrustsNewerState,
    ] {
        let checked = check_until_violated(&SweepModel { bug: Some(bug), ..SWEEP }, NOTHING_PASSED);
        println!("{bug:?} breaks \"{NOTHING_PASSED}\" ({checked})");
        assert!(checked.violates(NOTHING_PASSED), "{bug:?} is not found: {checked}");
    }
}
