//! Processes that crash, hang, are killed, or never start.

use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use local::lambda::{FunctionConfig, Functions, discard};
use serde_json::json;

use super::status;
use crate::support::process::{
    config, invoke, is_running, kill, marker_path, start_function, wait_for_file, worker,
};
use crate::support::wait::until;

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
async fn a_process_that_overruns_its_timeout_is_killed_before_the_failure_is_reported() {
    let short = FunctionConfig { timeout: Duration::from_millis(1_500), ..config("worker") };
    let functions = start_function(short, &discard()).await;
    let pid = status(&functions).pids[0];
    let failure = invoke(&functions, json!({ "do": "hang" })).await.unwrap_err();
    assert!(!is_running(pid));
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
    let begun = marker_path(&directory, "begun");
    let event = json!({ "do": "hang", "mark": begun });
    let invoking = Arc::clone(&functions);
    let invocation = tokio::spawn(async move { invoke(&invoking, event).await });
    wait_for_file(&begun).await;
    kill(&functions).await;
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
        let killed = kill(&functions).await;
        let pid = invoke(&functions, json!({ "do": "pid" })).await.unwrap();
        assert_ne!([pid], *killed);
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
    let failure = functions.ready().await.unwrap_err().to_string();
    let expected = "worker does not start: Runtime exited with error: exit status 7";
    assert_eq!(failure, expected);
    functions.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_that_keeps_being_killed_serves_every_caller_in_the_end() {
    let functions = worker().await;
    let callers = join_all((0..20).map(async |number| {
        let event = json!({ "do": "echo", "number": number });
        until("a response", async || invoke(&functions, event.clone()).await.ok()).await
    }));
    let killer = async {
        for _ in 0..5 {
            kill(&functions).await;
        }
    };
    let (answers, ()) = tokio::join!(callers, killer);
    for (number, answer) in answers.into_iter().enumerate() {
        assert_eq!(answer["number"], number);
    }
    functions.stop().await;
}
