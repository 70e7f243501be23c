//! How fast messages are moved.

use crate::aws::{Stack, why};
use crate::output::note;

/// When SES does not tell its rate: what the sandbox allows, so certainly not too fast.
const UNKNOWN_SES: f64 = 1.0;

/// What new orders need of SES's rate meanwhile.
const SHARE: f64 = 0.8;

/// The most that is taken: SQS would take more, the mails behind it would not.
const MAX: f64 = 3000.0;

/// Reads `--rate`.
///
/// # Errors
/// A sentence, for anything but a number above 0.
pub fn parse(typed: &str) -> Result<f64, String> {
    match typed.parse::<f64>() {
        Ok(rate) if (0.01..=MAX).contains(&rate) => Ok(rate),
        _ => Err(format!("expected messages a second, from 0.01 to {MAX}")),
    }
}

/// The rate that was asked for, or else four fifths of the account's send rate: the rest is for the
/// mails of new orders. Where SES does not tell, it is said so.
pub async fn resolve(stack: &Stack, asked_for: Option<f64>) -> f64 {
    if let Some(rate) = asked_for {
        return rate;
    }
    match send_rate(stack).await {
        Ok(rate) => (rate * SHARE).clamp(0.1, MAX),
        Err(why) => {
            note(&format!(
                "SES does not tell its send rate ({why}), so this goes at {UNKNOWN_SES} a second; \
                 --rate says another."
            ));
            UNKNOWN_SES
        }
    }
}

async fn send_rate(stack: &Stack) -> Result<f64, String> {
    let account = stack.ses().get_account().send().await.map_err(|error| why(&error))?;
    let rate = account.send_quota.map(|quota| quota.max_send_rate).unwrap_or_default();
    if rate > 0.0 { Ok(rate) } else { Err("it says 0".to_owned()) }
}
