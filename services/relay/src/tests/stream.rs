//! A record that intake did not write holds up no other one, and is never passed without a dead letter.

use std::sync::mpsc;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use shared::outbox::pack;
use shared::queue::dead_letter::{ORDER_ID, SHOP};

use super::fake_aws::{FakeAws, Fault};
use crate::stream::relay;

fn record(sequence_number: &str, message: Option<&str>) -> Value {
    let message = message.map(|text| json!({ "B": BASE64_STANDARD.encode(pack(text)) }));
    json!({
        "eventName": "INSERT",
        "dynamodb": {
            "Keys": { "order_key": { "S": "default/1001" }, "event": { "S": "shop e-1" } },
            "NewImage": { "message": message },
            "SequenceNumber": sequence_number,
        },
    })
}

fn records() -> [Value; 3] {
    [record("11", Some("a")), record("12", None), record("13", Some("b"))]
}

#[tokio::test]
async fn a_record_without_a_message_becomes_a_dead_letter_and_its_neighbours_are_queued() {
    let fake = FakeAws::default();
    let (named, order) = mpsc::channel();
    fake.fail_when(move |call| {
        if call.body["QueueUrl"] == "dlq" {
            let attributes = &call.body["Entries"][0]["MessageAttributes"];
            let value = |name: &str| attributes[name]["StringValue"].clone();
            named.send([value(SHOP), value(ORDER_ID)]).expect("the test reads it");
        }
        None
    });
    let answer = relay(&fake.relay(), &records()).await;
    assert_eq!(answer, json!({ "batchItemFailures": [] }));
    assert_eq!(
        order.try_recv(),
        Ok([json!("default"), json!("1001")]),
        "an operator finds it by that"
    );
    assert_eq!(fake.dead_letters(), 1);
    assert_eq!(fake.queued(), ["a", "b"]);
}

#[tokio::test]
async fn without_its_dead_letter_the_stream_is_read_again_from_the_first_record_that_was_not_queued()
 {
    let fake = FakeAws::default();
    fake.fail_when(|call| (call.body["QueueUrl"] == "dlq").then_some(Fault::Refused));
    let answer = relay(&fake.relay(), &records()).await;
    assert_eq!(answer, json!({ "batchItemFailures": [{ "itemIdentifier": "11" }] }));
    let answer = relay(&fake.relay(), &records()[1..]).await;
    assert_eq!(answer, json!({ "batchItemFailures": [{ "itemIdentifier": "12" }] }));
    assert!(fake.queued().is_empty(), "{:?}", fake.queued());
}

#[tokio::test]
async fn from_the_first_record_that_sqs_did_not_take_on_the_stream_is_read_again() {
    let fake = FakeAws::default();
    let records = [record("11", Some("a")), record("12", Some("b"))];
    fake.fail_when(|call| (call.operation == "SendMessageBatch").then_some(Fault::FirstRefused));
    let answer = relay(&fake.relay(), &records).await;
    assert_eq!(answer, json!({ "batchItemFailures": [{ "itemIdentifier": "11" }] }));
    assert_eq!(fake.queued(), ["b"], "twice, once it is read again");
}
