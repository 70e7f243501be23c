//! What a request is for.

use http::request::Parts;
use http::{HeaderMap, Method, header};

use crate::aws::calls::Service;
use crate::ses::operation::{Operation, PREFIX};

/// Where a request goes.
#[derive(Debug, PartialEq, Eq)]
pub enum Route {
    /// A service that is told by `X-Amz-Target`.
    Aws {
        /// Which.
        service: Service,
        /// What is asked of it.
        operation: String,
    },
    /// SES.
    Ses(Operation),
    /// Below SES's path, but nothing that is known there.
    NotSes,
    /// Signed for AWS, but for no service that is here.
    NotAws,
    /// Lambda's Invoke.
    Invoke {
        /// The function, as the path names it: by name or ARN.
        function: String,
    },
    /// The mailbox page.
    Page,
    /// Intake's Function URL.
    Shop,
}

const TARGETS: [(&str, Service); 4] = [
    ("DynamoDB_20120810", Service::DynamoDb),
    ("DynamoDBStreams_20120810", Service::DynamoDbStreams),
    ("AmazonSQS", Service::Sqs),
    ("AWSEvents", Service::EventBridge),
];

impl Route {
    /// Reads it off method, path and headers.
    pub fn of(parts: &Parts) -> Self {
        if let Some(target) = parts.headers.get("x-amz-target") {
            return Self::aws(target.to_str().unwrap_or_default());
        }
        let path = parts.uri.path();
        if path.starts_with(PREFIX) {
            return Operation::of(&parts.method, path).map_or(Self::NotSes, Self::Ses);
        }
        if let Some(function) = invoked(path) {
            return Self::Invoke { function };
        }
        if path == "/" && is_signed(&parts.headers) {
            return Self::NotAws;
        }
        let reads = matches!(parts.method, Method::GET | Method::HEAD);
        if reads && is_page(path) { Self::Page } else { Self::Shop }
    }

    fn aws(target: &str) -> Self {
        let (prefix, operation) = target.split_once('.').unwrap_or_default();
        match TARGETS.into_iter().find(|(known, _)| *known == prefix) {
            Some((_, service)) => Self::Aws { service, operation: operation.to_owned() },
            None => Self::NotAws,
        }
    }
}

fn invoked(path: &str) -> Option<String> {
    let function = path.strip_prefix("/2015-03-31/functions/")?.strip_suffix("/invocations")?;
    let decoded = percent_encoding::percent_decode_str(function).decode_utf8_lossy();
    (!function.contains('/')).then(|| decoded.into_owned())
}

fn is_page(path: &str) -> bool {
    matches!(path, "/" | "/mail" | "/mail.json" | "/favicon.ico") || path.starts_with("/mail/")
}

fn is_signed(headers: &HeaderMap) -> bool {
    let value = headers.get(header::AUTHORIZATION).and_then(|v| v.to_str().ok());
    value.is_some_and(|v| v.starts_with("AWS4-HMAC-SHA256"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn route(method: &str, path: &str, target: Option<&str>) -> Route {
        let mut request = http::Request::builder().method(method).uri(path);
        if let Some(target) = target {
            request = request.header("x-amz-target", target);
        }
        Route::of(&request.body(()).unwrap().into_parts().0)
    }

    #[test]
    fn aws_calls_go_to_their_service_whatever_the_path() {
        let sqs =
            |operation: &str| Route::Aws { service: Service::Sqs, operation: operation.into() };
        assert_eq!(route("POST", "/", Some("AmazonSQS.ListQueues")), sqs("ListQueues"));
        assert_eq!(
            route("POST", "/000000000000/q", Some("AmazonSQS.SendMessage")),
            sqs("SendMessage")
        );
        assert_eq!(route("POST", "/", Some("Kinesis_20131202.PutRecord")), Route::NotAws);
        assert_eq!(route("GET", "/v2/email/account", None), Route::Ses(Operation::GetAccount));
        assert_eq!(route("GET", "/v2/email/templates", None), Route::NotSes);
    }

    #[test]
    fn a_function_is_invoked_by_name_or_arn() {
        let arn = "arn%3Aaws%3Alambda%3Ar%3A0%3Afunction%3Awaybill-relay";
        let path = format!("/2015-03-31/functions/{arn}/invocations");
        let function = "arn:aws:lambda:r:0:function:waybill-relay".to_owned();
        assert_eq!(route("POST", &path, None), Route::Invoke { function });
    }

    #[test]
    fn people_get_the_page_and_shops_the_intake() {
        for path in ["/", "/mail/0107-x", "/mail.json"] {
            assert_eq!(route("GET", path, None), Route::Page, "{path}");
        }
        for (method, path) in
            [("POST", "/v1/events"), ("GET", "/healthz"), ("POST", "/"), ("POST", "/mail")]
        {
            assert_eq!(route(method, path, None), Route::Shop, "{method} {path}");
        }
    }
}
