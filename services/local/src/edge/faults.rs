//! Fault injection: a plan that may fail the calls which the functions make.
//!
//! The edge asks a [`Faults`] twice for each call to an AWS service: before it is carried out and
//! when its response is ready. [`NoFaults`] is the default.

use std::net::SocketAddr;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::response::{IntoResponse, Response};
use futures::stream;
use http::StatusCode;

use crate::aws::calls::{Caller, Service};
use crate::aws::objects;
use crate::response::{aws_json_error, rest_json_error};

/// One call to an AWS service, as it passes the edge.
#[derive(Debug, Clone, Copy)]
pub struct Call<'a> {
    /// The service.
    pub service: Service,
    /// The operation, in AWS's spelling: `SendEmail`.
    pub operation: &'a str,
    /// Who calls.
    pub caller: &'a Caller,
    /// The other end of the connection: it tells the processes of one function apart.
    pub peer: SocketAddr,
    /// The request body.
    pub body: &'a [u8],
}

/// What happens to a call instead of, or before, what it asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The service throttles. Before the call: nothing was done.
    Throttled,
    /// The caller has no right to it. Before the call: nothing was done.
    Denied,
    /// The service answers 500. After the call: it was carried out nevertheless.
    ServerError,
    /// The connection is closed without a response.
    HangUp,
    /// The call goes on, later.
    Delay(Duration),
}

/// A fault plan.
///
/// A plan that kills the calling process does that itself, in its hook, and returns
/// [`Fault::HangUp`].
pub trait Faults: Send + Sync + 'static {
    /// Asked before the call is carried out.
    fn before(&self, _call: &Call<'_>) -> Option<Fault> {
        None
    }

    /// Asked when the call has been carried out and its response, of `status`, is ready.
    fn after(&self, _call: &Call<'_>, _status: StatusCode) -> Option<Fault> {
        None
    }

    /// Asked for each of SES's own events on its way to the feedback queue, with its envelope: one
    /// copy arrives after each of these times (in whole seconds, at most 15 minutes). None loses
    /// it.
    fn ses_event(&self, _envelope: &str) -> Vec<Duration> {
        vec![Duration::ZERO]
    }
}

/// Nothing ever fails.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoFaults;

impl Faults for NoFaults {}

/// Carries out a fault: the response instead of the call's own, or a pause and none.
pub(super) async fn apply(fault: Option<Fault>, service: Service) -> Option<Response> {
    match fault? {
        Fault::Throttled => Some(throttled(service)),
        Fault::Denied => Some(denied(service)),
        Fault::ServerError => Some(server_error(service)),
        Fault::HangUp => Some(hang_up()),
        Fault::Delay(pause) => {
            tokio::time::sleep(pause).await;
            None
        }
    }
}

#[derive(Debug, thiserror::Error)]
#[error("hung up, as the fault plan says")]
struct HangUp;

fn hang_up() -> Response {
    // axum has no error by which a handler closes the connection. A body that fails at once does:
    // hyper drops the connection before it has written the head, so the client reads end of file.
    Response::new(Body::from_stream(stream::iter([Err::<Bytes, _>(HangUp)])))
}

fn throttled(service: Service) -> Response {
    const BAD: StatusCode = StatusCode::BAD_REQUEST;
    match service {
        Service::DynamoDb | Service::DynamoDbStreams => aws_json_error(
            BAD,
            "com.amazonaws.dynamodb.v20120810#ThrottlingException",
            "Rate of requests exceeds the allowed throughput.",
        ),
        Service::Sqs => {
            let code = "com.amazonaws.sqs#RequestThrottled";
            let error = aws_json_error(StatusCode::FORBIDDEN, code, "Request is throttled.");
            ([("x-amzn-query-error", "RequestThrottled;Sender")], error).into_response()
        }
        Service::EventBridge | Service::SecretsManager => {
            aws_json_error(BAD, "ThrottlingException", "Rate exceeded")
        }
        Service::S3 => {
            objects::error(StatusCode::SERVICE_UNAVAILABLE, "SlowDown", "Reduce your request rate.")
        }
        Service::SesV2 => rest_json_error(
            StatusCode::TOO_MANY_REQUESTS,
            "TooManyRequestsException",
            "Maximum sending rate exceeded.",
        ),
    }
}

fn denied(service: Service) -> Response {
    const STATUS: StatusCode = StatusCode::FORBIDDEN;
    const MESSAGE: &str = "The caller is not authorized to perform this operation.";
    match service {
        Service::DynamoDb
        | Service::DynamoDbStreams
        | Service::EventBridge
        | Service::SecretsManager => {
            let code = "com.amazon.coral.service#AccessDeniedException";
            aws_json_error(StatusCode::BAD_REQUEST, code, MESSAGE)
        }
        Service::Sqs => {
            let error = aws_json_error(STATUS, "com.amazonaws.sqs#AccessDenied", MESSAGE);
            ([("x-amzn-query-error", "AccessDenied;Sender")], error).into_response()
        }
        Service::S3 => objects::error(STATUS, "AccessDenied", MESSAGE),
        Service::SesV2 => rest_json_error(STATUS, "AccessDeniedException", MESSAGE),
    }
}

fn server_error(service: Service) -> Response {
    const STATUS: StatusCode = StatusCode::INTERNAL_SERVER_ERROR;
    const MESSAGE: &str = "The request processing has failed because of an internal error.";
    match service {
        Service::SesV2 => rest_json_error(STATUS, "InternalServiceErrorException", MESSAGE),
        Service::S3 => objects::error(STATUS, "InternalError", MESSAGE),
        _ => aws_json_error(STATUS, "InternalServerError", MESSAGE),
    }
}
