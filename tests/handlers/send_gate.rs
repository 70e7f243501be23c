//! The send gate's slots and lines, to the microsecond: mailer processes on one table, and a clock that the test sets.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_sesv2::config::{BehaviorVersion, Credentials, Region};
use jiff::SignedDuration;
use local::Config;
use local::edge::faults::{Call, Fault, Faults};
use local::resources::LEDGER_TABLE;
use local::ses::settings::Settings;
use mailer::SendGate;
use mailer::send_gate::{MAX_PASSED_OVER, Place};
use shared::send_gate::{LINE_AT, PARTITION_KEY, shop_line_key};

use crate::support::TestStack;

/// When the tests begin (microseconds since 1970, as all times here).
pub const AT: i64 = 2_000_000_000_000_000;
pub const SECOND: i64 = 1_000_000;

/// From one slot to the next, at 98 % of two, and of a hundred, mails a second.
pub const AT_TWO: i64 = 510_205;
const AT_HUNDRED: i64 = 10_205;

/// The first place in a line that nobody stands in: a mail comes back three seconds before its slot, which is behind the
/// four seconds of slots that are taken.
pub const FIRST_IN_LINE: i64 = SECOND;

/// How long a probe may take.
pub const LEASE: SignedDuration = SignedDuration::from_secs(60);

/// A mailer process; SES tells the rate where none is given.
pub fn gate(services: &TestStack, fixed_rate: Option<f64>) -> SendGate {
    let ses = aws_sdk_sesv2::Client::from_conf(
        aws_sdk_sesv2::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .endpoint_url(&services.stack.endpoints.ses)
            .region(Region::new("us-east-1"))
            .credentials_provider(Credentials::new("a", "b", None, None, "test"))
            .build(),
    );
    let (dynamodb, table) = (services.stack.dynamodb.clone(), LEDGER_TABLE.to_owned());
    SendGate::new(dynamodb, table, ses, fixed_rate, LEASE)
}

/// What a mail is told, in microseconds after [`AT`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    Turn(i64),
    Later(i64),
}
use Told::{Later, Turn};

pub fn told(place: &Place) -> Told {
    match place {
        Place::Turn(turn) => {
            assert!(!turn.is_probe(), "SES takes mails");
            Turn(turn.slot - AT)
        }
        Place::Later(until) => Later(1000 * until - AT),
        Place::Closed(_) => panic!("SES takes mails"),
    }
}

/// What mails of these shops are told at a moment after [`AT`].
pub async fn take(gate: &SendGate, shops: &[&str], at: i64) -> Vec<Told> {
    let places = gate.take(shops, Duration::from_secs(10), || AT + at).await;
    places.expect("DynamoDB answers").iter().map(told).collect()
}

/// The times of a line are told in milliseconds, rounded down.
pub fn later(at: i64) -> Told {
    Later(at / 1000 * 1000)
}

async fn line_expires_at(services: &TestStack, shop: &str) -> String {
    let text = |value: &str| AttributeValue::S(value.to_owned());
    let get = services.stack.dynamodb.get_item().table_name(LEDGER_TABLE);
    let get = get.key("order_key", text(PARTITION_KEY));
    let item = get.key("notification", text(&shop_line_key(shop))).send().await;
    let item = item.expect("DynamoDB answers").item.expect("it has a line");
    item["expires_at"].as_n().expect("a number").clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn slots_are_evenly_spaced_for_four_seconds_and_behind_them_is_the_shops_line() {
    let services = TestStack::start().await;
    let [first, second] = [(); 2].map(|()| gate(&services, Some(2.0)));
    let mut expected: Vec<Told> = (0..8).map(|n| Turn(n * AT_TWO)).collect();
    expected.extend([later(FIRST_IN_LINE), later(FIRST_IN_LINE + AT_TWO)]);
    assert_eq!(take(&first, &["a"; 10], 0).await, expected);
    // Another process knows of neither, and is told by what refuses its writes.
    assert_eq!(take(&second, &["a"], 0).await, [later(FIRST_IN_LINE + 2 * AT_TWO)]);
    // DynamoDB deletes it a day after it was written.
    let expires_at = line_expires_at(&services, "a").await;
    assert_eq!(expires_at, ((AT + 4 * SECOND) / SECOND + 86_400).to_string());
    // A second later there is room for two, and the line has moved on by less than that.
    let line = later(FIRST_IN_LINE + 3 * AT_TWO);
    assert_eq!(take(&second, &["a"; 3], SECOND).await, [Turn(8 * AT_TWO), Turn(9 * AT_TWO), line]);
    // Nobody came for a while: slots that have passed are gone.
    let minute = 60 * SECOND;
    assert_eq!(take(&first, &["a"], minute).await, [Turn(minute)]);
    // No further ahead than a mailer can wait.
    let waits = Duration::from_secs(1);
    let places = first.take(&["b"; 3], waits, || AT + 2 * minute).await.expect("DynamoDB answers");
    let slots = [0, AT_TWO].map(|after| Turn(2 * minute + after));
    let places: Vec<Told> = places.iter().map(told).collect();
    assert_eq!(places, [&slots[..], &[later(2 * minute + FIRST_IN_LINE)]].concat());
    services.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_busy_shop_leaves_the_last_second_and_the_first_slots_to_quiet_ones() {
    let services = TestStack::start().await;
    let gate = gate(&services, Some(2.0));
    // 42 mails without a turn, for over 15 seconds: the shop is busy, and stands in the common line.
    let places = take(&gate, &[&["busy"; 50][..], &["quiet"]].concat(), 0).await;
    let line = |n: i64| later(FIRST_IN_LINE + n * AT_TWO);
    assert_eq!(places[8..50], (0..42).map(line).collect::<Vec<_>>());
    assert_eq!(places[50], line(0), "it has a line of its own");

    let (b, q) = ("busy", "quiet");
    let slot = |n: i64| Turn((8 + n) * AT_TWO);
    let at = 4 * SECOND;
    assert_eq!(
        take(&gate, &[b, q, b, b, q, b, b, b], at).await,
        [slot(2), slot(0), slot(3), slot(4), slot(1), slot(5), line(42), line(43)]
    );
    // Two more slots are within the last second. The busy shop's own line is longer than the common one by now.
    let places = take(&gate, &[b, q, q, q], at).await;
    assert_eq!(places, [line(42), slot(6), slot(7), later(at + FIRST_IN_LINE)]);
    services.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_busy_shop_reaches_as_far_as_quiet_ones_once_so_many_of_their_mails_had_a_turn() {
    let services = TestStack::start().await;
    let gate = gate(&services, Some(100.0));
    // While it was quiet, and now the first one of a busy shop.
    take(&gate, &["busy"; 2_500], 0).await;
    let slot = |n: usize| Turn(i64::try_from(392 + n).expect("few") * AT_HUNDRED);
    assert_eq!(take(&gate, &["busy"], SECOND).await, [slot(0)]);
    let quiet = take(&gate, &["quiet"; MAX_PASSED_OVER - 1], SECOND).await;
    assert_eq!(quiet, (1..MAX_PASSED_OVER).map(slot).collect::<Vec<_>>());
    assert!(matches!(take(&gate, &["busy"], SECOND).await[..], [Later(_)]));
    assert_eq!(take(&gate, &["quiet"], SECOND).await, [slot(MAX_PASSED_OVER)]);
    assert_eq!(take(&gate, &["busy"], SECOND).await, [slot(MAX_PASSED_OVER + 1)]);
    assert!(matches!(take(&gate, &["busy"], SECOND).await[..], [Later(_)]), "it had one");
    services.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_busy_shops_the_one_with_the_shorter_line_does_not_stand_behind_the_other() {
    let services = TestStack::start().await;
    let gate = gate(&services, Some(100.0));
    // The slots are taken, and so many mails stand in line.
    take(&gate, &["long"; 392 + 4_900], 0).await;
    let line = |n: i64| later(FIRST_IN_LINE + n * AT_HUNDRED);
    let places = take(&gate, &["short"; 1_600], 0).await;
    assert_eq!(places, (0..1_600).map(line).collect::<Vec<_>>());
    // Its own line, at half of the rate, is shorter than the common one.
    let places = take(&gate, &["short", "long", "quiet", "short"], 0).await;
    let own = |n: i64| later(FIRST_IN_LINE + 2 * n * AT_HUNDRED);
    assert_eq!(places, [own(1_600), line(4_900), line(0), own(1_601)]);
    // And not once it is no longer.
    take(&gate, &["short"; 900], 0).await;
    assert_eq!(take(&gate, &["short"], 0).await, [line(4_901)]);
    // One that was taken for quiet and turns out to be busy stands behind them.
    let places = take(&gate, &["third"; 1_700], 0).await;
    assert_eq!(places, (4_902..6_602).map(line).collect::<Vec<_>>());
    services.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_for_which_the_line_is_too_long_comes_back_between_ten_and_fifteen_minutes_later() {
    const INTERVAL: i64 = 10_204_082;
    let services = TestStack::start().await;
    let gate = gate(&services, Some(0.1));
    let is_outside = |place: &Told| {
        let Later(until) = place else { return false };
        (600 * SECOND..900 * SECOND).contains(until)
    };
    let places = take(&gate, &["a"; 70], 0).await;
    assert_eq!(places[0], Turn(0));
    let line = |n: i64| later(FIRST_IN_LINE + n * INTERVAL);
    assert_eq!(places[1..60], (0..59).map(line).collect::<Vec<_>>());
    assert!(places[60..].iter().all(is_outside), "{:?}", &places[60..]);
    assert_ne!(places[60..], (59..69).map(line).collect::<Vec<_>>());
    let places = take(&gate, &["a"; 3], 0).await;
    assert!(places.iter().all(is_outside), "{places:?}");
    // Nobody was added to it. Once it is short enough, they are.
    let end = 69;
    let (at, soon) = (108 * SECOND, 108_100_000);
    let places = take(&gate, &["a"; 2], at).await;
    assert!(matches!(places[1], Later(until) if until >= at + 600 * SECOND), "{places:?}");
    assert_eq!(take(&gate, &["a"], soon).await, [line(end)]);
    services.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_clock_that_was_wrong_has_written_holds_nobody_up() {
    let services = TestStack::start().await;
    let [right, wrong] = [(); 2].map(|()| gate(&services, Some(2.0)));
    take(&wrong, &["a"; 60], 3_600 * SECOND).await;
    // Its slots, and its places in the line.
    let places = take(&right, &["a"; 9], 0).await;
    assert_eq!(places[0], Turn(0));
    assert_eq!(places[8], later(FIRST_IN_LINE));
    // The common line too.
    let line = |n: i64| later(FIRST_IN_LINE + n * AT_TWO);
    assert_eq!(take(&right, &["b"; 60], 0).await, (0..60).map(line).collect::<Vec<_>>());
    assert_eq!(take(&right, &["c"; 60], 0).await, (60..120).map(line).collect::<Vec<_>>());
    // A minute of difference is borne: its slots are behind those.
    take(&wrong, &["d"], 55 * SECOND).await;
    assert!(matches!(take(&right, &["d"], SECOND).await[..], [Later(_)]));
    services.stop().await;
}

/// The lines cannot be written.
#[derive(Debug, Default)]
struct NoLine(AtomicBool);

impl Faults for NoLine {
    fn before(&self, call: &Call<'_>) -> Option<Fault> {
        let is_line = String::from_utf8_lossy(call.body).contains(LINE_AT);
        let fails = call.operation == "UpdateItem" && self.0.load(Ordering::SeqCst);
        (fails && is_line).then_some(Fault::ServerError)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_whose_place_cannot_be_written_comes_back_at_random_a_quiet_shop_s_before_long() {
    let no_line = Arc::<NoLine>::default();
    let faults = Arc::clone(&no_line) as _;
    let services = TestStack::start_with(Config { faults, ..Config::default() }).await;
    let gate = gate(&services, Some(2.0));
    take(&gate, &["busy"; 50], 0).await;
    no_line.0.store(true, Ordering::SeqCst);
    let places = take(&gate, &[&["busy"; 40][..], &["quiet"; 40]].concat(), 0).await;
    let after = |place: &Told| match place {
        Later(until) => *until,
        Turn(_) => panic!("{places:?}"),
    };
    let (busy, quiet) = places.split_at(40);
    let busy: Vec<i64> = busy.iter().map(after).collect();
    let quiet: Vec<i64> = quiet.iter().map(after).collect();
    assert!(busy.iter().all(|at| (SECOND..301 * SECOND).contains(at)), "{busy:?}");
    assert!(busy.iter().any(|at| *at > 16 * SECOND), "{busy:?}");
    assert!(quiet.iter().all(|at| (SECOND..16 * SECOND).contains(at)), "{quiet:?}");
    services.stop().await;
}

/// SES does not tell the account's rate; and how often it was asked for it.
#[derive(Debug, Default)]
struct NoRate(AtomicBool, AtomicUsize);

impl Faults for NoRate {
    fn before(&self, call: &Call<'_>) -> Option<Fault> {
        if call.operation != "GetAccount" {
            return None;
        }
        self.1.fetch_add(1, Ordering::SeqCst);
        self.0.load(Ordering::SeqCst).then_some(Fault::ServerError)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_account_s_rate_is_read_every_quarter_of_an_hour_and_every_ten_seconds_until_it_is_told()
 {
    let no_rate = Arc::<NoRate>::default();
    no_rate.0.store(true, Ordering::SeqCst);
    let account = Settings { send_rate: 2.0, ..Settings::default() };
    let faults = Arc::clone(&no_rate) as _;
    let services = TestStack::start_with(Config { account, faults, ..Config::default() }).await;
    let gate = gate(&services, None);
    // As in the sandbox; there is no line yet.
    let places = take(&gate, &["a"; 5], 0).await;
    assert_eq!(places[..4], [0, 1, 2, 3].map(|n| Turn(n * 1_020_409)));
    let ten = 10 * SECOND;
    assert!(matches!(places[4], Later(at) if (ten..ten + SECOND).contains(&at)), "{places:?}");

    no_rate.0.store(false, Ordering::SeqCst);
    let spacing = async |at: i64| {
        let places = take(&gate, &["b"; 2], at).await;
        let [Turn(first), Turn(second)] = places[..] else { panic!("{places:?}") };
        second - first
    };
    assert_eq!(spacing(ten - 1_000).await, 1_020_409);
    assert_eq!(spacing(ten).await, AT_TWO);
    let places = take(&gate, &["c"; 9], 2 * ten).await;
    assert_eq!(places[8], later(2 * ten + FIRST_IN_LINE), "there is a line now");
    services.stack.ses.account().change(|account| account.send_rate = 100.0);
    let due = ten + 900 * SECOND;
    assert_eq!(spacing(due - 1_000).await, AT_TWO);
    assert_eq!(spacing(due).await, AT_HUNDRED);
    // A process whose clock is two days ahead has read it: it is read again.
    let wrong = self::gate(&services, None);
    take(&wrong, &["d"], 2 * 86_400 * SECOND).await;
    services.stack.ses.account().change(|account| account.send_rate = 2.0);
    assert_eq!(spacing(due + 100 * SECOND).await, AT_TWO);
    // A process that has just started asks the item, not SES.
    let asked = no_rate.1.load(Ordering::SeqCst);
    take(&self::gate(&services, None), &["e"], due + 200 * SECOND).await;
    assert_eq!(no_rate.1.load(Ordering::SeqCst), asked);
    // SES tells none now: the last one is right.
    no_rate.0.store(true, Ordering::SeqCst);
    assert_eq!(spacing(due + 1_001 * SECOND).await, AT_TWO);
    services.stop().await;
}
