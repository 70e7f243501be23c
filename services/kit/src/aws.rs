//! AWS clients, with timeouts that fit a Lambda.

use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, ConfigLoader, SdkConfig};
use aws_smithy_http_client::tls;
use aws_smithy_runtime_api::client::http::{HttpClient, SharedHttpClient, http_client_fn};

/// Limits one attempt of a call. DynamoDB and SQS answer within milliseconds, so after this long a retry
/// by the SDK is more likely to succeed than further waiting.
pub const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(2);

/// The attempts of a call, the first included. Not of a send whose original stays on its queue until it is confirmed
/// ([`DelayedRequeue`](crate::queue::DelayedRequeue), [`DeadLetterQueue`](crate::queue::DeadLetterQueue)): one.
pub const MAX_ATTEMPTS: u32 = 3;

/// The SDK waits for a random time of up to this before the second attempt, and of up to twice as long before
/// each further one (<https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html>).
const INITIAL_BACKOFF: Duration = Duration::from_millis(200);

/// Limits a call with its retries, and leaves time for all of them. A function's timeout is longer than that of
/// all calls that it makes one after the other, so that it can still report the outcome of its other messages.
pub const OPERATION_TIMEOUT: Duration = Duration::from_secs(7);

const _: () = assert!(
    slowest_call().as_millis() < OPERATION_TIMEOUT.as_millis(),
    "a call has the time for all of its attempts"
);

/// Every attempt runs into its timeout, after the longest backoff.
const fn slowest_call() -> Duration {
    let mut time = Duration::ZERO;
    let mut attempt = 0;
    while attempt < MAX_ATTEMPTS {
        time = time.saturating_add(ATTEMPT_TIMEOUT);
        if attempt > 0 {
            time = time.saturating_add(INITIAL_BACKOFF.saturating_mul(1 << (attempt - 1)));
        }
        attempt += 1;
    }
    time
}

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
    let retries = RetryConfig::standard()
        .with_max_attempts(MAX_ATTEMPTS)
        .with_initial_backoff(INITIAL_BACKOFF);
    aws_config::defaults(BehaviorVersion::latest())
        .timeout_config(timeouts)
        .retry_config(retries)
        // It watches the speed of each body, and every answer is small and has its time-out.
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .http_client(http_client())
}

/// One for all clients of a configuration: those with the same time-outs share connections, and the trusted authorities are
/// parsed when the first of them connects. The SDK's own is one for each client, which parses them to check itself when it
/// is built; what is wrapped in a function is not checked.
pub(crate) fn http_client() -> SharedHttpClient {
    let https = aws_smithy_http_client::Builder::new()
        .tls_provider(tls::Provider::Rustls(tls::rustls_provider::CryptoMode::AwsLc))
        .build_https();
    http_client_fn(move |settings, components| https.http_connector(settings, components))
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
