//! The first page: how things are.

use super::browser::Console;
use crate::ops::process::json;
use crate::support::TestStack;
use crate::support::events::{confirmed, shipped};

/// One for each partition of the sweep's index: 32 for each of the last 24 hours, this one and the next 48. And one of the
/// send gate.
const QUERIES: u64 = 73 * 32 + 1;

/// How often the operator's console has called an operation.
fn calls(stack: &TestStack, operation: &str) -> u64 {
    let counts = stack.stack.calls.counts().into_iter();
    counts.filter(|it| it.function == "ops" && it.operation == operation).map(|it| it.calls).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn today_shows_the_day_s_mails_their_times_and_limits_and_scans_nothing() {
    let stack = TestStack::start().await;
    stack.publish(&[confirmed("A1"), shipped("A1")]).await;
    let console = Console::start(&stack, &[]).await;
    let browser = console.open().await;
    // The names of the shops are read with the first page, and kept for a minute.
    browser.page("/orders").await;
    const OPERATIONS: [&str; 3] = ["Scan", "ReceiveMessage", "Query"];
    let before = OPERATIONS.map(|operation| calls(&stack, operation));
    let page = browser.page("/").await;
    let after = OPERATIONS.map(|operation| calls(&stack, operation));
    let made: Vec<u64> = after.iter().zip(before).map(|(after, before)| after - before).collect();
    assert_eq!(made, [0, 0, QUERIES], "neither a scan nor a message, and the queries that it says");
    assert!(page.contains("makes 140,220 small queries"), "an hour has 60 loads: {page}");
    for shown in [
        "role=\"img\"",
        "2 delivered",
        "From the event to SES",
        "half within",
        "Bounces for good",
        "SES reviews an account from 5 % on",
        "up to ",
        "There is no CloudWatch on one machine",
        "about $0.",
    ] {
        assert!(page.contains(shown), "{shown} is on the page: {page}");
    }
    assert!(!page.contains("http-equiv=\"refresh\""), "it loads itself again only if asked");
    let watched = browser.page("/?watch=1").await;
    let reload = "http-equiv=\"refresh\" content=\"60; url=/?watch=1&#38;reload=1\"";
    assert!(watched.contains(reload), "{watched}");
    let status = json(&stack, &["status"]).await;
    assert_eq!(status["ledger"]["time_to_send"]["mails"], 2, "{status:#}");
    // Of the two, the later alone: the sweep's index says since when that is all.
    let cut = json(&stack, &["status", "--most", "1"]).await;
    let times = ["counted_since", "events"].map(|name| cut["ledger"][name].clone());
    assert!(times[0].is_string() && times[1] == 1, "{cut:#}");
    assert_eq!(status["ledger"]["counted_since"], serde_json::Value::Null, "{status:#}");
    stack.stop().await;
}
