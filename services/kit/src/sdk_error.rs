//! Errors of AWS calls, described without personal data.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

/// A failed AWS call. `Display` and `Debug` print only [`describe_sdk_error`]; the SDK's own error is the
/// [source](Error::source).
#[derive(Clone)]
pub struct AwsError {
    description: String,
    source: Arc<dyn Error + Send + Sync>,
}

impl<E, R> From<SdkError<E, R>> for AwsError
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    R: fmt::Debug + Send + Sync + 'static,
{
    fn from(error: SdkError<E, R>) -> Self {
        Self { description: describe_sdk_error(&error), source: Arc::new(error) }
    }
}

impl fmt::Display for AwsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.description)
    }
}

// The SDK's own `Debug` prints the raw response, which may repeat the request with its addresses.
impl fmt::Debug for AwsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AwsError({:?})", self.description)
    }
}

impl Error for AwsError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&*self.source)
    }
}

/// The service's error code and message, or else why there was no answer, as part of a sentence. Never
/// the raw response, which may repeat the request.
pub fn describe_sdk_error<E, R>(error: &SdkError<E, R>) -> String
where
    E: ProvideErrorMetadata + Error + 'static,
    R: fmt::Debug + 'static,
{
    match error {
        SdkError::ServiceError(answer) => describe_service_error(answer.err()),
        SdkError::TimeoutError(_) => "it did not answer in time".to_owned(),
        SdkError::ResponseError(_) => "its answer could not be read".to_owned(),
        other => root_cause(other),
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

fn root_cause(error: &dyn Error) -> String {
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
    fn a_refusal_is_described_by_its_code_and_message_without_the_raw_answer() {
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
    fn an_error_keeps_its_cause_and_prints_no_raw_answer() {
        let metadata = ErrorMetadata::builder().code("Throttled").build();
        let refusal = SendMessageBatchError::generic(metadata);
        let raw = "raw answer for ada@example.org".to_owned();
        let error = AwsError::from(SdkError::service_error(refusal, raw));
        assert_eq!(
            (error.to_string(), format!("{error:?}")),
            ("Throttled".to_owned(), "AwsError(\"Throttled\")".to_owned(),)
        );
        let cause = error.source().expect("it has a cause");
        assert!(cause.is::<SdkError<SendMessageBatchError, String>>());
    }

    #[test]
    fn what_never_reached_the_service_is_described_by_its_innermost_cause() {
        let cause = std::io::Error::other("connection refused");
        let error: SdkError<SendMessageBatchError, String> = SdkError::construction_failure(cause);
        assert_eq!(describe_sdk_error(&error), "connection refused");
    }
}
