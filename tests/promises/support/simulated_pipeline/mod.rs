//! The pipeline in simulated time. The functions' own code runs in this process, with a clock that is ahead
//! of the machine's and simulated queues that use the same clock. Tables and SES are those of a real stack.

mod queues;

use std::time::{Duration, SystemTime};

use aws_lambda_events::sqs::{SqsBatchResponse, SqsMessage};
use aws_sdk_sesv2::config::{BehaviorVersion, Credentials, Region};
use dispatcher::Dispatcher;
use jiff::SignedDuration;
use kit::Clock;
use kit::ledger::Ledger;
use kit::queue::{DeadLetterQueue, DelayedRequeue};
use local::Stack;
use local::resources::{EVENTS_TABLE, LEDGER_TABLE};
use mailer::{FeedbackBacklog, Mailer, SendGate, Sender};
use relay::{Relay, SweepStats};

pub use queues::Queues;

pub const DISPATCH: &str = "http://queues.example/dispatch";
pub const DISPATCH_DLQ: &str = "http://queues.example/dispatch-dlq";
pub const MAIL: &str = "http://queues.example/mail";
pub const FEEDBACK: &str = "http://queues.example/feedback";
pub const FEEDBACK_DLQ: &str = "http://queues.example/feedback-dlq";
pub const MAIL_DLQ: &str = "http://queues.example/mail-dlq";

/// The deployed settings.
const LEASE: SignedDuration = SignedDuration::from_secs(60);
const GRACE: SignedDuration = SignedDuration::from_secs(1200);
const FEEDBACK_RETRY: SignedDuration =
    SignedDuration::from_secs(kit::config::DEFAULT_FEEDBACK_RETRY_SECONDS);
const RETENTION: SignedDuration = SignedDuration::from_hours(400 * 24);
const SWEEP_AFTER_MS: i64 = 300_000;

/// Messages that become due within this time are processed together.
const STEP: SignedDuration = SignedDuration::from_secs(5);

/// A function's timeout.
const TIMEOUT: Duration = Duration::from_secs(30);

/// The pipeline after intake, at a time of its own.
pub struct SimulatedPipeline<'a> {
    stack: &'a Stack,
    pub queues: Queues,
    ahead: SignedDuration,
    /// The mailer's state that outlives an invocation: `None` where a new process starts.
    mailer_process: Option<MailerProcess>,
    /// That of a second mailer, which takes turns with the first.
    other_process: Option<MailerProcess>,
}

impl<'a> SimulatedPipeline<'a> {
    /// A pipeline whose clock runs `ahead` of now.
    pub fn starting_at(stack: &'a Stack, ahead: SignedDuration) -> Self {
        Self { stack, queues: Queues::default(), ahead, mailer_process: None, other_process: None }
    }

    pub fn clock(&self) -> Clock {
        Clock::ahead_by(self.ahead)
    }

    /// Lets time pass without running any function.
    pub fn skip(&mut self, time: SignedDuration) {
        self.ahead += time;
    }

    /// From now on, the other of two mailers handles the mails.
    pub fn use_other_mailer(&mut self) {
        std::mem::swap(&mut self.mailer_process, &mut self.other_process);
    }

    /// One invocation of the mailer, with this much time until Lambda ends it.
    pub async fn invoke_mailer(&mut self, time_left: Duration) {
        let mailer = self.mailer().await;
        let mails = self.receive(MAIL, MAIL_DLQ);
        let answer = Box::pin(mailer::handle(&mailer, &mails, SystemTime::now() + time_left)).await;
        self.settle(MAIL, &mails, &answer);
        let Mailer { sender, gate, .. } = mailer;
        self.mailer_process = Some(MailerProcess { sender, gate });
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
                    self.ahead += STEP.max(SignedDuration::from_millis(due - now))
                }
                _ => return self.ahead += SignedDuration::from_millis((end - now).max(0)),
            }
        }
    }

    /// Runs the dispatcher alone until no dispatch message is due.
    pub async fn plan(&mut self) {
        let dispatcher = self.dispatcher();
        loop {
            let events = self.receive(DISPATCH, DISPATCH_DLQ);
            if events.is_empty() {
                break;
            }
            let answer = dispatcher::handle(&dispatcher, &events).await;
            self.settle(DISPATCH, &events, &answer);
        }
    }

    /// Runs the functions until no message is due.
    pub async fn drain(&mut self) {
        // Built anew, because each takes a copy of the clock.
        let (dispatcher, mailer) = (self.dispatcher(), self.mailer().await);
        loop {
            let events = self.receive(DISPATCH, DISPATCH_DLQ);
            let mails = self.receive(MAIL, MAIL_DLQ);
            if events.is_empty() && mails.is_empty() {
                break;
            }
            let answer = dispatcher::handle(&dispatcher, &events).await;
            self.settle(DISPATCH, &events, &answer);
            let deadline = SystemTime::now() + TIMEOUT;
            let answer = Box::pin(mailer::handle(&mailer, &mails, deadline)).await;
            self.settle(MAIL, &mails, &answer);
        }
        // As in a warm Lambda, whose next invocation uses the same connections, and what it knows of the gate.
        let Mailer { sender, gate, .. } = mailer;
        self.mailer_process = Some(MailerProcess { sender, gate });
    }

    fn receive(&self, queue: &str, dead_letters: &str) -> Vec<SqsMessage> {
        self.queues.receive(queue, dead_letters, self.clock().now_ms())
    }

    fn settle(&self, queue: &str, batch: &[SqsMessage], answer: &SqsBatchResponse) {
        self.queues.settle(queue, batch, answer);
    }

    pub fn relay(&self) -> Relay {
        Relay {
            tables: relay::Tables {
                client: self.stack.dynamodb.clone(),
                events: EVENTS_TABLE.to_owned(),
                ledger: LEDGER_TABLE.to_owned(),
            },
            queues: relay::Queues {
                client: self.sqs(),
                dispatch: DISPATCH.to_owned(),
                dead_letters: self.dead_letters(DISPATCH_DLQ),
            },
            sweep_after_ms: SWEEP_AFTER_MS,
            grace_ms: i64::try_from(GRACE.as_millis()).expect("minutes"),
            clock: self.clock(),
        }
    }

    fn dispatcher(&self) -> Dispatcher {
        Dispatcher {
            ledger: self.ledger(),
            sqs: self.sqs(),
            mail_queue: MAIL.to_owned(),
            dead_letters: self.dead_letters(DISPATCH_DLQ),
            requeue: DelayedRequeue::new(self.sqs(), DISPATCH.to_owned(), self.clock()),
            clock: self.clock(),
        }
    }

    async fn mailer(&mut self) -> Mailer {
        let process = match self.mailer_process.take() {
            Some(process) => process,
            None => MailerProcess::start(self.stack).await,
        };
        let MailerProcess { sender, gate } = process;
        Mailer {
            ledger: self.ledger(),
            sender,
            gate,
            feedback_backlog: FeedbackBacklog::new(
                self.sqs(),
                [FEEDBACK.to_owned(), FEEDBACK_DLQ.to_owned()],
            ),
            requeue: DelayedRequeue::new(self.sqs(), MAIL.to_owned(), self.clock()),
            dead_letters: self.dead_letters(MAIL_DLQ),
            brand: mailer::render::Brand::default(),
            lease: LEASE,
            grace: GRACE,
            feedback_retry: FEEDBACK_RETRY,
            clock: self.clock(),
        }
    }

    pub fn ledger(&self) -> Ledger {
        Ledger::new(self.stack.dynamodb.clone(), LEDGER_TABLE.to_owned(), RETENTION)
    }

    fn dead_letters(&self, queue: &str) -> DeadLetterQueue {
        DeadLetterQueue::new(self.sqs(), queue.to_owned(), self.clock())
    }

    /// A client whose messages are enqueued at the clock's time.
    pub fn sqs(&self) -> aws_sdk_sqs::Client {
        let config = aws_sdk_sqs::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .endpoint_url("http://queues.example")
            .region(Region::new("us-east-1"))
            .credentials_provider(Credentials::new("a", "b", None, None, "test"))
            .http_client(self.queues.client_at(self.clock().now_ms()))
            .build();
        aws_sdk_sqs::Client::from_conf(config)
    }
}

/// What a mailer process keeps from one invocation to the next.
struct MailerProcess {
    sender: Sender,
    gate: SendGate,
}

impl MailerProcess {
    async fn start(stack: &Stack) -> Self {
        let sender = sender(stack).await;
        let table = LEDGER_TABLE.to_owned();
        let ses = sender.client().clone();
        let gate = SendGate::new(stack.dynamodb.clone(), table, ses, None, LEASE);
        Self { sender, gate }
    }
}

async fn sender(stack: &Stack) -> Sender {
    let sdk = kit::aws::loader()
        .endpoint_url(&stack.endpoints.ses)
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("a", "b", None, None, "test"))
        .load()
        .await;
    let from = mailer::SenderSettings {
        mailbox: "Nordlicht <orders@shop.example>".to_owned(),
        reply_to: None,
        configuration_set: Some("waybill".to_owned()),
        redirect_all_to: None,
    };
    Sender::new(&sdk, from)
}
