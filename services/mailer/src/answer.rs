//! What SES's answers mean. The whole rule is [`CODES`], `by_status` and the order of the
//! questions in [`classify`]; everything that proves nothing is [`Answer::Unknown`].

use std::error::Error;
use std::time::Duration;

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_sesv2::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sesv2::operation::send_email::{SendEmailError, SendEmailOutput};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;

/// SES's answer to one attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It took the mail.
    Accepted {
        /// What it calls the mail.
        message_id: String,
    },
    /// Proof that it did not take the mail, and may later.
    NotNow {
        /// Its error code.
        code: String,
        /// When to try again.
        again_in: Duration,
    },
    /// Proof that it did not take the mail and never will.
    Never {
        /// Its error code.
        code: String,
    },
    /// No proof of either.
    Unknown {
        /// What was seen.
        code: String,
    },
}

impl Answer {
    /// One word for the log.
    #[must_use]
    pub fn code(&self) -> &str {
        match self {
            Self::Accepted { .. } => "Accepted",
            Self::NotNow { code, .. } | Self::Never { code } | Self::Unknown { code } => code,
        }
    }
}

/// What an error code proves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// Not taken; to be tried again after so many seconds.
    NotNow(u64),
    /// Not taken, and never will be: SES has read the request and finds fault with it.
    Never,
    /// Perhaps taken: the request was read, at least in part, and not finished.
    Unknown,
}

/// What the documented codes mean; any other one means what its HTTP status does (`by_status`).
/// (<https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html#API_SendEmail_Errors>,
/// <https://docs.aws.amazon.com/ses/latest/APIReference-V2/CommonErrors.html>)
///
/// A role without its permission, or a clock that is off, says nothing about the mail: it waits for
/// whoever repairs that.
pub const CODES: [(&str, Meaning); 44] = [
    ("TooManyRequestsException", Meaning::NotNow(2)),
    ("Throttling", Meaning::NotNow(2)),
    ("ThrottlingException", Meaning::NotNow(2)),
    ("ThrottledException", Meaning::NotNow(2)),
    ("RequestThrottled", Meaning::NotNow(2)),
    ("SlowDown", Meaning::NotNow(2)),
    ("LimitExceededException", Meaning::NotNow(60)),
    ("SendingPausedException", Meaning::NotNow(300)),
    ("AccountSuspendedException", Meaning::NotNow(900)),
    ("ExpiredTokenException", Meaning::NotNow(5)),
    ("RequestExpired", Meaning::NotNow(5)),
    ("AccessDeniedException", Meaning::NotNow(300)),
    ("IncompleteSignature", Meaning::NotNow(300)),
    ("InvalidClientTokenId", Meaning::NotNow(300)),
    ("InvalidSignatureException", Meaning::NotNow(300)),
    ("MissingAuthenticationToken", Meaning::NotNow(300)),
    ("NotAuthorized", Meaning::NotNow(300)),
    ("OptInRequired", Meaning::NotNow(300)),
    ("SignatureDoesNotMatch", Meaning::NotNow(300)),
    ("UnrecognizedClientException", Meaning::NotNow(300)),
    ("AlreadyExistsException", Meaning::Never),
    ("BadRequestException", Meaning::Never),
    ("ConflictException", Meaning::Never),
    ("InvalidAction", Meaning::Never),
    ("InvalidParameterCombination", Meaning::Never),
    ("InvalidParameterValue", Meaning::Never),
    ("InvalidQueryParameter", Meaning::Never),
    ("MailFromDomainNotVerifiedException", Meaning::Never),
    ("MalformedHttpRequestException", Meaning::Never),
    ("MalformedQueryString", Meaning::Never),
    ("MessageRejected", Meaning::Never),
    ("MissingAction", Meaning::Never),
    ("MissingParameter", Meaning::Never),
    ("NotFoundException", Meaning::Never),
    ("RequestEntityTooLargeException", Meaning::Never),
    ("UnknownOperationException", Meaning::Never),
    ("ValidationError", Meaning::Never),
    ("ConcurrentModificationException", Meaning::Unknown),
    ("InternalFailure", Meaning::Unknown),
    ("InternalServiceErrorException", Meaning::Unknown),
    ("RequestAbortedException", Meaning::Unknown),
    ("RequestTimeout", Meaning::Unknown),
    ("RequestTimeoutException", Meaning::Unknown),
    ("ServiceUnavailable", Meaning::Unknown),
];

/// SES answers a spent daily quota with the code of a spent rate; its words tell them apart.
const DAILY_QUOTA: &str = "daily message quota exceeded";
const UNTIL_QUOTA: Duration = Duration::from_secs(900);

/// When nothing was sent because there was no connection or no credentials.
const UNTIL_CONNECTED: Duration = Duration::from_secs(5);

/// Reads the result of one `SendEmail` call that the SDK did not retry.
#[must_use]
pub fn classify(result: Result<SendEmailOutput, SdkError<SendEmailError, HttpResponse>>) -> Answer {
    match result {
        Ok(SendEmailOutput { message_id: Some(message_id), .. }) => Answer::Accepted { message_id },
        Ok(_) => unknown("NoMessageId"),
        Err(SdkError::ServiceError(refusal)) => {
            let status = refusal.raw().status().as_u16();
            refused(refusal.err().code(), refusal.err().message(), status)
        }
        Err(SdkError::ResponseError(garbled)) => {
            refused(None, None, garbled.raw().status().as_u16())
        }
        Err(SdkError::ConstructionFailure(_)) => not_sent("NoRequest"),
        Err(error @ SdkError::DispatchFailure(_)) if has_cause(&error, is_no_connection) => {
            not_sent("NoConnection")
        }
        Err(error @ SdkError::DispatchFailure(_)) if has_cause(&error, is_no_credentials) => {
            not_sent("NoCredentials")
        }
        Err(SdkError::DispatchFailure(failure)) if failure.is_timeout() => unknown("Timeout"),
        Err(SdkError::DispatchFailure(_)) => unknown("ConnectionLost"),
        Err(SdkError::TimeoutError(_)) => unknown("Timeout"),
        Err(_) => unknown("NoAnswer"),
    }
}

fn refused(code: Option<&str>, message: Option<&str>, status: u16) -> Answer {
    let word = code.map_or_else(|| format!("Http{status}"), str::to_owned);
    if message.is_some_and(|text| text.to_ascii_lowercase().contains(DAILY_QUOTA)) {
        return Answer::NotNow { code: word, again_in: UNTIL_QUOTA };
    }
    match CODES.iter().find(|(known, _)| *known == word) {
        Some((_, Meaning::NotNow(seconds))) => {
            Answer::NotNow { code: word, again_in: Duration::from_secs(*seconds) }
        }
        Some((_, Meaning::Never)) => Answer::Never { code: word },
        Some((_, Meaning::Unknown)) => Answer::Unknown { code: word },
        None => by_status(word, status),
    }
}

/// A client's error is a refusal for good, unless it is about who asks; of anything else nobody knows
/// what was done before.
fn by_status(code: String, status: u16) -> Answer {
    match status {
        401 | 403 | 407 => Answer::NotNow { code, again_in: Duration::from_secs(300) },
        429 => Answer::NotNow { code, again_in: Duration::from_secs(2) },
        // 408: the server gave up waiting; what it had read by then, nobody knows.
        400..=407 | 409..=499 => Answer::Never { code },
        _ => Answer::Unknown { code },
    }
}

fn not_sent(code: &str) -> Answer {
    Answer::NotNow { code: code.to_owned(), again_in: UNTIL_CONNECTED }
}

fn unknown(code: &str) -> Answer {
    Answer::Unknown { code: code.to_owned() }
}

type Cause = dyn Error + 'static;

fn has_cause(error: &Cause, is_it: fn(&Cause) -> bool) -> bool {
    is_it(error) || error.source().is_some_and(|cause| has_cause(cause, is_it))
}

/// The failure came before a byte of the request could be written.
fn is_no_connection(cause: &Cause) -> bool {
    use hyper_util::client::legacy::Error;
    cause.downcast_ref::<Error>().is_some_and(Error::is_connect)
}

/// The request could not be signed, and an unsigned one is not written.
fn is_no_credentials(cause: &Cause) -> bool {
    cause.is::<CredentialsError>()
}
