//! The protocol, checked exhaustively: every interleaving of steps, every crash and every lost answer
//! within the bounds that each test names. [`waybill_tests::model`] describes the model.

mod news;
mod readdress;
mod rules;

use shared::ledger::Transition::{Bounce, BounceTransiently, Complain, Deliver, Reject, Settle};
use shared::notification::DoubtPolicy::{Hold, Resend};
use waybill_tests::model::bug::Bug;
use waybill_tests::model::check::{
    CheckResult, check_exhaustively, check_until_violated, find_dead_end,
};
use waybill_tests::model::coverage::Coverage;
use waybill_tests::model::properties as promise;
use waybill_tests::model::settings::{Faults, Lifetime, PipelineModel};

const NONE: Faults = Faults {
    crashes: 0,
    duplicates: 0,
    ses_unanswered: 0,
    ses_retryable: 0,
    account_faults: 0,
    silences: 0,
    ses_permanent: 0,
    ledger_retries: 0,
    ledger_timeouts: 0,
    stream_losses: 0,
    redrives: 0,
    purges: 0,
    replays: 0,
    reopens: 0,
    stale: 0,
};

/// Visits every state and expects every promise to hold in it.
fn holds(name: &str, model: &PipelineModel) -> CheckResult {
    let checked = check_exhaustively(model);
    println!("{name}: {checked}");
    if let Some((promise, trace)) = checked.violated.first() {
        panic!("violated: {promise}\n{trace}");
    }
    checked
}

/// Expects that a terminal state can be reached from every state.
fn terminates(name: &str, model: &PipelineModel) {
    let start = std::time::Instant::now();
    let (states, dead_end) = find_dead_end(model);
    println!(
        "{name}: each of {states} states can terminate, {:.1} s",
        start.elapsed().as_secs_f64()
    );
    if let Some(trace) = dead_end {
        panic!("no terminal state can be reached from here:\n{trace}");
    }
}

#[test]
fn two_orders_and_two_mailers_keep_every_promise_through_two_crashes_and_lost_ses_answers() {
    let faults = Faults { crashes: 2, ses_unanswered: 1, ..NONE };
    let checked = holds("2 orders, crashes", &PipelineModel::new(&[Resend; 2]).with_faults(faults));
    // The window must be reachable, or the model could not tell a mail inside it from one outside.
    assert!(checked.reached.contains(promise::WINDOW_REACHED), "the named window is never open");
}

#[test]
fn two_orders_and_two_mailers_keep_every_promise_when_sqs_delivers_twice() {
    let faults = Faults { crashes: 1, duplicates: 1, ses_unanswered: 1, ..NONE };
    holds("2 orders, duplicates", &PipelineModel::new(&[Resend; 2]).with_faults(faults));
}

#[test]
fn two_orders_and_two_mailers_keep_every_promise_when_ses_refuses_and_mails_become_stale() {
    let faults = Faults { crashes: 1, ses_retryable: 1, ledger_retries: 1, stale: 1, ..NONE };
    holds("2 orders, refusals", &PipelineModel::new(&[Resend; 2]).with_faults(faults));
}

#[test]
fn two_orders_and_two_mailers_keep_every_promise_when_an_operator_replays_what_failed() {
    let faults = Faults { crashes: 1, ses_permanent: 1, replays: 1, stale: 1, ..NONE };
    holds("2 orders, replays", &PipelineModel::new(&[Resend; 2]).with_faults(faults));
}

#[test]
fn two_orders_and_two_mailers_lose_nothing_when_the_stream_loses_records_and_sqs_redrives() {
    let faults = Faults { crashes: 1, stream_losses: 1, redrives: 1, replays: 1, ..NONE };
    holds("2 orders, outages", &PipelineModel::new(&[Resend; 2]).with_faults(faults));
}

#[test]
fn a_lost_mail_request_is_found_by_the_sweep_in_whatever_state_it_leaves_the_notification() {
    let faults = Faults { crashes: 1, purges: 1, ses_unanswered: 1, stale: 1, ..NONE };
    for policy in [Resend, Hold] {
        let model = PipelineModel::new(&[policy]).with_faults(faults);
        holds("1 order, purged queues", &model);
        terminates("1 order, purged queues", &model);
    }
    let faults = Faults { crashes: 1, purges: 2, ses_retryable: 1, duplicates: 1, ..NONE };
    let model = PipelineModel::new(&[Resend]).with_faults(faults);
    holds("1 order, queues purged twice", &model);
    terminates("1 order, queues purged twice", &model);
}

#[test]
fn a_mail_request_that_an_operator_queued_is_found_by_the_sweep_when_it_is_lost() {
    let faults = Faults { purges: 1, ses_unanswered: 1, stale: 1, reopens: 1, ..NONE };
    let redriven = Faults { purges: 1, redrives: 1, replays: 1, crashes: 1, ..NONE };
    for (faults, policy) in [(faults, Resend), (faults, Hold), (redriven, Resend)] {
        let model = PipelineModel::new(&[policy]).with_faults(faults);
        holds("1 order, an operator's request is purged", &model);
        terminates("1 order, an operator's request is purged", &model);
    }
}

#[test]
fn two_orders_and_two_mailers_lose_nothing_and_mail_nothing_twice_when_the_queues_are_purged() {
    let faults = Faults { crashes: 1, purges: 1, ..NONE };
    holds("2 orders, purged queues", &PipelineModel::new(&[Hold, Resend]).with_faults(faults));
}

#[test]
fn a_held_order_is_never_accepted_twice_whatever_happens_to_it_and_its_neighbour() {
    let faults = Faults { crashes: 1, duplicates: 1, ses_unanswered: 1, ..NONE };
    let checked = holds("2 held orders", &PipelineModel::new(&[Hold; 2]).with_faults(faults));
    assert!(!checked.reached.contains(promise::WINDOW_REACHED), "a held mail has no window");
    holds("a held and a resent order", &PipelineModel::new(&[Hold, Resend]).with_faults(faults));
}

#[test]
fn one_order_keeps_every_promise_through_one_of_each_fault_of_the_mail_path() {
    let faults = Faults {
        crashes: 1,
        duplicates: 1,
        ses_unanswered: 1,
        ses_retryable: 1,
        ses_permanent: 1,
        ledger_retries: 1,
        stale: 1,
        ..NONE
    };
    holds(
        "1 order, every fault of the mail path",
        &PipelineModel::new(&[Resend]).with_faults(faults),
    );
}

#[test]
fn one_order_keeps_every_promise_while_the_ledger_does_not_answer() {
    let faults =
        Faults { crashes: 1, ledger_timeouts: 2, ses_permanent: 1, ses_unanswered: 1, ..NONE };
    let with_stale = Faults { ledger_timeouts: 2, ses_unanswered: 1, stale: 1, ..NONE };
    for (faults, policy) in [(faults, Resend), (faults, Hold), (with_stale, Resend)] {
        let model = PipelineModel::new(&[policy]).with_faults(faults);
        holds("1 order, ledger time-outs", &model);
        terminates("1 order, ledger time-outs", &model);
    }
}

#[test]
fn while_ses_refuses_the_account_one_probe_asks_and_nothing_without_a_turn_is_in_doubt() {
    let faults = Faults { account_faults: 1, crashes: 1, ses_unanswered: 1, ..NONE };
    let with_ledger = Faults { account_faults: 1, crashes: 1, ledger_timeouts: 1, ..NONE };
    let twice = Faults { account_faults: 2, duplicates: 1, stale: 1, ..NONE };
    for (faults, policy) in
        [(faults, Resend), (faults, Hold), (with_ledger, Resend), (twice, Resend)]
    {
        let model = PipelineModel::new(&[policy]).with_faults(faults);
        holds("1 order, account faults", &model);
        terminates("1 order, account faults", &model);
    }
}

#[test]
fn while_ses_gives_no_answer_only_a_probe_asks_and_every_mail_ends() {
    let crash = Faults { silences: 1, crashes: 1, ..NONE };
    let duplicate = Faults { silences: 1, duplicates: 1, stale: 1, ..NONE };
    for (faults, policy) in [(crash, Resend), (crash, Hold), (duplicate, Resend)] {
        let model = PipelineModel::new(&[policy]).with_faults(faults);
        holds("1 order, a silent SES", &model);
        terminates("1 order, a silent SES", &model);
    }
    let silence = Faults { silences: 1, ..NONE };
    holds("2 orders, a silent SES", &PipelineModel::new(&[Hold, Resend]).with_faults(silence));
}

#[test]
fn two_orders_and_two_mailers_share_the_gate_through_a_crash() {
    let faults = Faults { account_faults: 1, crashes: 1, ..NONE };
    let model = PipelineModel::new(&[Hold, Resend]).with_faults(faults);
    holds("2 orders, account faults", &model);
    terminates("2 orders, account faults", &model);
}

#[test]
fn two_events_with_the_same_meaning_mail_once() {
    let faults = Faults { crashes: 1, stream_losses: 1, duplicates: 1, ..NONE };
    let model = PipelineModel {
        events: 2,
        dispatchers: 2,
        ..PipelineModel::new(&[Resend]).with_faults(faults)
    };
    let checked = holds("2 events of 1 order, 2 dispatchers", &model);
    assert!(checked.unique > 1000);
    terminates("2 events of 1 order, 2 dispatchers", &model);
}

#[test]
fn every_event_can_reach_a_terminal_state_from_every_state() {
    let faults = Faults { crashes: 2, duplicates: 1, ses_unanswered: 1, stale: 1, ..NONE };
    terminates("resend", &PipelineModel::new(&[Resend]).with_faults(faults));
    terminates("hold", &PipelineModel::new(&[Hold]).with_faults(faults));
    let faults = Faults { crashes: 1, ses_unanswered: 1, ..NONE };
    terminates("2 orders", &PipelineModel::new(&[Hold, Resend]).with_faults(faults));
    let faults =
        Faults { crashes: 1, ses_retryable: 1, ses_permanent: 1, ledger_retries: 1, ..NONE };
    terminates("refusals", &PipelineModel::new(&[Resend]).with_faults(faults));
    let faults = Faults { redrives: 1, replays: 1, stream_losses: 1, crashes: 1, ..NONE };
    terminates("outages", &PipelineModel::new(&[Resend]).with_faults(faults));
}

#[test]
fn every_edge_of_the_state_machine_is_taken_and_breaks_no_promise() {
    let faults = Faults {
        ses_unanswered: 1,
        ses_retryable: 1,
        ses_permanent: 1,
        reopens: 1,
        replays: 1,
        stale: 1,
        ..NONE
    };
    let all_events = PipelineModel {
        ses_events: &[Settle, Deliver, Bounce, BounceTransiently, Complain, Reject],
        ..PipelineModel::new(&[Resend]).with_faults(faults)
    };
    holds("every SES event, an operator reopens", &all_events);
    let faults =
        Faults { duplicates: 1, ses_unanswered: 1, ses_retryable: 1, ses_permanent: 1, ..NONE };
    let slow = PipelineModel {
        lifetime: Lifetime::WithinGrace,
        ..PipelineModel::new(&[Resend]).with_faults(faults)
    };
    holds("a mailer that is slower than its lease", &slow);
    let coverage = Coverage::default();
    coverage.add(&all_events.coverage);
    coverage.add(&slow.coverage);
    // What others of the order do to it.
    for model in news::models_of_every_edge() {
        news::holds("the news of an order", &model);
        coverage.add(&model.coverage);
    }
    for model in readdress::models_of_every_edge() {
        readdress::holds("a corrected address", &model);
        coverage.add(&model.coverage);
    }
    assert_eq!(coverage.missing(), []);
}

/// Lease and grace period are longer than a function can live. If they were not, a second mail could be
/// sent; but fencing would still keep the ledger consistent.
#[test]
fn a_mailer_that_is_frozen_past_the_grace_period_records_nothing() {
    let faults = Faults { crashes: 1, duplicates: 1, ses_unanswered: 1, ..NONE };
    let model = PipelineModel {
        lifetime: Lifetime::Unbounded,
        ..PipelineModel::new(&[Resend]).with_faults(faults)
    };
    let checked = check_exhaustively(&model);
    println!("a frozen mailer: {checked}");
    let broken: Vec<&str> = checked.violated.iter().map(|(name, _)| *name).collect();
    assert_eq!(broken, [promise::AT_MOST_ONE_MAIL]);
}

/// Bounds that are too large for every build: several minutes, and up to 4 GB of memory.
#[test]
#[ignore = "takes minutes and gigabytes"]
fn larger_bounds_keep_every_promise() {
    let faults = Faults { crashes: 2, duplicates: 1, ses_unanswered: 2, ..NONE };
    holds("a held and a resent order", &PipelineModel::new(&[Hold, Resend]).with_faults(faults));
    holds("2 resent orders", &PipelineModel::new(&[Resend; 2]).with_faults(faults));
    let faults = Faults { crashes: 3, duplicates: 2, ses_unanswered: 2, stale: 1, ..NONE };
    holds("1 order, many crashes", &PipelineModel::new(&[Resend]).with_faults(faults));
    let each = Faults {
        crashes: 1,
        duplicates: 0,
        ses_unanswered: 1,
        ses_retryable: 1,
        account_faults: 0,
        silences: 0,
        ses_permanent: 1,
        ledger_retries: 1,
        ledger_timeouts: 0,
        stream_losses: 1,
        redrives: 1,
        purges: 0,
        replays: 1,
        reopens: 1,
        stale: 1,
    };
    holds("1 order, one of each", &PipelineModel::new(&[Resend]).with_faults(each));
}

/// A bug, the smallest model in which it shows, and the promise that it breaks.
type SeededBug = (Bug, PipelineModel, &'static str);

fn seeded_bugs() -> Vec<SeededBug> {
    [
        bugs_that_mail_twice(),
        bugs_that_corrupt_the_ledger(),
        bugs_that_lose_mails(),
        bugs_of_the_send_gate(),
    ]
    .concat()
}

fn resend(faults: Faults) -> PipelineModel {
    PipelineModel::new(&[Resend]).with_faults(faults)
}

const CRASH: Faults = Faults { crashes: 1, ..NONE };
const DUPLICATE: Faults = Faults { duplicates: 1, ..NONE };
const UNANSWERED: Faults = Faults { ses_unanswered: 1, ..NONE };
const UNANSWERED_CRASH: Faults = Faults { crashes: 1, ..UNANSWERED };
const PERMANENT_CRASH: Faults = Faults { crashes: 1, ses_permanent: 1, ..NONE };

fn bugs_that_mail_twice() -> Vec<SeededBug> {
    let hold = PipelineModel::new(&[Hold]).with_faults(UNANSWERED_CRASH);
    let published_twice = PipelineModel { events: 2, ..resend(NONE) };
    let models = [
        (Bug::ClaimWithoutCondition, resend(DUPLICATE)),
        (Bug::ExpiredLeaseIsFree, resend(CRASH)),
        (Bug::LeaseShorterThanWork, resend(Faults { crashes: 1, ..DUPLICATE })),
        (Bug::RetryAmbiguous, resend(UNANSWERED)),
        (Bug::EventIdAsKey, published_twice),
        (Bug::ResendWithoutGrace, resend(UNANSWERED_CRASH)),
        (Bug::ResendUnderHold, hold),
    ];
    models.map(|(bug, model)| (bug, model, promise::AT_MOST_ONE_MAIL)).to_vec()
}

fn bugs_that_corrupt_the_ledger() -> Vec<SeededBug> {
    let slow_and_reopened = PipelineModel {
        lifetime: Lifetime::WithinGrace,
        ..resend(Faults { reopens: 1, crashes: 1, ..DUPLICATE })
    };
    let with_events = PipelineModel { ses_events: &[Settle, Deliver, Reject], ..resend(NONE) };
    // The window opens, a later attempt is refused, and the mail becomes stale.
    let refused_in_the_window = Faults { ses_retryable: 1, stale: 1, ..UNANSWERED };
    let refused_before_an_event = Faults { ses_retryable: 1, ..UNANSWERED };
    let stale = Faults { stale: 1, ..UNANSWERED };
    let failed_after_a_doubt = Faults { ses_permanent: 1, ..UNANSWERED };
    // The second delivery waits for the ledger while the first one's mail fails.
    let spare_copy = Faults { duplicates: 1, ses_permanent: 1, ledger_timeouts: 1, ..NONE };
    let many_doubts = Faults { ses_unanswered: 3, crashes: 1, ..NONE };
    vec![
        (Bug::FinishWithoutFence, slow_and_reopened, promise::FENCED),
        (Bug::EventMovesStateBack, with_events.clone(), promise::FORWARD_ONLY),
        (Bug::RejectFailsAcceptedMail, with_events, promise::FORWARD_ONLY),
        (Bug::EventIgnored, resend(refused_before_an_event), promise::SES_EVENTS_TRUSTED),
        (Bug::RecordBeforeSend, resend(CRASH), promise::LEDGER_IS_TRUTHFUL),
        (Bug::SkipOutOfDoubt, resend(stale), promise::LEDGER_IS_TRUTHFUL),
        (Bug::StaleSkipsDoubt, resend(refused_in_the_window), promise::LEDGER_IS_TRUTHFUL),
        (Bug::FailureForgetsDoubt, resend(failed_after_a_doubt), promise::LEDGER_IS_TRUTHFUL),
        (Bug::DoubtsUncounted, resend(many_doubts), promise::BOUNDED_RESENDS),
        (Bug::RetryUnguarded, resend(PERMANENT_CRASH), promise::RETRIED_ONLY_BY_REPLAY),
        (Bug::RequeuePassesForReplay, resend(spare_copy), promise::RETRIED_ONLY_BY_REPLAY),
    ]
}

fn bugs_that_lose_mails() -> Vec<SeededBug> {
    // With the sweep, whatever is lost would be queued again.
    let no_sweep = |faults| PipelineModel { sweep: false, ..resend(faults) };
    let purged = Faults { purges: 1, ..NONE };
    let reopened = Faults { reopens: 1, stale: 1, ..purged };
    let retried_failure = Faults { ses_permanent: 1, ledger_retries: 1, ..NONE };
    let stale_duplicate = Faults { duplicates: 1, stale: 1, ..UNANSWERED_CRASH };
    let models = [
        (Bug::DeleteBeforeRecord, no_sweep(CRASH)),
        (Bug::PlanAbandoned, no_sweep(CRASH)),
        (Bug::PlanAbandonedWhenSkipping, no_sweep(CRASH)),
        (Bug::RelayAcknowledgesFirst, no_sweep(CRASH)),
        (Bug::NoSweep, resend(Faults { stream_losses: 1, ..NONE })),
        (Bug::OverdueUnswept, resend(purged)),
        (Bug::ExpiredLeaseUnswept, resend(Faults { crashes: 1, ..purged })),
        (Bug::ReopenedUnwatched, resend(reopened)),
        (Bug::RequeueDeletesFirst, no_sweep(Faults { ses_retryable: 1, ..CRASH })),
        (Bug::DeadLetterDeletesFirst, resend(PERMANENT_CRASH)),
        (Bug::OwnFailureMistaken, resend(retried_failure)),
        (Bug::StaleDoubtDropped, no_sweep(stale_duplicate)),
    ];
    models.map(|(bug, model)| (bug, model, promise::NOTHING_LOST)).to_vec()
}

fn bugs_of_the_send_gate() -> Vec<SeededBug> {
    let faults = Faults { account_faults: 1, ..NONE };
    let two_mails = PipelineModel::new(&[Resend; 2]).with_faults(faults);
    let crash = Faults { crashes: 1, ..faults };
    let silence = Faults { silences: 1, ..NONE };
    vec![
        (Bug::ClaimBeforeTurn, resend(crash), promise::TURN_BEFORE_CLAIM),
        (Bug::ProbeTakenByAll, two_mails.clone(), promise::ONE_PROBE),
        (Bug::ProbeLeaseTooShort, two_mails.clone(), promise::ONE_PROBE),
        (Bug::LateRefusalCutsLease, two_mails, promise::ONE_PROBE),
        (Bug::SilenceUnnoticed, resend(silence), promise::ONE_ASKS_IN_SILENCE),
    ]
}

#[test]
fn each_seeded_bug_breaks_the_promise_that_it_threatens() {
    for (bug, model, promise) in seeded_bugs() {
        let checked = check_until_violated(&model.with_bug(bug), promise);
        println!("{bug:?} breaks \"{promise}\" ({checked})");
        assert!(checked.violates(promise), "{bug:?} is not found: {checked}");
    }
}

/// Shows that the bug breaks the promise, and not the model's bounds.
#[test]
fn without_its_bug_each_of_these_models_keeps_the_promise() {
    for (bug, model, promise) in seeded_bugs() {
        let checked = check_exhaustively(&model);
        assert!(!checked.violates(promise), "{promise} is broken without {bug:?}");
    }
}

#[test]
fn a_bug_that_keeps_a_mail_from_ending_is_found_as_a_state_that_cannot_terminate() {
    let purged_retry = Faults { purges: 1, ses_retryable: 1, ..NONE };
    let hold = PipelineModel::new(&[Hold]);
    for (bug, model) in [
        (Bug::LeaseNeverRunsOut, resend(CRASH)),
        (Bug::RequestedOnlyBeforeFirstAttempt, resend(purged_retry)),
        (Bug::HeldDoubtSwept, hold.with_faults(UNANSWERED)),
        (Bug::ProbeWithoutLease, resend(Faults { account_faults: 1, ..CRASH })),
    ] {
        assert!(find_dead_end(&model).1.is_none(), "without {bug:?}");
        assert!(find_dead_end(&model.with_bug(bug)).1.is_some(), "{bug:?} is not found");
    }
}
