//! The functions' time, at the deployed settings: what SES has accepted is recorded although the calls around it are
//! slow, and what a function does for many messages takes no longer than for one.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use http::StatusCode;
use jiff::SignedDuration;
use local::Config;
use local::aws::calls::Service;
use local::edge::faults::{Call, Fault, Faults};
use local::resources::{FeedbackTimes, Processes, Settings};
use shared::CorrelationId;
use shared::queue::message::DispatchRequest;

use crate::support::events::{confirmed, customer, refunded, shipped};
use crate::support::simulated_pipeline::{DISPATCH, SimulatedPipeline};
use crate::support::{TestStack, config, eventually, eventually_within};

/// Those of `infra/template.yaml` for the mailer, but for the number of mailers: one, so that the second mail
/// waits for its turn behind the first.
fn deployed() -> Settings {
    Settings {
        function_timeout: mailer::delivery::FUNCTION_TIMEOUT,
        visibility_timeout: Duration::from_secs(190),
        max_receive_count: 5,
        lease: Duration::from_secs(60),
        feedback: FeedbackTimes {
            visibility_timeout: Duration::from_secs(190),
            max_receive_count: 5,
            retry: Duration::from_secs(240),
        },
        doubt_grace: Duration::from_secs(39_600),
        processes: Processes { mailer: 1, ..Processes::default() },
        ..Settings::default()
    }
}

/// When the second mail has its turn, in seconds after the first.
const SECOND_TURN: f64 = 13.0;

/// How long SES takes to answer for the second mail.
const SLOW_SES: Duration = Duration::from_secs(14);

/// SES answers slowly, and the first two attempts to record its answer do not come to an end. SES's own events are
/// lost, so that nothing but the mailer's record can tell.
#[derive(Default)]
struct SlowAround {
    records: AtomicU32,
}

impl Faults for SlowAround {
    fn before(&self, call: &Call<'_>) -> Option<Fault> {
        let is_record = call.operation == "UpdateItem" && contains(call, "message_id");
        if !(is_record && contains(call, "\"default/B2\"")) {
            return None;
        }
        // Longer than an attempt: the SDK hangs up, and the call is not carried out.
        let nth = self.records.fetch_add(1, Ordering::SeqCst);
        (nth < 2).then_some(Fault::Delay(kit::aws::ATTEMPT_TIMEOUT * 3))
    }

    fn after(&self, call: &Call<'_>, _status: StatusCode) -> Option<Fault> {
        let is_send = call.service == Service::SesV2 && call.operation == "SendEmail";
        (is_send && contains(call, &customer("B2"))).then_some(Fault::Delay(SLOW_SES))
    }

    fn ses_event(&self, _envelope: &str) -> Vec<Duration> {
        Vec::new()
    }
}

fn contains(call: &Call<'_>, text: &str) -> bool {
    String::from_utf8_lossy(call.body).contains(text)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_whose_turn_ses_and_record_are_slow_is_sent_and_not_in_doubt() {
    let faults = Arc::new(SlowAround::default());
    let account =
        local::ses::settings::Settings { send_rate: 1.0 / SECOND_TURN, ..config().account };
    let settings = deployed();
    let config = Config { settings, account, faults: Arc::clone(&faults) as _, ..config() };
    let stack = TestStack::start_with(config).await;
    stack.publish_only(&[confirmed("B1")]).await;
    eventually("the first mail is sent", async || stack.mails_to(&customer("B1")) == 1).await;
    // The mailer knows the rate by now. SES's own must not refuse the second mail.
    stack.stack.ses.account().change(|account| account.send_rate = 100.0);
    stack.publish_only(&[confirmed("B2")]).await;
    let minutes = Duration::from_secs(150);
    eventually_within(minutes, "the second mail has an outcome", async || {
        let item = stack.ledger_items("B2").await.pop();
        item.is_some_and(|item| item.state == "sent" || item.doubts > 0)
    })
    .await;
    let item = stack.ledger_items("B2").await.remove(0);
    assert_eq!((item.state.as_str(), item.doubts), ("sent", 0), "{item:?}");
    assert_eq!(stack.mails_to(&customer("B2")), 1);
    assert!(faults.records.load(Ordering::SeqCst) > 2, "the record was slow");
    stack.stop().await;
}

/// DynamoDB fails and SQS is slow.
#[derive(Default)]
struct NoLedger {
    puts: AtomicU32,
}

const SLOW_SQS: Duration = Duration::from_secs(1);

impl Faults for NoLedger {
    fn before(&self, call: &Call<'_>) -> Option<Fault> {
        match call.operation {
            "PutItem" => {
                self.puts.fetch_add(1, Ordering::SeqCst);
                Some(Fault::HangUp)
            }
            "SendMessageBatch" => Some(Fault::Delay(SLOW_SQS)),
            _ => None,
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_orders_messages_ask_a_ledger_that_does_not_answer_once() {
    let faults = Arc::new(NoLedger::default());
    let stack =
        TestStack::start_with(Config { faults: Arc::clone(&faults) as _, ..config() }).await;
    let mut pipeline = SimulatedPipeline::starting_at(&stack.stack, SignedDuration::ZERO);
    for event in [confirmed("N1"), shipped("N1"), refunded("N1")] {
        let event: serde_json::Value = serde_json::from_str(&event).expect("fixtures are JSON");
        let (id, now) = (CorrelationId::parse("c-1").expect("an id"), pipeline.clock().now());
        let body = DispatchRequest::body(&event, now, &id);
        pipeline.queues.put(DISPATCH, &body, now.as_millisecond());
    }
    pipeline.plan().await;
    let puts = faults.puts.load(Ordering::SeqCst);
    // The simulation's clients do not retry.
    assert_eq!(puts, 1, "an order's other messages do not ask again");
    assert_eq!(pipeline.queues.all(DISPATCH).len(), 3, "each waits");
    stack.stop().await;
}
