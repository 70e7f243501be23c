//! A request whose body has arrived.

use std::net::SocketAddr;

use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, FromRequest, FromRequestParts, Request};
use axum::response::{IntoResponse, Response};
use http::request::Parts;
use http::{StatusCode, header};
use http_body_util::BodyExt;
use tokio::time::{Instant, timeout_at};

use super::transfer_limits::TransferLimits;
use crate::response::aws_json_error;

/// What DynamoDB takes, the most of all services here.
// Services with a lower limit check the length themselves: a body that is not read to its end
// closes the connection, and the client may not see the response that says why.
const MAX_BODY_BYTES: usize = 16 * 1024 * 1024;

/// A request with its whole body and the address of the client.
pub struct BufferedRequest {
    pub parts: Parts,
    pub body: Bytes,
    pub peer: SocketAddr,
}

/// Why a body could not be read.
enum BodyError {
    TooLarge,
    TooSlow,
    Incomplete,
}

impl<S: Send + Sync> FromRequest<S> for BufferedRequest {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let ConnectInfo(peer) = ConnectInfo::from_request_parts(&mut parts, state)
            .await
            .map_err(IntoResponse::into_response)?;
        let limits = parts.extensions.get().copied().unwrap_or_default();
        let body = read(body, limits).await.map_err(IntoResponse::into_response)?;
        Ok(Self { parts, body, peer })
    }
}

/// Reads a body to its end, as long as it keeps coming.
async fn read(mut body: Body, limits: TransferLimits) -> Result<Bytes, BodyError> {
    let mut bytes = Vec::new();
    let mut deadline = Instant::now() + limits.body;
    // Every byte moves the deadline: a slow upload ends well, one byte a second does not.
    while let Some(frame) =
        timeout_at(deadline, body.frame()).await.map_err(|_| BodyError::TooSlow)?
    {
        // Trailers mean nothing here.
        let Ok(data) = frame.map_err(|_| BodyError::Incomplete)?.into_data() else { continue };
        if bytes.len() + data.len() > MAX_BODY_BYTES {
            return Err(BodyError::TooLarge);
        }
        bytes.extend_from_slice(&data);
        deadline += limits.extension(data.len());
    }
    Ok(bytes.into())
}

impl IntoResponse for BodyError {
    fn into_response(self) -> Response {
        let (status, code, message) = match self {
            Self::TooLarge => (
                StatusCode::PAYLOAD_TOO_LARGE,
                "RequestEntityTooLargeException",
                "The body is larger than 16 MiB.",
            ),
            Self::TooSlow => (
                StatusCode::REQUEST_TIMEOUT,
                "RequestTimeoutException",
                "The body stopped coming before it was complete; nothing was done. Send the request again.",
            ),
            Self::Incomplete => (
                StatusCode::BAD_REQUEST,
                "IncompleteBody",
                "The body ended before it was complete; nothing was done. Send the request again.",
            ),
        };
        // What is left of the body would be read as the next request.
        ([(header::CONNECTION, "close")], aws_json_error(status, code, message)).into_response()
    }
}
