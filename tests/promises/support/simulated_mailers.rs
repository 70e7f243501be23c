//! Mailers in simulated time. The send gate's own code runs against DynamoDB: each mailer receives a batch, takes
//! places for its mails, sends at its slots, and comes back. A write takes no time, or the time that a test says.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::StatusCode;
use jiff::SignedDuration;
use local::Stack;
use local::edge::faults::{Call, Fault, Faults};
use local::resources::LEDGER_TABLE;
use local::ses::settings::Settings;
use mailer::SendGate;
use mailer::send_gate::Place;
use serde_json::Value;
use shared::send_gate::LINE_AT;
use waybill_tests::chaos::rng::Rng;

use super::fair_queue::FairQueue;
use super::{TestStack, config};

/// In microseconds, as all times here.
pub const SECOND: i64 = 1_000_000;

/// What an invocation takes beside waiting for slots: the calls of the ledger and of SES, and the next poll.
const CALLS: i64 = SECOND * 15 / 100;

/// The time from a slot to SES's receipt: a claim takes 5 to 20 ms.
const CLAIM_MS: (i64, i64) = (5, 20);

const LEASE: SignedDuration = SignedDuration::from_secs(60);

/// A test's own figures, not the gate's: a batch, and how far ahead its slots may be.
pub const BATCH: usize = 10;
const MAX_WAIT: Duration = Duration::from_secs(14);

/// The life of a process that has ended for good.
const GONE: u32 = u32::MAX;

/// A mail that is to be sent.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mail {
    pub shop: String,
    pub published: i64,
    /// The group of its message; not always the shop's name.
    pub group: String,
}

/// Something that happens at a moment.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Event {
    /// A mail becomes visible on the queue.
    Visible(Mail),
    /// A mailer receives a batch, if it has not died since.
    Receive { mailer: usize, life: u32 },
    /// A mailer dies, and another process takes its place.
    Die,
}

/// Counts the writes that DynamoDB has answered, for the simulated clock: those of each line, and the gate's others.
#[derive(Debug, Default)]
pub struct Writes(Mutex<BTreeMap<String, i64>>);

impl Writes {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, i64>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many writes followed each other since [`Writes::start`]. Those of several lines are made at the same time.
    fn count(&self) -> i64 {
        let writes = self.lock();
        let of_lines = writes.iter().filter(|(name, _)| !name.is_empty()).map(|(_, count)| *count);
        writes.get("").copied().unwrap_or_default() + of_lines.max().unwrap_or_default()
    }

    fn start(&self) {
        self.lock().clear();
    }
}

impl Faults for Writes {
    fn after(&self, call: &Call<'_>, _: StatusCode) -> Option<Fault> {
        if call.operation == "UpdateItem" {
            let write: Value = serde_json::from_slice(call.body).expect("JSON");
            let update = write["UpdateExpression"].as_str().unwrap_or_default();
            let item = write["Key"]["notification"]["S"].as_str().unwrap_or_default();
            let line = if update.contains(LINE_AT) { item } else { "" };
            *self.lock().entry(line.to_owned()).or_default() += 1;
        }
        None
    }
}

/// A mailer process.
pub struct Process {
    pub gate: SendGate,
    life: u32,
    /// When it sends the mails of its batch.
    sending: Vec<(i64, Mail)>,
    /// When it received the batch, and the groups of its messages.
    received: (i64, Vec<String>),
}

/// A run of several mailers.
pub struct Simulation<'a> {
    stack: &'a Stack,
    ses: aws_sdk_sesv2::Client,
    pub start: i64,
    now: i64,
    events: BinaryHeap<Reverse<(i64, Event)>>,
    queue: FairQueue<Mail>,
    idle: Vec<usize>,
    pub processes: Vec<Process>,
    sent: Vec<(i64, Mail)>,
    pub requeued: usize,
    pub writes: Arc<Writes>,
    /// How long a write takes.
    pub write_time: i64,
    /// How many messages are in a batch.
    pub batch: usize,
    rng: Rng,
    rolls: u64,
}

/// What SES has received, in order; each time is from the start of the run.
pub struct Sent(Vec<(i64, Mail)>);

impl<'a> Simulation<'a> {
    /// So many mailers, and a backlog of one shop.
    pub async fn new(stack: &'a TestStack, mailers: usize, backlog: usize) -> Self {
        forget_the_gate(&stack.stack).await;
        let start = jiff::Timestamp::now().as_microsecond();
        let mut simulation = Self {
            stack: &stack.stack,
            ses: ses(&stack.stack),
            start,
            now: start,
            events: BinaryHeap::new(),
            queue: FairQueue::default(),
            idle: Vec::new(),
            processes: Vec::new(),
            sent: Vec::new(),
            requeued: 0,
            writes: Arc::default(),
            write_time: 0,
            batch: BATCH,
            rng: Rng::new(7),
            rolls: 0,
        };
        simulation.publish("default", backlog, 0);
        (0..mailers).for_each(|_| simulation.add_mailer());
        simulation
    }

    /// So many mails of the shop become visible at once, `after` the start.
    pub fn publish(&mut self, shop: &str, count: usize, after: i64) {
        for _ in 0..count {
            self.publish_as(shop, shop.to_owned(), after);
        }
    }

    /// A mail of the shop becomes visible, in a message of this group.
    pub fn publish_as(&mut self, shop: &str, group: String, after: i64) {
        let published = self.start + after;
        let mail = Mail { shop: shop.to_owned(), published, group };
        self.at(published, Event::Visible(mail));
    }

    /// Something is to happen.
    pub fn at(&mut self, at: i64, event: Event) {
        self.events.push(Reverse((at, event)));
    }

    pub fn add_mailer(&mut self) {
        let mailer = self.processes.len();
        let (gate, received) = (self.gate(), (self.now, Vec::new()));
        self.processes.push(Process { gate, life: 0, sending: Vec::new(), received });
        let at = self.now + 1 + self.roll(200_000);
        self.at(at, Event::Receive { mailer, life: 0 });
    }

    /// All but the first `count` mailers are gone after their batch.
    pub fn keep_mailers(&mut self, count: usize) {
        for process in &mut self.processes[count..] {
            process.life = GONE;
            self.sent.append(&mut process.sending);
        }
        self.idle.retain(|mailer| *mailer < count);
    }

    fn gate(&self) -> SendGate {
        let table = LEDGER_TABLE.to_owned();
        SendGate::new(self.stack.dynamodb.clone(), table, self.ses.clone(), None, LEASE)
    }

    pub fn roll(&mut self, below: i64) -> i64 {
        self.rolls += 1;
        let sides = below.unsigned_abs();
        self.rng.roll(&["simulation"], self.rolls, sides).cast_signed()
    }

    pub async fn run_until(&mut self, end: i64) {
        while let Some(Reverse((at, event))) = self.events.pop() {
            if at > end {
                self.at(at, event);
                break;
            }
            self.now = at;
            match event {
                Event::Visible(mail) => {
                    let group = mail.group.clone();
                    self.queue.push(&group, mail);
                    if let Some(mailer) = self.idle.pop() {
                        // The mapping collects a batch for a second.
                        let life = self.processes[mailer].life;
                        self.at(at + SECOND, Event::Receive { mailer, life });
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
        self.settle(mailer);
        let batch = self.queue.receive(self.batch, self.now);
        if batch.is_empty() {
            return self.idle.push(mailer);
        }
        let (groups, mails): (Vec<_>, Vec<_>) = batch.into_iter().unzip();
        self.processes[mailer].received = (self.now, groups);
        let shops: Vec<&str> = mails.iter().map(|mail| mail.shop.as_str()).collect();
        let (began, writes) = (self.now, Arc::clone(&self.writes));
        writes.start();
        let clock = || began + writes.count() * self.write_time;
        let places = self.processes[mailer].gate.take(&shops, MAX_WAIT, &clock).await;
        let now = clock();
        let mut last = now;
        for (place, mail) in places.expect("DynamoDB answers").into_iter().zip(mails) {
            match place {
                Place::Turn(turn) => {
                    let (least, most) = CLAIM_MS;
                    let claim = 1_000 * least + self.roll(1_000 * (most - least));
                    let at = turn.slot.max(now) + claim;
                    self.processes[mailer].sending.push((at, mail));
                    last = last.max(at);
                }
                Place::Later(until) | Place::Closed(until) => {
                    self.requeued += 1;
                    // SQS delays by whole seconds.
                    let seconds = (until - now / 1000 + 999).div_euclid(1000).clamp(1, 900);
                    self.at(now + seconds * SECOND, Event::Visible(mail));
                }
            }
        }
        self.at(last + CALLS, Event::Receive { mailer, life });
    }

    /// The mailer's batch is over: its mails are sent, and its messages deleted.
    fn settle(&mut self, mailer: usize) {
        let process = &mut self.processes[mailer];
        self.sent.append(&mut process.sending);
        let (received, groups) = std::mem::take(&mut process.received);
        groups.iter().for_each(|group| self.queue.delete(group, self.now - received));
    }

    /// One that has slots: what it has not sent by now, it never sends.
    fn die(&mut self) {
        let now = self.now;
        let has_slots = |p: &Process| p.sending.iter().filter(|(at, _)| *at > now).count();
        let all = 0..self.processes.len();
        let alive = all.filter(|mailer| self.processes[*mailer].life != GONE);
        let Some(mailer) = alive.max_by_key(|m| has_slots(&self.processes[*m])) else { return };
        let gate = self.gate();
        let process = &mut self.processes[mailer];
        process.sending.retain(|(at, _)| *at <= now);
        process.gate = gate;
        process.life += 1;
        let life = process.life;
        self.settle(mailer);
        self.idle.retain(|idle| *idle != mailer);
        self.at(now + 2 * SECOND, Event::Receive { mailer, life });
    }

    /// Ends the run.
    pub fn finish(mut self) -> Sent {
        for process in &mut self.processes {
            self.sent.append(&mut process.sending);
        }
        let (start, now) = (self.start, self.now);
        self.sent.retain(|(at, _)| *at <= now);
        self.sent.sort();
        Sent(self.sent.into_iter().map(|(at, mail)| (at - start, mail)).collect())
    }
}

impl Sent {
    /// When SES received mails.
    pub fn times(&self) -> Vec<i64> {
        self.0.iter().map(|(at, _)| *at).collect()
    }

    /// When SES received this shop's mails.
    pub fn of(&self, shop: &str) -> Vec<i64> {
        self.0.iter().filter(|(_, mail)| mail.shop == shop).map(|(at, _)| *at).collect()
    }
}

/// Mails a second that so many mailers can send at most if nobody limits them.
pub fn capacity(mailers: usize, rate: f64) -> f64 {
    let batch = (4.0 * rate).clamp(1.0, BATCH as f64);
    let spacing = (batch - 1.0) / rate;
    let calls = (CALLS + 1_000 * CLAIM_MS.1) as f64 / SECOND as f64;
    mailers as f64 * batch / (spacing + calls)
}

/// No second, wherever it begins, holds more mails than the rate allows.
pub fn assert_never_above(times: &[i64], rate: usize, what: &str) {
    for window in times.windows(rate + 1) {
        let (first, last) = (window[0], window[rate]);
        assert!(last - first >= SECOND, "{what}: {} mails in {} µs", rate + 1, last - first);
    }
}

/// From the fifth second on, at least 95 % of what the rate, or the mailers, allow.
pub fn assert_within_5_percent(times: &[i64], seconds: i64, possible: f64, what: &str) {
    let (from, end) = (5 * SECOND, seconds * SECOND);
    let count = times.iter().filter(|at| (from..end).contains(*at)).count();
    let rate = count as f64 / (seconds - 5) as f64;
    println!("{what}: {rate:.2} a second, {:.1} % of {possible:.2}", 100.0 * rate / possible);
    // A mail more or less at the ends of the time is no deviation.
    assert!(count as f64 + 1.0 >= 0.95 * possible * (seconds - 5) as f64, "{what}: {rate}");
}

pub async fn stack_with_rate(rate: f64) -> TestStack {
    let account = Settings { send_rate: rate, ..Settings::default() };
    TestStack::start_with(local::Config { account, ..config() }).await
}

/// Sets the account's rate. The next process that finds no gate reads it.
pub fn set_rate(stack: &TestStack, rate: usize) {
    stack.stack.ses.account().change(|account| account.send_rate = rate as f64);
}

/// Deletes the gate's item and the shops' lines.
async fn forget_the_gate(stack: &Stack) {
    use aws_sdk_dynamodb::types::AttributeValue;
    let gate = AttributeValue::S(shared::send_gate::PARTITION_KEY.to_owned());
    let query = stack.dynamodb.query().table_name(LEDGER_TABLE);
    let query = query.key_condition_expression("order_key = :gate");
    let query = query.expression_attribute_values(":gate", gate.clone()).consistent_read(true);
    let found = query.send().await.expect("DynamoDB answers").items.unwrap_or_default();
    for item in found {
        let delete = stack.dynamodb.delete_item().table_name(LEDGER_TABLE);
        let delete = delete.key("order_key", gate.clone());
        let delete = delete.key("notification", item["notification"].clone());
        delete.send().await.expect("DynamoDB answers");
    }
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
