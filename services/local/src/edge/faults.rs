//! Where a fault plan gets its hands on the calls that the functions make.
//!
//! The edge asks a [`Faults`] twice for each call to an AWS service: before it is carried out and
//! when its answer is ready. [`NoFaults`] is what runs by default.

use std::net::SocketAddr;
use std::time::Duration;

use http::StatusCode;

use super::reply::{Reply, aws_json_error, rest_json_error, set};
use crate::aws::calls::{Caller, Service};

/// One call to an AWS service, as it passes the edge.
#[derive(Debug, Clone, Copy)]
pub struct Call<'a> {
    /// The service.
    pub service: Service,
    /// The operation, in AWS's spelling: `SendEmail`.
    pub operation: &'a str,
    /// Who calls.
    pub caller: &'a Caller,
    /// The other end of the connection: it names the process among several of one function.
    pub peer: SocketAddr,
    /// What it says.
    pub body: &'a [u8],
}

/// What happens to a call instead of, or before, what it asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The service says that it is called too often. Before the call: nothing was done.
    Throttled,
    /// The service answers 500. After the call: it was carried out nevertheless.
    ServerError,
    /// The connection is closed without an answer.
    HangUp,
    /// The call goes on, later.
    Delay(Duration),
}

/// A fault plan.
///
/// A plan that kills the calling process does that itself, in its hook, and answers
/// [`Fault::HangUp`].
pub trait Faults: Send + Sync + 'static {
    /// Asked before the call is carried out.
    fn before(&self, _call: &Call<'_>) -> Option<Fault> {
        None
    }

    /// Asked when the call has been carried out and `status` is about to be answered.
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

/// Nothing ever goes wrong.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoFaults;

impl Faults for NoFaults {}

/// How `service` says that it is called too often.
pub(super) fn throttled(service: Service) -> Reply {
    const BAD: StatusCode = StatusCode::BAD_REQUEST;
    match service {
        Service::DynamoDb | Service::DynamoDbStreams => aws_json_error(
            BAD,
            "com.amazonaws.dynamodb.v20120810#ThrottlingException",
            "Rate of requests exceeds the allowed throughput.",
        ),
        Service::Sqs => {
            let mut reply = aws_json_error(
                StatusCode::FORBIDDEN,
                "com.amazonaws.sqs#RequestThrottled",
                "Request is throttled.",
            );
            set(&mut reply, "x-amzn-query-error", "RequestThrottled;Sender");
            reply
        }
        Service::EventBridge => aws_json_error(BAD, "ThrottlingException", "Rate exceeded"),
        Service::SesV2 => rest_json_error(
            StatusCode::TOO_MANY_REQUESTS,
            "TooManyRequestsException",
            "Maximum sending rate exceeded.",
        ),
    }
}

/// How `service` says that it failed.
pub(super) fn server_error(service: Service) -> Reply {
    const STATUS: StatusCode = StatusCode::INTERNAL_SERVER_ERROR;
    const SENTENCE: &str = "The request processing has failed because of an internal error.";
    match service {
        Service::SesV2 => rest_json_error(STATUS, "InternalServiceErrorException", SENTENCE),
        _ => aws_json_error(STATUS, "InternalServerError", SENTENCE),
    }
}
