//! What SES's answers mean. The whole rule is [`FOR_NOW`] and the order of the questions in
//! [`classify`]; everything that proves nothing is [`Answer::Unknown`].

use std::error::Error;
use std::time::Duration;

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

/// Refusals that pass: error code, and seconds until the next try.
/// (<https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html#API_SendEmail_Errors>,
/// <https://docs.aws.amazon.com/ses/latest/APIReference-V2/CommonErrors.html>)
pub const FOR_NOW: [(&str, u64); 11] = [
    ("TooManyRequestsException", 2),
    ("Throttling", 2),
    ("ThrottlingException", 2),
    ("ThrottledException", 2),
    ("RequestThrottled", 2),
    ("SlowDown", 2),
    ("LimitExceededException", 60),
    ("SendingPausedException", 300),
    ("AccountSuspendedException", 900),
    ("ExpiredTokenException", 5),
    ("RequestExpired", 5),
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
        Ok(output) => Answer::Accepted { message_id: output.message_id.unwrap_or_default() },
        Err(SdkError::ServiceError(refusal)) => {
            let status = refusal.raw().status().as_u16();
            refused(refusal.err().code(), refusal.err().message(), status)
        }
        Err(SdkError::ResponseError(garbled)) => {
            refused(None, None, garbled.raw().status().as_u16())
        }
        Err(SdkError::ConstructionFailure(_)) => not_sent("NoRequest"),
        Err(error @ SdkError::DispatchFailure(_)) if never_connected(&error) => {
            not_sent("NoConnection")
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
    if let Some((_, seconds)) = FOR_NOW.iter().find(|(known, _)| *known == word) {
        return Answer::NotNow { code: word, again_in: Duration::from_secs(*seconds) };
    }
    match status {
        429 => Answer::NotNow { code: word, again_in: Duration::from_secs(2) },
        // 408: the server gave up waiting; what it had read by then, nobody knows.
        400..=407 | 409..=499 => Answer::Never { code: word },
        _ => Answer::Unknown { code: word },
    }
}

fn not_sent(code: &str) -> Answer {
    Answer::NotNow { code: code.to_owned(), again_in: UNTIL_CONNECTED }
}

fn unknown(code: &str) -> Answer {
    Answer::Unknown { code: code.to_owned() }
}

/// Whether the failure came before a byte of the request could be written.
fn never_connected(error: &(dyn Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        let hyper = error.downcast_ref::<hyper_util::client::legacy::Error>();
        if hyper.is_some_and(hyper_util::client::legacy::Error::is_connect) {
            return true;
        }
        cause = error.source();
    }
    false
}
