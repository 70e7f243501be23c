//! The errors that Lambda itself reports, with its types and messages.

use std::fmt::Display;
use std::process::ExitStatus;
use std::time::Duration;

use bytes::Bytes;
use serde_json::json;
use uuid::Uuid;

use super::invoke::Invocation;

/// The largest response of a synchronous invocation (AWS: 6 MB and a little).
pub const MAX_RESPONSE_BYTES: usize = 6 * 1024 * 1024 + 100;

fn failed(error_type: &str, message: impl Display) -> Invocation {
    let error = json!({ "errorType": error_type, "errorMessage": message.to_string() });
    Invocation::Failed { error: Bytes::from(error.to_string()) }
}

fn request_failed(request_id: Uuid, error_type: &str, error: impl Display) -> Invocation {
    failed(error_type, format_args!("RequestId: {request_id} Error: {error}"))
}

/// The function did not respond within its timeout.
pub fn timed_out(request_id: Uuid, timeout: Duration) -> Invocation {
    let seconds = timeout.as_secs_f64();
    let error = format_args!("Task timed out after {seconds:.2} seconds");
    request_failed(request_id, "Sandbox.Timedout", error)
}

/// The process ended before it responded.
pub fn exited(request_id: Uuid, status: Option<ExitStatus>) -> Invocation {
    request_failed(request_id, "Runtime.ExitError", describe_exit(status))
}

/// Why a process did not ask for an invocation.
#[derive(Debug, thiserror::Error)]
pub enum NotReady {
    /// The executable could not be started.
    #[error("{0}")]
    NotStarted(#[source] std::io::Error),
    /// It reported this initialization error.
    #[error("{}", String::from_utf8_lossy(.0))]
    Reported(Bytes),
    /// It ended.
    #[error("{}", describe_exit(*.0))]
    Exited(Option<ExitStatus>),
    /// It took longer than this.
    #[error("Init timed out after {:.2} seconds", .0.as_secs_f64())]
    TimedOut(Duration),
}

impl NotReady {
    /// The result of an invocation that was queued for the process.
    pub(super) fn invocation(&self, request_id: Uuid) -> Invocation {
        match self {
            Self::Reported(error) => Invocation::Failed { error: error.clone() },
            Self::NotStarted(_) => request_failed(request_id, "Runtime.InvalidEntrypoint", self),
            Self::Exited(_) => request_failed(request_id, "Runtime.ExitError", self),
            Self::TimedOut(_) => request_failed(request_id, "Sandbox.Timedout", self),
        }
    }
}

/// The response is larger than [`MAX_RESPONSE_BYTES`].
pub fn response_too_large() -> Invocation {
    let maximum = "Response payload size exceeded maximum allowed payload size";
    let error = format_args!("{maximum} ({MAX_RESPONSE_BYTES} bytes).");
    failed("Function.ResponseSizeTooLarge", error)
}

/// There is no such function.
pub fn unknown_function(name: &str) -> Invocation {
    failed("ResourceNotFoundException", format_args!("Function not found: {name}"))
}

/// The stack is stopping, or has stopped.
pub fn stopping() -> Invocation {
    failed("ServiceException", "The stack is stopping.")
}

fn describe_exit(status: Option<ExitStatus>) -> String {
    match status.and_then(error_status) {
        Some(error) => format!("Runtime exited with error: {error}"),
        None => "Runtime exited without providing a reason".to_owned(),
    }
}

/// The exit code or signal; `None` after a success.
#[cfg(unix)]
fn error_status(status: ExitStatus) -> Option<String> {
    use std::os::unix::process::ExitStatusExt;
    match (status.code(), status.signal()) {
        (Some(0), _) | (None, None) => None,
        (Some(code), _) => Some(format!("exit status {code}")),
        (None, Some(signal)) => Some(format!("signal: {}", signal_name(signal))),
    }
}

#[cfg(not(unix))]
fn error_status(status: ExitStatus) -> Option<String> {
    status.code().filter(|code| *code != 0).map(|code| format!("exit status {code}"))
}

/// The signal as Lambda spells it.
#[cfg(unix)]
fn signal_name(signal: i32) -> String {
    let name = match signal {
        4 => "illegal instruction",
        6 => "aborted",
        9 => "killed",
        11 => "segmentation fault",
        15 => "terminated",
        other => return format!("signal {other}"),
    };
    name.to_owned()
}
