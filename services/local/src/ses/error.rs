//! The errors of the SES v2 API.

use http::StatusCode;

use crate::response::{Reply, rest_json_error};

/// A refused request
/// (<https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html#API_SendEmail_Errors>).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ApiError {
    /// The request is invalid.
    BadRequest(String),
    /// A configuration set, identity or address that is not there.
    NotFound(String),
    /// The sender may not send: its identity is not verified.
    MessageRejected(String),
    /// Faster than the account may send, or more in 24 hours.
    TooManyRequests(&'static str),
    /// Sending is switched off for the account.
    SendingPaused,
    /// SES failed.
    Internal,
}

impl ApiError {
    /// The HTTP response that an SDK reads this error from.
    pub fn reply(&self) -> Reply {
        const BAD: StatusCode = StatusCode::BAD_REQUEST;
        let (status, code, message) = match self {
            Self::BadRequest(why) => (BAD, "BadRequestException", why.as_str()),
            Self::NotFound(what) => (StatusCode::NOT_FOUND, "NotFoundException", what.as_str()),
            Self::MessageRejected(why) => (BAD, "MessageRejected", why.as_str()),
            Self::TooManyRequests(why) => {
                (StatusCode::TOO_MANY_REQUESTS, "TooManyRequestsException", *why)
            }
            Self::SendingPaused => {
                (BAD, "SendingPausedException", "Email sending is disabled for this account.")
            }
            Self::Internal => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "InternalServiceErrorException",
                "The request processing has failed because of an internal error.",
            ),
        };
        rest_json_error(status, code, message)
    }
}
