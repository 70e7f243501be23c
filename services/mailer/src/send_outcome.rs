//! Classifies SES's answers by what they prove: by error code ([`SES_ERRORS`](crate::ses_errors::SES_ERRORS)),
//! otherwise by HTTP status (`by_status`), and without an answer by how the call failed ([`classify`]).
//! Whatever proves nothing is [`SendOutcome::Ambiguous`].
//!
//! What is the account's fault waits until it is repaired, and rings an alarm. What is the mail's fault fails
//! at once.

use std::error::Error;
use std::time::Duration;

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_sesv2::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sesv2::operation::send_email::{SendEmailError, SendEmailOutput};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;

use crate::identities::OwnIdentities;
use crate::ses_errors::{ErrorMeaning, find};

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
    /// Proof that SES did not accept the mail, and would not accept any other: the fault is the account's,
    /// the sender's identity's or the role's.
    AccountFault {
        /// SES's error code, in some cases with what its message says. Never the message itself, which may
        /// name an address.
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

    /// The outcome where the mail was from a shop's own sender: what may be that sender's fault alone makes its mails
    /// wait, and stops no other's.
    #[must_use]
    pub fn of_one_sender(self) -> Self {
        match self {
            Self::AccountFault { code, retry_after } if is_sender_s_fault(&code) => {
                Self::Retryable { code, retry_after }
            }
            other => other,
        }
    }

    /// Whether the call ended before SES was reached: it says nothing about what SES would have answered.
    #[must_use]
    pub fn is_unasked(&self) -> bool {
        [NO_REQUEST, NO_CONNECTION, NO_CREDENTIALS].contains(&self.code())
    }
}

/// Whether the reason may be about the sender's identity alone: not verified, or none that the role may send as.
fn is_sender_s_fault(reason: &str) -> bool {
    let faults = [
        "MessageRejected: sender not verified",
        "AccessDeniedException",
        "MailFromDomainNotVerifiedException",
    ];
    faults.contains(&reason)
}

const NO_REQUEST: &str = "NoRequest";
const NO_CONNECTION: &str = "NoConnection";
const NO_CREDENTIALS: &str = "NoCredentials";

/// The delay after a call that failed for lack of a connection or credentials. Each costs two writes and a
/// message, and SES may be away for hours.
const CONNECT_RETRY: Duration = Duration::from_secs(30);

/// Classifies the result of one `SendEmail` call that the SDK did not retry. `own` tells a refusal of the
/// sender from one of this mail's recipient.
#[must_use]
pub fn classify(
    result: Result<SendEmailOutput, SdkError<SendEmailError, HttpResponse>>,
    own: &OwnIdentities,
) -> SendOutcome {
    match result {
        Ok(SendEmailOutput { message_id: Some(message_id), .. }) => {
            SendOutcome::Accepted { message_id }
        }
        // Not SES's answer, but possibly that of a proxy behind which SES accepted the mail.
        Ok(_) => ambiguous("NoMessageId"),
        Err(SdkError::ServiceError(refusal)) => {
            let status = refusal.raw().status().as_u16();
            classify_error(refusal.err().code(), refusal.err().message(), status, own)
        }
        Err(SdkError::ResponseError(unparsable)) => {
            classify_error(None, None, unparsable.raw().status().as_u16(), own)
        }
        Err(SdkError::ConstructionFailure(_)) => not_sent(NO_REQUEST),
        // Before the general `DispatchFailure`: these two causes prove that no byte was sent, while a
        // connection that broke later proves nothing.
        Err(error @ SdkError::DispatchFailure(_)) if has_cause(&error, is_connect_error) => {
            not_sent(NO_CONNECTION)
        }
        Err(error @ SdkError::DispatchFailure(_)) if has_cause(&error, is_credentials_error) => {
            not_sent(NO_CREDENTIALS)
        }
        Err(SdkError::DispatchFailure(failure)) if failure.is_timeout() => ambiguous("Timeout"),
        Err(SdkError::DispatchFailure(_)) => ambiguous("ConnectionLost"),
        Err(SdkError::TimeoutError(_)) => ambiguous("Timeout"),
        Err(_) => ambiguous("NoAnswer"),
    }
}

fn classify_error(
    code: Option<&str>,
    message: Option<&str>,
    status: u16,
    own: &OwnIdentities,
) -> SendOutcome {
    let Some(code) = code else { return by_status(format!("Http{status}"), status) };
    match find(code, message.unwrap_or_default(), own) {
        Some(row) => by_meaning(row.meaning, row.reason()),
        None => by_status(code.to_owned(), status),
    }
}

fn by_meaning(meaning: ErrorMeaning, code: String) -> SendOutcome {
    match meaning {
        ErrorMeaning::Retryable(seconds) => {
            SendOutcome::Retryable { code, retry_after: Duration::from_secs(seconds) }
        }
        ErrorMeaning::Account(seconds) => {
            SendOutcome::AccountFault { code, retry_after: Duration::from_secs(seconds) }
        }
        ErrorMeaning::Permanent => SendOutcome::Permanent { code },
        ErrorMeaning::Ambiguous => SendOutcome::Ambiguous { code },
    }
}

/// A client error is permanent, unless it is about the caller's identity. Any other status does not say how
/// far the request got.
fn by_status(code: String, status: u16) -> SendOutcome {
    match status {
        401 | 403 | 407 => by_meaning(ErrorMeaning::Account(300), code),
        429 => by_meaning(ErrorMeaning::Retryable(2), code),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ses_errors::repair;

    #[test]
    fn what_is_the_fault_of_a_shop_s_own_sender_stops_no_other_shop_s_mails() {
        let fault = |code: &str| SendOutcome::AccountFault {
            code: code.to_owned(),
            retry_after: Duration::from_secs(300),
        };
        let own = fault("MessageRejected: sender not verified");
        assert!(matches!(own.of_one_sender(), SendOutcome::Retryable { .. }));
        assert!(repair("MessageRejected: sender not verified").is_some(), "as the table spells it");
        let paused = fault("SendingPausedException");
        assert_eq!(paused.clone().of_one_sender(), paused);
    }
}
