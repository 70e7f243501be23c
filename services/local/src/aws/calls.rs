//! Counts the AWS calls by function, service and operation: what a mail costs.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use http::{HeaderMap, header};

/// An AWS service behind the edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "each variant is the service of its name")]
pub enum Service {
    DynamoDb,
    DynamoDbStreams,
    Sqs,
    SesV2,
    EventBridge,
    SecretsManager,
    S3,
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::DynamoDb => "DynamoDB",
            Self::DynamoDbStreams => "DynamoDB Streams",
            Self::Sqs => "SQS",
            Self::SesV2 => "SESv2",
            Self::EventBridge => "EventBridge",
            Self::SecretsManager => "Secrets Manager",
            Self::S3 => "S3",
        })
    }
}

/// Who makes a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    /// A function, by its name without `waybill-`: `mailer`.
    Function(String),
    /// The stack itself, the AWS CLI, a test.
    Other,
}

/// The app ID in the user agent of the functions' SDK, set by `AWS_SDK_UA_APP_ID`
/// (<https://docs.aws.amazon.com/sdkref/latest/guide/feature-appid.html>).
const APP_ID: &str = "app/waybill-";

impl Caller {
    /// The caller whose app ID the user agent names.
    pub fn from_headers(headers: &HeaderMap) -> Self {
        let agents = [headers.get("x-amz-user-agent"), headers.get(header::USER_AGENT)];
        let agents = agents.into_iter().flatten().filter_map(|v| v.to_str().ok());
        for token in agents.flat_map(str::split_ascii_whitespace) {
            if let Some(function) = token.strip_prefix(APP_ID) {
                return Self::Function(function.to_owned());
            }
        }
        Self::Other
    }
}

/// How often one function called one operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallCount {
    /// The function, by its name without `waybill-`.
    pub function: String,
    /// The service that was called.
    pub service: Service,
    /// The operation, in AWS's spelling: `SendEmail`.
    pub operation: String,
    /// The number of calls, retries included: what AWS would bill.
    pub calls: u64,
}

/// The calls that functions have made so far. Those of [`Caller::Other`] are not counted.
#[derive(Debug, Default)]
pub struct Calls(Mutex<BTreeMap<(String, Service, String), u64>>);

impl Calls {
    /// Counts one call.
    pub fn record(&self, caller: &Caller, service: Service, operation: &str) {
        // Not what the CLI or a test calls. The mappings' clients have an app ID of their own, so that
        // their polling is counted: AWS bills it too.
        let Caller::Function(function) = caller else { return };
        let key = (function.clone(), service, operation.to_owned());
        *self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(key).or_default() += 1;
    }

    /// All counts, by function, service and operation.
    pub fn counts(&self) -> Vec<CallCount> {
        let counts = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let count = |((function, service, operation), calls)| CallCount {
            function,
            service,
            operation,
            calls,
        };
        counts.into_iter().map(count).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn agent(text: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(header::USER_AGENT, http::HeaderValue::from_static(text))])
    }

    #[test]
    fn a_function_is_known_by_its_app_id_and_nobody_else_is_counted() {
        let calls = Calls::default();
        let mailer =
            Caller::from_headers(&agent("aws-sdk-rust/1.3 lang/rust/1.95 app/waybill-mailer"));
        calls.record(&mailer, Service::SesV2, "SendEmail");
        calls.record(&mailer, Service::SesV2, "SendEmail");
        let cli = Caller::from_headers(&agent("aws-cli/2.15 app/other"));
        calls.record(&cli, Service::SesV2, "GetAccount");
        assert_eq!(cli, Caller::Other);
        assert_eq!(
            calls.counts(),
            [CallCount {
                function: "mailer".into(),
                service: Service::SesV2,
                operation: "SendEmail".into(),
                calls: 2
            }]
        );
    }
}
