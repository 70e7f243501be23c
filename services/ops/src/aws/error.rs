//! Failed calls to AWS as sentences with a hint. No personal data: see [`kit::describe_sdk_error`].

use std::error::Error;
use std::fmt::Debug;

use aws_sdk_sqs::error::{ProvideErrorMetadata, SdkError};
use kit::AwsError;

use crate::error::CliError;

/// For `map_err`: turns a failed call into "Can't {what}: {why}.", with the SDK's error as its source.
pub fn service_error<E, R>(what: impl Into<String>) -> impl FnOnce(SdkError<E, R>) -> CliError
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    R: Debug + Send + Sync + 'static,
{
    let what = what.into();
    move |error| {
        let message = format!("Can't {what}: {}.", describe_error(&error));
        CliError::service(message).caused_by(AwsError::from(error))
    }
}

/// Why a call failed and what to try, as the end of a sentence that has yet to get its full stop.
pub fn describe_error<E, R>(error: &SdkError<E, R>) -> String
where
    E: ProvideErrorMetadata + Error + 'static,
    R: Debug + 'static,
{
    let description = kit::describe_sdk_error(error);
    match error {
        // Each AWS service names its errors, so whatever answered is none.
        SdkError::ServiceError(answer) if answer.err().code().is_none() => {
            "this endpoint does not have the operation".to_owned()
        }
        // Nothing reached the service: most likely the operator's own set-up.
        SdkError::DispatchFailure(_) | SdkError::ConstructionFailure(_) => with_hint(&description),
        _ => description,
    }
}

fn with_hint(cause: &str) -> String {
    let lower = cause.to_lowercase();
    let hint = if lower.contains("credential") {
        "; sign in (`aws sso login`), name a profile with --profile, or set AWS_ACCESS_KEY_ID and \
         AWS_SECRET_ACCESS_KEY"
    } else if lower.contains("refused") || lower.contains("connect") {
        "; check the endpoint (--endpoint-url), and whether the one-machine stack runs (`cargo run`)"
    } else {
        ""
    };
    format!("{cause}{hint}")
}

/// Whether the endpoint has no such service or operation, as emulators may say in several ways.
pub fn is_unknown_operation<E, R>(error: &SdkError<E, R>) -> bool
where
    E: ProvideErrorMetadata + Error + 'static,
    R: Debug + 'static,
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
        // A page of HTML or an empty answer: whatever it is, it is not the service.
        SdkError::ResponseError(_) => true,
        _ => false,
    }
}

/// Whether the caller lacks the permission, which says nothing about what was asked for.
pub fn is_denied<E, R>(error: &SdkError<E, R>) -> bool
where
    E: ProvideErrorMetadata + Error + 'static,
    R: Debug + 'static,
{
    matches!(error, SdkError::ServiceError(answer) if matches!(
        answer.err().code(),
        Some("AccessDenied" | "AccessDeniedException" | "AuthorizationError" | "UnauthorizedOperation")
    ))
}
