//! While SES takes no mails, one mail at a time asks it. And no mail is sent whose answer could not be waited for.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use futures::future::join_all;
use jiff::{SignedDuration, Timestamp};
use local::Config;
use local::aws::calls::Service;
use local::edge::faults::{Call, Fault, Faults};
use local::resources::LEDGER_TABLE;
use local::ses::settings::{Sending, Settings};
use mailer::SendGate;
use mailer::send_gate::{Place, Turn};
use mailer::send_outcome::SendOutcome;
use serde_json::Value;
use shared::CorrelationId;
use shared::ledger::State;
use shared::queue::message::DispatchRequest;

use crate::support::events::{confirmed, customer};
use crate::support::simulated_pipeline::{DISPATCH, MAIL, MAIL_DLQ, SimulatedPipeline};
use crate::support::{TestStack, config_without_sweep};

/// How long SES says to wait while it is paused.
const PAUSE: SignedDuration = SignedDuration::from_mins(5);

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

/// Two mailer processes and the account's answers, without any mail.
struct Gates {
    first: SendGate,
    second: SendGate,
}

const LEASE: SignedDuration = SignedDuration::from_secs(60);

impl Gates {
    fn new(stack: &TestStack) -> Self {
        Self { first: gate(stack), second: gate(stack) }
    }
}

fn gate(stack: &TestStack) -> SendGate {
    gate_at(stack, Some(100.0))
}

fn gate_at(stack: &TestStack, fixed_rate: Option<f64>) -> SendGate {
    use aws_sdk_sesv2::config::{BehaviorVersion, Credentials, Region};
    let ses = aws_sdk_sesv2::Client::from_conf(
        aws_sdk_sesv2::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .endpoint_url(&stack.stack.endpoints.ses)
            .region(Region::new("us-east-1"))
            .credentials_provider(Credentials::new("a", "b", None, None, "test"))
            .build(),
    );
    let table = LEDGER_TABLE.to_owned();
    SendGate::new(stack.stack.dynamodb.clone(), table, ses, fixed_rate, LEASE)
}

/// Places for three mails at `now` (milliseconds).
async fn take(gate: &SendGate, now: i64) -> Vec<Place> {
    let places = gate.take(&["default"; 3], Duration::from_secs(10), || now * 1000).await;
    places.expect("DynamoDB answers")
}

fn turns(places: &[Place]) -> Vec<Turn> {
    let turn = |place: &Place| match place {
        Place::Turn(turn) => Some(*turn),
        _ => None,
    };
    places.iter().filter_map(turn).collect()
}

fn paused() -> SendOutcome {
    SendOutcome::AccountFault {
        code: "SendingPausedException".to_owned(),
        retry_after: PAUSE.unsigned_abs(),
    }
}

fn accepted() -> SendOutcome {
    SendOutcome::Accepted { message_id: "m".to_owned() }
}

fn ambiguous() -> SendOutcome {
    SendOutcome::Ambiguous { code: "NoAnswerInTime".to_owned() }
}

fn unreachable() -> SendOutcome {
    let retry_after = Duration::from_secs(30);
    SendOutcome::Retryable { code: "NoConnection".to_owned(), retry_after }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_probe_at_a_time_decides_for_all_mailers_and_one_that_dies_loses_only_its_lease() {
    let stack = TestStack::start().await;
    let Gates { first, second } = Gates::new(&stack);
    let mut now = Timestamp::now().as_millisecond();
    let pause = i64::try_from(PAUSE.as_millis()).expect("minutes");
    let lease = i64::try_from(LEASE.as_millis()).expect("a minute");
    let open = turns(&take(&first, now).await);
    assert_eq!((open.len(), turns(&take(&second, now).await).len()), (3, 3));
    first.report(open[0], &paused(), now).await;
    for gate in [&first, &second] {
        for place in take(gate, now + pause - 1).await {
            let Place::Closed(until) = place else { panic!("{place:?}") };
            assert!((now + pause..now + pause + 60_000).contains(&until), "{until}");
        }
    }

    // The first probe dies: nobody else asks before its lease is over.
    now += pause;
    let probe = turns(&take(&second, now).await);
    assert_eq!(probe.len(), 1);
    assert!(probe[0].is_probe());
    assert_eq!(turns(&take(&first, now + 1).await), []);
    assert_eq!(turns(&take(&second, now + lease - 1).await), []);

    // The next one has no answer, which proves nothing: as if it had died.
    now += lease;
    let probe = turns(&take(&first, now).await);
    assert_eq!(probe.len(), 1);
    first.report(probe[0], &ambiguous(), now).await;
    assert_eq!(turns(&take(&second, now + 1).await), []);

    // The next one did not ask at all, and the one after it is refused: closed for as long again.
    now += lease;
    let unused = turns(&take(&second, now).await);
    second.give_back(unused[0], now + 5).await;
    let probe = turns(&take(&first, now + 6).await);
    assert_eq!(probe.len(), 1);
    first.report(probe[0], &paused(), now + 6).await;
    assert_eq!(turns(&take(&second, now + 5 + pause).await), []);

    // The next one does not reach SES, which proves nothing: another one asks half a minute later.
    now += 6 + pause;
    let probe = turns(&take(&second, now).await);
    second.report(probe[0], &unreachable(), now).await;
    assert_eq!(turns(&take(&first, now + 29_999).await), []);
    now += 30_000;

    // The last one is accepted, and all go on.
    let probe = turns(&take(&second, now).await);
    assert_eq!(probe.len(), 1);
    second.report(probe[0], &accepted(), now + 1).await;
    assert_eq!(turns(&take(&first, now + 100).await).len(), 3);
    assert_eq!(turns(&take(&second, now + 100).await).len(), 3);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn three_mails_in_a_row_without_an_answer_close_the_gate_of_all_mailers_and_an_acceptance_begins_anew()
 {
    let stack = TestStack::start().await;
    let Gates { first, second } = Gates::new(&stack);
    let mut now = Timestamp::now().as_millisecond();
    let a = turns(&take(&first, now).await);
    let b = turns(&take(&second, now).await);
    // Two, an acceptance, and two again: SES answers now and then.
    first.report(a[0], &ambiguous(), now).await;
    second.report(b[0], &ambiguous(), now).await;
    second.report(b[1], &accepted(), now).await;
    first.report(a[1], &ambiguous(), now).await;
    second.report(b[2], &ambiguous(), now).await;
    now += 1_000;
    let turn = turns(&take(&first, now).await);
    assert_eq!(turn.len(), 3);

    // Half a minute after the third, one mail asks; then after twice as long, at most five minutes.
    first.report(turn[0], &ambiguous(), now).await;
    for seconds in [30, 60, 120, 240, 300, 300] {
        for gate in [&first, &second] {
            for place in take(gate, now + seconds * 1000 - 1).await {
                assert!(matches!(place, Place::Closed(_)), "{place:?}");
            }
        }
        // An answer to a mail of before changes nothing.
        first.report(turn[1], &ambiguous(), now + 1).await;
        now += seconds * 1000;
        let probe = turns(&take(&second, now).await);
        assert_eq!(probe.len(), 1, "after {seconds} s");
        assert!(probe[0].is_probe());
        second.report(probe[0], &ambiguous(), now).await;
    }
    now += 300_000;
    let probe = turns(&take(&second, now).await);
    second.report(probe[0], &accepted(), now).await;
    let open = turns(&take(&first, now + 1).await);
    assert_eq!(open.len(), 3);
    for turn in &open[..2] {
        first.report(*turn, &ambiguous(), now + 1).await;
    }
    assert_eq!(turns(&take(&second, now + 2).await).len(), 3, "two are a few");
    stack.stop().await;
}

/// What a mailer whose clock is ahead, another version or somebody's hand may leave in the item.
fn unusable_items(now: i64) -> Vec<(&'static str, Vec<(&'static str, AttributeValue)>)> {
    let number = |value: i64| AttributeValue::N(value.to_string());
    let text = || AttributeValue::S("soon".to_owned());
    let (hours, days) = (now + 2 * 3_600_000, now + 9 * 86_400_000);
    let item = |of: &[(&'static str, AttributeValue)]| of.to_vec();
    vec![
        ("next_at is text", item(&[("next_at", text())])),
        ("next_at is days ahead", item(&[("next_at", number(days * 1000))])),
        ("next_at is hours ahead", item(&[("next_at", number(hours * 1000))])),
        ("next_at is the last time", item(&[("next_at", number(i64::MAX))])),
        ("next_at is a fraction", item(&[("next_at", AttributeValue::N("1.5".to_owned()))])),
        ("line_at is text", item(&[("line_at", text())])),
        ("line_at is days ahead", item(&[("line_at", number(days * 1000))])),
        ("closed_until is text", item(&[("closed_until", text())])),
        ("closed_until is days ahead", item(&[("closed_until", number(days))])),
        ("closed_until is hours ahead", item(&[("closed_until", number(hours))])),
        ("closed_until is the last time", item(&[("closed_until", number(i64::MAX))])),
        (
            "closed_until is too large",
            item(&[("closed_until", AttributeValue::N("1e30".to_owned()))]),
        ),
        (
            "closed_until is a fraction",
            item(&[("closed_until", AttributeValue::N("1.5".to_owned()))]),
        ),
        ("rate_due is text", item(&[("rate_due", text())])),
        ("rate_due is days ahead", item(&[("rate_due", number(days))])),
        ("send_rate is text", item(&[("send_rate", text()), ("rate_due", number(now + 600_000))])),
        ("send_rate is 0", item(&[("send_rate", number(0)), ("rate_due", number(now + 600_000))])),
    ]
}

/// Replaces the gate's item.
async fn put_gate(stack: &TestStack, attributes: &[(&str, AttributeValue)]) {
    let text = |value: &str| AttributeValue::S(value.to_owned());
    let put = stack.stack.dynamodb.put_item().table_name(LEDGER_TABLE);
    let mut put = put
        .item("order_key", text(shared::send_gate::PARTITION_KEY))
        .item("notification", text(shared::send_gate::SORT_KEY));
    for (name, value) in attributes {
        put = put.item(*name, value.clone());
    }
    put.send().await.expect("DynamoDB answers");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_item_that_no_mailer_can_have_written_holds_the_mails_up_for_no_longer_than_a_minute() {
    let stack = TestStack::start().await;
    let start = Timestamp::now().as_millisecond();
    for fixed_rate in [Some(100.0), None] {
        for (what, attributes) in unusable_items(start) {
            put_gate(&stack, &attributes).await;
            // A new process, and one that has known the item for long.
            let gates = [gate_at(&stack, fixed_rate), gate_at(&stack, fixed_rate)];
            let mut sent = [0, 0];
            for second in 0..60 {
                let now = start + second * 1_000;
                for (gate, sent) in gates.iter().zip(&mut sent) {
                    for turn in turns(&take(gate, now).await) {
                        gate.report(turn, &accepted(), now + 1).await;
                        *sent += 1;
                    }
                }
            }
            // At one mail a second where the rate has to be found out first, and a probe has to be sent.
            assert!(sent.iter().sum::<i32>() > 20, "{what}, {fixed_rate:?}: {sent:?}");
        }
    }
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
