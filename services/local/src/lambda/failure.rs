//! The errors that Lambda itself reports, with its types and messages.

use std::process::ExitStatus;
use std::time::Duration;

use bytes::Bytes;
use serde_json::json;
use uuid::Uuid;

use super::invoke::Invocation;

/// The largest response of a synchronous invocation (AWS: 6 MB and a little).
pub const MAX_RESPONSE_BYTES: usize = 6 * 1024 * 1024 + 100;

fn failed(error_type: &str, message: &str) -> Invocation {
    let error = json!({ "errorType": error_type, "errorMessage": message });
    Invocation::Failed { error: Bytes::from(error.to_string()) }
}

/// The function did not respond within its timeout.
pub fn timed_out(request_id: Uuid, timeout: Duration) -> Invocation {
    failed(
        "Sandbox.Timedout",
        &format!(
            "RequestId: {request_id} Error: Task timed out after {:.2} seconds",
            timeout.as_secs_f64()
        ),
    )
}

/// The process ended before it responded.
pub fn exited(request_id: Uuid, status: Option<ExitStatus>) -> Invocation {
    let why = match status.and_then(describe_exit) {
        Some(how) => format!("Runtime exited with error: {how}"),
        None => "Runtime exited without providing a reason".to_owned(),
    };
    failed("Runtime.ExitError", &format!("RequestId: {request_id} Error: {why}"))
}

/// Why a process did not ask for an invocation.
#[derive(Debug)]
pub enum NotReady {
    /// It could not be started at all.
    NotStarted(std::io::Error),
    /// It reported an initialization error.
    Reported(Bytes),
    /// It ended.
    Exited(Option<ExitStatus>),
    /// It took longer than this.
    TimedOut(Duration),
}

impl NotReady {
    /// What an invocation that waited for the process gets.
    pub fn invocation(&self, request_id: Uuid) -> Invocation {
        let message = format!("RequestId: {request_id} Error: {self}");
        match self {
            Self::NotStarted(_) => failed("Runtime.InvalidEntrypoint", &message),
            Self::Reported(error) => Invocation::Failed { error: error.clone() },
            Self::Exited(status) => exited(request_id, *status),
            Self::TimedOut(_) => failed("Sandbox.Timedout", &message),
        }
    }
}

impl std::fmt::Display for NotReady {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NotStarted(error) => write!(f, "{error}"),
            Self::Reported(error) => write!(f, "{}", String::from_utf8_lossy(error)),
            Self::Exited(status) => match status.and_then(describe_exit) {
                Some(how) => write!(f, "Runtime exited with error: {how}"),
                None => write!(f, "Runtime exited without providing a reason"),
            },
            Self::TimedOut(limit) => {
                write!(f, "Init timed out after {:.2} seconds", limit.as_secs_f64())
            }
        }
    }
}

/// The response is larger than [`MAX_RESPONSE_BYTES`].
pub fn response_too_large() -> Invocation {
    failed(
        "Function.ResponseSizeTooLarge",
        &format!(
            "Response payload size exceeded maximum allowed payload size ({MAX_RESPONSE_BYTES} bytes)."
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

/// How a process ended; `None` if with success or unknown.
#[cfg(unix)]
fn describe_exit(status: ExitStatus) -> Option<String> {
    use std::os::unix::process::ExitStatusExt;
    match (status.code(), status.signal()) {
        (Some(0), _) | (None, None) => None,
        (Some(code), _) => Some(format!("exit status {code}")),
        (None, Some(signal)) => Some(format!("signal: {}", signal_name(signal))),
    }
}

#[cfg(not(unix))]
fn describe_exit(status: ExitStatus) -> Option<String> {
    status.code().filter(|code| *code != 0).map(|code| format!("exit status {code}"))
}

/// The signal as Lambda spells it.
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
