//! Which account and region the stack plays.

/// The account of every ARN and queue address here.
pub const ACCOUNT_ID: &str = "000000000000";

/// The ARN of a function.
#[must_use]
pub fn function_arn(region: &str, function: &str) -> String {
    format!("arn:aws:lambda:{region}:{ACCOUNT_ID}:function:{function}")
}
