use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType,
    ScalarAttributeType,
};
use aws_sdk_sqs::types::{QueueAttributeName, SendMessageBatchRequestEntry};

use super::test_edge::TestEdge;
use crate::aws::calls::Service;

#[tokio::test]
async fn dynamodb_answers_the_sdk() {
    let edge = TestEdge::plain().await;
    let client = edge.dynamodb();
    let key = AttributeDefinition::builder()
        .attribute_name("id")
        .attribute_type(ScalarAttributeType::S)
        .build()
        .unwrap();
    let schema =
        KeySchemaElement::builder().attribute_name("id").key_type(KeyType::Hash).build().unwrap();
    client
        .create_table()
        .table_name("things")
        .attribute_definitions(key)
        .key_schema(schema)
        .billing_mode(BillingMode::PayPerRequest)
        .send()
        .await
        .unwrap();
    let put = || {
        let item = client.put_item().table_name("things").item("id", AttributeValue::S("ä".into()));
        item.condition_expression("attribute_not_exists(id)").send()
    };
    put().await.unwrap();
    let refused = put().await.unwrap_err().into_service_error();
    assert!(refused.is_conditional_check_failed_exception());
    assert_eq!(client.scan().table_name("things").send().await.unwrap().count(), 1);
}

#[tokio::test]
async fn a_queue_made_as_the_cli_makes_it_moves_poison_to_its_dead_letter_queue() {
    let edge = TestEdge::plain().await;
    let client = edge.sqs();
    let dead = client.create_queue().queue_name("dead").send().await.unwrap();
    let policy = format!(
        r#"{{"deadLetterTargetArn":"{}","maxReceiveCount":"1"}}"#,
        "arn:aws:sqs:eu-central-1:000000000000:dead"
    );
    let queue = client
        .create_queue()
        .queue_name("q")
        .attributes(QueueAttributeName::RedrivePolicy, policy)
        .attributes(QueueAttributeName::VisibilityTimeout, "0")
        .send()
        .await
        .unwrap();
    let url = queue.queue_url().unwrap();
    assert_eq!(url, format!("{}/000000000000/q", edge.address));
    client.send_message().queue_url(url).message_body("poison").send().await.unwrap();
    for expected in [1, 0] {
        let received = client.receive_message().queue_url(url).send().await.unwrap();
        assert_eq!(received.messages().len(), expected);
    }
    let url = dead.queue_url().unwrap();
    let received =
        client.receive_message().queue_url(url).wait_time_seconds(5).send().await.unwrap();
    assert_eq!(received.messages()[0].body(), Some("poison"));
}

#[tokio::test]
async fn a_message_may_be_larger_than_256_kib_as_on_aws() {
    let edge = TestEdge::plain().await;
    let client = edge.sqs();
    let queue = client.create_queue().queue_name("q").send().await.unwrap();
    let url = queue.queue_url().unwrap();
    let large = format!(r#"{{"é":"{}"}}"#, "0123456789 ".repeat(60_000));
    client.send_message().queue_url(url).message_body(&large).send().await.unwrap();
    let entry = SendMessageBatchRequestEntry::builder().id("1").message_body(&large).build();
    client.send_message_batch().queue_url(url).entries(entry.unwrap()).send().await.unwrap();
    for _ in 0..2 {
        let received = client.receive_message().queue_url(url).send().await.unwrap();
        assert!(received.messages()[0].body() == Some(&large));
    }
    let too_large = "x".repeat(1024 * 1024 + 1);
    assert!(client.send_message().queue_url(url).message_body(too_large).send().await.is_err());
}

#[tokio::test]
async fn only_the_calls_of_functions_are_counted() {
    let edge = TestEdge::plain().await;
    edge.ses_as("waybill-mailer").get_account().send().await.unwrap();
    edge.ses_as("waybill-mailer").get_account().send().await.unwrap();
    edge.ses().get_account().send().await.unwrap();
    let cli = http::Request::post("/").header("x-amz-target", "AmazonSQS.ListQueues");
    edge.request(cli.header("user-agent", "aws-cli/2.15"), "{}").await;
    let counts = edge.calls.counts();
    assert_eq!(counts.len(), 1);
    assert_eq!(
        (
            counts[0].function.as_str(),
            counts[0].service,
            counts[0].operation.as_str(),
            counts[0].calls
        ),
        ("mailer", Service::SesV2, "GetAccount", 2)
    );
}

#[tokio::test]
async fn an_aws_call_goes_to_its_service_whatever_the_path() {
    let edge = TestEdge::plain().await;
    edge.sqs().create_queue().queue_name("q").send().await.unwrap();
    for path in ["/", "/000000000000/q", "/v2/email/account", "/mail"] {
        let request = http::Request::post(path).header("x-amz-target", "AmazonSQS.ListQueues");
        let (parts, body) = edge.request(request, "{}").await;
        assert_eq!(parts.status, 200, "{path}: {body}");
        assert!(body.contains("QueueUrls"), "{path}: {body}");
    }
    let (parts, account) = edge.get("/v2/email/account").await;
    assert_eq!(parts.status, 200);
    assert!(account.contains("SendQuota"), "{account}");
}

#[tokio::test]
async fn a_service_or_operation_that_is_not_here_is_an_error_that_an_sdk_reads() {
    let edge = TestEdge::plain().await;
    let post = http::Request::post;
    for request in [
        post("/").header("x-amz-target", "Kinesis_20131202.ListStreams"),
        post("/").header("x-amz-target", "AWSEvents.PutRule"),
        post("/").header("authorization", "AWS4-HMAC-SHA256 Credential=x"),
    ] {
        let (parts, body) = edge.request(request, "{}").await;
        assert_eq!(parts.status, 400);
        assert!(body.contains("UnknownOperationException"), "{body}");
    }
    for request in [http::Request::get("/v2/email/templates"), post("/v2/email/account")] {
        let (parts, _) = edge.request(request, "").await;
        assert_eq!(parts.status, 404);
        assert_eq!(parts.headers["x-amzn-errortype"], "UnknownOperationException");
    }
}

#[tokio::test]
async fn stopping_ends_a_long_poll() {
    let edge = TestEdge::plain().await;
    let client = edge.sqs();
    let queue = client.create_queue().queue_name("q").send().await.unwrap();
    let poll = client.receive_message().queue_url(queue.queue_url().unwrap()).wait_time_seconds(20);
    let poll = tokio::spawn(poll.send());
    tokio::task::yield_now().await;
    edge.server.stop().await;
    poll.abort();
}
