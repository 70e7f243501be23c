//! Shops share the account's send rate: one shop's backlog does not hold up another's few mails. The gate's own code in
//! simulated time ([`simulated_mailers`](crate::support::simulated_mailers)), with the template's batches.

use std::time::Duration;

use dispatcher::MailGroups;
use jiff::SignedDuration;
use mailer::send_gate::{MAX_PASSED_OVER, Place};
use shared::CorrelationId;
use shared::queue::message::DispatchRequest;
use template::{Deployed, QueueSource};

use crate::support::events::confirmed;
use crate::support::simulated_mailers::{
    SECOND, Sent, Simulation, assert_never_above, assert_within_5_percent, capacity, set_rate,
    stack_with_rate,
};
use crate::support::simulated_pipeline::{DISPATCH, MAIL, Settings, SimulatedPipeline};
use crate::support::{TestStack, config_without_sweep};

/// The template's mapping of the mail queue.
fn deployed() -> QueueSource {
    Deployed::by_default().queue_source("Mailer", "MailQueue")
}

async fn simulation(stack: &TestStack, mailers: usize) -> Simulation<'_> {
    let mut simulation = Simulation::new(stack, mailers, 0).await;
    simulation.batch = deployed().batch_size;
    simulation
}

/// Ten mails of a quiet shop at each of these seconds.
const CONFIRMATIONS: usize = 10;

/// After how many seconds the last of ten mails is sent that were published at these seconds.
fn waits(sent: &Sent, shop: &str, published: &[i64]) -> Vec<f64> {
    let times = sent.of(shop);
    let waits = published.iter().enumerate().map(|(n, second)| {
        let last = times.get((n + 1) * CONFIRMATIONS - 1);
        last.map_or(f64::INFINITY, |at| (at - second * SECOND) as f64 / SECOND as f64)
    });
    waits.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_confirmations_do_not_wait_for_the_fifty_thousand_mails_of_another_shop() {
    let stack = stack_with_rate(1.0).await;
    let template = deployed().concurrency.expect("a limit");
    for (rate, mailers, bound) in [
        (1, template, 30.0),
        (1, 10, 30.0),
        (14, template, 15.0),
        (14, 100, 15.0),
        (200, template, 15.0),
        (200, 10, 15.0),
    ] {
        set_rate(&stack, rate);
        let what = format!("{mailers} mailers at {rate} a second");
        let seconds: i64 = if rate == 200 { 120 } else { 600 };
        let published = [20, seconds / 4, seconds / 2, seconds * 9 / 10];
        let mut simulation = simulation(&stack, mailers).await;
        simulation.publish("large", 50_000, 0);
        published.iter().for_each(|at| simulation.publish("small", CONFIRMATIONS, at * SECOND));
        simulation.run_until(simulation.start + seconds * SECOND).await;
        println!("{what}: {} requeued", simulation.requeued);
        let sent = simulation.finish();
        let waits = waits(&sent, "small", &published);
        println!("{what}: {waits:.1?} s");
        assert_never_above(&sent.times(), rate, &what);
        let possible = capacity(mailers, rate as f64).min(rate as f64);
        assert_within_5_percent(&sent.times(), seconds, possible, &what);
        assert!(waits.iter().all(|wait| *wait < bound), "{what}: {waits:.1?}");
    }
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn three_busy_shops_share_the_rate_and_a_fourth_does_not_wait_for_them() {
    let stack = stack_with_rate(14.0).await;
    for mailers in [deployed().concurrency.expect("a limit"), 10] {
        let what = format!("{mailers} mailers, three busy shops");
        let (seconds, published) = (900, [20, 120, 300, 800]);
        let mut simulation = simulation(&stack, mailers).await;
        simulation.publish("large", 50_000, 0);
        simulation.publish("medium", 5_000, 0);
        simulation.publish("lesser", 1_000, 60 * SECOND);
        published.iter().for_each(|at| simulation.publish("small", CONFIRMATIONS, at * SECOND));
        simulation.run_until(simulation.start + seconds * SECOND).await;
        println!("{what}: {} requeued", simulation.requeued);
        let sent = simulation.finish();
        let waits = waits(&sent, "small", &published);
        let lesser = sent.of("lesser");
        let last = lesser.last().map_or(0, |at| at / SECOND - 60);
        let counts = ["large", "medium", "lesser"].map(|shop| sent.of(shop).len());
        println!("{what}: {waits:.1?} s; {counts:?} mails, 'lesser' after {last} s");
        assert_never_above(&sent.times(), 14, &what);
        assert_within_5_percent(&sent.times(), seconds, 14.0, &what);
        assert!(waits.iter().all(|wait| *wait < 15.0), "{what}: {waits:.1?}");
        // A third of the rate would send them in 219 s.
        assert!(lesser.len() == 1_000 && last < 440, "{what}: {} in {last} s", lesser.len());
    }
    stack.stop().await;
}

/// A hundred shops' bursts, as ten dispatchers queue them: 1,400 mails a second.
fn publish_bursts(simulation: &mut Simulation<'_>, dispatchers: &[MailGroups]) {
    for n in 0..50_000_i64 {
        let after = n * SECOND / 1_400;
        let shop = format!("shop-{}", simulation.roll(100));
        let dispatcher = usize::try_from(n / 10).expect("small") % dispatchers.len();
        let group = dispatchers[dispatcher].assign(&shop, after / 1_000);
        simulation.publish_as(&shop, group, after);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_confirmations_do_not_wait_for_a_hundred_shops_with_five_hundred_mails_each() {
    let stack = stack_with_rate(14.0).await;
    let mailers = deployed().concurrency.expect("a limit");
    let what = format!("{mailers} mailers, a hundred busy shops");
    let (seconds, published) = (1_200, [40, 300, 600, 1_000]);
    let mut simulation = simulation(&stack, mailers).await;
    let dispatchers: Vec<MailGroups> = (0..10).map(|_| MailGroups::default()).collect();
    publish_bursts(&mut simulation, &dispatchers);
    for at in published {
        for _ in 0..CONFIRMATIONS {
            let group = dispatchers[0].assign("small", at * 1_000);
            simulation.publish_as("small", group, at * SECOND);
        }
    }
    simulation.run_until(simulation.start + seconds * SECOND).await;
    println!("{what}: {} requeued", simulation.requeued);
    let sent = simulation.finish();
    let waits = waits(&sent, "small", &published);
    println!("{what}: {waits:.1?} s");
    assert_never_above(&sent.times(), 14, &what);
    assert_within_5_percent(&sent.times(), seconds, 14.0, &what);
    // Right after the bursts, the first mail of each shop at each dispatcher is before it.
    assert!(waits[0] < 300.0, "{what}: {waits:.1?}");
    assert!(waits[1..].iter().all(|wait| *wait < 15.0), "{what}: {waits:.1?}");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_busy_shop_keeps_a_share_although_quiet_shops_alone_use_up_the_rate() {
    let stack = stack_with_rate(14.0).await;
    let simulation = simulation(&stack, 1).await;
    let (gate, wait) = (&simulation.processes[0].gate, Duration::from_secs(14));
    let turns = async |shops: &[&str], at: i64| {
        let places = gate.take(shops, wait, || at).await.expect("DynamoDB answers");
        places.iter().filter(|place| matches!(place, Place::Turn(_))).count()
    };
    // A minute's line.
    turns(&["large"; 900], simulation.start).await;
    let (mut large, mut quiet) = (0, 0);
    for half_second in 1..=60 {
        let at = simulation.start + half_second * SECOND / 2;
        large += turns(&["large"], at).await;
        let shop = format!("quiet-{half_second}");
        quiet += turns(&[shop.as_str(); 10], at).await;
    }
    println!("{large} turns of a busy shop, {quiet} of quiet ones");
    assert!(large > 0 && quiet / large <= MAX_PASSED_OVER + 10, "{large} beside {quiet}");
    assert!(quiet / large >= MAX_PASSED_OVER, "{large} beside {quiet}");
    stack.stop().await;
}

/// When the mails of a batch without a turn come again, in ms after `start` (µs), and the time between two of them.
fn line(places: &[Place], start: i64) -> (i64, f64) {
    let later = places.iter().map(|place| match place {
        Place::Later(at) => at - start / 1_000,
        other => panic!("a mail without a turn: {other:?}"),
    });
    let later: Vec<i64> = later.collect();
    let (first, last) = (later[0], later[later.len() - 1]);
    (first, (last - first) as f64 / (later.len() - 1) as f64)
}

/// Milliseconds between two slots at 14 mails a second: the gate gives 98 % of them.
const INTERVAL: f64 = 1_000.0 / (14.0 * 0.98);

#[tokio::test(flavor = "multi_thread")]
async fn a_busy_shops_own_line_runs_at_the_rate_divided_by_the_busy_shops() {
    let stack = stack_with_rate(14.0).await;
    let simulation = simulation(&stack, 1).await;
    let (gate, wait) = (&simulation.processes[0].gate, Duration::from_secs(14));
    let start = simulation.start;
    let take = async |shop: &str, count: usize| {
        let shops = vec![shop; count];
        gate.take(&shops, wait, || start).await.expect("DynamoDB answers")
    };
    // Three and a half minutes of the common line.
    take("large", 3_000).await;
    for (newcomer, busy_shops) in [("medium", 2.0), ("lesser", 3.0), ("least", 4.0)] {
        // Nothing is known of it: it takes the slots that are left for quiet shops, and its line begins.
        let mut known = take(newcomer, 250).await;
        known.retain(|place| matches!(place, Place::Later(_)));
        let (first, between) = line(&take(newcomer, 10).await, start);
        let (begin, _) = line(&known, start);
        let own = known.len() as f64 * INTERVAL;
        let what = format!("{newcomer}: {} mails wait, then {first} ms", known.len());
        assert!((between - busy_shops * INTERVAL).abs() < 1.0, "{what}, {between} ms each");
        let share = first - begin;
        assert!((share as f64 - busy_shops * own).abs() < 10.0, "{what}, not {busy_shops} x {own}");
    }
    let (first, between) = line(&take("large", 10).await, start);
    assert!((between - INTERVAL).abs() < 1.0, "in the common line: {between} ms each");
    assert!(first as f64 > 2_900.0 * INTERVAL, "behind its own mails: {first} ms");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_requests_message_is_of_its_shops_group_also_when_it_was_requeued() {
    let stack = TestStack::start_with(config_without_sweep()).await;
    // So slow that all but the first wait.
    let settings = Settings { send_rate: Some(0.01), ..Settings::deployed(true) };
    let outages = Default::default();
    let ahead = SignedDuration::ZERO;
    let mut pipeline = SimulatedPipeline::deployed(&stack.stack, ahead, settings, outages);
    let now = pipeline.clock().now();
    for n in 0..3 {
        let event = serde_json::from_str(&confirmed(&format!("G{n}"))).expect("JSON");
        let event: serde_json::Value = event;
        let id = CorrelationId::parse("test").expect("valid");
        let body = DispatchRequest::body(&event, now, &id);
        pipeline.queues.put(DISPATCH, &body, now.as_millisecond());
    }
    pipeline.plan().await;
    let groups = |pipeline: &SimulatedPipeline<'_>| {
        let all = pipeline.queues.all(MAIL).into_iter();
        all.map(|message| message.group.unwrap_or_default()).collect::<Vec<_>>()
    };
    assert_eq!(groups(&pipeline), ["default"; 3]);
    pipeline.drain().await;
    assert_eq!(groups(&pipeline), ["default"; 2], "those that wait");
    stack.stop().await;
}
