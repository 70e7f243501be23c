//! How fast messages are moved.

use crate::aws::Stack;

/// When SES does not tell its rate: slow enough for the sandbox's successor accounts.
const UNKNOWN_SES: f64 = 10.0;

/// What new orders need of SES's rate meanwhile.
const SHARE: f64 = 0.8;

/// The most that is taken: SQS would take more, the mails behind it would not.
const MOST: f64 = 3000.0;

/// Reads `--rate`.
///
/// # Errors
/// A sentence, for anything but a number above 0.
pub fn parse(typed: &str) -> Result<f64, String> {
    match typed.parse::<f64>() {
        Ok(rate) if (0.01..=MOST).contains(&rate) => Ok(rate),
        _ => Err(format!("expected messages a second, from 0.01 to {MOST}")),
    }
}

/// Four fifths of the account's send rate: the rest is for the mails of new orders.
pub async fn default(stack: &Stack) -> f64 {
    let account = stack.ses().get_account().send().await;
    let rate = account.ok().and_then(|a| Some(a.send_quota?.max_send_rate)).unwrap_or_default();
    if rate > 0.0 { (rate * SHARE).clamp(0.1, MOST) } else { UNKNOWN_SES }
}
