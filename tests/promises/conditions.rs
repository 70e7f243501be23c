//! The DynamoDB conditions agree with the protocol: on any record, with any facts, the table makes
//! the change that [`Transition::apply`] makes, or refuses where it refuses.

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::SignedDuration;
use kit::ledger::{Change, Item, Ledger, PlanOutcome, RecordOutcome};
use local::resources::LEDGER_TABLE;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, RngSeed, TestRunner};
use shared::ledger::{Facts, Guard, MAX_DOUBTS, Precondition, Record, State, Transition, Write};
use waybill_tests::model::coverage::{Coverage, edges};

use crate::support::TestStack;

const ORDER: &str = "1001";
const NOTIFICATION: &str = "order.confirmed##customer";

/// Small numbers meet each other: every comparison is tried from below, at, and from above.
fn time() -> impl Strategy<Value = i64> {
    prop_oneof![8 => 0..5_i64, 1 => Just(i64::MIN), 1 => Just(i64::MAX)]
}

fn record() -> impl Strategy<Value = Record> {
    let state = select(State::ALL.to_vec());
    (state, 0..4_u32, 0..5_u32, 0..5_i64, 0..5_i64, 0..5_i64).prop_map(
        |(state, attempt, doubts, since, not_before, lease_until)| Record {
            state,
            attempt,
            doubts,
            since,
            not_before,
            lease_until,
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

/// A record, what a writer knows, and what it tries.
#[derive(Debug, Clone)]
struct Case {
    before: Option<Record>,
    facts: Facts,
    transition: Transition,
}

/// How near a case is to one of the protocol's ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Near {
    Anywhere,
    InItsState,
    OnIt,
}

/// Half of the cases are on a way: by chance alone, some would hardly ever be taken.
fn case() -> impl Strategy<Value = Case> {
    let near = select(vec![Near::Anywhere, Near::InItsState, Near::OnIt, Near::OnIt]);
    let way = select(edges().collect::<Vec<_>>());
    (near, way, proptest::bool::weighted(0.9), record(), facts()).prop_map(
        |(near, (transition, from), is_there, record, facts)| match (near, from) {
            (Near::Anywhere, _) => Case { before: is_there.then_some(record), facts, transition },
            (_, Precondition::Absent) => Case { before: None, facts, transition },
            (Near::InItsState, Precondition::In(state, _)) => {
                Case { before: Some(Record { state, ..record }), facts, transition }
            }
            (Near::OnIt, Precondition::In(state, guards)) => {
                let (record, facts) = guards.iter().fold((Record { state, ..record }, facts), meet);
                Case { before: Some(record), facts, transition }
            }
        },
    )
}

/// Changes what keeps the guard from holding.
fn meet((record, facts): (Record, Facts), guard: &Guard) -> (Record, Facts) {
    let of_record = |record| (record, facts);
    let of_facts = |facts| (record, facts);
    match guard {
        Guard::SameAttempt => of_facts(Facts { attempt: record.attempt, ..facts }),
        Guard::Attempted => of_record(Record { attempt: record.attempt.max(1), ..record }),
        Guard::Due => of_facts(Facts { now: facts.now.max(record.not_before), ..facts }),
        Guard::LeaseExpired => {
            of_facts(Facts { now: facts.now.max(record.lease_until + 1), ..facts })
        }
        Guard::Replayed => {
            of_facts(Facts { enqueued_at: facts.enqueued_at.max(record.since + 1), ..facts })
        }
        Guard::GracePassed => (
            Record { doubts: record.doubts.min(MAX_DOUBTS - 1), ..record },
            Facts { resend_doubts_from: facts.resend_doubts_from.max(record.since), ..facts },
        ),
        Guard::Undoubted => of_record(Record { doubts: 0, ..record }),
        Guard::Doubted => of_record(Record { doubts: record.doubts.max(1), ..record }),
        Guard::DoubtedOnce => of_record(Record { doubts: 1, ..record }),
    }
}

/// So many that each of the protocol's ways comes up more than twenty times.
const CASES: u32 = 2_500;

/// `PROPTEST_RNG_SEED` gives the same cases again.
fn seed() -> u64 {
    match Config::default().rng_seed {
        RngSeed::Fixed(seed) => seed,
        RngSeed::Random => jiff::Timestamp::now().as_microsecond().unsigned_abs(),
    }
}

/// The seed replays a failure; there is no source file beside which to keep one.
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
    let ledger = Ledger::new(dynamodb.clone(), table, SignedDuration::from_hours(1));
    let (seed, taken) = (seed(), Coverage::default());
    let result = runner(seed, CASES).run(&case(), |Case { before, facts, transition }| {
        let after = runtime.block_on(async {
            write(&dynamodb, before.as_ref()).await;
            change(&ledger, transition, facts).await
        });
        let expected = transition.apply(before.as_ref(), &facts);
        prop_assert_eq!(after.made, expected.is_some(), "{:?}", after);
        if after.made {
            taken.record(transition, before.as_ref());
        }
        prop_assert_eq!(after.record, expected.or(before));
        Ok(())
    });
    runtime.block_on(stack.stop());
    if let Err(error) = result {
        panic!("PROPTEST_RNG_SEED={seed}: {error}");
    }
    assert_eq!(taken.missing(), [], "never allowed, PROPTEST_RNG_SEED={seed}");
}

/// With half of the cases, so that the test above has them to spare whatever its seed.
#[test]
fn half_of_the_cases_take_every_way_that_the_protocol_allows() {
    for seed in 0..20 {
        let taken = Coverage::default();
        let result = runner(seed, CASES / 2).run(&case(), |Case { before, facts, transition }| {
            if transition.allows(before.as_ref(), &facts) {
                taken.record(transition, before.as_ref());
            }
            Ok(())
        });
        result.expect("nothing is asserted");
        assert_eq!(taken.missing(), [], "never allowed with the seed {seed}");
    }
}

#[derive(Debug)]
struct After {
    made: bool,
    record: Option<Record>,
}

async fn change(ledger: &Ledger, transition: Transition, facts: Facts) -> After {
    let made = match transition.write() {
        Write::Create => {
            let created = ledger.create(transition, item(None), facts.now).await;
            created.expect("the table answers") == PlanOutcome::Created
        }
        _ => {
            let change = Change::new(transition, facts);
            let recorded = ledger.record(ORDER, NOTIFICATION, change).await;
            matches!(recorded.expect("the table answers"), RecordOutcome::Recorded(_))
        }
    };
    let items = ledger.of_order(ORDER).await.expect("the table answers");
    After { made, record: items.first().and_then(Item::record) }
}

/// Puts the table in this state.
async fn write(dynamodb: &aws_sdk_dynamodb::Client, record: Option<&Record>) {
    match record {
        None => {
            let delete = dynamodb.delete_item().table_name(LEDGER_TABLE);
            let delete = delete.key("order_id", AttributeValue::S(ORDER.to_owned()));
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
        order_id: ORDER.to_owned(),
        notification: NOTIFICATION.to_owned(),
        event: "s e".to_owned(),
        correlation_id: "c".to_owned(),
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
            ..item
        },
    }
}
