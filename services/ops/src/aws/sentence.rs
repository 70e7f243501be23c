//! A service's refusal as a sentence.

use std::error::Error;

use aws_sdk_sqs::error::{ProvideErrorMetadata, SdkError};

use crate::failure::Failure;

/// Words a failed call: "Can't {what}: {why}."
pub fn refused<E, R>(what: impl Into<String>) -> impl FnOnce(SdkError<E, R>) -> Failure
where
    E: ProvideErrorMetadata + Error + 'static,
    R: std::fmt::Debug + 'static,
{
    let what = what.into();
    move |error| Failure::service(format!("Can't {what}: {}.", why(&error)))
}

/// Why a call failed, without a full stop. No Rust value is printed.
pub fn why<E, R>(error: &SdkError<E, R>) -> String
where
    E: ProvideErrorMetadata + Error + 'static,
    R: std::fmt::Debug + 'static,
{
    match error {
        SdkError::ServiceError(answer) => said(answer.err()),
        SdkError::TimeoutError(_) => "it did not answer in time".to_owned(),
        SdkError::ResponseError(_) => "its answer could not be read".to_owned(),
        other => hinted(&innermost(other)),
    }
}

fn said(error: &impl ProvideErrorMetadata) -> String {
    let code = error.code().unwrap_or("an error without a code");
    match error.message().map(|m| m.trim_end_matches('.')).filter(|m| !m.is_empty()) {
        Some(message) => format!("{code}: {message}"),
        None => code.to_owned(),
    }
}

fn innermost(error: &dyn Error) -> String {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    error.to_string().trim_end_matches('.').to_owned()
}

fn hinted(cause: &str) -> String {
    let lower = cause.to_lowercase();
    let hint = if lower.contains("credential") {
        "; sign in (`aws sso login`), name a profile with --profile, or set AWS_ACCESS_KEY_ID and \
         AWS_SECRET_ACCESS_KEY"
    } else if lower.contains("refused") || lower.contains("connect") {
        "; is the endpoint right (--endpoint-url), and is the one-machine stack running (`cargo run`)?"
    } else {
        ""
    };
    format!("{cause}{hint}")
}

/// Whether the endpoint says that it has no such service or operation: an emulator.
pub fn is_unknown_operation<E, R>(error: &SdkError<E, R>) -> bool
where
    E: ProvideErrorMetadata + Error + 'static,
    R: std::fmt::Debug + 'static,
{
    match error {
        SdkError::ServiceError(answer) => matches!(
            answer.err().code(),
            None | Some(
                "UnknownOperationException"
                    | "UnknownOperation"
                    | "InvalidAction"
                    | "UnsupportedOperation"
                    | "NotFoundException"
                    | "NotFound"
            )
        ),
        SdkError::ResponseError(_) => true,
        _ => false,
    }
}
