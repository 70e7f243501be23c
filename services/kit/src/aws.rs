//! AWS clients, with timeouts that fit a Lambda.

use std::time::Duration;

use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, ConfigLoader, SdkConfig};

/// Bounds one attempt of a call. DynamoDB and SQS answer in milliseconds; after this the answer is not
/// coming, and the SDK's retry (three attempts in all) is the better bet.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(3);

/// Bounds a call with its retries: less than any function's own timeout, so that a function can still
/// answer for its batch.
const OPERATION_TIMEOUT: Duration = Duration::from_secs(8);

/// The SDK's configuration: region, credentials and endpoints from the standard variables
/// (<https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html>).
pub async fn sdk_config() -> SdkConfig {
    loader().load().await
}

/// The loader of [`sdk_config`]; what is set on it takes precedence over the variables.
pub fn loader() -> ConfigLoader {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(1))
        .operation_attempt_timeout(ATTEMPT_TIMEOUT)
        .operation_timeout(OPERATION_TIMEOUT)
        .build();
    aws_config::defaults(BehaviorVersion::latest()).timeout_config(timeouts)
}

/// A DynamoDB client. Built once per process: each has a connection pool of its own.
#[must_use]
pub fn dynamodb(config: &SdkConfig) -> aws_sdk_dynamodb::Client {
    aws_sdk_dynamodb::Client::new(config)
}

/// An SQS client. Built once per process, as [`dynamodb()`].
#[must_use]
pub fn sqs(config: &SdkConfig) -> aws_sdk_sqs::Client {
    aws_sdk_sqs::Client::new(config)
}
