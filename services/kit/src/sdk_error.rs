//! Why a call to AWS failed, as a part of a sentence.

use std::error::Error;

use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

/// What the service said, or else what kept it from saying something. No Rust value is printed, and
/// never the raw answer: it may hold what was asked for.
pub fn describe_sdk_error<E, R>(error: &SdkError<E, R>) -> String
where
    E: ProvideErrorMetadata + Error + 'static,
    R: std::fmt::Debug + 'static,
{
    match error {
        SdkError::ServiceError(answer) => describe_service_error(answer.err()),
        SdkError::TimeoutError(_) => "it did not answer in time".to_owned(),
        SdkError::ResponseError(_) => "its answer could not be read".to_owned(),
        other => innermost(other),
    }
}

/// The error's code and message, without a full stop.
pub fn describe_service_error(error: &impl ProvideErrorMetadata) -> String {
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

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_sqs::operation::send_message_batch::SendMessageBatchError;
    use aws_smithy_types::error::ErrorMetadata;

    #[test]
    fn a_refusal_is_told_by_its_code_and_message_and_without_the_raw_answer() {
        let metadata = ErrorMetadata::builder()
            .code("AccessDenied")
            .message("not authorized to perform: sqs:SendMessage.")
            .build();
        let error: SdkError<SendMessageBatchError, String> =
            SdkError::service_error(SendMessageBatchError::generic(metadata), "raw".to_owned());
        assert_eq!(
            describe_sdk_error(&error),
            "AccessDenied: not authorized to perform: sqs:SendMessage"
        );
    }

    #[test]
    fn what_never_reached_the_service_is_told_by_its_innermost_cause() {
        let cause = std::io::Error::other("connection refused");
        let error: SdkError<SendMessageBatchError, String> = SdkError::construction_failure(cause);
        assert_eq!(describe_sdk_error(&error), "connection refused");
    }
}
