//! Functions that run as real processes: this test binary again, with one test that is a function
//! when its environment says so.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use lambda_runtime::{LambdaEvent, service_fn};
use local::lambda::{
    FunctionConfig, Functions, Invocation, OutputLine, Program, Sink, discard, exit_with_parent,
};
use serde_json::{Value, json};

use super::wait::until;

/// Set for a process that is a function.
const IS_FUNCTION: &str = "WAYBILL_TEST_FUNCTION";

/// The command that runs one test of this binary and no other.
pub fn this_binary(test: &str) -> Program {
    Program {
        path: std::env::current_exe().unwrap(),
        args: vec!["--exact".into(), test.into(), "--nocapture".into()],
    }
}

/// A function of this name that does what its events say, see [`execute`].
pub fn config(name: &str) -> FunctionConfig {
    FunctionConfig {
        name: name.to_owned(),
        program: this_binary("support::process::runs_as_a_function_if_its_environment_says_so"),
        timeout: Duration::from_secs(30),
        processes: 1,
        memory_mb: 128,
        environment: BTreeMap::from([(IS_FUNCTION.to_owned(), "yes".to_owned())]),
    }
}

/// One running function called `worker`.
pub async fn worker() -> Functions {
    start_function(config("worker"), &discard()).await
}

pub async fn start_function(config: FunctionConfig, sink: &Sink) -> Functions {
    let functions = Functions::start("us-east-1", [config], sink).unwrap();
    functions.ready().await.unwrap();
    functions
}

/// Invokes `worker` and takes its response apart.
pub async fn invoke(functions: &Functions, event: Value) -> Result<Value, Value> {
    match functions.invoke("worker", Bytes::from(event.to_string())).await {
        Invocation::Answered(answer) => Ok(serde_json::from_slice(&answer).unwrap()),
        Invocation::Failed { error } => Err(serde_json::from_slice(&error).unwrap()),
    }
}

/// A sink that keeps the lines.
pub fn collecting_sink() -> (Sink, Arc<Mutex<Vec<String>>>) {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let into = Arc::clone(&lines);
    let sink: Sink = Arc::new(move |line: OutputLine<'_>| {
        into.lock().unwrap().push(format!("{:?} {}", line.stream, line.text));
    });
    (sink, lines)
}

/// Whether a process runs: one that ended and is not yet reaped does not.
pub fn is_running(pid: u32) -> bool {
    std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| {
        let state = stat.rsplit_once(')').unwrap().1;
        !matches!(state.trim_start().chars().next(), Some('Z' | 'X'))
    })
}

/// Kills the processes of `worker` (SIGKILL), waits until the stack knows that they are gone, and
/// returns their ids.
pub async fn kill(functions: &Functions) -> Vec<u32> {
    let function = functions.function("worker").unwrap();
    let killed = function.pids();
    for pid in &killed {
        // It fails where the process has ended by itself.
        let _ = Command::new("kill").args(["-KILL", &pid.to_string()]).status().unwrap();
    }
    until("the end of the processes", async || {
        let pids = function.pids();
        (!killed.iter().any(|pid| pids.contains(pid))).then_some(())
    })
    .await;
    killed
}

pub async fn wait_until_gone(pid: u32) {
    until(&format!("the end of process {pid}"), async || (!is_running(pid)).then_some(())).await;
}

/// A file that a process creates when it has begun its work.
pub fn marker_path(directory: &tempfile::TempDir, name: &str) -> PathBuf {
    directory.path().join(name)
}

pub async fn wait_for_file(mark: &std::path::Path) {
    until(&format!("{}", mark.display()), async || mark.exists().then_some(())).await;
}

#[test]
fn runs_as_a_function_if_its_environment_says_so() {
    if std::env::var_os(IS_FUNCTION).is_none() {
        return;
    }
    exit_with_parent().unwrap();
    if std::env::var("WAYBILL_TEST_INIT").is_ok_and(|init| init == "crash") {
        std::process::exit(7);
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(lambda_runtime::run(service_fn(execute))).unwrap();
}

/// What a function does with its event.
async fn execute(event: LambdaEvent<Value>) -> Result<Value, lambda_runtime::Error> {
    let (event, context) = event.into_parts();
    // From a queue: what the first message says.
    let event = match event["Records"][0]["body"].as_str() {
        Some(message) => serde_json::from_str(message)?,
        None => event,
    };
    if let Some(mark) = event["mark"].as_str() {
        std::fs::write(mark, "")?;
    }
    match event["do"].as_str().unwrap() {
        "echo" => Ok(event),
        "context" => Ok(json!({
            "request_id": context.request_id,
            "deadline_ms": context.deadline,
            "arn": context.invoked_function_arn,
            "trace": context.xray_trace_id,
        })),
        "environment" => Ok(json!(std::env::vars().collect::<BTreeMap<_, _>>())),
        "pid" => Ok(json!(std::process::id())),
        "fail" => Err("no such order".into()),
        "panic" => panic!("a bug"),
        "exit" => std::process::exit(3),
        "abort" => std::process::abort(),
        "hang" => std::future::pending().await,
        "hang once" => match std::fs::File::create_new(event["first"].as_str().unwrap()) {
            Ok(_) => std::future::pending().await,
            Err(_) => Ok(Value::Null),
        },
        "wait" => {
            wait_for_file(std::path::Path::new(event["until"].as_str().unwrap())).await;
            Ok(json!(std::process::id()))
        }
        "large" => Ok(json!("x".repeat(7 * 1024 * 1024))),
        "print" => {
            for number in 0..event["lines"].as_u64().unwrap() {
                println!("line {number}");
            }
            eprintln!("the last line");
            Ok(Value::Null)
        }
        other => Err(format!("can't {other}").into()),
    }
}
