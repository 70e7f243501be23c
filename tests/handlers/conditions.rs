//! The DynamoDB conditions agree with the protocol: for any record and any facts, the conditional write
//! makes the same change as [`Transition::apply`], or both refuse it.

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::SignedDuration;
use kit::ledger::{Change, Item, Ledger, PlanOutcome, RecordOutcome};
use local::resources::LEDGER_TABLE;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, RngSeed, TestRunner};
use shared::ledger::{Facts, Guard, MAX_DOUBTS, Precondition, Record, State, Transition, Write};
use shared::notification::AddressHash;
use waybill_tests::model::coverage::{Coverage, edges};

use crate::support::TestStack;

const ORDER: &str = "default/1001";
const NOTIFICATION: &str = "order.confirmed##customer";

/// The cases live in 1970: without a long retention the table's TTL, which runs once a minute, would
/// remove the item of a case under way.
const RETENTION: SignedDuration = SignedDuration::from_hours(100 * 365 * 24);

/// Small numbers often collide, so every comparison is tested with less, equal and greater.
fn time() -> impl Strategy<Value = i64> {
    prop_oneof![8 => 0..5_i64, 1 => Just(i64::MIN), 1 => Just(i64::MAX)]
}

fn record() -> impl Strategy<Value = Record> {
    let state = select(State::ALL.to_vec());
    (state, 0..4_u32, 0..5_u32, 0..5_i64, 0..5_i64, 0..5_i64, any::<bool>()).prop_map(
        |(state, attempt, doubts, since, not_before, lease_until, readdressed)| Record {
            state,
            attempt,
            doubts,
            since,
            not_before,
            lease_until,
            readdressed,
        },
    )
}

fn facts() -> impl Strategy<Value = Facts> {
    (0..5_i64, 0..4_u32, time(), time(), 0..9_i64, 0..9_i64).prop_map(
        |(now, attempt, enqueued_at, resend_doubts_from, lease_until, not_before)| Facts {
            now,
            attempt,
            enqueued_at,
            resend_doubts_from,
            lease_until,
            not_before,
        },
    )
}

/// A record, a writer's facts, and the transition that it tries.
#[derive(Debug, Clone)]
struct Case {
    before: Option<Record>,
    facts: Facts,
    transition: Transition,
}

/// How a case is derived from an edge of the state machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Derivation {
    /// Any record.
    Arbitrary,
    /// A record in the state that the edge starts from.
    InState,
    /// A record and facts for which the edge's guards hold.
    Allowed,
}

/// Half of the cases are derived from an edge, because chance alone would hardly ever take some of them.
fn case() -> impl Strategy<Value = Case> {
    let derivation = select(vec![
        Derivation::Arbitrary,
        Derivation::InState,
        Derivation::Allowed,
        Derivation::Allowed,
    ]);
    let edge = select(edges().collect::<Vec<_>>());
    (derivation, edge, proptest::bool::weighted(0.9), record(), facts()).prop_map(
        |(derivation, (transition, from), is_there, record, facts)| match (derivation, from) {
            (Derivation::Arbitrary, _) => {
                Case { before: is_there.then_some(record), facts, transition }
            }
            (_, Precondition::Absent) => Case { before: None, facts, transition },
            (Derivation::InState, Precondition::In(state, _)) => {
                Case { before: Some(Record { state, ..record }), facts, transition }
            }
            (Derivation::Allowed, Precondition::In(state, guards)) => {
                let (record, facts) =
                    guards.iter().fold((Record { state, ..record }, facts), satisfy);
                Case { before: Some(record), facts, transition }
            }
        },
    )
}

/// Changes the record or the facts so that the guard holds.
fn satisfy((record, facts): (Record, Facts), guard: &Guard) -> (Record, Facts) {
    let of_record = |record| (record, facts);
    let of_facts = |facts| (record, facts);
    match guard {
        Guard::SameAttempt => of_facts(Facts { attempt: record.attempt, ..facts }),
        Guard::Attempted => of_record(Record { attempt: record.attempt.max(1), ..record }),
        Guard::Due => of_facts(Facts { now: facts.now.max(record.not_before), ..facts }),
        Guard::MayPass => of_record(Record { not_before: record.not_before.max(1), ..record }),
        Guard::LeaseExpired => {
            of_facts(Facts { now: facts.now.max(record.lease_until + 1), ..facts })
        }
        Guard::Replayed => {
            of_facts(Facts { enqueued_at: facts.enqueued_at.max(record.since + 1), ..facts })
        }
        Guard::ResendAllowed => (
            Record { doubts: record.doubts.min(MAX_DOUBTS - 1), ..record },
            Facts { resend_doubts_from: facts.resend_doubts_from.max(record.since), ..facts },
        ),
        Guard::NoDoubts => of_record(Record { doubts: 0, ..record }),
        Guard::HasDoubts => of_record(Record { doubts: record.doubts.max(1), ..record }),
        Guard::OneDoubt => of_record(Record { doubts: 1, ..record }),
        Guard::NotReaddressed => of_record(Record { readdressed: false, ..record }),
    }
}

/// Enough cases for each edge to be taken more than twenty times.
const CASES: u32 = 2_500;

/// The seed in `PROPTEST_RNG_SEED`, which repeats the same cases, or a new one.
fn seed() -> u64 {
    match Config::default().rng_seed {
        RngSeed::Fixed(seed) => seed,
        RngSeed::Random => jiff::Timestamp::now().as_microsecond().unsigned_abs(),
    }
}

/// The seed replays a failure, so no regression file is kept.
fn runner(seed: u64, cases: u32) -> TestRunner {
    let rng_seed = RngSeed::Fixed(seed);
    TestRunner::new(Config { cases, rng_seed, failure_persistence: None, ..Config::default() })
}

#[test]
fn the_ledgers_conditions_and_the_protocol_decide_the_same() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let stack = runtime.block_on(TestStack::start());
    let dynamodb = stack.stack.dynamodb.clone();
    let table = LEDGER_TABLE.to_owned();
    let ledger = Ledger::new(dynamodb.clone(), table, RETENTION);
    let (seed, coverage) = (seed(), Coverage::default());
    let result = runner(seed, CASES).run(&case(), |Case { before, facts, transition }| {
        // The record is written without a condition, so that every case starts from exactly its record.
        let after = runtime.block_on(async {
            write(&dynamodb, before.as_ref()).await;
            change(&ledger, transition, facts).await
        });
        let expected = transition.apply(before.as_ref(), &facts);
        prop_assert_eq!(after.was_written, expected.is_some(), "{:?}", after);
        if after.was_written {
            coverage.record(transition, before.as_ref());
        }
        // A refused write must leave the record as it was.
        prop_assert_eq!(after.record, expected.or(before));
        Ok(())
    });
    runtime.block_on(stack.stop());
    if let Err(error) = result {
        panic!("PROPTEST_RNG_SEED={seed}: {error}");
    }
    // Cases that never take an edge prove nothing about its condition.
    assert_eq!(coverage.missing(), [], "never allowed, PROPTEST_RNG_SEED={seed}");
}

/// Checks that the cases above cover every edge with a margin of two, whatever the seed.
#[test]
fn half_of_the_cases_take_every_edge_of_the_state_machine() {
    for seed in 0..20 {
        let coverage = Coverage::default();
        let result = runner(seed, CASES / 2).run(&case(), |Case { before, facts, transition }| {
            if transition.allows(before.as_ref(), &facts) {
                coverage.record(transition, before.as_ref());
            }
            Ok(())
        });
        result.expect("nothing is asserted");
        assert_eq!(coverage.missing(), [], "never allowed with the seed {seed}");
    }
}

fn address() -> AddressHash {
    AddressHash::parse("IsKbxIjX").expect("a hash")
}

#[tokio::test(flavor = "multi_thread")]
async fn dynamodb_takes_the_condition_of_every_change_with_every_further_clause() {
    let stack = TestStack::start().await;
    let table = LEDGER_TABLE.to_owned();
    let ledger = Ledger::new(stack.stack.dynamodb.clone(), table, RETENTION);
    for transition in Transition::ALL {
        // An update that changes nothing is none.
        let change = || Change::new(transition, Facts::new(5)).with("reason", "a reason");
        for narrowed in [
            change().if_at_most("send_before", 9),
            change().if_equals("judging", "once"),
            change().if_at_most("send_before", 9).if_equals("judging", "once"),
        ] {
            let recorded = ledger.record(ORDER, NOTIFICATION, narrowed).await;
            let taken = matches!(recorded, Ok(RecordOutcome::Absent));
            // What creates an item is no change of one, whose condition DynamoDB takes as well.
            let creates = transition.write() == Write::Create && recorded.is_ok();
            assert!(taken || creates, "{transition:?}: {recorded:?}");
        }
    }
    stack.stop().await;
}

#[derive(Debug)]
struct Observed {
    was_written: bool,
    record: Option<Record>,
}

async fn change(ledger: &Ledger, transition: Transition, facts: Facts) -> Observed {
    let made = match transition.write() {
        Write::Create => {
            let created = ledger.create(transition, item(None), facts.now).await;
            created.expect("the table answers") == PlanOutcome::Created
        }
        write => {
            let change = match write {
                Write::FurtherDelivery => Change::readdressed_to(address(), facts.now),
                _ => Change::new(transition, facts),
            };
            let recorded = ledger.record(ORDER, NOTIFICATION, change).await;
            matches!(recorded.expect("the table answers"), RecordOutcome::Recorded(_))
        }
    };
    let items = ledger.list_by_order(ORDER).await.expect("the table answers");
    Observed { was_written: made, record: items.first().and_then(Item::to_record) }
}

/// Puts the record into the table, or removes it.
async fn write(dynamodb: &aws_sdk_dynamodb::Client, record: Option<&Record>) {
    match record {
        None => {
            let delete = dynamodb.delete_item().table_name(LEDGER_TABLE);
            let delete = delete.key("order_key", AttributeValue::S(ORDER.to_owned()));
            let delete = delete.key("notification", AttributeValue::S(NOTIFICATION.to_owned()));
            delete.send().await.expect("the table answers");
        }
        Some(_) => {
            let attributes = serde_dynamo::to_item(item(record)).expect("an item");
            let put = dynamodb.put_item().table_name(LEDGER_TABLE).set_item(Some(attributes));
            put.send().await.expect("the table answers");
        }
    }
}

fn item(record: Option<&Record>) -> Item {
    let item = Item {
        order_key: ORDER.to_owned(),
        notification: NOTIFICATION.to_owned(),
        event: "s e".to_owned(),
        correlation_id: "c".to_owned(),
        expires_at: RETENTION.as_secs(),
        ..Item::default()
    };
    match record {
        None => item,
        Some(record) => Item {
            state: record.state.as_str().to_owned(),
            attempt: record.attempt,
            doubts: record.doubts,
            since: record.since,
            not_before: record.not_before,
            lease_until: record.lease_until,
            readdressed_to: record.readdressed.then(|| address().to_string()),
            ..item
        },
    }
}
