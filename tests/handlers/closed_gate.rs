//! While SES takes no mails, or gives no answer, one mail at a time asks it: two mailer processes on one table, and what a
//! mailer whose clock was wrong may leave there.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::{SignedDuration, Timestamp};
use local::Config;
use local::edge::faults::{Call, Fault, Faults};
use local::resources::LEDGER_TABLE;
use mailer::SendGate;
use mailer::send_gate::{Place, Turn};
use mailer::send_outcome::SendOutcome;
use shared::ledger::{MAX_DOUBTS, silence_wait_ms};
use shared::send_gate::{PARTITION_KEY, SORT_KEY};

use crate::send_gate::{LEASE, gate};
use crate::support::TestStack;

/// How long SES says to wait while it is paused.
const PAUSE: SignedDuration = SignedDuration::from_mins(5);

/// Two mailer processes and the account's answers, without any mail.
struct Gates {
    first: SendGate,
    second: SendGate,
}

impl Gates {
    fn new(stack: &TestStack) -> Self {
        Self { first: gate(stack, Some(100.0)), second: gate(stack, Some(100.0)) }
    }
}

/// Places for three mails at `now` (milliseconds).
async fn take(gate: &SendGate, now: i64) -> Vec<Place> {
    let places = gate.take(&["default"; 3], Duration::from_secs(10), || now * 1000).await;
    let places = places.expect("DynamoDB answers");
    assert_eq!(places.len(), 3);
    places
}

fn turns(places: &[Place]) -> Vec<Turn> {
    let turn = |place: &Place| match place {
        Place::Turn(turn) => Some(*turn),
        _ => None,
    };
    places.iter().filter_map(turn).collect()
}

fn paused() -> SendOutcome {
    SendOutcome::AccountFault {
        code: "SendingPausedException".to_owned(),
        retry_after: PAUSE.unsigned_abs(),
    }
}

fn accepted() -> SendOutcome {
    SendOutcome::Accepted { message_id: "m".to_owned() }
}

fn ambiguous() -> SendOutcome {
    SendOutcome::Ambiguous { code: "NoAnswerInTime".to_owned() }
}

fn throttled() -> SendOutcome {
    let retry_after = Duration::from_secs(30);
    SendOutcome::Retryable { code: "TooManyRequestsException".to_owned(), retry_after }
}

fn unreachable() -> SendOutcome {
    let retry_after = Duration::from_secs(30);
    SendOutcome::Retryable { code: "NoConnection".to_owned(), retry_after }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_probe_at_a_time_decides_for_all_mailers_and_one_that_dies_loses_only_its_lease() {
    let stack = TestStack::start().await;
    let Gates { first, second } = Gates::new(&stack);
    let mut now = Timestamp::now().as_millisecond();
    let pause = i64::try_from(PAUSE.as_millis()).expect("minutes");
    let lease = i64::try_from(LEASE.as_millis()).expect("a minute");
    let open = turns(&take(&first, now).await);
    assert_eq!((open.len(), turns(&take(&second, now).await).len()), (3, 3));
    first.report(open[0], &paused(), now).await;
    // The same batch's next answer closes it for no longer.
    first.report(open[1], &paused(), now + 1_000).await;
    for gate in [&first, &second] {
        for place in take(gate, now + pause - 1).await {
            let Place::Closed(until) = place else { panic!("{place:?}") };
            assert!((now + pause..now + pause + 60_000).contains(&until), "{until}");
        }
    }

    // The first probe dies: nobody else asks before its lease is over.
    now += pause;
    let places = take(&second, now).await;
    assert!(matches!(places[..], [Place::Turn(probe), ..] if probe.is_probe()), "{places:?}");
    for place in [&places[1..], &take(&first, now).await].concat() {
        let Place::Closed(until) = place else { panic!("{place:?}") };
        assert!((now + 5_000..now + 15_000).contains(&until), "{until}");
    }
    assert_eq!(turns(&take(&second, now + lease - 1).await), []);

    // The next one has no answer, which proves nothing: as if it had died.
    now += lease;
    let probe = turns(&take(&first, now).await);
    assert_eq!(probe.len(), 1);
    first.report(probe[0], &ambiguous(), now).await;
    assert_eq!(turns(&take(&second, now + 1).await), []);

    // The next one did not ask at all, and the one after it is refused: closed for as long again.
    now += lease;
    let unused = turns(&take(&second, now).await);
    second.give_back(unused[0], now + 5).await;
    let probe = turns(&take(&first, now + 6).await);
    assert_eq!(probe.len(), 1);
    first.report(probe[0], &paused(), now + 6).await;
    assert_eq!(turns(&take(&second, now + 5 + pause).await), []);

    // The next one does not reach SES, which proves nothing: another one asks half a minute later.
    now += 6 + pause;
    let probe = turns(&take(&second, now).await);
    second.report(probe[0], &unreachable(), now).await;
    assert_eq!(turns(&take(&first, now + 29_999).await), []);
    now += 30_000;

    // SES answers to the last one, though it does not take it: all go on.
    let probe = turns(&take(&second, now).await);
    assert_eq!(probe.len(), 1);
    second.report(probe[0], &throttled(), now + 1).await;
    assert_eq!(turns(&take(&first, now + 100).await).len(), 3);
    assert_eq!(turns(&take(&second, now + 100).await).len(), 3);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn three_mails_in_a_row_without_an_answer_close_the_gate_of_all_mailers_and_an_acceptance_begins_anew()
 {
    let stack = TestStack::start().await;
    let Gates { first, second } = Gates::new(&stack);
    let mut now = Timestamp::now().as_millisecond();
    let a = turns(&take(&first, now).await);
    let b = turns(&take(&second, now).await);
    // Two, an acceptance, and two again: SES answers now and then.
    first.report(a[0], &ambiguous(), now).await;
    second.report(b[0], &ambiguous(), now).await;
    second.report(b[1], &accepted(), now).await;
    first.report(a[1], &ambiguous(), now).await;
    second.report(b[2], &ambiguous(), now).await;
    now += 1_000;
    let turn = turns(&take(&first, now).await);
    assert_eq!(turn.len(), 3);

    // Half a minute after the third, one mail asks; then after twice as long, at most five minutes.
    first.report(turn[0], &ambiguous(), now).await;
    for seconds in [30, 60, 120, 240, 300, 300] {
        for gate in [&first, &second] {
            for place in take(gate, now + seconds * 1000 - 1).await {
                assert!(matches!(place, Place::Closed(_)), "{place:?}");
            }
        }
        // An answer to a mail of before changes nothing.
        first.report(turn[1], &ambiguous(), now + 1).await;
        now += seconds * 1000;
        let probe = turns(&take(&second, now).await);
        assert_eq!(probe.len(), 1, "after {seconds} s");
        assert!(probe[0].is_probe());
        second.report(probe[0], &ambiguous(), now).await;
    }
    now += 300_000;
    let probe = turns(&take(&second, now).await);
    second.report(probe[0], &accepted(), now).await;
    let open = turns(&take(&first, now + 1).await);
    assert_eq!(open.len(), 3);
    for turn in &open[..2] {
        first.report(*turn, &ambiguous(), now + 1).await;
    }
    assert_eq!(turns(&take(&second, now + 2).await).len(), 3, "two are a few");
    stack.stop().await;
}

/// Counts the writes.
#[derive(Debug, Default)]
struct Writes(AtomicUsize);

impl Faults for Writes {
    fn before(&self, call: &Call<'_>) -> Option<Fault> {
        self.0.fetch_add(usize::from(call.operation == "UpdateItem"), Ordering::SeqCst);
        None
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_that_ses_accepts_costs_no_write_unless_one_before_it_got_no_answer() {
    let writes = Arc::<Writes>::default();
    let faults = Arc::clone(&writes) as _;
    let stack = TestStack::start_with(Config { faults, ..Config::default() }).await;
    let gate = gate(&stack, Some(100.0));
    let now = Timestamp::now().as_millisecond();
    let open = turns(&take(&gate, now).await);
    let costs = async |turn: Turn, outcome: SendOutcome| {
        let before = writes.0.load(Ordering::SeqCst);
        gate.report(turn, &outcome, now).await;
        writes.0.load(Ordering::SeqCst) - before
    };
    assert_eq!(costs(open[0], accepted()).await, 0);
    assert_eq!(costs(open[1], ambiguous()).await, 1);
    assert_eq!(costs(open[2], accepted()).await, 1);
    stack.stop().await;
}

/// The time from SES's answer on until another mail asks.
fn closed_for(gate: &SendGate, now: i64) -> Option<i64> {
    gate.closed_until(now).map(|until| until - now)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_learns_from_its_first_mail_that_ses_takes_none_and_they_come_back_at_random() {
    let stack = TestStack::start().await;
    let Gates { first, second } = Gates::new(&stack);
    let now = Timestamp::now().as_millisecond();
    let turn = turns(&take(&first, now).await)[0];
    assert_eq!((closed_for(&first, now), closed_for(&second, now)), (None, None));
    first.report(turn, &paused(), now).await;
    let mut all = Vec::new();
    for _ in 0..20 {
        let until = closed_for(&first, now).expect("it is closed");
        assert!((300_000..360_000).contains(&until), "{until}");
        all.push(until);
        for place in take(&second, now + 1).await {
            let Place::Closed(until) = place else { panic!("{place:?}") };
            all.push(until - now);
        }
    }
    all.sort_unstable();
    all.dedup();
    assert!(all.len() > 40, "not all at once: {all:?}");
    assert_eq!(closed_for(&first, now + 300_000), None, "the probe is due");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_doubt_is_not_sent_again_while_ses_answers_nobody_but_for_so_long() {
    const GRACE: i64 = 600_000;
    let stack = TestStack::start().await;
    let Gates { first, second } = Gates::new(&stack);
    let now = Timestamp::now().as_millisecond();
    let open = turns(&take(&first, now).await);
    take(&second, now).await;
    let state = |gate: &SendGate, at: i64| {
        let held = gate.holds_doubt_until(MAX_DOUBTS - 1, at, GRACE);
        (gate.is_unanswered(), held.map(|until| until - now))
    };
    assert_eq!(state(&first, now), (false, None));
    // One answer that was lost is no silence: as if it were the first doubt of several.
    let once = silence_wait_ms(1, GRACE);
    first.report(open[0], &ambiguous(), now).await;
    assert_eq!(state(&first, now), (true, Some(once)));
    assert_eq!(state(&first, now + once - 1), (true, Some(once)));
    assert_eq!(state(&first, now + once), (true, None));
    // Two are one: the last time that it can be sent is not spent on it.
    let long = silence_wait_ms(MAX_DOUBTS - 1, GRACE);
    assert!(long > once);
    first.report(open[1], &ambiguous(), now).await;
    assert_eq!(state(&first, now + long - 1), (true, Some(long)));
    assert_eq!(state(&first, now + long), (true, None));
    // Written by a clock that is ahead by up to a minute, and by more.
    assert_eq!(state(&first, now - 60_000), (true, Some(long)));
    assert_eq!(state(&first, now - 60_001), (true, None));
    // Another process learns it by its next write.
    assert_eq!(state(&second, now), (false, None));
    take(&second, now).await;
    assert_eq!(state(&second, now), (true, Some(long)));
    first.report(open[2], &accepted(), now).await;
    assert_eq!(state(&first, now), (false, None));
    stack.stop().await;
}

/// What a mailer whose clock is ahead, another version or somebody's hand may leave in the item.
fn unusable_items(now: i64) -> Vec<(&'static str, Vec<(&'static str, AttributeValue)>)> {
    let number = |value: i64| AttributeValue::N(value.to_string());
    let text = || AttributeValue::S("soon".to_owned());
    let (hours, days) = (now + 2 * 3_600_000, now + 9 * 86_400_000);
    let item = |of: &[(&'static str, AttributeValue)]| of.to_vec();
    vec![
        ("next_at is text", item(&[("next_at", text())])),
        ("next_at is days ahead", item(&[("next_at", number(days * 1000))])),
        ("next_at is hours ahead", item(&[("next_at", number(hours * 1000))])),
        ("next_at is the last time", item(&[("next_at", number(i64::MAX))])),
        ("next_at is a fraction", item(&[("next_at", AttributeValue::N("1.5".to_owned()))])),
        ("line_at is text", item(&[("line_at", text())])),
        ("line_at is days ahead", item(&[("line_at", number(days * 1000))])),
        ("closed_until is text", item(&[("closed_until", text())])),
        ("closed_until is days ahead", item(&[("closed_until", number(days))])),
        ("closed_until is hours ahead", item(&[("closed_until", number(hours))])),
        ("closed_until is the last time", item(&[("closed_until", number(i64::MAX))])),
        (
            "closed_until is too large",
            item(&[("closed_until", AttributeValue::N("1e30".to_owned()))]),
        ),
        (
            "closed_until is a fraction",
            item(&[("closed_until", AttributeValue::N("1.5".to_owned()))]),
        ),
        ("rate_due is text", item(&[("rate_due", text())])),
        ("rate_due is days ahead", item(&[("rate_due", number(days))])),
        ("send_rate is text", item(&[("send_rate", text()), ("rate_due", number(now + 600_000))])),
        ("send_rate is 0", item(&[("send_rate", number(0)), ("rate_due", number(now + 600_000))])),
    ]
}

/// Replaces the gate's item.
async fn put_gate(stack: &TestStack, attributes: &[(&str, AttributeValue)]) {
    let text = |value: &str| AttributeValue::S(value.to_owned());
    let put = stack.stack.dynamodb.put_item().table_name(LEDGER_TABLE);
    let mut put = put.item("order_key", text(PARTITION_KEY)).item("notification", text(SORT_KEY));
    for (name, value) in attributes {
        put = put.item(*name, value.clone());
    }
    put.send().await.expect("DynamoDB answers");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_item_that_no_mailer_can_have_written_holds_the_mails_up_for_no_longer_than_a_minute() {
    let stack = TestStack::start().await;
    let start = Timestamp::now().as_millisecond();
    for fixed_rate in [Some(100.0), None] {
        for (what, attributes) in unusable_items(start) {
            put_gate(&stack, &attributes).await;
            // A new process, and one that has known the item for long.
            let gates = [(); 2].map(|()| gate(&stack, fixed_rate));
            let mut sent = [0, 0];
            for second in (0..60).step_by(4) {
                let now = start + second * 1_000;
                for (gate, sent) in gates.iter().zip(&mut sent) {
                    for turn in turns(&take(gate, now).await) {
                        gate.report(turn, &accepted(), now + 1).await;
                        *sent += 1;
                    }
                }
            }
            // At one mail a second where the rate has to be found out first, and a probe has to be sent.
            assert!(sent.iter().sum::<i32>() > 20, "{what}, {fixed_rate:?}: {sent:?}");
        }
    }
    stack.stop().await;
}
