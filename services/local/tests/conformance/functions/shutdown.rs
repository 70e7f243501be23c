//! The end of the stack is the end of its processes.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::sync::Arc;

use serde_json::json;

use super::status;
use crate::support::process::{
    invoke, is_running, marker_path, this_binary, wait_for_file, wait_until_gone, worker,
};
use crate::support::wait::PATIENCE;

#[tokio::test(flavor = "multi_thread")]
async fn stopping_leaves_no_process_and_no_caller_behind() {
    let functions = Arc::new(worker().await);
    let pid = status(&functions).pids[0];
    let directory = tempfile::tempdir().unwrap();
    let begun = marker_path(&directory, "begun");
    let event = json!({ "do": "hang", "mark": begun });
    let (first, second) = (Arc::clone(&functions), Arc::clone(&functions));
    let with_it = tokio::spawn(async move { invoke(&first, event).await });
    wait_for_file(&begun).await;
    let waiting = tokio::spawn(async move { invoke(&second, json!({ "do": "echo" })).await });
    tokio::time::timeout(PATIENCE, functions.stop()).await.unwrap();
    assert!(!is_running(pid));
    assert!(with_it.await.unwrap().is_err());
    assert!(waiting.await.unwrap().is_err());
    assert!(invoke(&functions, json!({ "do": "echo" })).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn dropping_the_functions_leaves_no_process_behind() {
    let functions = worker().await;
    let pid = status(&functions).pids[0];
    drop(functions);
    wait_until_gone(pid).await;
}

/// A stack for the test below to kill: prints the process id of its function and keeps running.
#[test]
fn runs_a_stack_to_kill_if_its_environment_says_so() {
    if std::env::var_os("WAYBILL_TEST_PARENT").is_none() {
        return;
    }
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let functions = Arc::new(worker().await);
        // Its process is in the middle of an invocation that never ends.
        let hanging = Arc::clone(&functions);
        let hangs = tokio::spawn(async move { invoke(&hanging, json!({ "do": "hang" })).await });
        println!("child {}", status(&functions).pids[0]);
        drop(hangs.await);
    });
}

#[tokio::test]
async fn no_process_outlives_a_stack_that_is_killed() {
    let program =
        this_binary("functions::shutdown::runs_a_stack_to_kill_if_its_environment_says_so");
    let mut parent = Command::new(program.path)
        .args(program.args)
        .env("WAYBILL_TEST_PARENT", "yes")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(parent.stdout.take().unwrap()).lines().map(Result::unwrap);
    let child = lines.find_map(|line| line.strip_prefix("child ").map(str::to_owned)).unwrap();
    let child: u32 = child.parse().unwrap();
    assert!(is_running(child));
    parent.kill().unwrap();
    parent.wait().unwrap();
    wait_until_gone(child).await;
}
