//! What invokes the functions: the mappings of the streams and of the queues, and the schedule.

use std::sync::Arc;
use std::time::Duration;

use shared::mail_event::MailOutcome;

use super::config::{Config, Endpoints};
use crate::aws::clients;
use crate::lambda::Functions;
use crate::mapping::schedule::Schedule;
use crate::mapping::sqs::QueueMapping;
use crate::mapping::stream::{EventName, Filter, StartingPosition, StreamMapping};
use crate::mapping::{Backoff, Mapping};
use crate::resources::{Queue, Resources};

/// What invokes the functions, before it is started.
#[derive(Debug)]
pub struct EventSources {
    /// The events table's stream, to relay.
    pub stream: StreamMapping,
    /// The ledger's stream, to the publisher, where mail events are on.
    pub ledger_stream: Option<StreamMapping>,
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
            ledger_stream: ledger_stream_mapping(config, resources),
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
            self.stream.start(streams.clone(), sqs.clone(), relay)?,
        ];
        if let Some(ledger) = self.ledger_stream {
            mappings.push(ledger.start(streams, sqs.clone(), function("publisher")?)?);
        }
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
        filter: Some(Filter { event_names: &[EventName::Insert], new_states: &[] }),
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

/// The states that are told. What is planned or being sent costs no invocation.
const TOLD_STATES: [&str; MailOutcome::ALL.len()] = {
    let mut states = [""; MailOutcome::ALL.len()];
    let mut n = 0;
    while n < states.len() {
        states[n] = MailOutcome::ALL[n].as_str();
        n += 1;
    }
    states
};

fn ledger_stream_mapping(config: &Config, resources: &Resources) -> Option<StreamMapping> {
    Some(StreamMapping {
        stream_arn: resources.ledger_stream_arn.clone()?,
        filter: Some(Filter {
            event_names: &[EventName::Insert, EventName::Modify],
            new_states: &TOLD_STATES,
        }),
        // Half of the time for which the stream keeps a record: what is given up is then in the failure destination, by
        // sequence numbers, and an operator has the other half to read the records.
        maximum_age: Some(Duration::from_secs(12 * 60 * 60)),
        failure_destination: resources.queues.publisher_dlq.as_ref().map(|queue| queue.url.clone()),
        checkpoint_file: config
            .data
            .as_ref()
            .map(|data| data.join("ledger-stream-checkpoints.json")),
        ..stream_mapping(config, resources)
    })
}
