//! The watermark passes nothing that was not checked, and nothing is lost, whatever fails or stops when.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use kit::Clock;
use shared::outbox::BUCKET_MS;

use super::fake_aws::{FakeAws, Fault, SWEEP_AFTER_MS, order};
use crate::error::OutboxError;
use crate::sweep::{SweepStats, second_look_until, stop_at, sweep};

/// More chunks than are checked at the same time.
const MANY: usize = 1_500;

/// When the first of the events is due: all within an hour that the sweep has to read to its end.
fn due() -> i64 {
    let now = Clock::system().now_ms();
    (now - SWEEP_AFTER_MS).div_euclid(BUCKET_MS) * BUCKET_MS - BUCKET_MS + 60_000
}

async fn sweep_all(fake: &FakeAws) -> Result<SweepStats, OutboxError> {
    sweep(&fake.relay(), i64::MAX).await
}

/// Sweeps without faults; then every event has been queued.
async fn recover(fake: &FakeAws, orders: usize) {
    fake.fail_when(|_| None);
    sweep_all(fake).await.expect("the services answer");
    let queued: BTreeSet<String> = fake.queued().into_iter().collect();
    assert_eq!(queued.len(), orders, "each is queued at least once");
}

#[tokio::test]
async fn a_sweep_queues_every_lost_event_once_in_few_calls_and_advances_to_its_end() {
    let fake = FakeAws::with_events(MANY, due());
    let until = Clock::system().now_ms() - SWEEP_AFTER_MS;
    let stats = sweep_all(&fake).await.expect("the services answer");
    assert_eq!(stats, SweepStats { checked: MANY, queued_again: MANY });
    assert_eq!(fake.queued().len(), MANY);
    let moved_for = fake.sweep_at(0) - until - SWEEP_AFTER_MS;
    assert!((SWEEP_AFTER_MS..2 * SWEEP_AFTER_MS).contains(&moved_for), "{moved_for} ms");
    assert!(fake.watermark() >= Some(until));
    assert_eq!(fake.calls("SendMessageBatch"), MANY / 10);
    assert_eq!(fake.calls("BatchGetItem"), MANY / 100 + MANY / 10);
    assert_eq!(fake.calls("UpdateItem"), MANY, "each is moved once");
}

#[tokio::test]
async fn an_event_whose_ledger_key_cannot_be_stops_the_sweep_of_no_other_one() {
    let fake = FakeAws::with_events(10, due());
    fake.set_ledger_key(3, &"k".repeat(1025));
    fake.set_ledger_key(4, "");
    for n in 5..10 {
        fake.record(n, "sent", due());
    }
    let until = Clock::system().now_ms() - SWEEP_AFTER_MS;
    let stats = sweep_all(&fake).await.expect("the services answer");
    // Those of such a key too: swept too often, they end in the dead-letter queue.
    assert_eq!(stats, SweepStats { checked: 10, queued_again: 5 });
    assert!(fake.watermark() >= Some(until));
}

#[tokio::test]
async fn a_mail_to_a_corrected_address_whose_request_was_lost_is_queued_again_though_the_first_one_bounced()
 {
    let first_due = due();
    let fake = FakeAws::with_events(3, first_due);
    fake.readdress(1, "BBBBBBBB", first_due);
    for n in [0, 2] {
        fake.record(n, "sent", first_due);
    }
    let stats = sweep_all(&fake).await.expect("the services answer");
    assert_eq!(stats, SweepStats { checked: 3, queued_again: 1 });
    assert_eq!(fake.queued(), [order(1)]);
}

#[tokio::test]
async fn chunks_are_checked_at_the_same_time() {
    let fake = FakeAws::with_events(MANY, due());
    for n in 0..MANY {
        fake.record(n, "sent", due());
    }
    let stats = sweep_all(&fake).await.expect("the services answer");
    assert_eq!(stats, SweepStats { checked: MANY, queued_again: 0 });
    assert_eq!(fake.calls("BatchGetItem"), MANY / 100);
    assert!(fake.max_in_flight() >= 8, "{}", fake.max_in_flight());
}

#[tokio::test]
async fn a_sweep_that_runs_out_of_time_leaves_its_watermark_before_what_it_did_not_check() {
    let fake = FakeAws::with_events(MANY, due());
    let now = Clock::system().now_ms();
    let deadline = now + 200;
    // The first chunks are answered when the time is over.
    fake.fail_when(move |call| {
        (call.operation == "BatchGetItem").then_some(Fault::SlowUntil(deadline))
    });
    let stats = sweep(&fake.relay(), deadline).await.expect("running out of time is no error");
    assert!(stats.checked < MANY, "{stats:?}");
    assert!(fake.watermark() < Some(due() + 1_500), "the last event's time: it did not get there");
    recover(&fake, MANY).await;
    assert_eq!(fake.queued().len(), MANY, "what one sweep has begun, it ends");
}

#[tokio::test]
async fn a_sweep_begins_no_group_of_a_chunk_when_its_time_is_over() {
    let orders = 100;
    let fake = FakeAws::with_events(orders, due());
    let deadline = Clock::system().now_ms() + 1_000;
    // The chunk's first groups are answered when the time is over.
    fake.fail_when(move |call| {
        (call.operation == "SendMessageBatch").then_some(Fault::SlowUntil(deadline))
    });
    let stats = sweep(&fake.relay(), deadline).await.expect("running out of time is no error");
    assert_eq!(stats.queued_again, fake.queued().len());
    assert!((1..orders).contains(&stats.queued_again), "{stats:?}");
    recover(&fake, orders).await;
    assert_eq!(fake.queued().len(), orders, "what one sweep has begun, it ends");
}

#[test]
fn a_sweep_begins_nothing_in_the_last_quarter_of_a_short_time_or_the_last_half_minute() {
    let (now, second) = (1_763_900_000_000, 1_000);
    assert_eq!(stop_at(now, now + 8 * second), now + 6 * second);
    assert_eq!(stop_at(now, now + 120 * second), now + 90 * second);
    assert_eq!(stop_at(now, now + 300 * second), now + 270 * second);
    assert_eq!(stop_at(now, i64::MAX), i64::MAX - 30 * second);
}

#[tokio::test]
async fn a_sweep_that_ran_out_of_time_takes_no_second_look() {
    let fake = FakeAws::with_events(1, due());
    fake.set_second_watermark(None);
    sweep(&fake.relay(), Clock::system().now_ms() - 1).await.expect("no error");
    assert_eq!(fake.second_watermark(), None, "it is the next one's");
}

#[tokio::test]
async fn an_event_that_an_overlapping_sweep_has_moved_meanwhile_is_no_error() {
    let fake = FakeAws::with_events(1, due());
    fake.fail_when(|call| (call.operation == "UpdateItem").then_some(Fault::Overtaken));
    let stats = sweep_all(&fake).await.expect("the other sweep watches it");
    assert_eq!(stats, SweepStats { checked: 1, queued_again: 1 });
}

#[tokio::test]
async fn an_event_that_the_index_shows_when_the_watermark_has_passed_it_is_queued_by_the_second_look()
 {
    let first_due = due() - BUCKET_MS;
    let fake = FakeAws::with_events(3, first_due);
    fake.record(1, "sent", first_due);
    let until = Clock::system().now_ms() - SWEEP_AFTER_MS;
    // Beyond the end of the first look: only the second one moves its watermark.
    fake.set_watermark(Some(until + 60_000));
    fake.set_second_watermark(Some(first_due - 1));
    let stats = sweep_all(&fake).await.expect("the services answer");
    assert_eq!(stats, SweepStats { checked: 3, queued_again: 2 });
    assert_eq!(fake.queued(), [order(0), order(2)]);
    assert_eq!(fake.second_watermark(), Some(second_look_until(until)));
    sweep_all(&fake).await.expect("the services answer");
    assert_eq!(fake.queued().len(), 2, "none twice");
}

#[tokio::test]
async fn the_second_look_waits_for_the_first_and_begins_now_on_a_new_stack() {
    let first_due = due() - BUCKET_MS;
    let fake = FakeAws::with_events(3, first_due);
    fake.set_second_watermark(Some(first_due - 1));
    fake.fail_when(|call| (call.operation == "SendMessageBatch").then_some(Fault::Refused));
    sweep_all(&fake).await.expect_err("SQS takes nothing");
    assert_eq!(fake.second_watermark(), Some(first_due - 1));
    for unusable in [None, Some(i64::MAX), Some(0)] {
        let fake = FakeAws::with_events(0, first_due);
        fake.set_second_watermark(unusable);
        sweep_all(&fake).await.expect("the services answer");
        let until = second_look_until(Clock::system().now_ms() - SWEEP_AFTER_MS);
        assert_eq!(fake.second_watermark(), Some(until), "{unusable:?}");
    }
}

#[tokio::test]
async fn a_chunk_that_fails_stops_the_watermark_before_it_though_later_ones_were_checked() {
    let first_due = due();
    let fake = FakeAws::with_events(MANY, first_due);
    // The fourth chunk's read of the ledger fails.
    fake.fail_when(|call| {
        (call.operation == "BatchGetItem" && call.body["RequestItems"]["ledger"].is_object())
            .then(|| call.is_about(&order(350)))?
            .then_some(Fault::Refused)
    });
    let error = sweep_all(&fake).await.expect_err("a chunk failed");
    assert!(matches!(error, OutboxError::ReadLedger(_)), "{error}");
    assert_eq!(fake.watermark(), Some(first_due + 300), "the failed chunk's first entry");
    let queued = fake.queued().len();
    assert!(queued > 300, "chunks that had begun came to their end: {queued}");
    assert!(queued < 1_300, "no chunk was begun after the failure: {queued}");
    recover(&fake, MANY).await;
    assert_eq!(fake.queued().len(), MANY, "none twice");
}

#[tokio::test]
async fn whichever_call_of_a_chunk_fails_the_next_sweep_finds_its_event_and_its_neighbours_are_queued()
 {
    let first_due = due();
    for operation in ["BatchGetItem", "SendMessageBatch", "UpdateItem"] {
        let fake = FakeAws::with_events(40, first_due);
        fake.fail_when(move |call| {
            let is_it = call.operation == operation && call.is_about(&order(17));
            is_it.then_some(Fault::Refused)
        });
        sweep_all(&fake).await.expect_err(operation);
        assert_eq!(fake.watermark(), Some(first_due), "{operation}");
        let expected = match operation {
            "BatchGetItem" => 0,
            "SendMessageBatch" => 30,
            _ => 40,
        };
        assert_eq!(fake.queued().len(), expected, "{operation}");
        recover(&fake, 40).await;
    }
}

#[tokio::test]
async fn a_message_that_sqs_did_not_take_is_queued_by_the_next_sweep_and_its_neighbours_are_not() {
    let fake = FakeAws::with_events(10, due());
    fake.fail_when(|call| (call.operation == "SendMessageBatch").then_some(Fault::FirstRefused));
    let error = sweep_all(&fake).await.expect_err("one was not taken");
    assert!(matches!(error, OutboxError::Queue(_)), "{error}");
    assert_eq!(fake.queued().len(), 9);
    recover(&fake, 10).await;
    assert_eq!(fake.queued().len(), 10, "the one alone");
}

#[tokio::test]
async fn a_sweep_that_ends_between_any_two_writes_loses_nothing() {
    let orders = 12;
    // The calls before are reads of the watermark, the gate and the index.
    for stop_at in 33.. {
        let fake = FakeAws::with_events(orders, due());
        fake.fail_when(move |call| (call.number == stop_at).then_some(Fault::Stop));
        let relay = fake.relay();
        let swept = tokio::select! {
            biased;
            swept = sweep(&relay, i64::MAX) => Some(swept),
            () = stopped(&fake) => None,
        };
        recover(&fake, orders).await;
        if swept.is_some() {
            assert!(
                stop_at > 33 + 2 * 2 + orders,
                "every call of a whole sweep was the last one once"
            );
            return;
        }
    }
}

/// Ends once no call is answered any more, and all that had begun have had their turn.
async fn stopped(fake: &FakeAws) {
    while !fake.has_stopped() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn the_progress_of_a_sweep_that_is_killed_on_its_second_page_is_kept() {
    let orders = 600;
    // A first sweep begins two days back: where the events are, it has few hours to read before them.
    let days_ago = Clock::system().now_ms() - 47 * 3_600_000;
    for (is_first, first_due) in [(false, due()), (true, days_ago)] {
        let fake = FakeAws::with_events(orders, first_due).in_one_bucket();
        if is_first {
            fake.set_watermark(None);
        }
        for n in 0..orders {
            fake.record(n, "sent", first_due);
        }
        fake.fail_when(|call| (call.operation == "PutItem").then_some(Fault::Stop));
        let relay = fake.relay();
        tokio::select! {
            _ = sweep(&relay, i64::MAX) => panic!("it wrote no watermark"),
            () = stopped(&fake) => {}
        }
        let watermark = fake.watermark().expect("written after the first page");
        assert!(watermark > first_due && watermark < first_due + 600, "in between: {is_first}");
    }
}

#[tokio::test]
async fn while_the_send_gate_is_closed_waiting_mails_are_not_queued_again_and_lost_events_are() {
    let (first_due, now) = (due(), Clock::system().now_ms());
    let fake = FakeAws::with_events(2, first_due);
    fake.record(0, "planned", first_due);
    let closed_until = now + 900_000;
    fake.close_gate(closed_until);
    let stats = sweep_all(&fake).await.expect("the services answer");
    assert_eq!(stats, SweepStats { checked: 2, queued_again: 1 });
    assert_eq!(fake.queued(), [order(1)], "the ledger has not seen it");
    assert!(fake.sweep_at(0) >= closed_until, "{}", fake.sweep_at(0));
}

#[tokio::test]
async fn once_the_send_gate_is_open_a_mail_that_nothing_moves_on_is_queued_again() {
    let first_due = due();
    let fake = FakeAws::with_events(1, first_due);
    fake.record(0, "planned", first_due);
    // For so long that a mail would have asked SES by now, were there one.
    fake.close_gate(Clock::system().now_ms() - 20 * 60_000);
    let stats = sweep_all(&fake).await.expect("the services answer");
    assert_eq!(stats.queued_again, 1);
}

#[tokio::test]
async fn a_closure_for_longer_than_any_answer_says_postpones_no_lost_mail() {
    let first_due = due();
    for until in [i64::MAX, Clock::system().now_ms() + 24 * 3_600_000, i64::MIN] {
        let fake = FakeAws::with_events(1, first_due);
        fake.record(0, "planned", first_due);
        fake.close_gate(until);
        let stats = sweep_all(&fake).await.expect("the services answer");
        assert_eq!(stats.queued_again, 1, "{until}");
    }
}

#[tokio::test]
async fn a_watermark_that_a_wrong_clock_wrote_is_set_back_and_what_was_lost_is_queued() {
    let hour = 3_600_000;
    let now = Clock::system().now_ms();
    for wrong in [now + hour, now + 24 * 365 * hour, i64::MAX, i64::MIN, 0] {
        let fake = FakeAws::with_events(3, due());
        fake.set_watermark(Some(wrong));
        let stats = sweep_all(&fake).await.expect("the services answer");
        assert_eq!(stats.queued_again, 3, "{wrong}");
        let watermark = fake.watermark().expect("written");
        assert!((now - SWEEP_AFTER_MS..now + hour / 2).contains(&watermark), "{watermark}");
    }
}

#[tokio::test]
async fn a_sweep_that_comes_no_further_sets_the_watermark_of_a_wrong_clock_back_nevertheless() {
    let fake = FakeAws::with_events(1, due());
    fake.set_watermark(Some(i64::MAX));
    fake.fail_when(|call| (call.operation == "Query").then_some(Fault::Refused));
    sweep_all(&fake).await.expect_err("the index does not answer");
    let two_days_ago = Clock::system().now_ms() - 2 * 86_400_000;
    assert!(fake.watermark().is_some_and(|at| (at - two_days_ago).abs() < 600_000));
}

#[tokio::test]
async fn a_first_sweep_tells_of_no_time_before_the_first_event() {
    let first_due = due();
    let fake = FakeAws::with_events(1, first_due);
    fake.set_watermark(None);
    sweep_all(&fake).await.expect("the services answer");
    let watermarks = fake.watermarks();
    assert!(watermarks.iter().all(|at| *at >= first_due), "{watermarks:?}");
    let empty = FakeAws::with_events(0, first_due);
    empty.set_watermark(None);
    sweep_all(&empty).await.expect("the services answer");
    assert_eq!(empty.watermarks().len(), 1);
}

#[tokio::test]
async fn a_first_sweep_that_runs_out_of_time_before_the_first_event_is_continued_where_it_ended() {
    let fake = FakeAws::with_events(1, due());
    fake.set_watermark(None);
    // Of two days, each of these sweeps has the time for some hours.
    let mut sweeps = 0;
    while fake.queued().is_empty() {
        let (begin, hours_read) = (Clock::system().now_ms(), Arc::<AtomicUsize>::default());
        fake.fail_when(move |call| {
            let is_query = call.operation == "Query";
            let is_sixth = is_query && hours_read.fetch_add(1, Ordering::SeqCst) == 5 * 32;
            is_sixth.then_some(Fault::SlowUntil(begin + 300))
        });
        sweep(&fake.relay(), begin + 300).await.expect("running out of time is no error");
        sweeps += 1;
        assert!(sweeps < 49, "it comes no further: {:?}", fake.watermarks());
    }
    assert!(sweeps > 3, "{sweeps}");
}

#[tokio::test]
async fn a_first_sweep_queues_what_was_lost_as_long_as_the_stream_keeps_records_and_as_long_again()
{
    let hour = 3_600_000;
    let until = Clock::system().now_ms() - SWEEP_AFTER_MS;
    for (age, queued) in [(25 * hour, 3), (47 * hour, 3)] {
        let fake = FakeAws::with_events(3, until - age);
        fake.set_watermark(None);
        let stats = sweep_all(&fake).await.expect("the services answer");
        assert_eq!((stats.queued_again, fake.queued().len()), (queued, queued), "{age} ms ago");
        let watermark = fake.watermark().expect("written at the end");
        assert!((watermark - until).abs() < 60_000, "{watermark}");
        sweep_all(&fake).await.expect("the services answer");
        assert_eq!(fake.queued().len(), queued, "none twice");
    }
}

#[tokio::test]
async fn a_message_that_sqs_refuses_for_good_with_its_whole_call_goes_to_the_dlq_alone() {
    let fake = FakeAws::with_events(10, due());
    fake.poison(3);
    let stats = sweep_all(&fake).await.expect("it holds nothing up");
    assert_eq!(stats, SweepStats { checked: 10, queued_again: 9 });
    assert_eq!((fake.queued().len(), fake.dead_letters()), (9, 1));
}

/// Not a promise: what `time` measures of it, divided by the number of events, is what infra/README.md tells of
/// the processor. `cargo test --release -p waybill-relay --lib -- --ignored`
#[tokio::test]
#[ignore = "a measurement, and slow without --release"]
async fn what_a_hundred_thousand_lost_events_take() {
    let orders = 100_000;
    let fake = FakeAws::with_events(orders, due());
    let began = std::time::Instant::now();
    let stats = sweep_all(&fake).await.expect("the services answer");
    println!("{stats:?} in {:?}", began.elapsed());
}
