//! All mailers together keep to the account's send rate, however many they are. The gate's own code runs against
//! DynamoDB in simulated time: each mailer takes places for a batch, sends at its slots, and comes back. A write
//! takes no time, or the time that a test says.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Duration;

use http::StatusCode;
use jiff::SignedDuration;
use local::Stack;
use local::edge::faults::{Call, Fault, Faults};
use local::resources::LEDGER_TABLE;
use local::ses::settings::Settings;
use mailer::SendGate;
use mailer::send_gate::Place;
use waybill_tests::chaos::rng::Rng;

use crate::support::{TestStack, config};

const SECOND: i64 = 1_000_000;

/// What an invocation takes beside waiting for slots: the calls of the ledger and of SES, and the next poll.
const CALLS: i64 = SECOND * 15 / 100;

/// The time from a slot to SES's receipt: a claim takes 5 to 20 ms.
const CLAIM_MS: (i64, i64) = (5, 20);

const LEASE: SignedDuration = SignedDuration::from_secs(60);

/// The test's own figures, not the gate's: a batch, and how far ahead its slots may be.
const BATCH: usize = 10;

/// The life of a process that has ended for good.
const GONE: u32 = u32::MAX;

/// Something that happens at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    /// A mail becomes visible on the queue.
    Visible,
    /// A mailer receives a batch, if it has not died since.
    Receive { mailer: usize, life: u32 },
    /// A mailer dies, and another process takes its place.
    Die,
}

/// Counts the writes that DynamoDB has answered, for the simulated clock.
#[derive(Debug, Default)]
struct Writes(AtomicI64);

impl Writes {
    fn count(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}

impl Faults for Writes {
    fn after(&self, call: &Call<'_>, _: StatusCode) -> Option<Fault> {
        if call.operation == "UpdateItem" {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
        None
    }
}

/// A mailer process.
struct Process {
    gate: SendGate,
    life: u32,
    /// When it sends the mails of its batch, and until when it is busy.
    sending: Vec<i64>,
}

/// A run of several mailers.
struct Simulation<'a> {
    stack: &'a Stack,
    ses: aws_sdk_sesv2::Client,
    start: i64,
    now: i64,
    events: BinaryHeap<Reverse<(i64, Event)>>,
    visible: usize,
    idle: Vec<usize>,
    processes: Vec<Process>,
    sent: Vec<i64>,
    requeued: usize,
    writes: Arc<Writes>,
    /// How long a write takes, in microseconds.
    write_time: i64,
    rng: Rng,
    rolls: u64,
}

impl<'a> Simulation<'a> {
    async fn new(stack: &'a TestStack, mailers: usize, backlog: usize) -> Self {
        forget_the_gate(&stack.stack).await;
        let start = jiff::Timestamp::now().as_microsecond();
        let mut simulation = Self {
            stack: &stack.stack,
            ses: ses(&stack.stack),
            start,
            now: start,
            events: BinaryHeap::new(),
            visible: backlog,
            idle: Vec::new(),
            processes: Vec::new(),
            sent: Vec::new(),
            requeued: 0,
            writes: Arc::default(),
            write_time: 0,
            rng: Rng::new(7),
            rolls: 0,
        };
        (0..mailers).for_each(|_| simulation.add_mailer());
        simulation
    }

    fn add_mailer(&mut self) {
        let mailer = self.processes.len();
        self.processes.push(Process { gate: self.gate(), life: 0, sending: Vec::new() });
        let at = self.now + self.roll(200_000);
        self.events.push(Reverse((at, Event::Receive { mailer, life: 0 })));
    }

    fn gate(&self) -> SendGate {
        let table = LEDGER_TABLE.to_owned();
        SendGate::new(self.stack.dynamodb.clone(), table, self.ses.clone(), None, LEASE)
    }

    fn roll(&mut self, below: i64) -> i64 {
        self.rolls += 1;
        let sides = below.unsigned_abs();
        self.rng.roll(&["simulation"], self.rolls, sides).cast_signed()
    }

    async fn run_until(&mut self, end: i64) {
        while let Some(&Reverse((at, event))) = self.events.peek() {
            if at > end {
                break;
            }
            self.events.pop();
            self.now = at;
            match event {
                Event::Visible => {
                    self.visible += 1;
                    if let Some(mailer) = self.idle.pop() {
                        // The mapping collects a batch for a second.
                        let life = self.processes[mailer].life;
                        let event = Event::Receive { mailer, life };
                        self.events.push(Reverse((at + SECOND, event)));
                    }
                }
                Event::Receive { mailer, life } => self.receive(mailer, life).await,
                Event::Die => self.die(),
            }
        }
        self.now = end;
    }

    async fn receive(&mut self, mailer: usize, life: u32) {
        if self.processes[mailer].life != life {
            return;
        }
        let ended = std::mem::take(&mut self.processes[mailer].sending);
        self.sent.extend(ended);
        let count = self.visible.min(BATCH);
        if count == 0 {
            return self.idle.push(mailer);
        }
        self.visible -= count;
        let (began, wait) = (self.now, Duration::from_secs(14));
        let (writes, before) = (Arc::clone(&self.writes), self.writes.count());
        let clock = || began + (writes.count() - before) * self.write_time;
        let places = self.processes[mailer].gate.take(count, wait, &clock).await;
        let now = clock();
        let mut last = now;
        for place in places.expect("DynamoDB answers") {
            match place {
                Place::Turn(turn) => {
                    let (least, most) = CLAIM_MS;
                    let claim = 1_000 * least + self.roll(1_000 * (most - least));
                    let at = turn.slot.max(now) + claim;
                    self.processes[mailer].sending.push(at);
                    last = last.max(at);
                }
                Place::Later(until) | Place::Closed(until) => {
                    self.requeued += 1;
                    // SQS delays by whole seconds.
                    let seconds = (until - now / 1000 + 999).div_euclid(1000).clamp(1, 900);
                    self.events.push(Reverse((now + seconds * SECOND, Event::Visible)));
                }
            }
        }
        self.events.push(Reverse((last + CALLS, Event::Receive { mailer, life })));
    }

    /// One that has slots: what it has not sent by now, it never sends.
    fn die(&mut self) {
        let now = self.now;
        let has_slots = |p: &Process| p.sending.iter().filter(|at| **at > now).count();
        let all = 0..self.processes.len();
        let alive = all.filter(|mailer| self.processes[*mailer].life != GONE);
        let Some(mailer) = alive.max_by_key(|m| has_slots(&self.processes[*m])) else { return };
        let gate = self.gate();
        let process = &mut self.processes[mailer];
        self.sent.extend(process.sending.drain(..).filter(|at| *at <= now));
        process.gate = gate;
        process.life += 1;
        let life = process.life;
        self.idle.retain(|idle| *idle != mailer);
        self.events.push(Reverse((now + 2 * SECOND, Event::Receive { mailer, life })));
    }

    /// Ends the run: the times at which SES received mails, from the start, in order.
    fn times(mut self) -> Vec<i64> {
        let now = self.now;
        for process in &self.processes {
            self.sent.extend(process.sending.iter().filter(|at| **at <= now));
        }
        self.sent.sort_unstable();
        self.sent.iter().map(|at| at - self.start).collect()
    }
}

/// Mails a second that so many mailers can send at most if nobody limits them.
fn capacity(mailers: usize, rate: f64) -> f64 {
    let batch = (4.0 * rate).clamp(1.0, BATCH as f64);
    let spacing = (batch - 1.0) / rate;
    let calls = (CALLS + 1_000 * CLAIM_MS.1) as f64 / SECOND as f64;
    mailers as f64 * batch / (spacing + calls)
}

/// No second, wherever it begins, holds more mails than the rate allows.
fn assert_never_above(times: &[i64], rate: usize, what: &str) {
    for window in times.windows(rate + 1) {
        let (first, last) = (window[0], window[rate]);
        assert!(last - first >= SECOND, "{what}: {} mails in {} µs", rate + 1, last - first);
    }
}

/// From the fifth second on, at least 95 % of what the rate, or the mailers, allow.
fn assert_within_5_percent(times: &[i64], seconds: i64, possible: f64, what: &str) {
    let (from, end) = (5 * SECOND, seconds * SECOND);
    let count = times.iter().filter(|at| (from..end).contains(*at)).count();
    let rate = count as f64 / (seconds - 5) as f64;
    println!("{what}: {rate:.2} a second, {:.1} % of {possible:.2}", 100.0 * rate / possible);
    // A mail more or less at the ends of the time is no deviation.
    assert!(count as f64 + 1.0 >= 0.95 * possible * (seconds - 5) as f64, "{what}: {rate}");
}

async fn stack_with_rate(rate: f64) -> TestStack {
    let account = Settings { send_rate: rate, ..Settings::default() };
    TestStack::start_with(local::Config { account, ..config() }).await
}

/// Sets the account's rate. The next process that finds no gate reads it.
fn set_rate(stack: &TestStack, rate: usize) {
    stack.stack.ses.account().change(|account| account.send_rate = rate as f64);
}

async fn forget_the_gate(stack: &Stack) {
    use aws_sdk_dynamodb::types::AttributeValue;
    let text = |value: &str| AttributeValue::S(value.to_owned());
    let delete = stack.dynamodb.delete_item().table_name(LEDGER_TABLE);
    let delete = delete.key("order_key", text(shared::send_gate::PARTITION_KEY));
    let delete = delete.key("notification", text(shared::send_gate::SORT_KEY));
    delete.send().await.expect("DynamoDB answers");
}

fn ses(stack: &Stack) -> aws_sdk_sesv2::Client {
    use aws_sdk_sesv2::config::{BehaviorVersion, Credentials, Region};
    aws_sdk_sesv2::Client::from_conf(
        aws_sdk_sesv2::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .endpoint_url(&stack.endpoints.ses)
            .region(Region::new("us-east-1"))
            .credentials_provider(Credentials::new("a", "b", None, None, "test"))
            .build(),
    )
}

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
            let times = simulation.times();
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
            let at = start + n * every.max(30) * SECOND;
            simulation.events.push(Reverse((at, Event::Die)));
        }
        simulation.run_until(start + third).await;
        (0..90).for_each(|_| simulation.add_mailer());
        simulation.run_until(start + 2 * third).await;
        // All but three are gone after their batch.
        for process in &mut simulation.processes[3..] {
            process.life = GONE;
            let gone = std::mem::take(&mut process.sending);
            simulation.sent.extend(gone);
        }
        simulation.idle.retain(|mailer| *mailer < 3);
        simulation.run_until(start + seconds * SECOND).await;
        let times = simulation.times();
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
            let times = simulation.times();
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
    gate.take(1, wait, || simulation.start).await.expect("DynamoDB answers");
    faults.0.store(true, Ordering::SeqCst);
    let later = simulation.start + 1_000 * SECOND;
    let places = gate.take(20, wait, || later).await.expect("DynamoDB answers");
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
