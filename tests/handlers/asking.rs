//! What is typed at a terminal before a replay moves anything. (`script` of util-linux makes the terminal, which has no size.)

use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::json;

use crate::events::shipped;
use crate::one_mail::OneMail;
use crate::operator::{Ended, ended, json as run_json};
use crate::support::TestStack;

/// Runs the command at a terminal at which this is typed.
async fn type_at_terminal(services: &TestStack, typed: &str) -> Ended {
    let (operator, url) = (env!("CARGO_BIN_EXE_operator"), services.stack.url());
    let run = format!("{operator} --endpoint-url {url} dlq replay mail");
    let mut child = Command::new("script")
        .args(["-q", "-e", "-c", &run, "/dev/null"])
        .env_clear()
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .env("WAYBILL_OPERATOR", "kim@ops.example")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("script starts");
    let mut keys = child.stdin.take().expect("a pipe");
    keys.write_all(typed.as_bytes()).expect("it is typed");
    // The pipe's end would be the terminal's.
    let result = ended(child).await;
    drop(keys);
    result
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_moves_what_was_counted_and_only_with_a_reason() {
    let services = TestStack::start().await;
    let queues = services.stack.resources.queues.clone();
    let mail = OneMail::planned(&services, &shipped("T1")).await;
    let send = services.stack.sqs.send_message().queue_url(&queues.mail_dlq.url);
    send.message_body(mail.body.to_string()).send().await.expect("SQS takes it");
    for (typed, why) in [("2\n", "Nothing was changed."), ("1\n\n", "a reason is needed")] {
        let refused = type_at_terminal(&services, typed).await;
        assert_eq!(refused.code, Some(2), "{refused:#?}");
        assert!(refused.stdout.contains(why), "{refused:#?}");
    }
    let moved = type_at_terminal(&services, "1\nthe bucket is back\n").await;
    assert_eq!(moved.code, Some(0), "{moved:#?}");
    assert!(moved.stdout.contains("Move 1 message? Type 1 to go on"), "{moved:#?}");
    let audit = run_json(&services, "audit").await;
    assert_eq!(audit["items"][0]["reason"], json!("the bucket is back"));
    services.stop().await;
}
