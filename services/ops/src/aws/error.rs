//! Failed calls to AWS as sentences with a hint. No personal data: see [`kit::describe_sdk_error`].

use std::error::Error;

use aws_sdk_sqs::error::{ProvideErrorMetadata, SdkError};

use crate::error::CliError;

/// Turns a failed call into an error that reads "Can't {what}: {why}.", for `map_err`.
pub fn refused<E, R>(what: impl Into<String>) -> impl FnOnce(SdkError<E, R>) -> CliError
where
    E: ProvideErrorMetadata + Error + 'static,
    R: std::fmt::Debug + 'static,
{
    let what = what.into();
    move |error| CliError::service(format!("Can't {what}: {}.", why(&error)))
}

/// Why a call failed and what to try, without a full stop.
pub fn why<E, R>(error: &SdkError<E, R>) -> String
where
    E: ProvideErrorMetadata + Error + 'static,
    R: std::fmt::Debug + 'static,
{
    let why = kit::describe_sdk_error(error);
    match error {
        // Nothing reached the service: most likely the operator's own set-up.
        SdkError::DispatchFailure(_) | SdkError::ConstructionFailure(_) => with_hint(&why),
        _ => why,
    }
}

fn with_hint(cause: &str) -> String {
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

/// Whether the endpoint has no such service or operation, as emulators may say in several ways.
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

/// Whether the caller lacks the permission, which says nothing about what was asked for.
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
