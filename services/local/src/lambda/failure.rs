//! The errors that Lambda itself writes, in its own words.

use std::process::ExitStatus;
use std::time::Duration;

use bytes::Bytes;
use serde_json::json;
use uuid::Uuid;

use super::Invocation;

/// The most that a synchronous answer may hold, in bytes (AWS: 6 MB and a little).
pub const MAX_ANSWER_BYTES: usize = 6 * 1024 * 1024 + 100;

fn failed(error_type: &str, message: &str) -> Invocation {
    let error = json!({ "errorType": error_type, "errorMessage": message });
    Invocation::Failed { error: Bytes::from(error.to_string()) }
}

/// The function did not answer within its timeout.
pub fn timed_out(request_id: Uuid, timeout: Duration) -> Invocation {
    failed(
        "Sandbox.Timedout",
        &format!(
            "RequestId: {request_id} Error: Task timed out after {:.2} seconds",
            timeout.as_secs_f64()
        ),
    )
}

/// The process ended before it answered.
pub fn exited(request_id: Uuid, status: Option<ExitStatus>) -> Invocation {
    let why = match status.and_then(how) {
        Some(how) => format!("Runtime exited with error: {how}"),
        None => "Runtime exited without providing a reason".to_owned(),
    };
    failed("Runtime.ExitError", &format!("RequestId: {request_id} Error: {why}"))
}

/// The process could not be started at all.
pub fn not_started(request_id: Uuid, error: &std::io::Error) -> Invocation {
    failed("Runtime.InvalidEntrypoint", &format!("RequestId: {request_id} Error: {error}"))
}

/// The process did not ask for its first invocation in time.
pub fn init_timed_out(request_id: Uuid, timeout: Duration) -> Invocation {
    failed(
        "Sandbox.Timedout",
        &format!(
            "RequestId: {request_id} Error: Init timed out after {:.2} seconds",
            timeout.as_secs_f64()
        ),
    )
}

/// The answer is larger than [`MAX_ANSWER_BYTES`].
pub fn answer_too_large() -> Invocation {
    failed(
        "Function.ResponseSizeTooLarge",
        &format!(
            "Response payload size exceeded maximum allowed payload size ({MAX_ANSWER_BYTES} bytes)."
        ),
    )
}

/// There is no such function.
pub fn unknown_function(name: &str) -> Invocation {
    failed("ResourceNotFoundException", &format!("Function not found: {name}"))
}

/// The stack is stopping, or has stopped.
pub fn stopping() -> Invocation {
    failed("ServiceException", "The stack is stopping.")
}

/// How a process ended, unless it ended as if all were well.
#[cfg(unix)]
fn how(status: ExitStatus) -> Option<String> {
    use std::os::unix::process::ExitStatusExt;
    match (status.code(), status.signal()) {
        (Some(0), _) | (None, None) => None,
        (Some(code), _) => Some(format!("exit status {code}")),
        (None, Some(signal)) => Some(format!("signal: {}", signal_name(signal))),
    }
}

#[cfg(not(unix))]
fn how(status: ExitStatus) -> Option<String> {
    status.code().filter(|code| *code != 0).map(|code| format!("exit status {code}"))
}

/// The signal in the words that Lambda uses.
#[cfg(unix)]
fn signal_name(signal: i32) -> String {
    match signal {
        4 => "illegal instruction".to_owned(),
        6 => "aborted".to_owned(),
        9 => "killed".to_owned(),
        11 => "segmentation fault".to_owned(),
        15 => "terminated".to_owned(),
        other => format!("signal {other}"),
    }
}
