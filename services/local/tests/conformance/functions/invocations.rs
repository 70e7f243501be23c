//! What passes between a caller and a process.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use futures::future::join_all;
use local::lambda::{FunctionConfig, discard};
use serde_json::{Value, json};

use super::status;
use crate::support::process::{
    collecting_sink, config, invoke, marker_path, start_function, wait_for_file, worker,
};

// runtime API, "Next invocation" and "Invocation response".
#[tokio::test(flavor = "multi_thread")]
async fn the_response_is_what_the_process_sent() {
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
async fn the_process_gets_its_request_id_its_deadline_and_its_arn() {
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

#[tokio::test(flavor = "multi_thread")]
async fn as_many_invocations_run_at_once_as_there_are_processes() {
    let functions = Arc::new(
        start_function(FunctionConfig { processes: 3, ..config("worker") }, &discard()).await,
    );
    let directory = tempfile::tempdir().unwrap();
    let go = marker_path(&directory, "go");
    let invocations = (0..3).map(|number| {
        let (functions, go) = (Arc::clone(&functions), go.clone());
        let begun = marker_path(&directory, &number.to_string());
        let event = json!({ "do": "wait", "until": go, "mark": begun });
        tokio::spawn(async move { invoke(&functions, event).await })
    });
    let invocations: Vec<_> = invocations.collect();
    for number in 0..3 {
        wait_for_file(&marker_path(&directory, &number.to_string())).await;
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
async fn a_response_above_six_megabytes_is_a_failure() {
    let functions = worker().await;
    let failure = invoke(&functions, json!({ "do": "large" })).await.unwrap_err();
    assert_eq!(failure["errorType"], "Function.ResponseSizeTooLarge");
    assert!(invoke(&functions, json!({ "do": "pid" })).await.is_ok());
    functions.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_line_that_a_process_prints_reaches_the_sink_and_none_keeps_it_waiting() {
    let (sink, lines) = collecting_sink();
    let functions = start_function(config("worker"), &sink).await;
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
    assert!(functions.function("nobody").is_err());
    functions.stop().await;
}
