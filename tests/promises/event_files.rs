//! `--once --events FILE`, as a shop's own CI runs it.

use std::io::Write;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

use crate::support::events::confirmed;

const README: &str = include_str!("../../README.md");

/// Runs the events to their end: the command's output, and its report.
fn run(events: &str) -> (Output, Value) {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let report = directory.path().join("report.json");
    let mut child = Command::new(env!("CARGO_BIN_EXE_stack"))
        .args(["--once", "--port", "0", "--events", "-", "--report"])
        .arg(&report)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the stack starts");
    let mut stdin = child.stdin.take().expect("its standard input");
    stdin.write_all(events.as_bytes()).expect("it reads the events");
    drop(stdin);
    let output = child.wait_with_output().expect("it ends");
    let report = std::fs::read(report).expect("the report is written");
    (output, serde_json::from_slice(&report).expect("JSON"))
}

/// What a CI's log shows of the refused events.
fn refusals(output: &Output) -> Vec<String> {
    let stderr = String::from_utf8(output.stderr.clone()).expect("UTF-8");
    stderr.lines().filter(|line| line.starts_with("standard input:")).map(str::to_owned).collect()
}

#[test]
fn a_refused_event_fails_the_run_and_is_named_with_its_line_and_fields() {
    let with = |order: &str, pointer: &str, value: Value| {
        let mut event: Value = serde_json::from_str(&confirmed(order)).expect("JSON");
        *event.pointer_mut(pointer).expect("a member") = value;
        event
    };
    let invalid = with("C2", "/data/order/customer/email", json!("nobody"));
    let conflict = with("C1", "/data/order/number", json!("#other"));
    let pretty = serde_json::to_string_pretty(&invalid).expect("JSON");
    let lines = pretty.lines().count();
    let events =
        format!("{}\n{pretty}\n{{oops}}\n{conflict}\n\n{}\n", confirmed("C1"), confirmed("C3"));
    let (output, report) = run(&events);

    assert_eq!(output.status.code(), Some(1));
    let printed = refusals(&output);
    let email = "/data/order/customer/email: expected an e-mail address";
    assert!(printed[0].starts_with(&format!("standard input:2: invalid: {email}")), "{printed:?}");
    let (broken, other) = (lines + 2, lines + 3);
    let place = format!("(line {broken}, column 2)");
    assert!(printed[1].starts_with(&format!("standard input:{broken}: invalid: the event: ")));
    assert!(printed[1].ends_with(&place), "{printed:?}");
    assert!(printed[2].starts_with(&format!("standard input:{other}: conflict: ")), "{printed:?}");
    assert_eq!(printed.len(), 3);

    let seen: Vec<_> = report["events"].as_array().expect("events").iter().collect();
    let outcomes: Vec<_> = seen.iter().map(|e| e["outcome"].as_str().expect("one")).collect();
    assert_eq!(outcomes, ["sent", "invalid", "invalid", "conflict", "sent"]);
    let at: Vec<_> = seen.iter().map(|event| event["line"].as_u64().expect("a line")).collect();
    assert_eq!(at, [1, 2, broken as u64, other as u64, other as u64 + 2]);
    assert_eq!(seen[1]["errors"][0]["pointer"], "/data/order/customer/email");
    assert_eq!(seen[1]["order_id"], "C2");
    for refused in &seen[1..4] {
        let detail = refused["errors"][0]["detail"].as_str().expect("a sentence");
        assert!(refused["reason"].as_str().expect("a reason").contains(detail), "{refused}");
    }
    assert_eq!(report["counts"]["invalid"], 2);
}

#[test]
fn the_readmes_event_is_published_as_it_is_printed_there() {
    let (_, rest) =
        README.split_once("-H 'content-type: application/cloudevents+json' -d '").unwrap();
    let (event, _) = rest.split_once("\n}'").expect("the end of the event");
    let (output, report) = run(&format!("{event}\n}}\n"));
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_eq!(report["events"][0]["outcome"], "sent");
    assert_eq!(report["events"].as_array().map(Vec::len), Some(1));
}
