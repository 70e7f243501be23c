//! All mailers together keep to the account's send rate, however many they are: the gate's own code in simulated time
//! ([`simulated_mailers`](crate::support::simulated_mailers)).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use local::edge::faults::{Call, Fault, Faults};
use local::ses::settings::Settings;
use mailer::send_gate::Place;

use crate::support::simulated_mailers::{
    BATCH, Event, SECOND, Simulation, Writes, assert_never_above, assert_within_5_percent,
    capacity, set_rate, stack_with_rate,
};
use crate::support::{TestStack, config};

#[tokio::test(flavor = "multi_thread")]
async fn any_number_of_mailers_sends_within_5_percent_of_the_rate_and_never_above_it() {
    let stack = stack_with_rate(1.0).await;
    for rate in [1, 14, 200, 2_000] {
        set_rate(&stack, rate);
        // Long enough for a hundred mails, and short enough for a test.
        let seconds: i64 = if rate == 1 {
            180
        } else if rate < 2_000 {
            60
        } else {
            15
        };
        for mailers in [1, 2, 10, 100] {
            let what = format!("{mailers} mailers at {rate} a second");
            let possible = capacity(mailers, rate as f64).min(rate as f64);
            // More than can be sent, so that mails have to wait in line at the end of the time.
            let backlog = 3 * rate * seconds.unsigned_abs() as usize / 2;
            let mut simulation = Simulation::new(&stack, mailers, backlog).await;
            simulation.run_until(simulation.start + seconds * SECOND).await;
            println!("{what}: {} requeued", simulation.requeued);
            let times = simulation.finish().times();
            assert_never_above(&times, rate, &what);
            assert_within_5_percent(&times, seconds, possible, &what);
        }
    }
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mailers_that_come_and_go_do_not_change_the_rate_and_waste_only_their_slots() {
    let stack = stack_with_rate(1.0).await;
    for (rate, seconds) in [(1, 600), (14, 180), (200, 60)] {
        set_rate(&stack, rate);
        let what = format!("mailers that come and go at {rate} a second");
        let backlog = 3 * rate * usize::try_from(seconds).expect("positive") / 2;
        let mut simulation = Simulation::new(&stack, 10, backlog).await;
        let (start, third) = (simulation.start, seconds * SECOND / 3);
        // A death wastes ten slots at most: at this interval less than 3 % of them.
        let every = 300 / i64::try_from(rate).expect("small");
        for n in 1..seconds / every.max(30) {
            simulation.at(start + n * every.max(30) * SECOND, Event::Die);
        }
        simulation.run_until(start + third).await;
        (0..90).for_each(|_| simulation.add_mailer());
        simulation.run_until(start + 2 * third).await;
        // All but three are gone after their batch.
        simulation.keep_mailers(3);
        simulation.run_until(start + seconds * SECOND).await;
        let times = simulation.finish().times();
        assert_never_above(&times, rate, &what);
        let possible = (rate as f64).min(capacity(3, rate as f64));
        assert_within_5_percent(&times, seconds, possible, &what);
    }
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mailers_send_at_the_rate_although_each_write_of_the_gate_is_slow() {
    let writes = Arc::<Writes>::default();
    let account = Settings { send_rate: 1.0, ..Settings::default() };
    let faults = Arc::clone(&writes) as _;
    let stack = TestStack::start_with(local::Config { account, faults, ..config() }).await;
    for (rate, mailers, seconds) in [(1, 2, 120), (14, 1, 60), (14, 10, 60), (200, 10, 30)] {
        set_rate(&stack, rate);
        for write_ms in [150, 500, 1_500] {
            let what = format!("{mailers} mailers at {rate} a second, writes of {write_ms} ms");
            let backlog = 3 * rate * usize::try_from(seconds).expect("positive") / 2;
            let mut simulation = Simulation::new(&stack, mailers, backlog).await;
            simulation.writes = Arc::clone(&writes);
            simulation.write_time = write_ms * 1_000;
            simulation.run_until(simulation.start + seconds * SECOND).await;
            let times = simulation.finish().times();
            assert_never_above(&times, rate, &what);
            // A batch waits for two writes, its slots and its place in the line, and the last one's calls.
            let batch = (2.0 * rate as f64).clamp(1.0, BATCH as f64);
            let busy = 2.5 * write_ms as f64 / 1_000.0 + (batch - 1.0) / rate as f64 + 0.17;
            let possible = (mailers as f64 * batch / busy).min(rate as f64);
            let count = times.iter().filter(|at| **at > 10 * SECOND).count();
            let share = count as f64 / (possible * (seconds - 10) as f64);
            println!("{what}: {:.1} % of {possible:.2} a second", 100.0 * share);
            assert!(share > 0.5, "{what}: {count} mails");
        }
    }
    stack.stop().await;
}

/// SES does not tell the account's rate any more.
#[derive(Debug, Default)]
struct NoRate(AtomicBool);

impl Faults for NoRate {
    fn before(&self, call: &Call<'_>) -> Option<Fault> {
        let fails = call.operation == "GetAccount" && self.0.load(Ordering::SeqCst);
        fails.then_some(Fault::ServerError)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn mails_stand_in_line_at_the_last_known_rate_while_ses_does_not_tell_it() {
    let faults = Arc::<NoRate>::default();
    let account = Settings { send_rate: 2.0, ..Settings::default() };
    let config = local::Config { account, faults: Arc::clone(&faults) as _, ..config() };
    let stack = TestStack::start_with(config).await;
    let simulation = Simulation::new(&stack, 1, 0).await;
    let (gate, wait) = (&simulation.processes[0].gate, Duration::from_secs(14));
    gate.take(&["default"], wait, || simulation.start).await.expect("DynamoDB answers");
    faults.0.store(true, Ordering::SeqCst);
    let later = simulation.start + 1_000 * SECOND;
    let places = gate.take(&["default"; 20], wait, || later).await.expect("DynamoDB answers");
    let until = |place: &Place| match place {
        Place::Later(until) => Some(*until),
        _ => None,
    };
    let line: Vec<i64> = places.iter().filter_map(until).collect();
    assert!(line.len() > 5 && line.len() < 20, "{places:?}");
    for pair in line.windows(2) {
        assert!((509..=512).contains(&(pair[1] - pair[0])), "{line:?}");
    }
    stack.stop().await;
}
