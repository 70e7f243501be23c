//! Records what each function gets and is answered: a one-machine stack whose functions are the measured executables, fed
//! by its own mappings one stage after the other, so that each batch has the size it is to have.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use connector::System;
use futures::FutureExt;
use futures::future::BoxFuture;
use local::aws::clients;
use local::lambda::{Invocation, Invoke};
use local::mapping::Mapping;
use local::mapping::sqs::QueueMapping;
use local::mapping::stream::StreamMapping;
use local::stack::{EventSources, SystemSecret};
use local::{Config, Stack};
use serde_json::{Value, json};
use shared::ShopId;
use tokio::sync::watch;
use uuid::Uuid;

use super::bench::{Bench, Environments, Sample, Trigger};
use super::call::TableKeys;
use super::error::PerfError;
use super::process::Process;
use super::recording::Recording;
use super::services::Services;
use super::url_event::event;
use crate::chaos::workload::confirmation_json;
use crate::deliveries;

/// How long a stage may take.
const TIMEOUT: Duration = Duration::from_secs(60);
/// How long a mapping waits for a batch to be full.
const WINDOW: Duration = Duration::from_secs(2);

/// SES publishes so many events for each mail: `Send` and `Delivery`.
const EVENTS_PER_MAIL: usize = 2;

/// Sends `records` orders through the pipeline. Each function's event with that many records, or as many as its mapping
/// takes.
pub async fn record(bench: &Bench, records: usize) -> Result<Vec<Sample>, PerfError> {
    let secret = SystemSecret {
        shop: ShopId::parse("default")?,
        system: System::Shopify,
        secret: deliveries::SECRET.to_owned(),
    };
    let mut config = Config {
        port: 0,
        services_only: true,
        mail_events: true,
        system_secrets: vec![secret],
        ..Config::default()
    };
    config.account.send_rate = 100_000.0;
    let stack = local::start(config.clone()).await?;
    let run = Run {
        bench,
        stack: &stack,
        keys: table_keys(&stack).await?,
        environments: Arc::new(Environments::of(&stack)),
        config: &config,
        records,
    };
    let samples = run.all_stages().await?;
    stack.stop().await;
    Ok(samples)
}

async fn table_keys(stack: &Stack) -> Result<TableKeys, PerfError> {
    let mut keys = TableKeys::new();
    for name in stack.dynamodb.list_tables().send().await?.table_names.unwrap_or_default() {
        let described = stack.dynamodb.describe_table().table_name(&name).send().await?;
        let schema = described.table.and_then(|table| table.key_schema).unwrap_or_default();
        keys.insert(name, schema.into_iter().map(|key| key.attribute_name).collect());
    }
    Ok(keys)
}

struct Run<'a> {
    bench: &'a Bench,
    stack: &'a Stack,
    keys: TableKeys,
    environments: Arc<Environments>,
    config: &'a Config,
    records: usize,
}

impl Run<'_> {
    async fn all_stages(&self) -> Result<Vec<Sample>, PerfError> {
        let sources = EventSources::new(self.config, &self.stack.resources);
        let queue = |name| {
            let found = sources.queues.iter().find(|(function, _)| *function == name);
            found.map(|(_, mapping)| mapping.clone()).ok_or("the stack has no such mapping")
        };
        let ledger = sources.ledger_stream.clone().ok_or("mail events are on")?;
        let mut samples = vec![self.intake().await?];
        samples.push(self.stream("relay", &sources.stream).await?);
        samples.push(self.queue("dispatcher", queue("dispatcher")?, self.records).await?);
        samples.push(self.queue("mailer", queue("mailer")?, self.records).await?);
        samples.push(self.stream("publisher", &ledger).await?);
        if self.records <= Trigger::Queue.most_records() {
            let events = EVENTS_PER_MAIL * self.records;
            samples.push(self.queue("feedback", queue("feedback")?, events).await?);
            let delivery = self.deliver().await?;
            samples.extend((self.records == 1).then_some(delivery));
            samples.push(self.queue("connector", queue("connector")?, self.records).await?);
        }
        samples.retain(|sample| self.records <= sample.trigger.most_records());
        Ok(samples)
    }

    async fn start(&self, function: &'static str) -> Result<Arc<Recorder>, PerfError> {
        let services = Services::recording(self.stack.address, self.keys.clone()).await?;
        let program = self.bench.function(function, &self.environments, &services.url)?;
        let (process, _) = Process::start(&program).await?;
        let process = tokio::sync::Mutex::new(process);
        Ok(Arc::new(Recorder {
            process,
            services,
            records: watch::Sender::default(),
            seen: Mutex::default(),
        }))
    }

    async fn intake(&self) -> Result<Sample, PerfError> {
        let events: Vec<String> = (0..self.records).map(|n| confirmation_json(7, n)).collect();
        let body = format!("[{}]", events.join(","));
        let content_type = ("content-type", "application/cloudevents-batch+json".to_owned());
        let payload = event("/v1/events", &[content_type], &body);
        self.request("intake", self.records, payload).await
    }

    /// Has the connector keep as many deliveries; the last of them.
    async fn deliver(&self) -> Result<Sample, PerfError> {
        let mut last = None;
        for id in 1..=self.records as u64 {
            let body = deliveries::paid_order(System::Shopify, 7_000 + id).to_string();
            let (system, secret) = (System::Shopify, deliveries::SECRET);
            let headers = deliveries::headers(system, "orders/paid", secret, body.as_bytes());
            let payload = event(&deliveries::path("default", system), &headers, &body);
            last = Some(self.request("connector", 1, payload).await?);
        }
        last.ok_or_else(|| "there is nothing to deliver".into())
    }

    async fn request(
        &self,
        function: &'static str,
        records: usize,
        payload: Bytes,
    ) -> Result<Sample, PerfError> {
        let recorder = self.start(function).await?;
        let (answer, _) = recorder.process.lock().await.invoke(&payload).await?;
        let status = serde_json::from_slice::<Value>(&answer)?["statusCode"].as_u64();
        if !matches!(status, Some(200..300)) {
            let answer = String::from_utf8_lossy(&answer);
            return Err(format!("{function} refused a request: {answer}").into());
        }
        let recording = recorder.services.take_recording();
        Ok(self.sample(function, Trigger::Url, Batch { records, payload, recording }))
    }

    async fn queue(
        &self,
        function: &'static str,
        mapping: QueueMapping,
        records: usize,
    ) -> Result<Sample, PerfError> {
        let batch_size = self.records.min(Trigger::Queue.most_records());
        let mapping = QueueMapping { batch_size, window: WINDOW, concurrency: 1, ..mapping };
        let recorder = self.start(function).await?;
        let running = mapping.start(self.stack.sqs.clone(), Arc::clone(&recorder) as _);
        recorder.finish(function, running, records).await?;
        Ok(self.sample(function, Trigger::Queue, recorder.with(batch_size, function)?))
    }

    async fn stream(
        &self,
        function: &'static str,
        mapping: &StreamMapping,
    ) -> Result<Sample, PerfError> {
        let mapping = StreamMapping { batch_size: self.records, window: WINDOW, ..mapping.clone() };
        let recorder = self.start(function).await?;
        let endpoint = &self.stack.endpoints.dynamodb;
        let streams = clients::dynamodb_streams(endpoint, &self.config.settings.region);
        let running = mapping.start(streams, self.stack.sqs.clone(), Arc::clone(&recorder) as _)?;
        recorder.finish(function, running, self.records).await?;
        Ok(self.sample(function, Trigger::Stream, recorder.with(self.records, function)?))
    }

    fn sample(&self, function: &'static str, trigger: Trigger, batch: Batch) -> Sample {
        let Batch { records, payload, recording } = batch;
        let environments = Arc::clone(&self.environments);
        Sample { function, trigger, records, payload, recording: Arc::new(recording), environments }
    }
}

/// What a function got, and what it was answered.
#[derive(Debug, Clone)]
struct Batch {
    records: usize,
    payload: Bytes,
    recording: Recording,
}

/// A function that a mapping invokes, its services, and the batches that it has done.
struct Recorder {
    process: tokio::sync::Mutex<Process>,
    services: Services,
    records: watch::Sender<usize>,
    seen: Mutex<Vec<Batch>>,
}

impl Recorder {
    /// Waits until it has done so many records, and stops what invokes it.
    async fn finish(&self, function: &str, by: Mapping, records: usize) -> Result<(), PerfError> {
        let mut done = self.records.subscribe();
        let waited = tokio::time::timeout(TIMEOUT, done.wait_for(|n| *n >= records)).await;
        by.stop().await;
        let done = *self.records.borrow();
        match waited {
            Ok(_) => Ok(()),
            Err(_) => {
                Err(format!("{function} did {done} of {records} records within a minute").into())
            }
        }
    }

    /// The first batch with so many records.
    fn with(&self, records: usize, function: &str) -> Result<Batch, PerfError> {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.iter().find(|batch| batch.records == records).cloned().ok_or_else(|| {
            let sizes: Vec<usize> = seen.iter().map(|batch| batch.records).collect();
            format!("no batch of {function} had {records} records: {sizes:?}").into()
        })
    }

    async fn run(&self, payload: Bytes) -> Result<Bytes, PerfError> {
        let batch: Value = serde_json::from_slice(&payload)?;
        let records = batch["Records"].as_array().map_or(0, Vec::len);
        let mut process = self.process.lock().await;
        let (answer, _) = process.invoke(&payload).await?;
        let recording = self.services.take_recording();
        drop(process);
        let outcome: Value = serde_json::from_slice(&answer)?;
        // A failure that is answered as one: the mapping delivers it again, and the wait for all records ends in time.
        if outcome["batchItemFailures"].as_array().is_none_or(Vec::is_empty) {
            let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
            let earlier = seen.last().map(|batch| batch.recording.clone()).unwrap_or_default();
            let recording = recording.with_earlier(earlier);
            seen.push(Batch { records, payload, recording });
            drop(seen);
            self.records.send_modify(|n| *n += records);
        }
        Ok(answer)
    }
}

impl Invoke for Recorder {
    fn arn(&self) -> &str {
        "arn:aws:lambda:eu-central-2:000000000000:function:waybill-perf"
    }

    fn invoke(&self, _request_id: Uuid, payload: Bytes) -> BoxFuture<'_, Invocation> {
        async move {
            match self.run(payload).await {
                Ok(answer) => Invocation::Answered(answer),
                Err(error) => {
                    let error = json!({ "errorMessage": error.to_string() }).to_string();
                    Invocation::Failed { error: error.into() }
                }
            }
        }
        .boxed()
    }
}
