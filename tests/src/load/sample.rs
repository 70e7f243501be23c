//! One look at the stack: counts, latencies, queues, memory.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::Ordering;

use jiff::Timestamp;
use kit::queue::queue_depth;
use serde::Serialize;
use serde_json::Value;

use super::run::{LoadError, Run};
use super::stack::LoadedStack;

/// What the names of all queues begin with.
const PREFIX: &str = "waybill-";

/// The mailbox keeps no more mails.
const MAX_MAILS: u64 = 2_000;

/// What was seen at one point in time.
#[derive(Debug, Serialize)]
pub struct Sample {
    /// Since the run began.
    pub seconds: f64,
    /// Events that intake has accepted.
    pub accepted: usize,
    /// Mails that SES has accepted.
    pub sent: u64,
    /// The time from one to the other, of the mails since the last sample, in milliseconds: of half of them, and of 99
    /// of 100, at most this.
    pub p50_ms: u64,
    /// See `p50_ms`.
    pub p99_ms: u64,
    /// How long the oldest accepted event has waited for its mail, in whichever queue. Only CloudWatch knows the age of
    /// a queue's oldest message.
    pub oldest_seconds: f64,
    /// Messages by queue: visible, in flight and delayed.
    pub depth: BTreeMap<String, u64>,
    /// Resident MiB by process, a function's processes together; `stack` has tables, queues and mailbox.
    pub memory_mib: BTreeMap<String, f64>,
}

impl Sample {
    /// The messages in all queues.
    #[must_use]
    pub fn queued(&self) -> u64 {
        self.depth.values().sum()
    }
}

impl fmt::Display for Sample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seconds, accepted, sent, p50_ms, p99_ms, oldest_seconds, .. } = self;
        let (queued, memory) = (self.queued(), self.memory_mib.values().sum::<f64>());
        write!(
            f,
            "{seconds:6.0} s: {accepted} accepted, {sent} sent in {p50_ms} ms (p99 {p99_ms} ms), "
        )?;
        write!(f, "{queued} queued, oldest {oldest_seconds:.1} s, {memory:.0} MiB")
    }
}

/// Takes samples.
#[derive(Debug)]
pub(super) struct Sampler<'a> {
    stack: &'a LoadedStack,
    pub run: &'a Run,
    /// The URLs of the stack's queues, by their names without the prefix.
    queues: BTreeMap<String, String>,
    is_sent: Vec<bool>,
    /// Mails that SES had accepted by the last sample.
    last: u64,
}

impl<'a> Sampler<'a> {
    pub async fn new(stack: &'a LoadedStack, run: &'a Run) -> Result<Self, LoadError> {
        let last = accepted(&stack.get("/mail.json?limit=1").await?);
        let queues = queues(stack).await?;
        Ok(Self { stack, run, queues, is_sent: vec![false; run.options.events], last })
    }

    pub async fn take(&mut self) -> Result<Sample, LoadError> {
        let latencies = self.read_mails().await?;
        let percentile =
            |share: usize| latencies.get(latencies.len() * share / 100).copied().unwrap_or(0);
        let depth = self.depth().await?;
        self.run.backlog.store(depth.values().sum(), Ordering::Relaxed);
        Ok(Sample {
            seconds: self.run.started.elapsed().as_secs_f64(),
            accepted: self.run.accepted.load(Ordering::Relaxed),
            // Not SES's own count: a stack that has just started sends its sample orders' mails too.
            sent: self.is_sent.iter().filter(|sent| **sent).count() as u64,
            p50_ms: percentile(50),
            p99_ms: percentile(99),
            oldest_seconds: self.oldest_seconds(),
            depth,
            memory_mib: self.stack.child.as_ref().map(|c| memory_mib(c.id())).unwrap_or_default(),
        })
    }

    /// The latencies of the mails since the last sample, ascending; of the newest, if they are more than the mailbox
    /// keeps.
    async fn read_mails(&mut self) -> Result<Vec<u64>, LoadError> {
        let now = accepted(&self.stack.get("/mail.json?limit=1").await?);
        // Those that come meanwhile push out of the page what it is about: some more, and each once.
        let limit = (now - self.last + 50).min(MAX_MAILS);
        let list = self.stack.get(&format!("/mail.json?limit={limit}")).await?;
        self.last = now;
        let mut latencies = Vec::new();
        let prefix = format!("S{}-", self.run.options.seed);
        for mail in list["mails"].as_array().into_iter().flatten() {
            let number = mail["order"].as_str().and_then(|order| order.strip_prefix(&prefix));
            let Some(n) = number.and_then(|n| n.parse::<usize>().ok()) else { continue };
            let was_sent = std::mem::replace(&mut self.is_sent[n], true);
            let accepted_at = self.run.accepted_at[n].load(Ordering::Relaxed);
            // 0 where SES was faster than intake's answer.
            if !was_sent && accepted_at > 0 {
                let sent_at: Timestamp =
                    mail["accepted_at"].as_str().unwrap_or_default().parse()?;
                latencies.push(sent_at.as_millisecond().unsigned_abs().saturating_sub(accepted_at));
            }
        }
        latencies.sort_unstable();
        Ok(latencies)
    }

    fn oldest_seconds(&self) -> f64 {
        let waiting = self.run.accepted_at.iter().zip(&self.is_sent).filter(|(_, sent)| !**sent);
        let oldest = waiting.map(|(at, _)| at.load(Ordering::Relaxed)).filter(|at| *at > 0).min();
        let now = Timestamp::now().as_millisecond().unsigned_abs();
        oldest.map_or(0.0, |at| now.saturating_sub(at) as f64 / 1000.0)
    }

    async fn depth(&self) -> Result<BTreeMap<String, u64>, LoadError> {
        let mut depths = BTreeMap::new();
        for (queue, url) in &self.queues {
            depths.insert(queue.clone(), queue_depth(&self.stack.sqs, url).await?.total());
        }
        Ok(depths)
    }
}

/// Asked of the stack: a list written here would miss a queue that is added, or ask for one that is gone.
async fn queues(stack: &LoadedStack) -> Result<BTreeMap<String, String>, LoadError> {
    let list = stack.sqs.list_queues().queue_name_prefix(PREFIX).send().await?;
    let urls = list.queue_urls.unwrap_or_default();
    let by_name = urls.into_iter().filter_map(|url| {
        let (_, name) = url.rsplit_once(PREFIX)?;
        Some((name.to_owned(), url))
    });
    let queues: BTreeMap<_, _> = by_name.collect();
    if queues.is_empty() {
        Err(format!("the stack has no queue {PREFIX}…").into())
    } else {
        Ok(queues)
    }
}

fn accepted(list: &Value) -> u64 {
    list["accepted"].as_u64().unwrap_or_default()
}

/// Of the process `stack` and its functions, from Linux's `/proc`; empty elsewhere.
fn memory_mib(stack: u32) -> BTreeMap<String, f64> {
    let parent = format!("PPid:\t{stack}\n");
    let files = std::fs::read_dir("/proc").into_iter().flatten().filter_map(Result::ok);
    let mut memory = BTreeMap::new();
    for pid in files.filter_map(|file| file.file_name().to_str()?.parse::<u32>().ok()) {
        let read = |file: &str| std::fs::read_to_string(format!("/proc/{pid}/{file}"));
        let Ok(status) = read("status") else { continue };
        if pid != stack && !status.contains(&parent) {
            continue;
        }
        let line = read("cmdline").unwrap_or_default();
        // `load function mailer`
        let name = if pid == stack { "stack" } else { line.trim_end_matches('\0') };
        let name = name.rsplit('\0').next().unwrap_or_default().to_owned();
        let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = resident.and_then(|text| text.trim().strip_suffix(" kB")?.parse::<f64>().ok());
        *memory.entry(name).or_default() += kib.unwrap_or_default() / 1024.0;
    }
    memory
}
