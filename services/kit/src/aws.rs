//! AWS clients.

use std::time::Duration;

use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, ConfigLoader, SdkConfig};

/// How long one attempt of a call may take. A queue or table of AWS answers in milliseconds; after
/// this the answer is not coming, and the SDK's retry (three attempts in all) is the better bet.
const ATTEMPT: Duration = Duration::from_secs(3);

/// How long a call may take with its retries: less than any function's own time-out.
const CALL: Duration = Duration::from_secs(8);

/// The SDK's settings: region, credentials and endpoints from the standard variables
/// (<https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html>).
pub async fn sdk_config() -> SdkConfig {
    loader().load().await
}

/// As [`sdk_config`] loads them; what is set on it goes before the variables.
pub fn loader() -> ConfigLoader {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(1))
        .operation_attempt_timeout(ATTEMPT)
        .operation_timeout(CALL)
        .build();
    aws_config::defaults(BehaviorVersion::latest()).timeout_config(timeouts)
}

/// A DynamoDB client.
#[must_use]
pub fn dynamodb(config: &SdkConfig) -> aws_sdk_dynamodb::Client {
    aws_sdk_dynamodb::Client::new(config)
}

/// An SQS client.
#[must_use]
pub fn sqs(config: &SdkConfig) -> aws_sdk_sqs::Client {
    aws_sdk_sqs::Client::new(config)
}
