//! Test support: a stack of its own for each test, started by the same function as `cargo run`.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use aws_sdk_sqs::types::{Message, MessageSystemAttributeName};
use kit::ledger::{Item, Ledger};
use kit::queue::queue_depth;
use local::lambda::{OutputLine, Sink};
use local::resources::{FeedbackTimes, Queue, Settings};
use local::run::outcome::EventStatus;
use local::run::publish::{Answer, Published, Publisher, batches};
use local::run::{WaitResult, wait_until_terminal};
use local::ses::Mail;
use local::{Config, Stack};

pub mod events;
pub mod fair_queue;
pub mod http;
pub mod json;
pub mod killer;
pub mod simulated_mailers;
pub mod simulated_pipeline;
pub mod stack_process;
pub mod valid;

/// How long a test waits for a condition before it fails.
pub const TIMEOUT: Duration = Duration::from_secs(90);

/// A running stack and the output of its functions.
pub struct TestStack {
    pub stack: Stack,
    output: Arc<Mutex<Vec<String>>>,
}

/// Short times. As deployed, the lease is longer than the function's timeout: otherwise a mailer could still
/// send a mail that another one has claimed, and the grace period is longer than anything that can hide an SES
/// event. Visibility timeouts are shorter in proportion, because a test of a crash has to wait for them.
pub fn settings() -> Settings {
    Settings {
        function_timeout: Duration::from_secs(5),
        visibility_timeout: Duration::from_secs(3),
        lease: Duration::from_secs(6),
        feedback: FEEDBACK,
        doubt_grace: Duration::from_secs(32),
        max_receive_count: 10,
        ..Settings::default()
    }
}

/// As few receives as a test of a crash needs: each of them makes the grace period longer.
pub const FEEDBACK: FeedbackTimes = FeedbackTimes {
    visibility_timeout: Duration::from_secs(5),
    max_receive_count: 3,
    retry: Duration::from_secs(15),
};

pub fn config() -> Config {
    Config { settings: settings(), ..Config::default() }
}

/// As [`config`], for tests with a simulated pipeline. Its clock is ahead of the machine's, and the stack's own sweep
/// would take the watermark that it leaves for a mistake, and set it back.
pub fn config_without_sweep() -> Config {
    let never = Duration::from_secs(24 * 60 * 60);
    let settings = Settings { sweep_after: never, sweep_interval: never, ..settings() };
    Config { settings, ..Config::default() }
}

impl TestStack {
    pub async fn start() -> Self {
        Self::start_with(config()).await
    }

    pub async fn start_with(config: Config) -> Self {
        let output = Arc::new(Mutex::new(Vec::new()));
        let lines = Arc::clone(&output);
        let sink: Sink = Arc::new(move |line: OutputLine<'_>| {
            let line = format!("{} {}", line.function, line.text);
            lines.lock().unwrap_or_else(PoisonError::into_inner).push(line);
        });
        // The test binary has no `function` subcommand, so the functions run from a binary of their own.
        let executable = Some(env!("CARGO_BIN_EXE_stack").into());
        let stack = local::start(Config { port: 0, sink, executable, ..config }).await;
        Self { stack: stack.expect("the stack starts"), output }
    }

    pub async fn stop(self) {
        self.stack.stop().await;
    }

    /// Publishes the lines and waits until every event has reached a terminal state.
    pub async fn publish(&self, lines: &[String]) -> Outcomes {
        let published = self.publish_only(lines).await;
        let rest = self.wait_until_terminal(&published).await;
        Outcomes { published, rest }
    }

    pub async fn publish_only(&self, lines: &[String]) -> Vec<Published> {
        let publisher = Publisher::new(self.stack.address);
        let mut published = Vec::new();
        for batch in batches(lines) {
            published.extend(publisher.publish(&batch).await.expect("intake answers"));
        }
        published
    }

    /// Waits until every event has reached a terminal state and no message is left.
    pub async fn wait_until_terminal(&self, published: &[Published]) -> WaitResult {
        let rest =
            wait_until_terminal(&self.stack, published, || ()).await.expect("the ledger answers");
        assert_eq!(rest.stalled, None, "every event reaches a terminal state");
        rest
    }

    /// The accepted mails, the oldest first.
    pub fn mails(&self) -> Vec<Arc<Mail>> {
        let mut mails = self.stack.ses.mailbox().newest_first();
        mails.reverse();
        mails
    }

    pub fn mails_to(&self, address: &str) -> usize {
        self.mails()
            .iter()
            .filter(|mail| mail.content.to.iter().any(|to| to.email == address))
            .count()
    }

    pub fn output(&self) -> Vec<String> {
        self.output.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub async fn send(&self, queue: &Queue, body: &str) {
        let call = self.stack.sqs.send_message().queue_url(&queue.url).message_body(body);
        call.send().await.expect("SQS takes the message");
    }

    /// Removes every message, in flight or not.
    pub async fn purge(&self, queue: &Queue) {
        let call = self.stack.sqs.purge_queue().queue_url(&queue.url);
        call.send().await.expect("SQS purges the queue");
    }

    /// Receives a message from a queue as soon as there is one. It stays in flight.
    pub async fn receive(&self, queue: &Queue) -> Message {
        let started = Instant::now();
        while started.elapsed() < TIMEOUT {
            let call = self
                .stack
                .sqs
                .receive_message()
                .queue_url(&queue.url)
                .message_attribute_names("All")
                .message_system_attribute_names(MessageSystemAttributeName::All)
                .wait_time_seconds(1);
            let received = call.send().await.expect("SQS answers").messages.unwrap_or_default();
            if let Some(message) = received.into_iter().next() {
                return message;
            }
        }
        panic!("no message arrived in {}", queue.url);
    }

    /// The ledger's records of an order: its id in the shop `default`, or its key.
    pub async fn ledger_items(&self, order: &str) -> Vec<Item> {
        let table = local::resources::LEDGER_TABLE.to_owned();
        let ledger = Ledger::new(self.stack.dynamodb.clone(), table, jiff::SignedDuration::ZERO);
        ledger.list_by_order(&events::order_key(order)).await.expect("the ledger answers")
    }

    pub async fn depth(&self, queue: &Queue) -> u64 {
        queue_depth(&self.stack.sqs, &queue.url).await.expect("SQS answers").total()
    }
}

/// The answers to the published lines, and the status of the accepted events.
pub struct Outcomes {
    pub published: Vec<Published>,
    pub rest: WaitResult,
}

impl Outcomes {
    pub fn answers(&self) -> Vec<Answer> {
        self.published.iter().map(|p| p.answer).collect()
    }

    /// The status of the accepted event with this id.
    pub fn status(&self, id: &str) -> &EventStatus {
        let quoted = format!("\"id\":\"{id}\"");
        let is_it = |p: &&Published| p.json.contains(&quoted) && p.answer == Answer::Accepted;
        let at = self.published.iter().position(|p| is_it(&p)).expect("an accepted event");
        self.rest.statuses[at].as_ref().expect("an accepted event has a status")
    }
}

/// A mail's HTML but for its one script, which is no script: JSON-LD about the order, with `<`, `>` and `&` escaped in it.
pub fn without_json_ld(html: &str) -> String {
    let Some((before, rest)) = html.split_once(r#"<script type="application/ld+json">"#) else {
        return html.to_owned();
    };
    let (data, after) = rest.split_once("</script>").expect("the script ends");
    assert!(!data.contains(['<', '>', '&']), "data could end its element: {data}");
    format!("{before}{after}")
}

/// Polls until the condition holds; panics after [`TIMEOUT`].
pub async fn eventually<F: Future<Output = bool>>(what: &str, holds: impl FnMut() -> F) {
    eventually_within(TIMEOUT, what, holds).await;
}

/// Polls until the condition holds; panics after `timeout`.
pub async fn eventually_within<F: Future<Output = bool>>(
    timeout: Duration,
    what: &str,
    mut holds: impl FnMut() -> F,
) {
    let started = Instant::now();
    while started.elapsed() < timeout {
        if holds().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("timed out waiting until {what}");
}
