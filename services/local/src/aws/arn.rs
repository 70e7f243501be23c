//! The account and region of the stack, and its ARNs.

/// The account ID in every ARN and queue URL.
pub const ACCOUNT_ID: &str = "000000000000";

/// The region, unless a test says otherwise.
///
/// Version 1 of the AWS CLI has a list of older regions in which it calls SQS by an address of its
/// own, whatever `AWS_ENDPOINT_URL` says. This one is not on it.
pub const REGION: &str = "eu-central-2";

/// The ARN of a function.
pub fn function_arn(region: &str, function: &str) -> String {
    format!("arn:aws:lambda:{region}:{ACCOUNT_ID}:function:{function}")
}

/// The ARN of a secret.
pub fn secret_arn(region: &str, name: &str) -> String {
    format!("arn:aws:secretsmanager:{region}:{ACCOUNT_ID}:secret:{name}")
}

/// The ARN of an event bus.
pub fn event_bus_arn(region: &str, bus: &str) -> String {
    format!("arn:aws:events:{region}:{ACCOUNT_ID}:event-bus/{bus}")
}
