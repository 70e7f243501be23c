//! AWS clients, with timeouts that fit a Lambda.

use std::time::Duration;

use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, ConfigLoader, SdkConfig};

/// Limits one attempt of a call. DynamoDB and SQS answer within milliseconds, so after this long a retry
/// by the SDK (three attempts in total) is more likely to succeed than further waiting.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(3);

/// Limits a call with its retries. Shorter than any function's timeout, so that the function can still
/// report the outcome of its other messages.
const OPERATION_TIMEOUT: Duration = Duration::from_secs(8);

/// The SDK's configuration: region, credentials and endpoints from the standard variables
/// (<https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html>).
pub async fn sdk_config() -> SdkConfig {
    loader().load().await
}

/// The loader behind [`sdk_config`]. Whatever is set on it takes precedence over the variables.
pub fn loader() -> ConfigLoader {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(1))
        .operation_attempt_timeout(ATTEMPT_TIMEOUT)
        .operation_timeout(OPERATION_TIMEOUT)
        .build();
    aws_config::defaults(BehaviorVersion::latest()).timeout_config(timeouts)
}

/// A DynamoDB client. Build one per process, since each has its own connection pool.
#[must_use]
pub fn dynamodb(config: &SdkConfig) -> aws_sdk_dynamodb::Client {
    aws_sdk_dynamodb::Client::new(config)
}

/// An SQS client. Build one per process, as with [`dynamodb()`].
#[must_use]
pub fn sqs(config: &SdkConfig) -> aws_sdk_sqs::Client {
    aws_sdk_sqs::Client::new(config)
}
