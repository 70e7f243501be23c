//! Calls to AWS services: which service and operation, then counted and carried out, with the fault
//! plan consulted before and after.

use std::future::Future;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{FromRequest, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode, header};

use super::event_bus::put_events;
use super::faults::{self, Call};
use super::request::BufferedRequest;
use super::state::Edge;
use crate::aws::calls::{Caller, Service};
use crate::aws::objects::is_signed_for_s3;
use crate::response::aws_json_error;

/// Middleware that takes the calls of the awsJson protocols, whatever their path.
pub async fn route_by_target(
    State(edge): State<Arc<Edge>>,
    request: Request,
    next: Next,
) -> Response {
    if is_signed_for_s3(request.headers()) {
        return match BufferedRequest::from_request(request, &()).await {
            Ok(request) => get_object(&edge, request).await,
            Err(rejection) => rejection,
        };
    }
    if request.uri().path() == kit::connect::PATH && is_signed(request.headers()) {
        return "healthy".into_response();
    }
    let Some(target) = request.headers().get("x-amz-target") else {
        // Services without this header, such as STS, are called at `/`, signed. Elsewhere a
        // signature says nothing: a shop may sign for the Function URL.
        let is_aws = request.uri().path() == "/" && is_signed(request.headers());
        return if is_aws { unknown_service() } else { next.run(request).await };
    };
    let Some((service, operation)) = parse_target(target.to_str().unwrap_or_default()) else {
        return unknown_service();
    };
    match BufferedRequest::from_request(request, &()).await {
        Ok(request) => aws_json(&edge, service, &operation, request).await,
        Err(rejection) => rejection,
    }
}

/// Middleware around the route of one operation of SES.
pub async fn ses_operation(
    State((edge, operation)): State<(Arc<Edge>, &'static str)>,
    request: BufferedRequest,
    next: Next,
) -> Response {
    let BufferedRequest { parts, body, peer } = request;
    let caller = Caller::from_headers(&parts.headers);
    let call = Call { service: Service::SesV2, operation, caller: &caller, peer, body: &body };
    let request = Request::from_parts(parts, Body::from(body.clone()));
    carry_out(&edge, &call, next.run(request)).await
}

async fn aws_json(
    edge: &Edge,
    service: Service,
    operation: &str,
    request: BufferedRequest,
) -> Response {
    let BufferedRequest { parts, body, peer } = request;
    let caller = Caller::from_headers(&parts.headers);
    let call = Call { service, operation, caller: &caller, peer, body: &body };
    let response = async {
        match service {
            Service::DynamoDb | Service::DynamoDbStreams => {
                edge.dynamodb.call(parts.headers, body.clone()).await
            }
            Service::Sqs => edge.sqs.call(&parts.headers, body.clone()).await,
            Service::SecretsManager => edge.secrets.call(operation, &body),
            Service::EventBridge if operation == "PutEvents" => {
                let region = edge.ses.account().settings().region;
                put_events(&edge.event_bus, &region, &body).await
            }
            Service::EventBridge | Service::SesV2 | Service::S3 => aws_json_error(
                StatusCode::BAD_REQUEST,
                "UnknownOperationException",
                "This EventBridge knows PutEvents.",
            ),
        }
    };
    carry_out(edge, &call, response).await
}

async fn get_object(edge: &Edge, request: BufferedRequest) -> Response {
    let BufferedRequest { parts, body, peer } = request;
    let caller = Caller::from_headers(&parts.headers);
    let call =
        Call { service: Service::S3, operation: "GetObject", caller: &caller, peer, body: &body };
    let response = async { edge.objects.call(&parts.method, &parts.uri, &parts.headers) };
    carry_out(edge, &call, response).await
}

/// Counts a call and carries it out, unless the fault plan says otherwise.
async fn carry_out(
    edge: &Edge,
    call: &Call<'_>,
    response: impl Future<Output = Response>,
) -> Response {
    edge.calls.record(call.caller, call.service, call.operation);
    if let Some(instead) = faults::apply(edge.faults.before(call), call.service).await {
        return instead;
    }
    // A future does nothing until it is awaited: so far nothing of the call has happened.
    let response = response.await;
    // And now all of it has, whatever the caller gets to see: a lost response is what this tests.
    let fault = edge.faults.after(call, response.status());
    faults::apply(fault, call.service).await.unwrap_or(response)
}

/// Service and operation of a header such as `AmazonSQS.SendMessage`.
fn parse_target(target: &str) -> Option<(Service, String)> {
    let (prefix, operation) = target.split_once('.')?;
    let service = match prefix {
        "DynamoDB_20120810" => Service::DynamoDb,
        "DynamoDBStreams_20120810" => Service::DynamoDbStreams,
        "AmazonSQS" => Service::Sqs,
        "AWSEvents" => Service::EventBridge,
        "secretsmanager" => Service::SecretsManager,
        _ => return None,
    };
    Some((service, operation.to_owned()))
}

fn is_signed(headers: &HeaderMap) -> bool {
    let value = headers.get(header::AUTHORIZATION).and_then(|v| v.to_str().ok());
    value.is_some_and(|v| v.starts_with("AWS4-HMAC-SHA256"))
}

fn unknown_service() -> Response {
    aws_json_error(
        StatusCode::BAD_REQUEST,
        "UnknownOperationException",
        "This stack answers for DynamoDB, SQS, SES v2, Lambda's Invoke, EventBridge's PutEvents, \
         Secrets Manager's GetSecretValue and S3's GetObject.",
    )
}
