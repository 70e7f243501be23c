//! AWS clients of the mappings, for whatever plays the service.

use aws_sdk_sqs::config::{AppName, BehaviorVersion, Credentials, Region};

/// What the mappings call themselves in their requests, so that calls can be counted by caller.
pub const APP_NAME: &str = "waybill-mapping";

fn app_name() -> AppName {
    AppName::new(APP_NAME).expect("letters and a hyphen are a valid name")
}

/// The one-machine services check that there is a signature, not whose.
fn credentials() -> Credentials {
    Credentials::new("local", "local", None, None, "waybill-local")
}

/// An SQS client for the service at `endpoint`.
#[must_use]
pub fn sqs(endpoint: &str, region: &str) -> aws_sdk_sqs::Client {
    let config = aws_sdk_sqs::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .endpoint_url(endpoint)
        .region(Region::new(region.to_owned()))
        .credentials_provider(credentials())
        .app_name(app_name())
        .build();
    aws_sdk_sqs::Client::from_conf(config)
}

/// A DynamoDB client for the service at `endpoint`.
#[must_use]
pub fn dynamodb(endpoint: &str, region: &str) -> aws_sdk_dynamodb::Client {
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .endpoint_url(endpoint)
        .region(Region::new(region.to_owned()))
        .credentials_provider(credentials())
        .app_name(app_name())
        .build();
    aws_sdk_dynamodb::Client::from_conf(config)
}

/// A DynamoDB Streams client for the service at `endpoint`.
#[must_use]
pub fn dynamodb_streams(endpoint: &str, region: &str) -> aws_sdk_dynamodbstreams::Client {
    let config = aws_sdk_dynamodbstreams::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .endpoint_url(endpoint)
        .region(Region::new(region.to_owned()))
        .credentials_provider(credentials())
        .app_name(app_name())
        .build();
    aws_sdk_dynamodbstreams::Client::from_conf(config)
}
