//! What invokes the functions: the mappings of the stream and of the queues, and the schedule.

use std::sync::Arc;
use std::time::Duration;

use super::config::{Config, Endpoints};
use crate::aws::clients;
use crate::lambda::Functions;
use crate::mapping::schedule::Schedule;
use crate::mapping::sqs::QueueMapping;
use crate::mapping::stream::{EventName, StartingPosition, StreamMapping};
use crate::mapping::{Backoff, Mapping};
use crate::resources::{Queue, Resources};

/// What invokes the functions, before it is started.
#[derive(Debug)]
pub struct EventSources {
    /// The events table's stream, to relay.
    pub stream: StreamMapping,
    /// The schedule of relay's sweep.
    pub sweep: Schedule,
    /// Each queue's mapping, with the short name of the function that it invokes.
    pub queues: [(&'static str, QueueMapping); 5],
}

impl EventSources {
    /// Those of a stack with this configuration and these tables and queues.
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
                queue("intake", &queues.inbox),
                queue("dispatcher", &queues.dispatch),
                queue("mailer", &queues.mail),
                queue("feedback", &queues.feedback),
                queue("connector", &queues.deliveries),
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
        let mut mappings = vec![
            self.sweep.start(Arc::clone(&relay) as _),
            self.stream.start(streams, sqs.clone(), relay)?,
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
        batch_size: 10,
        window: Duration::ZERO,
        concurrency: settings.processes.for_function(function),
        report_batch_item_failures: true,
    }
}

fn stream_mapping(config: &Config, resources: &Resources) -> StreamMapping {
    let settings = &config.settings;
    StreamMapping {
        stream_arn: resources.events_stream_arn.clone(),
        region: settings.region.clone(),
        starting_position: StartingPosition::TrimHorizon,
        filter: Some(EventName::Insert),
        batch_size: 100,
        window: Duration::ZERO,
        report_batch_item_failures: true,
        bisect_on_error: true,
        // Until the record is too old: what is then discarded silently, the sweep finds.
        maximum_retries: None,
        // As long as the stream keeps a record.
        maximum_age: Some(Duration::from_secs(24 * 60 * 60)),
        failure_destination: None,
        idle_poll_interval: Duration::from_millis(100),
        retry_pause: Backoff::default(),
        // Without it a restart with the tables of an earlier run would deliver their whole stream again.
        checkpoint_file: config.data.as_ref().map(|data| data.join("stream-checkpoints.json")),
    }
}
