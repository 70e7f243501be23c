//! A service's refusal as a sentence.

use std::error::Error;

use aws_sdk_sqs::error::{ProvideErrorMetadata, SdkError};

use crate::error::CliError;

/// Words a failed call: "Can't {what}: {why}."
pub fn refused<E, R>(what: impl Into<String>) -> impl FnOnce(SdkError<E, R>) -> CliError
where
    E: ProvideErrorMetadata + Error + 'static,
    R: std::fmt::Debug + 'static,
{
    let what = what.into();
    move |error| CliError::service(format!("Can't {what}: {}.", why(&error)))
}

/// Why a call failed, without a full stop, and what to try. No Rust value is printed.
pub fn why<E, R>(error: &SdkError<E, R>) -> String
where
    E: ProvideErrorMetadata + Error + 'static,
    R: std::fmt::Debug + 'static,
{
    let why = kit::describe_sdk_error(error);
    match error {
        SdkError::DispatchFailure(_) | SdkError::ConstructionFailure(_) => hinted(&why),
        _ => why,
    }
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

/// Whether the caller may not ask this: that says nothing about what was asked for.
pub fn is_denied<E, R>(error: &SdkError<E, R>) -> bool
where
    E: ProvideErrorMetadata + Error + 'static,
    R: std::fmt::Debug + 'static,
{
    matches!(error, SdkError::ServiceError(answer) if matches!(
        answer.err().code(),
        Some("AccessDenied" | "AccessDeniedException" | "AuthorizationError" | "UnauthorizedOperation")
    ))
}
