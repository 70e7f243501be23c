//! The pipeline in simulated time. The functions' own code runs in this process, with a clock that is ahead
//! of the machine's and simulated queues that use the same clock. Tables and SES are those of a real stack.

mod outages;
pub mod queues;
mod ses;
mod settings;
mod shop_systems;
mod tables;
mod whole;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_config::SdkConfig;
use aws_lambda_events::sqs::{SqsBatchResponse, SqsMessage};
use aws_sdk_sesv2::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_sqs::config::retry::RetryConfig;
use dispatcher::{Dispatcher, EventReader};
use feedback::Feedback;
use intake::{EventStore, Inbox, Intake, Publishers};
use jiff::SignedDuration;
use kit::ledger::Ledger;
use kit::queue::{DeadLetterQueue, DelayedRequeue};
use kit::{Clock, ShopDirectory};
use local::Stack;
use local::resources::{EVENTS_TABLE, LEDGER_TABLE, SHOPS_TABLE};
use mailer::{AttachmentReader, FeedbackBacklog, Mailer, SendGate, Sender};
use relay::{Relay, SweepStats};
use serde_json::json;
use template::QueueSource;

pub use outages::{Failure, Outage, Outages, Service, Stage};
pub use queues::Queues;
pub use ses::{SesMode, SimulatedSes};
pub use settings::Settings;
pub use whole::WholePipeline;

pub const DELIVERIES: &str = "http://queues.example/deliveries";
pub const DELIVERIES_DLQ: &str = "http://queues.example/deliveries-dlq";
pub const INBOX: &str = "http://queues.example/inbox";
pub const INBOX_DLQ: &str = "http://queues.example/inbox-dlq";
pub const DISPATCH: &str = "http://queues.example/dispatch";
pub const DISPATCH_DLQ: &str = "http://queues.example/dispatch-dlq";
pub const MAIL: &str = "http://queues.example/mail";
pub const FEEDBACK: &str = "http://queues.example/feedback";
pub const FEEDBACK_DLQ: &str = "http://queues.example/feedback-dlq";
pub const MAIL_DLQ: &str = "http://queues.example/mail-dlq";

/// Messages that become due within this time are processed together.
const STEP: SignedDuration = SignedDuration::from_secs(5);

/// The events table keeps an event for so many days.
const EVENTS_RETENTION_DAYS: i64 = 90;

/// Nothing listens there: a connection is refused at once.
const NOWHERE: &str = "http://127.0.0.1:1";

/// The pipeline after intake, at a time of its own.
pub struct SimulatedPipeline<'a> {
    stack: &'a Stack,
    pub queues: Queues,
    pub outages: Outages,
    pub settings: Settings,
    ahead: SignedDuration,
    clients: BTreeMap<Stage, (aws_sdk_dynamodb::Client, aws_sdk_sqs::Client)>,
    stream: tables::EventStream,
    /// Whether SES can be reached.
    pub ses_is_reachable: bool,
    /// The mailer's state that outlives an invocation: `None` where a new process starts.
    mailer_process: Option<MailerProcess>,
    /// That of a second mailer, which takes turns with the first.
    other_process: Option<MailerProcess>,
}

impl<'a> SimulatedPipeline<'a> {
    /// A pipeline with the deployed settings and SES's `Send` events, whose clock runs `ahead` of now.
    pub fn starting_at(stack: &'a Stack, ahead: SignedDuration) -> Self {
        Self::deployed(stack, ahead, Settings::deployed(true), Outages::default())
    }

    /// A pipeline with these settings, whose clock runs `ahead` of now.
    pub fn deployed(
        stack: &'a Stack,
        ahead: SignedDuration,
        settings: Settings,
        outages: Outages,
    ) -> Self {
        let queues = Queues::new(&settings, outages.clone());
        queues.set_ahead(ahead);
        let stream = tables::EventStream::default();
        let http = aws_smithy_http_client::Builder::new().build_http();
        let client = |stage| {
            let endpoint = &stack.endpoints.dynamodb;
            let tables = tables::client(endpoint, &http, stage, &outages, &stream);
            (stage, (tables, sqs(&queues, stage, settings.sqs_attempts)))
        };
        let stages = Stage::FUNCTIONS.into_iter().chain([Stage::Connector]);
        let clients = stages.map(client).collect();
        Self {
            stack,
            queues,
            outages,
            settings,
            ahead,
            clients,
            stream,
            ses_is_reachable: true,
            mailer_process: None,
            other_process: None,
        }
    }

    pub fn clock(&self) -> Clock {
        Clock::ahead_by(self.ahead)
    }

    /// How far the clock is ahead of the machine's.
    pub const fn ahead(&self) -> SignedDuration {
        self.ahead
    }

    /// Lets time pass without running any function.
    pub fn skip(&mut self, time: SignedDuration) {
        self.ahead += time;
        self.queues.set_ahead(self.ahead);
    }

    /// From now on, the other of two mailers handles the mails.
    pub fn use_other_mailer(&mut self) {
        std::mem::swap(&mut self.mailer_process, &mut self.other_process);
    }

    /// One invocation of the mailer, with this much time until Lambda ends it.
    pub async fn invoke_mailer(&mut self, time_left: Duration) {
        let mailer = self.mailer().await;
        let now = self.clock().now_ms();
        let mails = self.queues.receive(MAIL, self.settings.mailer.batch_size, now);
        let answer = Box::pin(mailer::handle(&mailer, &mails, SystemTime::now() + time_left)).await;
        self.queues.settle(MAIL, &mails, &answer);
        self.keep(mailer);
    }

    /// One run of the sweep.
    pub async fn sweep(&self) -> SweepStats {
        relay::sweep(&self.relay(), i64::MAX).await.expect("the tables answer")
    }

    /// Lets time pass while the functions process what becomes due.
    pub async fn run_for(&mut self, time: SignedDuration) {
        let end = self.clock().now_ms() + i64::try_from(time.as_millis()).expect("a bounded time");
        loop {
            self.drain().await;
            // Skips to the next due message instead of waiting for it.
            let now = self.clock().now_ms();
            match self.queues.next_due(&[DISPATCH, MAIL], now) {
                Some(due) if due < end => {
                    self.skip(STEP.max(SignedDuration::from_millis(due - now)));
                }
                _ => return self.skip(SignedDuration::from_millis((end - now).max(0))),
            }
        }
    }

    /// Runs the dispatcher alone until no dispatch message is due.
    pub async fn plan(&mut self) {
        let dispatcher = self.dispatcher();
        while self.dispatch(&dispatcher).await {}
    }

    /// Runs dispatcher and mailer until no message is due.
    pub async fn drain(&mut self) {
        // Built anew, because each takes a copy of the clock.
        let (dispatcher, mailer) = (self.dispatcher(), self.mailer().await);
        while self.dispatch(&dispatcher).await | self.mail(&mailer).await {}
        self.keep(mailer);
    }

    /// Whether a message of this queue can be received now.
    fn is_due(&self, queue: &str) -> bool {
        let now = self.clock().now_ms();
        self.queues.next_due(&[queue], i64::MIN).is_some_and(|at| at <= now)
    }

    /// One round of the dispatcher, with as many invocations at once as are deployed. Whether there was a message.
    async fn dispatch(&self, dispatcher: &Dispatcher) -> bool {
        let timeout = self.settings.dispatcher_timeout;
        let handle = async |batch: &[SqsMessage]| {
            dispatcher::handle(dispatcher, batch, SystemTime::now() + timeout).await
        };
        self.round(DISPATCH, &self.settings.dispatcher, handle).await
    }

    /// One round of the mailer.
    async fn mail(&self, mailer: &Mailer) -> bool {
        let timeout = self.settings.mailer_timeout;
        let handle = async |batch: &[SqsMessage]| {
            Box::pin(mailer::handle(mailer, batch, SystemTime::now() + timeout)).await
        };
        self.round(MAIL, &self.settings.mailer, handle).await
    }

    /// One round of intake on the inbox queue.
    async fn take_from_inbox(&self, intake: &Intake) -> bool {
        let timeout = self.settings.intake_timeout;
        let handle = async |batch: &[SqsMessage]| {
            let mut records = json!(batch);
            for record in records.as_array_mut().into_iter().flatten() {
                record["eventSource"] = "aws:sqs".into();
            }
            let payload = json!({ "Records": records }).to_string();
            let answer = intake::handle(intake, &payload, SystemTime::now() + timeout).await;
            let answer = answer.expect("each message has its own outcome");
            serde_json::from_value(answer).expect("a batch response")
        };
        self.round(INBOX, &self.settings.intake, handle).await
    }

    /// One round of feedback.
    async fn feed_back(&self, feedback: &Feedback) -> bool {
        let handle = async |batch: &[SqsMessage]| feedback::handle(feedback, batch).await;
        self.round(FEEDBACK, &self.settings.feedback, handle).await
    }

    /// Receives a batch for each invocation that may run at once, and handles them together. What a killed one
    /// had received becomes visible again after its visibility timeout.
    async fn round(
        &self,
        queue: &str,
        source: &QueueSource,
        handle: impl AsyncFn(&[SqsMessage]) -> SqsBatchResponse,
    ) -> bool {
        let now = self.clock().now_ms();
        let receive = || self.queues.receive(queue, source.batch_size, now);
        let batches: Vec<_> = std::iter::repeat_with(receive)
            .take(source.concurrency.unwrap_or(1))
            .take_while(|batch| !batch.is_empty())
            .collect();
        let invocations =
            batches.iter().map(|batch| self.outages.unless_killed(handle(batch.as_slice())));
        let answers = futures::future::join_all(invocations).await;
        for (batch, answer) in batches.iter().zip(answers) {
            if let Some(answer) = answer {
                self.queues.settle(queue, batch, &answer);
            }
        }
        !batches.is_empty()
    }

    /// As in a warm Lambda, whose next invocation uses the same connections, and what it knows of the gate.
    pub fn keep(&mut self, mailer: Mailer) {
        let Mailer { sender, gate, .. } = mailer;
        if let Some(process) = &mut self.mailer_process {
            process.senders.insert(self.ses_is_reachable, sender);
            process.gate = Some(gate);
        }
    }

    /// Relay as its schedule or the stream invokes it.
    fn relay_as(&self, stage: Stage) -> Relay {
        let sqs = self.sqs_as(stage);
        Relay {
            tables: relay::Tables {
                client: self.dynamodb(stage),
                events: EVENTS_TABLE.to_owned(),
                ledger: LEDGER_TABLE.to_owned(),
            },
            queues: relay::Queues {
                dead_letters: self.dead_letters(&sqs, DISPATCH_DLQ),
                client: sqs,
                dispatch: DISPATCH.to_owned(),
            },
            sweep_after_ms: millis(self.settings.sweep_after),
            grace_ms: millis(self.settings.grace),
            clock: self.clock(),
        }
    }

    pub fn relay(&self) -> Relay {
        self.relay_as(Stage::Sweep)
    }

    pub fn intake(&self) -> Intake {
        let (sqs, clock) = (self.sqs_as(Stage::Intake), self.clock());
        let events = EVENTS_TABLE.to_owned();
        Intake {
            store: EventStore::new(
                self.dynamodb(Stage::Intake),
                events,
                EVENTS_RETENTION_DAYS,
                clock,
            ),
            shops: ShopDirectory::new(self.dynamodb(Stage::Intake), SHOPS_TABLE.to_owned(), clock),
            publishers: Publishers::Anyone,
            inbox: Inbox {
                dead_letters: self.dead_letters(&sqs, INBOX_DLQ),
                requeue: DelayedRequeue::new(sqs, INBOX.to_owned(), clock),
                clock,
            },
        }
    }

    fn dispatcher(&self) -> Dispatcher {
        let sqs = self.sqs_as(Stage::Dispatcher);
        Dispatcher {
            groups: Arc::default(),
            ledger: self.ledger_as(Stage::Dispatcher),
            events: EventReader::new(self.dynamodb(Stage::Dispatcher), EVENTS_TABLE.to_owned()),
            mail_queue: MAIL.to_owned(),
            dead_letters: self.dead_letters(&sqs, DISPATCH_DLQ),
            requeue: DelayedRequeue::new(sqs.clone(), DISPATCH.to_owned(), self.clock()),
            sqs,
            clock: self.clock(),
        }
    }

    /// The only place that builds a mailer. It is to be [kept](Self::keep) afterwards.
    pub async fn mailer(&mut self) -> Mailer {
        let process = match &mut self.mailer_process {
            Some(process) => process,
            none => {
                let tables = self.clients[&Stage::Mailer].0.clone();
                let lease = self.settings.lease;
                let rate = self.settings.send_rate;
                none.insert(MailerProcess::start(self.stack, tables, rate, lease).await)
            }
        };
        let sender = process.senders.remove(&self.ses_is_reachable).expect("kept after each use");
        let gate = process.gate.take().expect("kept after each use");
        let attachments = AttachmentReader::new(&process.sdk, self.settings.bucket.clone());
        let sqs = self.sqs_as(Stage::Mailer);
        Mailer {
            ledger: self.ledger_as(Stage::Mailer),
            sender,
            attachments,
            gate,
            feedback_backlog: FeedbackBacklog::new(
                sqs.clone(),
                [FEEDBACK.to_owned(), FEEDBACK_DLQ.to_owned()],
            ),
            requeue: DelayedRequeue::new(sqs.clone(), MAIL.to_owned(), self.clock()),
            dead_letters: self.dead_letters(&sqs, MAIL_DLQ),
            shops: ShopDirectory::new(
                self.dynamodb(Stage::Mailer),
                SHOPS_TABLE.to_owned(),
                self.clock(),
            ),
            render: self.settings.render,
            brand: mailer::render::Brand::default(),
            lease: self.settings.lease,
            grace: self.settings.grace,
            feedback_retry: self.settings.feedback_retry,
            clock: self.clock(),
        }
    }

    pub fn feedback(&self) -> Feedback {
        let sqs = self.sqs_as(Stage::Feedback);
        Feedback {
            ledger: self.ledger_as(Stage::Feedback),
            dead_letters: self.dead_letters(&sqs, FEEDBACK_DLQ),
            requeue: DelayedRequeue::new(sqs, FEEDBACK.to_owned(), self.clock()),
            retry_after: self.settings.feedback_retry,
            clock: self.clock(),
        }
    }

    /// The ledger as an operator reaches it.
    pub fn ledger(&self) -> Ledger {
        let client = self.stack.dynamodb.clone();
        Ledger::new(client, LEDGER_TABLE.to_owned(), self.settings.retention)
    }

    fn ledger_as(&self, stage: Stage) -> Ledger {
        Ledger::new(self.dynamodb(stage), LEDGER_TABLE.to_owned(), self.settings.retention)
    }

    fn dynamodb(&self, stage: Stage) -> aws_sdk_dynamodb::Client {
        self.clients[&stage].0.clone()
    }

    fn dead_letters(&self, sqs: &aws_sdk_sqs::Client, queue: &str) -> DeadLetterQueue {
        DeadLetterQueue::new(sqs.clone(), queue.to_owned(), self.clock())
    }

    /// A client whose messages are enqueued at the clock's time.
    pub fn sqs(&self) -> aws_sdk_sqs::Client {
        self.sqs_as(Stage::Feedback)
    }

    fn sqs_as(&self, stage: Stage) -> aws_sdk_sqs::Client {
        self.clients[&stage].1.clone()
    }
}

fn sqs(queues: &Queues, stage: Stage, attempts: u32) -> aws_sdk_sqs::Client {
    // No simulated second passes between the attempts of one call.
    let retries = RetryConfig::standard().with_initial_backoff(Duration::from_millis(1));
    let config = aws_sdk_sqs::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .endpoint_url("http://queues.example")
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("a", "b", None, None, "test"))
        .retry_config(retries.with_max_attempts(attempts))
        .http_client(queues.client(stage))
        .build();
    aws_sdk_sqs::Client::from_conf(config)
}

/// What a mailer process keeps from one invocation to the next.
struct MailerProcess {
    /// For all services of the stack.
    sdk: SdkConfig,
    /// Of an SES that can be reached (`true`), and of one that cannot.
    senders: BTreeMap<bool, Sender>,
    gate: Option<SendGate>,
}

impl MailerProcess {
    async fn start(
        stack: &Stack,
        tables: aws_sdk_dynamodb::Client,
        send_rate: Option<f64>,
        probe_lease: SignedDuration,
    ) -> Self {
        let sdk = sdk_for(&stack.endpoints.ses).await;
        let ses = aws_sdk_sesv2::Client::new(&sdk);
        let gate = SendGate::new(tables, LEDGER_TABLE.to_owned(), ses, send_rate, probe_lease);
        let unreachable = sender(&sdk_for(NOWHERE).await);
        let senders = BTreeMap::from([(true, sender(&sdk)), (false, unreachable)]);
        Self { sdk, senders, gate: Some(gate) }
    }
}

async fn sdk_for(endpoint: &str) -> SdkConfig {
    kit::aws::loader()
        .endpoint_url(endpoint)
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("a", "b", None, None, "test"))
        .load()
        .await
}

fn sender(sdk: &SdkConfig) -> Sender {
    let from = mailer::SenderSettings {
        mailbox: "Nordlicht <orders@shop.example>".to_owned(),
        reply_to: None,
        configuration_set: Some("waybill".to_owned()),
        redirect_all_to: None,
    };
    Sender::new(sdk, from)
}

fn millis(duration: SignedDuration) -> i64 {
    i64::try_from(duration.as_millis()).expect("a bounded time")
}
