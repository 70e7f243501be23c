//! Each function as the process that Lambda starts: it handles what comes, and writes what it counted. And what needs such
//! a process: a replay has the publisher publish again.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use local::Config;
use local::aws::clients::dynamodb_streams;
use local::lambda::{OutputLine, Sink};
use local::run::publish::{Publisher, batches};
use serde_json::{Value, json};

use crate::events::confirmed;
use crate::operator::waybill;
use crate::support::{TIMEOUT, TestStack};

/// What the functions have written, with the name of each.
type Output = Arc<Mutex<Vec<(String, String)>>>;

async fn start() -> (TestStack, Output) {
    let output = Output::default();
    let lines = Arc::clone(&output);
    let sink: Sink = Arc::new(move |line: OutputLine<'_>| {
        let line = (line.function.to_string(), line.text.to_string());
        lines.lock().unwrap_or_else(PoisonError::into_inner).push(line);
    });
    // The test binary has no `function` subcommand, so the functions run from a binary of their own.
    let executable = Some(env!("CARGO_BIN_EXE_stack").into());
    let config = Config { port: 0, sink, executable, mail_events: true, ..Config::default() };
    (TestStack { stack: local::start(config).await.expect("the stack starts") }, output)
}

/// Whether the function has written that it counted this.
fn has_counted(output: &Output, function: &str, metric: &str) -> bool {
    let lines = output.lock().unwrap_or_else(PoisonError::into_inner);
    let own = lines.iter().filter(|(name, _)| name == function);
    let objects = own.filter_map(|(_, text)| serde_json::from_str::<Value>(text).ok());
    let mut metrics = objects.filter(|object| object.get("_aws").is_some());
    metrics.any(|counts| counts.get(metric).is_some())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_function_writes_what_it_counted_of_a_mail_and_what_the_shop_did_not_hear_is_told_again()
 {
    let (services, output) = start().await;
    let publisher = Publisher::new(services.stack.address);
    for batch in batches(&[confirmed("P1")]) {
        publisher.publish(&batch).await.expect("intake answers");
    }
    let counts = [
        ("intake", "Accepted"),
        ("relay", "Queued"),
        ("dispatcher", "Planned"),
        ("mailer", "Sent"),
        ("feedback", "Delivered"),
        ("publisher", "Published"),
    ];
    let bus = services.stack.mail_bus.as_ref().expect("mail events are on");
    let is_told = || bus.events().first().is_some_and(|event| event["type"] == "mail.delivered");
    let has_counted_all =
        || counts.iter().all(|(function, metric)| has_counted(&output, function, metric));
    let started = Instant::now();
    while !has_counted_all() || !is_told() {
        assert!(started.elapsed() < TIMEOUT, "{:#?}", output.lock());
        tokio::time::sleep(Duration::from_millis(5)).await;
    }

    let told = bus.events().remove(0);
    for (queue, body) in dead_letters(&services, &told).await {
        let dlq = match queue {
            "publisher" => services.stack.resources.queues.publisher_dlq.as_ref(),
            _ => services.stack.resources.queues.mail_hook_dlq.as_ref(),
        };
        let (dlq, before) = (dlq.expect("mail events are on"), bus.events().len());
        let send = services.stack.sqs.send_message().queue_url(&dlq.url);
        send.message_body(body.to_string()).send().await.expect("SQS takes it");
        let replay = format!("dlq replay {queue} --yes --reason x");
        let edited = waybill(&services, &format!("{replay} --edit .")).await;
        assert_eq!(edited.code, Some(2), "{edited:#?}");
        assert!(edited.stderr.contains("cannot be edited"), "{edited:#?}");
        let answer = waybill(&services, &format!("{replay} --output json")).await;
        assert_eq!(answer.json()["outcome"]["moved"], 1, "{answer:#?}");
        assert_eq!(bus.events().len(), before + 1, "{queue}: {body}");
        assert_eq!(bus.events().first(), Some(&told));
    }
    services.stop().await;
}

/// Dead letters about the mail that this event told of last.
async fn dead_letters(services: &TestStack, told: &Value) -> Vec<(&'static str, Value)> {
    let stream = services.stack.resources.ledger_stream_arn.as_ref().expect("mail events are on");
    let now = format!("{:.0}", jiff::Timestamp::now());
    let number = first_record(services, stream).await;
    // Of a shard that the stream has forgotten: what the ledger says counts.
    let batch = json!({
        "requestContext": {
            "requestId": "316aa6d0-8154-xmpl-9af7-85d5f4a6bc81",
            "functionArn": "arn:aws:lambda:us-east-1:000000000000:function:waybill-publisher",
            "condition": "RecordAgeExceeded",
            "approximateInvokeCount": 12,
        },
        "version": "1.0",
        "timestamp": now,
        "DDBStreamBatchInfo": {
            "shardId": "shardId-00000000000000000000-forgotten",
            "startSequenceNumber": number, "endSequenceNumber": number,
            "approximateArrivalOfFirstRecord": now, "approximateArrivalOfLastRecord": now,
            "batchSize": 1, "streamArn": stream,
        },
    });
    let change = json!({
        "order_key": { "S": "default/P1" }, "notification": { "S": "order.confirmed##customer" },
    });
    let envelope = json!({
        "version": "0", "id": "b-1", "detail-type": told["type"], "source": "waybill",
        "account": "000000000000", "time": now, "region": "us-east-1", "resources": [],
        "detail": told,
    });
    vec![("publisher", batch), ("publisher", change), ("mail-hook", envelope)]
}

/// The sequence number of the first record of the ledger's stream.
async fn first_record(services: &TestStack, stream: &str) -> String {
    let client = dynamodb_streams(&services.stack.endpoints.dynamodb, "us-east-1");
    let described = client.describe_stream().stream_arn(stream).send().await.expect("an answer");
    let shards = described.stream_description.expect("a stream").shards.unwrap_or_default();
    let iterator = client.get_shard_iterator().stream_arn(stream);
    let iterator = iterator.shard_id(shards[0].shard_id().expect("an id"));
    let iterator = iterator.shard_iterator_type("TRIM_HORIZON".into()).send().await;
    let iterator = iterator.expect("an answer").shard_iterator;
    let records = client.get_records().set_shard_iterator(iterator).send().await;
    let records = records.expect("an answer").records.unwrap_or_default();
    let number = records.first().and_then(|record| record.dynamodb()?.sequence_number());
    number.expect("a record").to_owned()
}
