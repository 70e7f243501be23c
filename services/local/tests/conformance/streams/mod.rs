//! The mapping of a DynamoDB stream.
//!
//! Sources: [with-ddb], [errors], [partial], [params], [filter].
//!
//! [with-ddb]: https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html
//! [errors]: https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html
//! [partial]: https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
//! [params]: https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-params.html
//! [filter]: https://docs.aws.amazon.com/lambda/latest/dg/with-ddb-filtering.html

mod batching;
mod discarding;
mod event;
mod lifecycle;
mod responses;

use std::sync::Arc;
use std::time::Duration;

use local::mapping::stream::{StartingPosition, StreamMapping};
use local::mapping::{Backoff, Mapping};
use serde_json::Value;

use crate::support::function::Fake;
use crate::support::services::{REGION, Services};
use crate::support::wait::until;

/// The stream of a table with items of these ids.
async fn stream_of(ids: &[&str]) -> (Services, String) {
    let services = Services::start().await;
    let stream = services.streamed_table().await;
    services.put(ids).await;
    (services, stream)
}

fn mapping(stream_arn: &str) -> StreamMapping {
    StreamMapping {
        stream_arn: stream_arn.to_owned(),
        region: REGION.to_owned(),
        starting_position: StartingPosition::TrimHorizon,
        filter: None,
        batch_size: 100,
        window: Duration::ZERO,
        report_batch_item_failures: true,
        bisect_on_error: false,
        maximum_retries: None,
        maximum_age: None,
        failure_destination: None,
        idle_poll_interval: Duration::from_millis(10),
        retry_pause: Backoff { first: Duration::from_millis(1), max: Duration::from_millis(10) },
        checkpoint_file: None,
    }
}

fn start(services: &Services, mapping: StreamMapping, function: &Arc<Fake>) -> Mapping {
    let (streams, sqs) = (services.streams.clone(), services.sqs.clone());
    mapping.start(streams, sqs, Arc::clone(function) as _).unwrap()
}

fn id(record: &Value) -> String {
    record["dynamodb"]["Keys"]["id"]["S"].as_str().unwrap().to_owned()
}

fn sequence_number(event: &Value, wanted: &str) -> String {
    let records = event["Records"].as_array().unwrap();
    let record = records.iter().find(|record| id(record) == wanted).unwrap();
    record["dynamodb"]["SequenceNumber"].as_str().unwrap().to_owned()
}

fn contains(event: &Value, wanted: &str) -> bool {
    event["Records"].as_array().unwrap().iter().any(|record| id(record) == wanted)
}

/// Waits until these ids, in this order, are what the function was given first, each once.
async fn wait_for_delivery(function: &Fake, ids: &[&str]) {
    until(&format!("{ids:?} delivered"), async || {
        (function.batches(id).concat() == ids).then_some(())
    })
    .await;
}
