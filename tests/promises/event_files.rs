//! `--once --events FILE`, as a shop's own CI runs it.

use std::io::Write;
use std::process::{Child, Command, Output, Stdio};

use serde_json::{Value, json};

use crate::support::events::confirmed;

const README: &str = include_str!("../../README.md");

/// Runs the events to their end: the command's output, and its report.
fn run(events: &str) -> (Output, Value) {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let report = directory.path().join("report.json");
    let path = report.to_str().expect("UTF-8");
    let output = command(&["--report", path], events).wait_with_output().expect("it ends");
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

/// The command, with this on its standard input as the events.
fn command(args: &[&str], events: &str) -> Child {
    let mut child = Command::new(env!("CARGO_BIN_EXE_stack"))
        .args(["--once", "--port", "0", "--events", "-"])
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the stack starts");
    let mut stdin = child.stdin.take().expect("its standard input");
    stdin.write_all(events.as_bytes()).expect("it reads the events");
    child
}

#[test]
fn a_file_without_events_fails_a_run_that_is_to_check_them() {
    let output = command(&[], "\n").wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(output.stderr, b"There are no events in standard input.\n");
}

#[test]
fn a_report_that_cannot_be_written_is_noticed_before_anything_is_published() {
    let args = ["--report", "/nope/report.json"];
    let output = command(&args, &confirmed("C1")).wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stderr.starts_with(b"Cannot write the report to /nope/report.json: "));
    assert_eq!(output.stdout, b"");
}

#[test]
fn a_reader_that_leaves_early_does_not_end_the_run() {
    let mut child = command(&[], &confirmed("C1"));
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(!String::from_utf8_lossy(&output.stderr).contains("panicked"));
}

#[test]
fn a_warning_is_printed_with_its_line_and_field_and_does_not_fail_the_run() {
    let mut event: Value = serde_json::from_str(&confirmed("C1")).expect("JSON");
    let customer = &mut event["data"]["order"]["customer"];
    let locale = customer.as_object_mut().expect("an object").remove("locale");
    customer["locales"] = locale.unwrap_or_else(|| json!("en-GB"));
    let (output, report) = run(&format!("\n{event}\n"));
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let warning = &report["events"][0]["warnings"][0];
    let [pointer, detail] = ["pointer", "detail"].map(|name| warning[name].as_str().expect(name));
    let line = format!("standard input:2: warning: {pointer}: {detail} (did you mean locale?)");
    assert_eq!(refusals(&output), [line]);
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
