//! The errors of the SES v2 API.

use std::io;

use axum::response::{IntoResponse, Response};
use http::StatusCode;

use crate::response::rest_json_error;

/// A refused request; its `Display` is SES's message
/// (<https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html#API_SendEmail_Errors>).
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    #[error("{0}")]
    BadRequest(String),
    // Not serde's own message: it may quote the request, and with it an address.
    #[error("The request body cannot be read (line {}).", .0.line())]
    Unreadable(#[from] serde_json::Error),
    /// A configuration set, identity or address that is not there.
    #[error("{0}")]
    NotFound(String),
    /// An identity is not verified, or the content is not taken.
    #[error("{0}")]
    MessageRejected(String),
    /// The caller's role lacks the permission.
    #[error("{0}")]
    AccessDenied(String),
    #[error("Sending suspended for this account.")]
    Suspended,
    #[error("The MAIL FROM domain is not verified.")]
    MailFromDomain,
    /// Faster than the account may send, or more in 24 hours.
    #[error("{0}")]
    TooManyRequests(&'static str),
    #[error("Email sending is disabled for this account.")]
    SendingPaused,
    /// An accepted mail could not be written.
    #[error("The request processing has failed because of an internal error.")]
    Internal(#[source] io::Error),
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        if let Self::Internal(error) = &self {
            tracing::error!(%error, "an accepted mail could not be written");
        }
        let (status, code) = match &self {
            Self::BadRequest(_) | Self::Unreadable(_) => {
                (StatusCode::BAD_REQUEST, "BadRequestException")
            }
            Self::NotFound(_) => (StatusCode::NOT_FOUND, "NotFoundException"),
            Self::MessageRejected(_) => (StatusCode::BAD_REQUEST, "MessageRejected"),
            Self::AccessDenied(_) => (StatusCode::FORBIDDEN, "AccessDeniedException"),
            Self::Suspended => (StatusCode::BAD_REQUEST, "AccountSuspendedException"),
            Self::MailFromDomain => (StatusCode::BAD_REQUEST, "MailFromDomainNotVerifiedException"),
            Self::TooManyRequests(_) => (StatusCode::TOO_MANY_REQUESTS, "TooManyRequestsException"),
            Self::SendingPaused => (StatusCode::BAD_REQUEST, "SendingPausedException"),
            Self::Internal(_) => {
                (StatusCode::INTERNAL_SERVER_ERROR, "InternalServiceErrorException")
            }
        };
        rest_json_error(status, code, &self.to_string())
    }
}
