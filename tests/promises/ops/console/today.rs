//! The first page: how things are.

use super::browser::Console;
use crate::ops::process::json;
use crate::support::TestStack;
use crate::support::events::{confirmed, shipped};

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
    let before = ["Scan", "ReceiveMessage"].map(|operation| calls(&stack, operation));
    let page = browser.page("/").await;
    let after = ["Scan", "ReceiveMessage"].map(|operation| calls(&stack, operation));
    assert_eq!(before, after, "neither a scan nor a message");
    assert!(calls(&stack, "Query") > 0, "the calls are counted");
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
    assert!(browser.page("/?watch=1").await.contains("http-equiv=\"refresh\" content=\"60\""));
    let status = json(&stack, &["status"]).await;
    assert_eq!(status["ledger"]["time_to_send"]["mails"], 2, "{status:#}");
    stack.stop().await;
}
