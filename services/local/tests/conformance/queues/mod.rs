//! The mapping of a queue.
//!
//! Sources: [with-sqs], [errors], [scaling], [params].
//!
//! [with-sqs]: https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
//! [errors]: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
//! [scaling]: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
//! [params]: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-parameters.html

mod batching;
mod event;
mod lifecycle;
mod processes;
mod responses;

use std::sync::Arc;
use std::time::Duration;

use aws_sdk_sqs::types::QueueAttributeName;
use local::mapping::Mapping;
use local::mapping::sqs::QueueMapping;
use local::resources::Queue;
use serde_json::Value;

use crate::support::function::Fake;
use crate::support::services::{REGION, Services};

fn mapping(queue: &Queue) -> QueueMapping {
    QueueMapping {
        queue_url: queue.url.clone(),
        queue_arn: queue.arn.clone(),
        region: REGION.to_owned(),
        batch_size: 10,
        window: Duration::ZERO,
        concurrency: 1,
        report_batch_item_failures: true,
    }
}

fn start(services: &Services, mapping: QueueMapping, function: &Arc<Fake>) -> Mapping {
    mapping.start(services.sqs.clone(), Arc::clone(function) as _)
}

/// A queue with messages of these bodies.
async fn queue_with(bodies: &[&str]) -> (Services, Queue) {
    let services = Services::start().await;
    let queue = services.queue("work", []).await;
    services.send(&queue, bodies).await;
    (services, queue)
}

/// As [`queue_with`]; the messages come back a second after they were received.
async fn retrying_queue_with(bodies: &[&str]) -> (Services, Queue) {
    let services = Services::start().await;
    let attributes = [(QueueAttributeName::VisibilityTimeout, "1".to_owned())];
    let queue = services.queue("work", attributes).await;
    services.send(&queue, bodies).await;
    (services, queue)
}

fn body(record: &Value) -> String {
    record["body"].as_str().unwrap().to_owned()
}

fn message_id(event: &Value, body: &str) -> String {
    let records = event["Records"].as_array().unwrap();
    let record = records.iter().find(|record| record["body"] == body).unwrap();
    record["messageId"].as_str().unwrap().to_owned()
}
