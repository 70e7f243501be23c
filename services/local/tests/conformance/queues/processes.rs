//! A queue whose function is a real process.

use std::sync::Arc;
use std::time::Duration;

use local::lambda::{FunctionConfig, discard};
use serde_json::json;

use super::{mapping, retrying_queue_with};
use crate::support::process::{config, kill, marker_path, start_function, wait_for_file};

// with-sqs, errors: a timeout is a failed invocation like any other; the messages become visible
// again after the visibility timeout.
#[tokio::test(flavor = "multi_thread")]
async fn messages_of_an_invocation_that_timed_out_come_back() {
    let directory = tempfile::tempdir().unwrap();
    let first = marker_path(&directory, "first");
    let short = FunctionConfig { timeout: Duration::from_millis(1_500), ..config("worker") };
    let functions = start_function(short, &discard()).await;
    let function = functions.function("worker").unwrap();
    let event = json!({ "do": "hang once", "first": first }).to_string();
    let (services, queue) = retrying_queue_with(&[&event]).await;
    let mapping = mapping(&queue).start(services.sqs.clone(), Arc::clone(&function) as _);
    services.wait_until_empty(&queue).await;
    mapping.stop().await;
    assert_eq!(function.status().failures, 1);
    functions.stop().await;
}

// lambda-runtime-environment, "Failures during the invoke phase".
#[tokio::test(flavor = "multi_thread")]
async fn messages_of_a_process_that_was_killed_come_back() {
    let directory = tempfile::tempdir().unwrap();
    let first = marker_path(&directory, "first");
    let functions = start_function(config("worker"), &discard()).await;
    let function = functions.function("worker").unwrap();
    let event = json!({ "do": "hang once", "first": first }).to_string();
    let (services, queue) = retrying_queue_with(&[&event]).await;
    let mapping = mapping(&queue).start(services.sqs.clone(), Arc::clone(&function) as _);
    wait_for_file(&first).await;
    kill(&functions).await;
    services.wait_until_empty(&queue).await;
    mapping.stop().await;
    assert_eq!(function.status().failures, 1);
    functions.stop().await;
}
