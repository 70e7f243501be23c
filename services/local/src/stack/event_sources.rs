//! What invokes the functions: the mappings of the stream and of the queues, and the schedule.

use std::sync::Arc;

use super::config::{Config, Endpoints};
use crate::aws::clients;
use crate::lambda::Functions;
use crate::mapping::schedule::Schedule;
use crate::mapping::sqs::QueueMapping;
use crate::mapping::stream::{
    Clients, EventName, Filter, OnFailure, StartingPosition, StreamMapping,
};
use crate::mapping::{Backoff, FunctionResponse, Mapping};
use crate::resources::{Queue, Resources};

/// What invokes the functions, before it is started.
#[derive(Debug)]
pub struct EventSources {
    /// The events table's stream, to relay.
    pub stream: StreamMapping,
    /// The schedule of relay's sweep.
    pub sweep: Schedule,
    /// Each queue's mapping, with the short name of the function that it invokes.
    pub queues: [(&'static str, QueueMapping); 3],
}

impl EventSources {
    /// Those of a stack with this configuration and these tables and queues.
    #[must_use]
    pub fn new(config: &Config, resources: &Resources) -> Self {
        let queues = &resources.queues;
        let queue = |function, queue| (function, queue_mapping(config, queue, function));
        Self {
            stream: stream_mapping(config, resources),
            sweep: Schedule {
                rule: "waybill-sweep".to_owned(),
                region: config.settings.region.clone(),
                every: config.settings.sweep_interval,
            },
            queues: [
                queue("dispatcher", &queues.dispatch),
                queue("mailer", &queues.mail),
                queue("feedback", &queues.feedback),
            ],
        }
    }

    /// Starts invoking.
    pub(super) fn start(
        self,
        endpoints: &Endpoints,
        functions: &Functions,
        sqs: &aws_sdk_sqs::Client,
    ) -> std::io::Result<Vec<Mapping>> {
        let function = |name: &str| functions.function(name).map_err(std::io::Error::other);
        let relay = function("relay")?;
        let streams = clients::dynamodb_streams(&endpoints.dynamodb, &self.stream.region);
        let clients = Clients { streams, sqs: sqs.clone() };
        let mut mappings = vec![
            self.sweep.start(Arc::clone(&relay) as _),
            self.stream.start(clients, relay)?,
        ];
        for (name, queue) in self.queues {
            mappings.push(queue.start(sqs.clone(), function(name)?));
        }
        Ok(mappings)
    }
}

fn queue_mapping(config: &Config, queue: &Queue, function: &str) -> QueueMapping {
    let settings = &config.settings;
    QueueMapping {
        queue_url: queue.url.clone(),
        queue_arn: queue.arn.clone(),
        region: settings.region.clone(),
        batch_size: settings.queue_batch_size,
        window: settings.queue_window,
        concurrency: settings.processes.for_function(function),
        function_response: FunctionResponse::ReportBatchItemFailures,
    }
}

fn stream_mapping(config: &Config, resources: &Resources) -> StreamMapping {
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
