//! The DynamoDB conditions agree with the protocol: on any record, with any facts, the table makes
//! the change that [`Transition::apply`] makes, or refuses where it refuses.

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::SignedDuration;
use kit::ledger::{Change, Item, Ledger, PlanOutcome, RecordOutcome};
use local::resources::LEDGER_TABLE;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use shared::ledger::{Facts, Record, State, Transition, Write};

use crate::support::TestStack;

const ORDER: &str = "1001";
const NOTIFICATION: &str = "order.confirmed##customer";

/// Small numbers meet each other: every comparison is tried from below, at, and from above.
fn time() -> impl Strategy<Value = i64> {
    prop_oneof![8 => 0..5_i64, 1 => Just(i64::MIN), 1 => Just(i64::MAX)]
}

fn record() -> impl Strategy<Value = Record> {
    let state = proptest::sample::select(State::ALL.to_vec());
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

#[test]
fn the_ledgers_conditions_and_the_protocol_decide_the_same() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let stack = runtime.block_on(TestStack::start());
    let dynamodb = stack.stack.dynamodb.clone();
    let table = LEDGER_TABLE.to_owned();
    let ledger = Ledger::new(dynamodb.clone(), table, SignedDuration::from_hours(1));
    let transition = proptest::sample::select(Transition::ALL.to_vec());
    let cases = (proptest::option::weighted(0.9, record()), facts(), transition);
    let mut runner = TestRunner::new(Config { cases: 1_500, ..Config::default() });
    let result = runner.run(&cases, |(before, facts, transition)| {
        let after = runtime.block_on(async {
            write(&dynamodb, before.as_ref()).await;
            change(&ledger, transition, facts).await
        });
        let expected = transition.apply(before.as_ref(), &facts);
        prop_assert_eq!(after.made, expected.is_some(), "{:?}", after);
        prop_assert_eq!(after.record, expected.or(before));
        Ok(())
    });
    runtime.block_on(stack.stop());
    result.expect("they agree");
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
