//! While SES takes no mails, one mail at a time asks it. And no mail is sent whose answer could not be waited for. The gate
//! itself, without any mail: `handlers`, `closed_gate`.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use futures::future::join_all;
use jiff::SignedDuration;
use local::Config;
use local::aws::calls::Service;
use local::edge::faults::{Call, Fault, Faults};
use local::ses::settings::{Sending, Settings};
use serde_json::Value;
use shared::CorrelationId;
use shared::ledger::State;
use shared::queue::message::DispatchRequest;

use crate::support::events::{confirmed, customer};
use crate::support::simulated_pipeline::{DISPATCH, MAIL, MAIL_DLQ, SimulatedPipeline};
use crate::support::{TestStack, config_without_sweep};

/// Counts the calls of SES. Delays calls when it is told to.
#[derive(Default)]
struct Observer {
    asked: AtomicUsize,
    is_slow: AtomicBool,
}

impl Faults for Observer {
    fn before(&self, call: &Call<'_>) -> Option<Fault> {
        let is_claim = call.operation == "UpdateItem"
            && String::from_utf8_lossy(call.body).contains("feedback_token");
        if call.operation == "SendEmail" {
            self.asked.fetch_add(1, Ordering::SeqCst);
        }
        let is_slow = self.is_slow.load(Ordering::SeqCst);
        match call.service {
            // Within the time that a mail has at least for SES's answer.
            Service::SesV2 if is_slow && call.operation == "SendEmail" => {
                Some(Fault::Delay(Duration::from_millis(700)))
            }
            Service::DynamoDb if is_slow && is_claim => {
                Some(Fault::Delay(Duration::from_millis(2_500)))
            }
            Service::DynamoDbStreams => Some(Fault::ServerError),
            _ => None,
        }
    }
}

async fn stack(account: Settings) -> (TestStack, Arc<Observer>) {
    let observer = Arc::new(Observer::default());
    let faults: Arc<dyn Faults> = Arc::<Observer>::clone(&observer);
    (TestStack::start_with(Config { faults, account, ..config_without_sweep() }).await, observer)
}

fn publish(pipeline: &SimulatedPipeline<'_>, order: &str) {
    let event: Value = serde_json::from_str(&confirmed(order)).expect("JSON");
    let id = CorrelationId::parse("test").expect("valid");
    let now = pipeline.clock().now();
    let body = DispatchRequest::body(&event, now, &id);
    pipeline.queues.put(DISPATCH, &body, now.as_millisecond());
}

#[tokio::test(flavor = "multi_thread")]
async fn while_ses_is_paused_one_mail_asks_it_in_each_period_whatever_the_number_of_mails_and_mailers()
 {
    const MAILS: usize = 40;
    const PERIODS: usize = 12;
    // Slow enough that the first mail's answer comes before the second mail's slot.
    let account = Settings { send_rate: 2.0, sending: Sending::Paused, ..Settings::default() };
    let (stack, observer) = stack(account).await;
    let mut pipeline = SimulatedPipeline::starting_at(&stack.stack, SignedDuration::ZERO);
    let orders: Vec<String> = (0..MAILS).map(|n| format!("P{n}")).collect();
    orders.iter().for_each(|order| publish(&pipeline, order));
    for _ in 0..PERIODS * 5 {
        pipeline.run_for(SignedDuration::from_mins(1)).await;
        pipeline.use_other_mailer();
    }
    let asked = observer.asked.load(Ordering::SeqCst);
    assert!((PERIODS / 2..=PERIODS + 1).contains(&asked), "{asked} times in {PERIODS} periods");
    let mut claims = 0;
    for order in &orders {
        claims += stack.ledger_items(order).await[0].attempt as usize;
    }
    assert_eq!(claims, asked, "a mail that waits is not claimed");
    assert_eq!(pipeline.queues.all(MAIL).len(), MAILS, "each waits, once");
    assert_eq!(pipeline.queues.max_receives(), 1, "waiting uses up no receives");
    assert_eq!(stack.mails().len(), 0);

    stack.stack.ses.account().change(|account| {
        account.sending = Sending::Enabled;
        account.send_rate = 1_000.0;
    });
    for _ in 0..30 {
        pipeline.run_for(SignedDuration::from_mins(1)).await;
        pipeline.use_other_mailer();
    }
    for order in &orders {
        assert_eq!(stack.mails_to(&customer(order)), 1, "{order}");
    }
    assert_eq!(pipeline.queues.all(MAIL_DLQ).len(), 0);
    stack.stop().await;
}

/// Each mail has another time left. Claims are slow, and so is SES, but within the time that is kept for it.
#[tokio::test(flavor = "multi_thread")]
async fn an_ses_that_answers_in_time_leaves_no_doubt_however_little_time_the_function_has_left() {
    let (stack, observer) = stack(Settings::default()).await;
    // Until the account's rate is known, there is one turn a second.
    let mut first = SimulatedPipeline::starting_at(&stack.stack, SignedDuration::ZERO);
    publish(&first, "first");
    first.drain().await;
    assert_eq!(observer.asked.swap(0, Ordering::SeqCst), 1);
    let seconds: Vec<u64> = (0..=20).collect();
    let mut pipelines: Vec<_> = seconds
        .iter()
        .map(|_| SimulatedPipeline::starting_at(&stack.stack, SignedDuration::ZERO))
        .collect();
    for (pipeline, seconds) in pipelines.iter_mut().zip(&seconds) {
        publish(pipeline, &format!("T{seconds}"));
        pipeline.plan().await;
    }
    observer.is_slow.store(true, Ordering::SeqCst);
    // Half a second more, so that none of the limits is met exactly.
    let time_left = |seconds: &u64| Duration::from_millis(seconds * 1_000 + 500);
    let invocations = pipelines.iter_mut().zip(&seconds);
    join_all(invocations.map(|(pipeline, s)| pipeline.invoke_mailer(time_left(s)))).await;
    let (mut unclaimed, mut unsent, mut sent) = (0, 0, 0);
    for (pipeline, seconds) in pipelines.iter().zip(&seconds) {
        let item = stack.ledger_items(&format!("T{seconds}")).await.remove(0);
        match item.state() {
            Some(State::Planned) if item.attempt == 0 => unclaimed += 1,
            Some(State::Planned) => unsent += 1,
            Some(State::Sent) => sent += 1,
            other => panic!("{other:?} with {seconds} s left: {:?}", item.reason),
        }
        // Less than recording takes, and the answer.
        assert!(*seconds > 1 || item.attempt == 0, "claimed with {seconds} s left");
        let waits = usize::from(item.state() == Some(State::Planned));
        assert_eq!(pipeline.queues.all(MAIL).len(), waits, "{seconds}");
    }
    assert_eq!(observer.asked.load(Ordering::SeqCst), sent, "the others did not ask SES");
    assert!(unclaimed > 0 && unsent > 0 && sent > 0, "{unclaimed} {unsent} {sent}");
    stack.stop().await;
}
