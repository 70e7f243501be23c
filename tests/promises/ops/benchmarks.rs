//! Ten thousand dead letters: the time that a plan takes, the accuracy of the rate, and peak memory. This
//! takes minutes, so it runs only on demand: `cargo test --workspace --test promises ops::benchmarks -- --ignored
//! --nocapture`. The memory is read from `/proc`, so on Linux.

use std::time::{Duration, Instant};

use super::process::{
    ProcessResult, accept_mails_again, command, json, run_to_end, with_refused_mails,
};
use crate::support::events::confirmed;
use crate::support::{TestStack, eventually};

const DEAD_LETTERS: usize = 10_000;
const RATE: f64 = 100.0;

/// The measurements of one run of the command.
struct Measured {
    ended: ProcessResult,
    seconds: f64,
    peak_mib: f64,
}

/// Runs the command and samples its memory until it ends.
async fn measure(stack: &TestStack, args: &[&str]) -> Measured {
    let started = Instant::now();
    let child = command(stack, args).spawn().expect("waybill starts");
    let id = child.id();
    let watch = tokio::task::spawn_blocking(move || peak_memory(id));
    let ended = run_to_end(child).await;
    let seconds = started.elapsed().as_secs_f64();
    Measured { ended, seconds, peak_mib: watch.await.expect("joined") }
}

/// The highest resident memory of a process, in MiB, once it has ended.
fn peak_memory(process: u32) -> f64 {
    let mut peak = 0.0;
    // The kernel keeps the maximum, so the last sample before the end is enough.
    while let Some(mib) = peak_rss_mib(process) {
        peak = mib;
        std::thread::sleep(Duration::from_millis(5));
    }
    peak
}

/// `VmHWM` of proc(5); `None` for a process that has ended.
fn peak_rss_mib(process: u32) -> Option<f64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kib: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib / 1024.0)
}

async fn fill(stack: &TestStack) {
    let lines: Vec<String> = (0..DEAD_LETTERS).map(|n| confirmed(&format!("L{n}"))).collect();
    stack.publish_only(&lines).await;
    let dlq = &stack.stack.resources.queues.mail_dlq;
    let started = Instant::now();
    while stack.depth(dlq).await < DEAD_LETTERS as u64 {
        assert!(started.elapsed() < Duration::from_secs(900), "the dead letters are there");
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

/// Messages per second between the replay's start and end, according to the audit item.
async fn rate_of_replay(stack: &TestStack) -> f64 {
    let audit = json(stack, &["audit"]).await;
    let item = &audit["items"][0];
    let at = |name: &str| -> jiff::Timestamp {
        item[name].as_str().and_then(|at| at.parse().ok()).expect("a time")
    };
    let moved = item["outcome"]["moved"].as_f64().expect("a count");
    moved / at("ended_at").duration_since(at("begun_at")).as_secs_f64()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes"]
async fn ten_thousand_dead_letters_are_planned_and_replayed_within_time_and_memory() {
    let stack = TestStack::start_with(with_refused_mails()).await;
    fill(&stack).await;
    accept_mails_again(&stack);
    let plan = measure(&stack, &["dlq", "replay", "mail", "--dry-run"]).await;
    assert_eq!(plan.ended.code, Some(0), "{:#?}", plan.ended);
    assert!(plan.ended.stdout.contains("To move: 10,000 messages"), "{:#?}", plan.ended);
    println!("plan of {DEAD_LETTERS}: {:.1} s, peak {:.0} MiB", plan.seconds, plan.peak_mib);

    let mut order_times = Vec::new();
    for n in 0..11 {
        let shown = measure(&stack, &["order", &format!("L{n}")]).await;
        assert_eq!(shown.ended.code, Some(0), "{:#?}", shown.ended);
        order_times.push(shown.seconds * 1000.0);
    }
    order_times.sort_by(f64::total_cmp);
    println!("order: median {:.0} ms, slowest {:.0} ms", order_times[5], order_times[10]);

    let args = ["dlq", "replay", "mail", "--yes", "--reason", "figures", "--rate", "100"];
    let replay = measure(&stack, &args).await;
    assert_eq!(replay.ended.code, Some(0), "{:#?}", replay.ended);
    let rate = rate_of_replay(&stack).await;
    println!(
        "replay at {RATE} a second: {rate:.1} a second, {:.0} s with its plan, peak {:.0} MiB",
        replay.seconds, replay.peak_mib
    );
    let mailbox = stack.stack.ses.mailbox();
    eventually("each is mailed once", || async { mailbox.accepted() == DEAD_LETTERS as u64 }).await;

    assert!(plan.seconds < 60.0);
    assert!(order_times[5] < 300.0);
    assert!((rate / RATE - 1.0).abs() < 0.05);
    assert!(plan.peak_mib < 100.0 && replay.peak_mib < 100.0);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes a minute"]
async fn the_largest_bodies_are_scanned_in_little_memory() {
    let stack = TestStack::start().await;
    let dlq = stack.stack.resources.queues.feedback_dlq.clone();
    let body = serde_json::json!({ "detail": "x".repeat(250 * 1024) }).to_string();
    for _ in 0..400 {
        stack.send(&dlq, &body).await;
    }
    let shown = measure(&stack, &["dlq", "show", "feedback"]).await;
    assert!(shown.ended.stdout.contains("400 messages scanned"), "{:#?}", shown.ended);
    println!("400 bodies of 250 KiB: {:.1} s, peak {:.0} MiB", shown.seconds, shown.peak_mib);
    assert!(shown.peak_mib < 100.0);
    stack.stop().await;
}
