//! Classifies SES's answers by what they prove: by error code ([`ERROR_CODES`]), otherwise by HTTP status
//! (`by_status`), and without an answer by how the call failed ([`classify`]). Whatever proves nothing is
//! [`SendOutcome::Ambiguous`].

use std::error::Error;
use std::time::Duration;

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_sesv2::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sesv2::operation::send_email::{SendEmailError, SendEmailOutput};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;

/// The outcome of one attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SendOutcome {
    /// SES accepted the mail.
    Accepted {
        /// SES's id of the mail, which is also in SES events.
        message_id: String,
    },
    /// Proof that SES did not accept the mail; it may accept it later.
    Retryable {
        /// SES's error code, or why the call was not made.
        code: String,
        /// The minimum delay before the next attempt.
        retry_after: Duration,
    },
    /// Proof that SES did not accept the mail, and would not accept any other: the fault is the account's.
    AccountFault {
        /// SES's error code.
        code: String,
        /// The minimum delay before the next attempt.
        retry_after: Duration,
    },
    /// Proof that SES did not accept the mail and never will.
    Permanent {
        /// SES's error code.
        code: String,
    },
    /// No proof of either.
    Ambiguous {
        /// SES's error code, or how the answer was lost.
        code: String,
    },
}

impl SendOutcome {
    /// A code for the log and the ledger.
    #[must_use]
    pub fn code(&self) -> &str {
        match self {
            Self::Accepted { .. } => "Accepted",
            Self::Retryable { code, .. }
            | Self::AccountFault { code, .. }
            | Self::Permanent { code }
            | Self::Ambiguous { code } => code,
        }
    }
}

/// What an error code proves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorMeaning {
    /// Not accepted; may be tried again after this many seconds.
    Retryable(u64),
    /// Not accepted, and nor would be any other mail of the account; may be tried again after this many seconds.
    Account(u64),
    /// Not accepted, and never will be: SES has read the request and refuses it.
    Permanent,
    /// Possibly accepted: SES read at least a part of the request, and its answer does not say how far it got.
    Ambiguous,
}

/// What each documented error code proves. Any other code is classified by its HTTP status (`by_status`).
/// (<https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html#API_SendEmail_Errors>,
/// <https://docs.aws.amazon.com/ses/latest/APIReference-V2/CommonErrors.html>)
///
/// A missing permission or a wrong clock has nothing to do with the mail, so the mail waits until it is
/// repaired.
pub const ERROR_CODES: [(&str, ErrorMeaning); 44] = [
    ("TooManyRequestsException", ErrorMeaning::Retryable(2)),
    ("Throttling", ErrorMeaning::Retryable(2)),
    ("ThrottlingException", ErrorMeaning::Retryable(2)),
    ("ThrottledException", ErrorMeaning::Retryable(2)),
    ("RequestThrottled", ErrorMeaning::Retryable(2)),
    ("SlowDown", ErrorMeaning::Retryable(2)),
    ("LimitExceededException", ErrorMeaning::Retryable(60)),
    ("SendingPausedException", ErrorMeaning::Account(300)),
    ("AccountSuspendedException", ErrorMeaning::Account(900)),
    ("ExpiredTokenException", ErrorMeaning::Retryable(5)),
    ("RequestExpired", ErrorMeaning::Retryable(5)),
    ("AccessDeniedException", ErrorMeaning::Retryable(300)),
    ("IncompleteSignature", ErrorMeaning::Retryable(300)),
    ("InvalidClientTokenId", ErrorMeaning::Retryable(300)),
    ("InvalidSignatureException", ErrorMeaning::Retryable(300)),
    ("MissingAuthenticationToken", ErrorMeaning::Retryable(300)),
    ("NotAuthorized", ErrorMeaning::Retryable(300)),
    ("OptInRequired", ErrorMeaning::Retryable(300)),
    ("SignatureDoesNotMatch", ErrorMeaning::Retryable(300)),
    ("UnrecognizedClientException", ErrorMeaning::Retryable(300)),
    ("AlreadyExistsException", ErrorMeaning::Permanent),
    ("BadRequestException", ErrorMeaning::Permanent),
    ("ConflictException", ErrorMeaning::Permanent),
    ("InvalidAction", ErrorMeaning::Permanent),
    ("InvalidParameterCombination", ErrorMeaning::Permanent),
    ("InvalidParameterValue", ErrorMeaning::Permanent),
    ("InvalidQueryParameter", ErrorMeaning::Permanent),
    ("MailFromDomainNotVerifiedException", ErrorMeaning::Permanent),
    ("MalformedHttpRequestException", ErrorMeaning::Permanent),
    ("MalformedQueryString", ErrorMeaning::Permanent),
    ("MessageRejected", ErrorMeaning::Permanent),
    ("MissingAction", ErrorMeaning::Permanent),
    ("MissingParameter", ErrorMeaning::Permanent),
    ("NotFoundException", ErrorMeaning::Permanent),
    ("RequestEntityTooLargeException", ErrorMeaning::Permanent),
    ("UnknownOperationException", ErrorMeaning::Permanent),
    ("ValidationError", ErrorMeaning::Permanent),
    ("ConcurrentModificationException", ErrorMeaning::Ambiguous),
    ("InternalFailure", ErrorMeaning::Ambiguous),
    ("InternalServiceErrorException", ErrorMeaning::Ambiguous),
    ("RequestAbortedException", ErrorMeaning::Ambiguous),
    ("RequestTimeout", ErrorMeaning::Ambiguous),
    ("RequestTimeoutException", ErrorMeaning::Ambiguous),
    ("ServiceUnavailable", ErrorMeaning::Ambiguous),
];

/// For an exceeded daily quota, SES returns the same code as for an exceeded rate; only the message differs.
const DAILY_QUOTA: &str = "daily message quota exceeded";
const QUOTA_RETRY: Duration = Duration::from_secs(900);

/// The delay after a call that failed for lack of a connection or credentials. Each costs two writes and a
/// message, and SES may be away for hours.
const CONNECT_RETRY: Duration = Duration::from_secs(30);

/// Classifies the result of one `SendEmail` call that the SDK did not retry.
#[must_use]
pub fn classify(
    result: Result<SendEmailOutput, SdkError<SendEmailError, HttpResponse>>,
) -> SendOutcome {
    match result {
        Ok(SendEmailOutput { message_id: Some(message_id), .. }) => {
            SendOutcome::Accepted { message_id }
        }
        // Not SES's answer, but possibly that of a proxy behind which SES accepted the mail.
        Ok(_) => ambiguous("NoMessageId"),
        Err(SdkError::ServiceError(refusal)) => {
            let status = refusal.raw().status().as_u16();
            classify_error(refusal.err().code(), refusal.err().message(), status)
        }
        Err(SdkError::ResponseError(unparsable)) => {
            classify_error(None, None, unparsable.raw().status().as_u16())
        }
        Err(SdkError::ConstructionFailure(_)) => not_sent("NoRequest"),
        // Before the general `DispatchFailure`: these two causes prove that no byte was sent, while a
        // connection that broke later proves nothing.
        Err(error @ SdkError::DispatchFailure(_)) if has_cause(&error, is_connect_error) => {
            not_sent("NoConnection")
        }
        Err(error @ SdkError::DispatchFailure(_)) if has_cause(&error, is_credentials_error) => {
            not_sent("NoCredentials")
        }
        Err(SdkError::DispatchFailure(failure)) if failure.is_timeout() => ambiguous("Timeout"),
        Err(SdkError::DispatchFailure(_)) => ambiguous("ConnectionLost"),
        Err(SdkError::TimeoutError(_)) => ambiguous("Timeout"),
        Err(_) => ambiguous("NoAnswer"),
    }
}

fn classify_error(code: Option<&str>, message: Option<&str>, status: u16) -> SendOutcome {
    let code = code.map_or_else(|| format!("Http{status}"), str::to_owned);
    if message.is_some_and(|text| text.to_ascii_lowercase().contains(DAILY_QUOTA)) {
        return SendOutcome::Retryable { code, retry_after: QUOTA_RETRY };
    }
    match ERROR_CODES.iter().find(|(known, _)| *known == code) {
        Some((_, ErrorMeaning::Retryable(seconds))) => {
            SendOutcome::Retryable { code, retry_after: Duration::from_secs(*seconds) }
        }
        Some((_, ErrorMeaning::Account(seconds))) => {
            SendOutcome::AccountFault { code, retry_after: Duration::from_secs(*seconds) }
        }
        Some((_, ErrorMeaning::Permanent)) => SendOutcome::Permanent { code },
        Some((_, ErrorMeaning::Ambiguous)) => SendOutcome::Ambiguous { code },
        None => by_status(code, status),
    }
}

/// A client error is permanent, unless it is about the caller's identity. Any other status does not say how
/// far the request got.
fn by_status(code: String, status: u16) -> SendOutcome {
    match status {
        401 | 403 | 407 => SendOutcome::Retryable { code, retry_after: Duration::from_secs(300) },
        429 => SendOutcome::Retryable { code, retry_after: Duration::from_secs(2) },
        // Not 408: the server stopped waiting for the request, possibly after it had read it.
        400..=407 | 409..=499 => SendOutcome::Permanent { code },
        _ => SendOutcome::Ambiguous { code },
    }
}

fn not_sent(code: &str) -> SendOutcome {
    SendOutcome::Retryable { code: code.to_owned(), retry_after: CONNECT_RETRY }
}

fn ambiguous(code: &str) -> SendOutcome {
    SendOutcome::Ambiguous { code: code.to_owned() }
}

type Cause = dyn Error + 'static;

fn has_cause(error: &Cause, matches: fn(&Cause) -> bool) -> bool {
    matches(error) || error.source().is_some_and(|cause| has_cause(cause, matches))
}

/// No connection was made, so no byte of the request was sent.
fn is_connect_error(cause: &Cause) -> bool {
    use hyper_util::client::legacy::Error;
    cause.downcast_ref::<Error>().is_some_and(Error::is_connect)
}

/// The request could not be signed, so it was not sent.
fn is_credentials_error(cause: &Cause) -> bool {
    cause.is::<CredentialsError>()
}
