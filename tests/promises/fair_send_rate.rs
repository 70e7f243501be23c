//! Shops share the account's send rate: one shop's backlog does not hold up another's few mails. The gate's own code in
//! simulated time ([`simulated_mailers`](crate::support::simulated_mailers)), with the template's batches.

use template::{Deployed, QueueSource};

use crate::support::TestStack;
use crate::support::simulated_mailers::{
    SECOND, Sent, Simulation, assert_never_above, assert_within_5_percent, capacity, set_rate,
    stack_with_rate,
};

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
        (14, template, 15.0),
        (14, 10, 15.0),
        (200, template, 15.0),
        (200, 10, 15.0),
    ] {
        set_rate(&stack, rate);
        let what = format!("{mailers} mailers at {rate} a second");
        let seconds: i64 = if rate == 200 { 200 } else { 1_200 };
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
