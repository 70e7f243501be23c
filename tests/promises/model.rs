//! The protocol, searched exhaustively: every order of steps, every crash, every lost answer within
//! the bounds that each test names. What is modelled, and how, is told in [`waybill_tests::model`].

use shared::ledger::Transition::{Bounce, Complain, Deliver, Reject, Settle};
use shared::notification::DoubtPolicy::{Hold, Resend};
use waybill_tests::model::bug::Bug;
use waybill_tests::model::check::{Checked, exhaustively, looks_for_rest, until_broken};
use waybill_tests::model::coverage::Coverage;
use waybill_tests::model::properties as promise;
use waybill_tests::model::settings::{Faults, Lifetime, Waybill};

const NONE: Faults = Faults {
    crashes: 0,
    duplicates: 0,
    ses_silent: 0,
    ses_not_now: 0,
    ses_never: 0,
    ledger_echoes: 0,
    ledger_silent: 0,
    stream_losses: 0,
    redrives: 0,
    replays: 0,
    words: 0,
    ages: 0,
};

/// Visits every state and expects every promise to hold in it.
fn holds(name: &str, model: &Waybill) -> Checked {
    let checked = exhaustively(model);
    println!("{name}: {checked}");
    if let Some((promise, story)) = checked.broken.first() {
        panic!("broken: {promise}\n{story}");
    }
    checked
}

/// Expects a way to rest from every state.
fn rests(name: &str, model: &Waybill) {
    let start = std::time::Instant::now();
    let (states, trap) = looks_for_rest(model);
    println!("{name}: a way to rest from {states} states, {:.1} s", start.elapsed().as_secs_f64());
    if let Some(story) = trap {
        panic!("no way to rest from here:\n{story}");
    }
}

#[test]
fn two_orders_and_two_mailers_keep_every_promise_through_two_crashes_and_a_silent_ses() {
    let faults = Faults { crashes: 2, ses_silent: 1, ..NONE };
    let checked = holds("2 orders, crashes", &Waybill::new(&[Resend; 2]).with(faults));
    assert!(checked.seen.contains(promise::WINDOW_SEEN), "the named window is never open");
}

#[test]
fn two_orders_and_two_mailers_keep_every_promise_when_sqs_delivers_twice() {
    let faults = Faults { crashes: 1, duplicates: 1, ses_silent: 1, ..NONE };
    holds("2 orders, duplicates", &Waybill::new(&[Resend; 2]).with(faults));
}

#[test]
fn two_orders_and_two_mailers_keep_every_promise_when_ses_refuses_and_time_passes() {
    let faults = Faults { crashes: 1, ses_not_now: 1, ledger_echoes: 1, ages: 1, ..NONE };
    holds("2 orders, refusals", &Waybill::new(&[Resend; 2]).with(faults));
}

#[test]
fn two_orders_and_two_mailers_keep_every_promise_when_an_operator_replays_what_failed() {
    let faults = Faults { crashes: 1, ses_never: 1, replays: 1, ages: 1, ..NONE };
    holds("2 orders, replays", &Waybill::new(&[Resend; 2]).with(faults));
}

#[test]
fn two_orders_and_two_mailers_lose_nothing_when_the_stream_loses_and_sqs_gives_up() {
    let faults = Faults { crashes: 1, stream_losses: 1, redrives: 1, replays: 1, ..NONE };
    holds("2 orders, outages", &Waybill::new(&[Resend; 2]).with(faults));
}

#[test]
fn a_held_order_is_never_accepted_twice_whatever_happens_to_it_and_its_neighbour() {
    let faults = Faults { crashes: 1, duplicates: 1, ses_silent: 1, ..NONE };
    let checked = holds("2 held orders", &Waybill::new(&[Hold; 2]).with(faults));
    assert!(!checked.seen.contains(promise::WINDOW_SEEN), "hold has no window");
    holds("a held and a resent order", &Waybill::new(&[Hold, Resend]).with(faults));
}

#[test]
fn one_order_keeps_every_promise_through_one_of_each_fault_of_the_mail_path() {
    let faults = Faults {
        crashes: 1,
        duplicates: 1,
        ses_silent: 1,
        ses_not_now: 1,
        ses_never: 1,
        ledger_echoes: 1,
        ages: 1,
        ..NONE
    };
    holds("1 order, every fault of the mail path", &Waybill::new(&[Resend]).with(faults));
}

#[test]
fn one_order_keeps_every_promise_while_the_ledger_does_not_answer() {
    let faults = Faults { crashes: 1, ledger_silent: 2, ses_never: 1, ses_silent: 1, ..NONE };
    let late = Faults { ledger_silent: 2, ses_silent: 1, ages: 1, ..NONE };
    for (faults, policy) in [(faults, Resend), (faults, Hold), (late, Resend)] {
        let model = Waybill::new(&[policy]).with(faults);
        holds("1 order, a silent ledger", &model);
        rests("1 order, a silent ledger", &model);
    }
}

#[test]
fn two_events_that_mean_the_same_mail_once() {
    let faults = Faults { crashes: 1, stream_losses: 1, duplicates: 1, ..NONE };
    let model = Waybill { events: 2, dispatchers: 2, ..Waybill::new(&[Resend]).with(faults) };
    let checked = holds("2 events of 1 order, 2 dispatchers", &model);
    assert!(checked.unique > 1000);
    rests("2 events of 1 order, 2 dispatchers", &model);
}

#[test]
fn every_event_can_come_to_rest_from_every_state() {
    let faults = Faults { crashes: 2, duplicates: 1, ses_silent: 1, ages: 1, ..NONE };
    rests("resend", &Waybill::new(&[Resend]).with(faults));
    rests("hold", &Waybill::new(&[Hold]).with(faults));
    let faults = Faults { crashes: 1, ses_silent: 1, ..NONE };
    rests("2 orders", &Waybill::new(&[Hold, Resend]).with(faults));
    let faults = Faults { crashes: 1, ses_not_now: 1, ses_never: 1, ledger_echoes: 1, ..NONE };
    rests("refusals", &Waybill::new(&[Resend]).with(faults));
    let faults = Faults { redrives: 1, replays: 1, stream_losses: 1, crashes: 1, ..NONE };
    rests("outages", &Waybill::new(&[Resend]).with(faults));
}

#[test]
fn every_way_that_the_protocol_allows_is_taken_and_breaks_no_promise() {
    let faults = Faults {
        ses_silent: 1,
        ses_not_now: 1,
        ses_never: 1,
        words: 1,
        replays: 1,
        ages: 1,
        ..NONE
    };
    let told = Waybill {
        ses_events: &[Settle, Deliver, Bounce, Complain, Reject],
        ..Waybill::new(&[Resend]).with(faults)
    };
    holds("every SES event, an operator's word", &told);
    let faults = Faults { duplicates: 1, ses_silent: 1, ses_not_now: 1, ses_never: 1, ..NONE };
    let slow = Waybill { lifetime: Lifetime::WithinGrace, ..Waybill::new(&[Resend]).with(faults) };
    holds("a mailer that is slower than its lease", &slow);
    let coverage = Coverage::default();
    coverage.add(&told.coverage);
    coverage.add(&slow.coverage);
    assert_eq!(coverage.missing(), []);
}

/// Lease and grace are longer than a function can live. If they were not, a second mail could go
/// out; but the fence would still keep the ledger straight.
#[test]
fn a_mailer_that_is_frozen_past_the_grace_records_nothing() {
    let faults = Faults { crashes: 1, duplicates: 1, ses_silent: 1, ..NONE };
    let model = Waybill { lifetime: Lifetime::Unbounded, ..Waybill::new(&[Resend]).with(faults) };
    let checked = exhaustively(&model);
    println!("a frozen mailer: {checked}");
    let broken: Vec<&str> = checked.broken.iter().map(|(name, _)| *name).collect();
    assert_eq!(broken, [promise::ONE_MAIL]);
}

/// For longer bounds than every build should wait for: several minutes, and up to 4 GB.
#[test]
#[ignore = "minutes: run by command"]
fn larger_bounds_keep_every_promise() {
    let faults = Faults { crashes: 2, duplicates: 1, ses_silent: 2, ..NONE };
    holds("a held and a resent order", &Waybill::new(&[Hold, Resend]).with(faults));
    holds("2 resent orders", &Waybill::new(&[Resend; 2]).with(faults));
    let faults = Faults { crashes: 3, duplicates: 2, ses_silent: 2, ages: 1, ..NONE };
    holds("1 order, many crashes", &Waybill::new(&[Resend]).with(faults));
    let each = Faults {
        crashes: 1,
        duplicates: 0,
        ses_silent: 1,
        ses_not_now: 1,
        ses_never: 1,
        ledger_echoes: 1,
        ledger_silent: 0,
        stream_losses: 1,
        redrives: 1,
        replays: 1,
        words: 1,
        ages: 1,
    };
    holds("1 order, one of each", &Waybill::new(&[Resend]).with(each));
}

/// A bug, the smallest world in which it shows, and the promise that it breaks.
type Seed = (Bug, Waybill, &'static str);

fn seeds() -> Vec<Seed> {
    let resend = |faults| Waybill::new(&[Resend]).with(faults);
    let hold = |faults| Waybill::new(&[Hold]).with(faults);
    let crash = Faults { crashes: 1, ..NONE };
    let silent = Faults { ses_silent: 1, ..NONE };
    let silent_crash = Faults { crashes: 1, ..silent };
    let never_crash = Faults { crashes: 1, ses_never: 1, ..NONE };
    let duplicate = Faults { duplicates: 1, ..NONE };
    let slow_and_asked = Waybill {
        lifetime: Lifetime::WithinGrace,
        ..resend(Faults { words: 1, crashes: 1, ..duplicate })
    };
    let told = Waybill { ses_events: &[Settle, Deliver, Reject], ..resend(NONE) };
    let twice_published = Waybill { events: 2, ..resend(NONE) };
    let refused_in_the_window = Faults { ses_not_now: 1, ages: 1, ..silent };
    let no_sweep = Waybill { sweep: false, ..resend(crash) };
    vec![
        (Bug::ClaimWithoutCondition, resend(duplicate), promise::ONE_MAIL),
        (Bug::ExpiredLeaseIsFree, resend(crash), promise::ONE_MAIL),
        (Bug::LeaseShorterThanWork, resend(Faults { crashes: 1, ..duplicate }), promise::ONE_MAIL),
        (Bug::RetryAmbiguous, resend(silent), promise::ONE_MAIL),
        (Bug::EventIdAsKey, twice_published, promise::ONE_MAIL),
        (Bug::ResendWithoutGrace, resend(silent_crash), promise::ONE_MAIL),
        (Bug::ResendUnderHold, hold(silent_crash), promise::ONE_MAIL),
        (Bug::FinishWithoutFence, slow_and_asked, promise::FENCED),
        (Bug::EventMovesBack, told.clone(), promise::NEVER_BACK),
        (Bug::RejectFails, told, promise::NEVER_BACK),
        (Bug::EventDisbelieved, resend(Faults { ses_not_now: 1, ..silent }), promise::BELIEVED),
        (Bug::RecordBeforeSend, resend(crash), promise::TRUE_WORD),
        (Bug::SkipOutOfDoubt, resend(Faults { ages: 1, ..silent }), promise::TRUE_WORD),
        (Bug::StaleSkipsDoubt, resend(refused_in_the_window), promise::TRUE_WORD),
        (Bug::FailureForgetsDoubt, resend(Faults { ses_never: 1, ..silent }), promise::TRUE_WORD),
        (
            Bug::DoubtsUncounted,
            resend(Faults { ses_silent: 3, crashes: 1, ..NONE }),
            promise::FEW_DOUBTS,
        ),
        (Bug::ReplayUnguarded, resend(never_crash), promise::ASKED_FOR),
        (Bug::DeleteBeforeRecord, resend(crash), promise::NOTHING_LOST),
        (Bug::PlanForgotten, resend(crash), promise::NOTHING_LOST),
        (Bug::PlanForgottenWhenSkipping, resend(crash), promise::NOTHING_LOST),
        (Bug::RelayAcknowledgesFirst, no_sweep, promise::NOTHING_LOST),
        (Bug::NoSweep, resend(Faults { stream_losses: 1, ..NONE }), promise::NOTHING_LOST),
        (Bug::ParkDeletesFirst, resend(Faults { ses_not_now: 1, ..crash }), promise::NOTHING_LOST),
        (Bug::BuryDeletesFirst, resend(never_crash), promise::NOTHING_LOST),
        (
            Bug::EchoMistaken,
            resend(Faults { ses_never: 1, ledger_echoes: 1, ..NONE }),
            promise::NOTHING_LOST,
        ),
        (
            Bug::StaleDoubtDropped,
            resend(Faults { duplicates: 1, ages: 1, ..silent_crash }),
            promise::NOTHING_LOST,
        ),
    ]
}

#[test]
fn each_seeded_bug_breaks_the_promise_that_it_threatens() {
    for (bug, model, promise) in seeds() {
        let checked = until_broken(&model.broken(bug), promise);
        println!("{bug:?} breaks \"{promise}\" ({checked})");
        assert!(checked.breaks(promise), "{bug:?} is not found: {checked}");
    }
}

/// So that it is the bug that breaks the promise, and not the world that it is seeded in.
#[test]
fn without_its_bug_each_of_these_worlds_keeps_the_promise() {
    for (bug, model, promise) in seeds() {
        let checked = exhaustively(&model);
        assert!(!checked.breaks(promise), "{promise} is broken without {bug:?}");
    }
}

#[test]
fn a_lease_that_never_runs_out_is_found_as_a_state_without_a_way_to_rest() {
    let model = Waybill::new(&[Resend]).with(Faults { crashes: 1, ..NONE });
    assert!(looks_for_rest(&model.clone().broken(Bug::LeaseNeverRunsOut)).1.is_some());
    assert!(looks_for_rest(&model).1.is_none());
}
