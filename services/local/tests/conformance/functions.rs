//! The functions as processes.
//!
//! Sources: [runtime API], [lifecycle], [environment].
//!
//! [runtime API]: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
//! [lifecycle]: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
//! [environment]: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use futures::future::join_all;
use local::lambda::{FunctionConfig, Functions, Kill, Status, discard};
use serde_json::{Value, json};

use crate::support::process::{
    config, gone, invoke, keeping, made, mark, runs, started, this_binary, worker,
};
use crate::support::wait::{PATIENCE, until};

fn status(functions: &Functions) -> Status {
    functions.status().remove(0)
}

// runtime API, "Next invocation" and "Invocation response".
#[tokio::test(flavor = "multi_thread")]
async fn the_answer_is_what_the_process_answered() {
    let functions = worker().await;
    for text in ["one", "two", "three"] {
        let event = json!({ "do": "echo", "text": text });
        assert_eq!(invoke(&functions, event.clone()).await, Ok(event));
    }
    functions.stop().await;
}

// runtime API, "Next invocation": Lambda-Runtime-Aws-Request-Id, -Deadline-Ms ("the date that the
// function times out in Unix time milliseconds"), -Invoked-Function-Arn, -Trace-Id.
#[tokio::test(flavor = "multi_thread")]
async fn the_process_is_told_its_request_its_deadline_and_its_arn() {
    let functions = worker().await;
    let before = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let context = invoke(&functions, json!({ "do": "context" })).await.unwrap();
    let after = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let timeout = Duration::from_secs(30);
    let deadline = Duration::from_millis(context["deadline_ms"].as_u64().unwrap());
    assert!((before + timeout).as_millis() <= deadline.as_millis(), "{context}");
    assert!(deadline <= after + timeout, "{context}");
    assert!(context["request_id"].as_str().unwrap().parse::<uuid::Uuid>().is_ok(), "{context}");
    assert_eq!(context["arn"], "arn:aws:lambda:us-east-1:000000000000:function:waybill-worker");
    assert!(context["trace"].as_str().unwrap().starts_with("Root=1-"), "{context}");
    functions.stop().await;
}

// environment, "Defined runtime environment variables".
#[tokio::test(flavor = "multi_thread")]
async fn a_process_has_lambdas_environment_and_nothing_of_its_parents() {
    let functions = worker().await;
    let environment = invoke(&functions, json!({ "do": "environment" })).await.unwrap();
    for (name, value) in [
        ("AWS_LAMBDA_FUNCTION_NAME", "waybill-worker"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"),
        ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/waybill-worker"),
        ("AWS_REGION", "us-east-1"),
        ("AWS_ACCESS_KEY_ID", "local"),
        ("AWS_SDK_UA_APP_ID", "waybill-worker"),
        ("WAYBILL_TEST_FUNCTION", "yes"),
    ] {
        assert_eq!(environment[name], value, "{name}");
    }
    assert!(environment["AWS_LAMBDA_RUNTIME_API"].as_str().unwrap().starts_with("127.0.0.1:"));
    // Cargo gives every test these; a function must see nothing of the kind.
    assert!(std::env::var_os("CARGO_MANIFEST_DIR").is_some());
    assert_eq!(environment["CARGO_MANIFEST_DIR"], Value::Null);
    assert_eq!(environment["HOME"], Value::Null);
    functions.stop().await;
}

// runtime API, "Invocation error".
#[tokio::test(flavor = "multi_thread")]
async fn an_error_of_the_function_is_a_failure_and_its_process_lives_on() {
    let functions = worker().await;
    let pid = invoke(&functions, json!({ "do": "pid" })).await.unwrap();
    let failure = invoke(&functions, json!({ "do": "fail" })).await.unwrap_err();
    assert_eq!(failure["errorMessage"], "no such order");
    let failure = invoke(&functions, json!({ "do": "panic" })).await.unwrap_err();
    assert!(failure["errorMessage"].as_str().unwrap().contains("a bug"), "{failure}");
    assert_eq!(invoke(&functions, json!({ "do": "pid" })).await, Ok(pid));
    assert_eq!(status(&functions).failures, 2);
    assert_eq!(status(&functions).restarts, 0);
    functions.stop().await;
}

// lifecycle, "Failures during the invoke phase": "If the Lambda function crashes or times out
// during the Invoke phase, Lambda resets the execution environment."
#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_crashes_fails_its_invocation_and_is_replaced() {
    let functions = worker().await;
    for (crash, reason) in [("exit", "exit status 3"), ("abort", "signal: aborted")] {
        let before = invoke(&functions, json!({ "do": "pid" })).await.unwrap();
        let failure = invoke(&functions, json!({ "do": crash })).await.unwrap_err();
        assert_eq!(failure["errorType"], "Runtime.ExitError");
        let message = failure["errorMessage"].as_str().unwrap();
        assert!(message.starts_with("RequestId: "), "{message}");
        assert!(
            message.ends_with(&format!("Error: Runtime exited with error: {reason}")),
            "{message}"
        );
        let after = invoke(&functions, json!({ "do": "pid" })).await.unwrap();
        assert_ne!(before, after);
    }
    assert_eq!(status(&functions).restarts, 2);
    functions.stop().await;
}

// lifecycle: "the function times out" and is reset.
#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_overruns_its_timeout_is_killed_before_the_failure_is_told() {
    let short = FunctionConfig { timeout: Duration::from_millis(1_500), ..config("worker") };
    let functions = started(short, &discard()).await;
    let pid = status(&functions).pids[0];
    let failure = invoke(&functions, json!({ "do": "hang" })).await.unwrap_err();
    assert!(!runs(pid));
    assert_eq!(failure["errorType"], "Sandbox.Timedout");
    let message = failure["errorMessage"].as_str().unwrap();
    assert!(message.ends_with("Error: Task timed out after 1.50 seconds"), "{message}");
    assert!(invoke(&functions, json!({ "do": "pid" })).await.is_ok());
    functions.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_killed_in_the_middle_of_an_invocation_fails_it_and_is_replaced() {
    let functions = Arc::new(worker().await);
    let directory = tempfile::tempdir().unwrap();
    let begun = mark(&directory, "begun");
    let event = json!({ "do": "hang", "mark": begun });
    let invoking = Arc::clone(&functions);
    let invocation = tokio::spawn(async move { invoke(&invoking, event).await });
    made(&begun).await;
    let killed = functions.kill("worker", Kill::All).await.unwrap();
    assert!(killed.iter().all(|pid| !runs(*pid)));
    let failure = invocation.await.unwrap().unwrap_err();
    let message = failure["errorMessage"].as_str().unwrap();
    assert!(message.ends_with("Runtime exited with error: signal: killed"), "{message}");
    assert!(invoke(&functions, json!({ "do": "pid" })).await.is_ok());
    functions.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_killed_while_it_waits_is_replaced_and_nothing_fails() {
    let functions = worker().await;
    for _ in 0..3 {
        let killed = functions.kill("worker", Kill::One).await.unwrap();
        assert_eq!(killed.len(), 1);
        let pid = invoke(&functions, json!({ "do": "pid" })).await.unwrap();
        assert_ne!(pid, killed[0]);
    }
    assert_eq!(status(&functions).failures, 0);
    functions.stop().await;
}

// lifecycle, "Failures during the init phase": the invocation fails with what ended the process.
#[tokio::test(flavor = "multi_thread")]
async fn a_function_that_can_not_start_fails_its_callers_instead_of_keeping_them() {
    let mut crashing = config("worker");
    crashing.environment.insert("WAYBILL_TEST_INIT".to_owned(), "crash".to_owned());
    let functions = Functions::start("us-east-1", [crashing], &discard()).unwrap();
    for _ in 0..2 {
        let failure = invoke(&functions, json!({ "do": "echo" })).await.unwrap_err();
        assert_eq!(failure["errorType"], "Runtime.ExitError");
        let message = failure["errorMessage"].as_str().unwrap();
        assert!(message.ends_with("exit status 7"), "{message}");
    }
    functions.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn as_many_invocations_run_at_once_as_there_are_processes() {
    let functions =
        Arc::new(started(FunctionConfig { processes: 3, ..config("worker") }, &discard()).await);
    let directory = tempfile::tempdir().unwrap();
    let go = mark(&directory, "go");
    let invocations = (0..3).map(|number| {
        let (functions, go) = (Arc::clone(&functions), go.clone());
        let begun = mark(&directory, &number.to_string());
        let event = json!({ "do": "wait", "until": go, "mark": begun });
        tokio::spawn(async move { invoke(&functions, event).await })
    });
    let invocations: Vec<_> = invocations.collect();
    for number in 0..3 {
        made(&mark(&directory, &number.to_string())).await;
    }
    std::fs::write(&go, "").unwrap();
    let mut pids: Vec<u64> = join_all(invocations)
        .await
        .into_iter()
        .map(|pid| pid.unwrap().unwrap().as_u64().unwrap())
        .collect();
    pids.sort_unstable();
    pids.dedup();
    assert_eq!(pids.len(), 3);
    functions.stop().await;
}

// Quotas: "Invocation payload (request and response): 6 MB each for … synchronous".
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_above_six_megabytes_is_a_failure() {
    let functions = worker().await;
    let failure = invoke(&functions, json!({ "do": "large" })).await.unwrap_err();
    assert_eq!(failure["errorType"], "Function.ResponseSizeTooLarge");
    assert!(invoke(&functions, json!({ "do": "pid" })).await.is_ok());
    functions.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_line_that_a_process_prints_reaches_the_sink_and_none_keeps_it_waiting() {
    let (sink, lines) = keeping();
    let functions = started(config("worker"), &sink).await;
    let lines_printed = 50_000;
    invoke(&functions, json!({ "do": "print", "lines": lines_printed })).await.unwrap();
    functions.stop().await;
    let lines = lines.lock().unwrap();
    let printed = lines.iter().filter(|line| line.starts_with("Stdout line ")).count();
    assert_eq!(printed, lines_printed);
    assert!(lines.iter().any(|line| line == "Stderr the last line"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_function_has_done_and_holds_can_be_read() {
    let functions = worker().await;
    invoke(&functions, json!({ "do": "echo" })).await.unwrap();
    invoke(&functions, json!({ "do": "fail" })).await.unwrap_err();
    let status = status(&functions);
    assert_eq!((status.invocations, status.failures, status.restarts), (2, 1, 0));
    assert_eq!(status.pids.len(), 1);
    let memory = status.memory[0];
    assert!(memory.resident_bytes > 1_000_000, "{memory:?}");
    assert!(memory.peak_bytes >= memory.resident_bytes, "{memory:?}");
    functions.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_no_function_has_fails() {
    let functions = worker().await;
    let answer = functions.invoke("nobody", "{}".into()).await;
    let local::lambda::Invocation::Failed { error } = answer else { panic!("{answer:?}") };
    let error: Value = serde_json::from_slice(&error).unwrap();
    assert_eq!(error["errorType"], "ResourceNotFoundException");
    assert!(functions.kill("nobody", Kill::All).await.is_err());
    functions.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn stopping_leaves_no_process_and_no_caller_behind() {
    let functions = Arc::new(worker().await);
    let pid = status(&functions).pids[0];
    let directory = tempfile::tempdir().unwrap();
    let begun = mark(&directory, "begun");
    let event = json!({ "do": "hang", "mark": begun });
    let (first, second) = (Arc::clone(&functions), Arc::clone(&functions));
    let with_it = tokio::spawn(async move { invoke(&first, event).await });
    made(&begun).await;
    let waiting = tokio::spawn(async move { invoke(&second, json!({ "do": "echo" })).await });
    tokio::time::timeout(PATIENCE, functions.stop()).await.unwrap();
    assert!(!runs(pid));
    assert!(with_it.await.unwrap().is_err());
    assert!(waiting.await.unwrap().is_err());
    assert!(invoke(&functions, json!({ "do": "echo" })).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn dropping_the_functions_leaves_no_process_behind() {
    let functions = worker().await;
    let pid = status(&functions).pids[0];
    drop(functions);
    gone(pid).await;
}

/// A stack for the test below to kill: prints the process of its function and stays.
#[test]
fn is_a_parent_when_told_so() {
    if std::env::var_os("WAYBILL_TEST_PARENT").is_none() {
        return;
    }
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let functions = Arc::new(worker().await);
        // Also one that is in the middle of an invocation and does not look up.
        let hanging = Arc::clone(&functions);
        let hangs = tokio::spawn(async move { invoke(&hanging, json!({ "do": "hang" })).await });
        println!("child {}", status(&functions).pids[0]);
        drop(hangs.await);
    });
}

#[tokio::test]
async fn no_process_outlives_a_stack_that_is_killed() {
    let program = this_binary("functions::is_a_parent_when_told_so");
    let mut parent = Command::new(program.path)
        .args(program.args)
        .env("WAYBILL_TEST_PARENT", "yes")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(parent.stdout.take().unwrap()).lines().map(Result::unwrap);
    let child = lines.find_map(|line| line.strip_prefix("child ").map(str::to_owned)).unwrap();
    let child: u32 = child.parse().unwrap();
    assert!(runs(child));
    parent.kill().unwrap();
    parent.wait().unwrap();
    gone(child).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_that_keeps_being_killed_serves_every_caller_in_the_end() {
    let functions = worker().await;
    let callers = join_all((0..20).map(async |number| {
        let event = json!({ "do": "echo", "number": number });
        until("an answer", async || invoke(&functions, event.clone()).await.ok()).await
    }));
    let killer = async {
        for _ in 0..5 {
            functions.kill("worker", Kill::All).await.unwrap();
        }
    };
    let (answers, ()) = tokio::join!(callers, killer);
    for (number, answer) in answers.into_iter().enumerate() {
        assert_eq!(answer["number"], number);
    }
    functions.stop().await;
}
