//! SDK clients of the stack itself, for the built-in services or those that replace them.

use aws_sdk_sqs::config::{AppName, BehaviorVersion, Credentials, Region};

/// The app ID in these clients' requests, which tells their calls from the functions'.
const APP_NAME: &str = "waybill-mapping";

/// A client of `$sdk` for the service at `$endpoint`. Each SDK crate has a `Config` type of its own
/// with the same methods.
macro_rules! client {
    ($sdk:ident, $endpoint:expr, $region:expr) => {
        $sdk::Client::from_conf(
            $sdk::Config::builder()
                .behavior_version(BehaviorVersion::latest())
                .endpoint_url($endpoint)
                .region(Region::new($region.to_owned()))
                // The one-machine services check that there is a signature, not whose.
                .credentials_provider(Credentials::new("local", "local", None, None, "local"))
                .app_name(AppName::new(APP_NAME).expect("letters and a hyphen are a valid name"))
                .build(),
        )
    };
}

/// An SQS client for the service at `endpoint`.
pub fn sqs(endpoint: &str, region: &str) -> aws_sdk_sqs::Client {
    client!(aws_sdk_sqs, endpoint, region)
}

/// A DynamoDB client for the service at `endpoint`.
pub fn dynamodb(endpoint: &str, region: &str) -> aws_sdk_dynamodb::Client {
    client!(aws_sdk_dynamodb, endpoint, region)
}

/// A DynamoDB Streams client for the service at `endpoint`.
pub fn dynamodb_streams(endpoint: &str, region: &str) -> aws_sdk_dynamodbstreams::Client {
    client!(aws_sdk_dynamodbstreams, endpoint, region)
}
