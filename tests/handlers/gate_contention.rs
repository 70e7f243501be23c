//! The send gate where writes are slow, and where several mailers write at once.

use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::time::Duration;

use mailer::SendGate;

use crate::send_gate::Told::{Later, Turn};
use crate::send_gate::{AT, AT_TWO, FIRST_IN_LINE, SECOND, Told, gate, later, take, told};
use crate::support::TestStack;

const MAX_WAIT: Duration = Duration::from_secs(10);

/// What so many mails of the shop `a` are told, where the first write takes so long: the clock is read for the third time
/// after it.
async fn take_slowly(gate: &SendGate, mails: usize, at: i64, write: i64) -> Vec<Told> {
    let readings = AtomicUsize::new(0);
    let clock = || AT + at + if readings.fetch_add(1, Ordering::SeqCst) < 2 { 0 } else { write };
    let places = gate.take(&vec!["a"; mails], MAX_WAIT, clock).await;
    places.expect("DynamoDB answers").iter().map(told).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn slots_that_passed_while_dynamodb_answered_are_not_used_and_the_next_ones_are_further_ahead()
 {
    let services = TestStack::start().await;
    let gate = gate(&services, Some(2.0));
    take(&gate, &["a"], -60 * SECOND).await;
    let minute = 60 * SECOND;
    // As late as a mail may be. The next slots begin after as long as two such writes take, and half of one.
    assert_eq!(take_slowly(&gate, 1, 0, 100_000).await, [Turn(0)]);
    assert_eq!(take(&gate, &["a"], minute).await, [Turn(minute + 250_000)]);
    assert_eq!(take(&gate, &["a"], 2 * minute).await, [Turn(2 * minute)]);
    // Too late: a slot is taken anew, after the answer.
    let at = 3 * minute;
    assert_eq!(take_slowly(&gate, 1, at, 200_000).await, [Turn(at + 200_000 + 500_000)]);
    // However slow it was: not behind three quarters of the time.
    let at = 4 * minute;
    assert_eq!(take_slowly(&gate, 1, at, 5 * SECOND).await, [Turn(at + 5 * SECOND + 3 * SECOND)]);
    services.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mails_stand_in_no_line_where_its_write_would_let_the_slots_of_others_pass() {
    let services = TestStack::start().await;
    let gates = [(); 2].map(|()| gate(&services, Some(2.0)));
    take(&gates[0], &["a"], -60 * SECOND).await;
    let places = take_slowly(&gates[0], 10, 0, 80_000).await;
    assert_eq!(places[..8], [0, 1, 2, 3, 4, 5, 6, 7].map(|n| Turn(n * AT_TWO)));
    let is_soon = |place: &Told| matches!(place, Later(at) if (SECOND..16 * SECOND).contains(at));
    assert!(places[8..].iter().all(is_soon), "{places:?}");
    assert_eq!(take(&gates[1], &["a"], 0).await, [later(FIRST_IN_LINE)], "nobody stands there");
    services.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_writes_are_slow_a_busy_shop_has_a_second_behind_the_first_slot_that_can_be_taken() {
    const INTERVAL: i64 = 102_041;
    let services = TestStack::start().await;
    let gate = gate(&services, Some(10.0));
    take(&gate, &["a"; 240], 0).await;
    // Each is at most a tenth of a second late, and the next slots are further ahead each time.
    assert_eq!(take_slowly(&gate, 1, 5 * SECOND, 100_000).await, [Turn(5 * SECOND)]);
    assert_eq!(take_slowly(&gate, 1, 6 * SECOND, 300_000).await, [Turn(6_250_000)]);
    assert_eq!(take_slowly(&gate, 1, 7 * SECOND, 840_000).await, [Turn(7_750_000)]);
    let places = take(&gate, &["a"; 20], 8 * SECOND).await;
    let slots: Vec<Told> = (0..10).map(|n| Turn(10_100_000 + n * INTERVAL)).collect();
    assert_eq!(places[..10], slots);
    assert!(places[10..].iter().all(|place| matches!(place, Later(_))), "{places:?}");
    services.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn slots_that_others_took_meanwhile_push_no_mail_further_ahead_than_it_may_wait() {
    let services = TestStack::start().await;
    let [first, second] = [(); 2].map(|()| gate(&services, Some(2.0)));
    take(&first, &["a"; 2], 0).await;
    take(&first, &["a"], 0).await;
    take(&second, &["b"; 4], 0).await;
    let places = take(&first, &["a"; 4], 0).await;
    assert_eq!(places[0], Turn(7 * AT_TWO));
    assert!(places[1..].iter().all(|place| matches!(place, Later(_))), "{places:?}");

    // A busy shop's mail only three seconds.
    take(&first, &["busy"; 60], 0).await;
    let at = 4 * SECOND;
    assert_eq!(take(&first, &["busy"], at).await, [Turn(8 * AT_TWO)]);
    let quiet = take(&second, &["quiet"; 5], at).await;
    assert_eq!(quiet, [9, 10, 11, 12, 13].map(|n| Turn(n * AT_TWO)));
    assert!(matches!(take(&first, &["busy"], at).await[..], [Later(_)]));
    services.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_for_which_no_slot_can_be_had_in_time_comes_again_within_three_seconds() {
    let services = TestStack::start().await;
    let gate = gate(&services, Some(2.0));
    // Each reading of the clock is so much later that each slot has passed.
    let clock = AtomicI64::new(AT);
    let places = gate.take(&["a"; 40], MAX_WAIT, || clock.fetch_add(5 * SECOND, Ordering::SeqCst));
    let places: Vec<Told> = places.await.expect("DynamoDB answers").iter().map(told).collect();
    let last = clock.into_inner() - 5 * SECOND - AT;
    let is_soon = |place: &Told| {
        let Later(at) = place else { return false };
        (last + SECOND..last + 3 * SECOND).contains(at)
    };
    assert_eq!(places.len(), 40);
    assert!(places.iter().all(is_soon), "{places:?}, {last}");
    assert_ne!(places, vec![places[0]; 40], "not all at once");
    services.stop().await;
}
