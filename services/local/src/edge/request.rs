//! A request whose body has arrived.

use std::net::SocketAddr;

use axum::body::{Bytes, to_bytes};
use axum::extract::{ConnectInfo, FromRequest, FromRequestParts, Request};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::request::Parts;

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

impl<S: Send + Sync> FromRequest<S> for BufferedRequest {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let ConnectInfo(peer) = ConnectInfo::from_request_parts(&mut parts, state)
            .await
            .map_err(IntoResponse::into_response)?;
        let body = to_bytes(body, MAX_BODY_BYTES).await.map_err(|_| {
            aws_json_error(
                StatusCode::PAYLOAD_TOO_LARGE,
                "RequestEntityTooLargeException",
                "The body is larger than 16 MiB, or did not arrive.",
            )
        })?;
        Ok(Self { parts, body, peer })
    }
}
