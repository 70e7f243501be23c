//! What the function is given.

use aws_sdk_sqs::primitives::Blob;
use aws_sdk_sqs::types::MessageAttributeValue;
use serde_json::{Value, json};

use super::{mapping, queue_with, start};
use crate::support::function::responding;

// with-sqs, "Example standard queue message event".
#[tokio::test(flavor = "multi_thread")]
async fn the_event_has_every_field_that_lambda_gives_it() {
    let (services, queue) = queue_with(&[]).await;
    let text = MessageAttributeValue::builder().data_type("String").string_value("blue");
    let bytes =
        MessageAttributeValue::builder().data_type("Binary").binary_value(Blob::new(*b"hi"));
    let request = services.sqs.send_message().queue_url(&queue.url).message_body("hello");
    let request = request.message_attributes("colour", text.build().unwrap());
    let sent = request.message_attributes("raw", bytes.build().unwrap()).send().await.unwrap();
    let function = responding("null");
    let mapping = start(&services, mapping(&queue), &function);

    let mut event = function.wait_for_invocations(1).await.remove(0);
    let record = &mut event["Records"][0];
    assert!(record["receiptHandle"].take().as_str().is_some_and(|handle| !handle.is_empty()));
    let attributes = &mut record["attributes"];
    let sent_at = attributes["SentTimestamp"].take();
    assert!(sent_at.as_str().unwrap().parse::<u64>().is_ok(), "{sent_at}");
    let received_at = attributes["ApproximateFirstReceiveTimestamp"].take();
    assert!(received_at.as_str().unwrap() >= sent_at.as_str().unwrap());
    assert_eq!(
        event,
        json!({ "Records": [{
            "messageId": sent.message_id().unwrap(),
            "receiptHandle": null,
            "body": "hello",
            "attributes": {
                "ApproximateReceiveCount": "1",
                "SentTimestamp": null,
                "SenderId": attributes_sender(&event),
                "ApproximateFirstReceiveTimestamp": null,
            },
            "messageAttributes": {
                "colour": {
                    "stringValue": "blue",
                    "stringListValues": [],
                    "binaryListValues": [],
                    "dataType": "String",
                },
                "raw": {
                    "binaryValue": "aGk=",
                    "stringListValues": [],
                    "binaryListValues": [],
                    "dataType": "Binary",
                },
            },
            "md5OfMessageAttributes": sent.md5_of_message_attributes().unwrap(),
            "md5OfBody": "5d41402abc4b2a76b9719d911017c592",
            "eventSource": "aws:sqs",
            "eventSourceARN": "arn:aws:sqs:us-east-1:000000000000:work",
            "awsRegion": "us-east-1",
        }]})
    );
    mapping.stop().await;
}

/// Whatever the service says: who the sender is, is its own business.
fn attributes_sender(event: &Value) -> Value {
    let sender = event["Records"][0]["attributes"]["SenderId"].clone();
    assert!(sender.is_string(), "{sender}");
    sender
}
