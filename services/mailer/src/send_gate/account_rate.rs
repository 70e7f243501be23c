//! The account's send rate
//! (<https://docs.aws.amazon.com/ses/latest/dg/manage-sending-quotas.html>).

use std::time::Duration;

use aws_sdk_sesv2::Client;

/// Limits the call, because mails wait for it: where SES gives no answer, a function with little time still sends at the
/// rate that is known, instead of asking again each time that its mail comes back.
const GET_ACCOUNT_TIMEOUT: Duration = Duration::from_secs(1);

/// The account's `MaxSendRate`; `None` if SES does not answer, which is logged.
///
/// The whole account may call `GetAccount` once a second
/// (<https://docs.aws.amazon.com/ses/latest/dg/quotas.html>).
pub async fn max_send_rate(ses: &Client) -> Option<f64> {
    let error = match tokio::time::timeout(GET_ACCOUNT_TIMEOUT, ses.get_account().send()).await {
        Ok(Ok(account)) => {
            return account.send_quota.map(|q| q.max_send_rate).filter(|rate| *rate > 0.0);
        }
        Ok(Err(error)) => kit::describe_sdk_error(&error),
        Err(_elapsed) => "it did not answer in time".to_owned(),
    };
    tracing::warn!(error, "the account's send rate could not be read");
    None
}
