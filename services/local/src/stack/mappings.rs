//! The event source mappings and the schedule, set as deployed.

use std::sync::Arc;

use super::config::{Config, Endpoints};
use crate::lambda::{Function, Functions};
use crate::mapping::schedule::Schedule;
use crate::mapping::sqs::QueueMapping;
use crate::mapping::stream::{
    Clients, EventName, Filter, OnFailure, StartingPosition, StreamMapping,
};
use crate::mapping::{Backoff, FunctionResponse, Mapping, clients};
use crate::resources::{Queue, Resources};

/// Starts them all.
pub fn start(
    config: &Config,
    endpoints: &Endpoints,
    resources: &Resources,
    functions: &Functions,
    sqs: &aws_sdk_sqs::Client,
) -> std::io::Result<Vec<Mapping>> {
    let function = |name: &str| functions.function(name).map_err(std::io::Error::other);
    let queues = &resources.queues;
    let relay = function("relay")?;
    let streams = clients::dynamodb_streams(&endpoints.dynamodb, &config.settings.region);
    let stream = stream(config, resources);
    let sweep = Schedule {
        rule: "waybill-sweep".to_owned(),
        region: config.settings.region.clone(),
        every: config.settings.sweep_interval,
    };
    let queue = |queue: &Queue, function: Function| {
        queue_mapping(config, queue, &function).start(sqs.clone(), Arc::new(function))
    };
    Ok(vec![
        sweep.start(Arc::new(relay.clone())),
        stream.start(Clients { streams, sqs: sqs.clone() }, Arc::new(relay))?,
        queue(&queues.dispatch, function("dispatcher")?),
        queue(&queues.mail, function("mailer")?),
        queue(&queues.feedback, function("feedback")?),
    ])
}

fn queue_mapping(config: &Config, queue: &Queue, function: &Function) -> QueueMapping {
    QueueMapping {
        queue_url: queue.url.clone(),
        queue_arn: queue.arn.clone(),
        region: config.settings.region.clone(),
        batch_size: config.settings.queue_batch_size,
        window: config.settings.queue_window,
        concurrency: function.processes(),
        function_response: FunctionResponse::ReportBatchItemFailures,
    }
}

fn stream(config: &Config, resources: &Resources) -> StreamMapping {
    let settings = &config.settings;
    StreamMapping {
        stream_arn: resources.events_stream_arn.clone(),
        region: settings.region.clone(),
        starting_position: StartingPosition::TrimHorizon,
        filter: Filter::EventName(EventName::Insert),
        batch_size: settings.stream_batch_size,
        window: settings.stream_window,
        function_response: FunctionResponse::ReportBatchItemFailures,
        on_failure: OnFailure::Bisect,
        maximum_retries: Some(settings.stream_maximum_retries),
        maximum_age: Some(settings.stream_maximum_age),
        failure_destination: Some(resources.queues.relay_dlq.url.clone()),
        idle_poll_interval: settings.stream_idle_pause,
        retry_pause: Backoff::default(),
        checkpoint_file: config.data.as_ref().map(|data| data.join("stream-checkpoints.json")),
    }
}
