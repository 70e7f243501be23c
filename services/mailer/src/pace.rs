//! Pacing to the account's send rate
//! (<https://docs.aws.amazon.com/ses/latest/dg/manage-sending-quotas.html>).

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Without an answer from SES: the rate of an account in the sandbox.
const SLOWEST: f64 = 1.0;

/// Evenly spaced turns to send.
#[derive(Debug)]
pub struct Pace {
    gap: Duration,
    next: Mutex<Instant>,
}

impl Pace {
    /// `rate` mails a second.
    #[must_use]
    pub fn new(rate: f64) -> Self {
        Self { gap: Duration::from_secs_f64(1.0 / rate), next: Mutex::new(Instant::now()) }
    }

    /// The account's rate, or `fixed` where one is set, divided among `mailers` that may run at
    /// the same time.
    pub async fn of_account(ses: &aws_sdk_sesv2::Client, fixed: Option<f64>, mailers: u32) -> Self {
        let rate = match fixed {
            Some(rate) => rate,
            None => asked(ses).await,
        };
        Self::new(rate / f64::from(mailers.max(1)))
    }

    /// Waits for the next turn.
    ///
    /// # Errors
    /// How long it would have to wait, when that is more than `at_most`; the turn is not taken.
    pub async fn turn(&self, at_most: Duration) -> Result<(), Duration> {
        let turn = self.reserve(at_most)?;
        tokio::time::sleep_until(turn).await;
        Ok(())
    }

    fn reserve(&self, at_most: Duration) -> Result<Instant, Duration> {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let turn = (*next).max(now);
        let wait = turn - now;
        if wait > at_most {
            return Err(wait);
        }
        *next = turn + self.gap;
        Ok(turn)
    }
}

async fn asked(ses: &aws_sdk_sesv2::Client) -> f64 {
    let quota = match ses.get_account().send().await {
        Ok(account) => account.send_quota.map(|quota| quota.max_send_rate),
        Err(error) => {
            let error = aws_sdk_sesv2::error::DisplayErrorContext(&error).to_string();
            tracing::warn!(error, "SES did not tell the account's send rate; sending one a second");
            None
        }
    };
    quota.filter(|rate| *rate > 0.0).unwrap_or(SLOWEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn turns_come_at_the_rate() {
        let pace = Pace::new(10.0);
        let start = Instant::now();
        for _ in 0..11 {
            pace.turn(Duration::from_secs(5)).await.expect("soon enough");
        }
        assert_eq!(start.elapsed().as_millis(), 1000);
    }

    #[tokio::test(start_paused = true)]
    async fn a_turn_that_is_too_far_away_is_not_taken() {
        let pace = Pace::new(1.0);
        pace.turn(Duration::ZERO).await.expect("the first is at once");
        assert!(pace.turn(Duration::from_millis(500)).await.is_err());
        let start = Instant::now();
        pace.turn(Duration::from_secs(2)).await.expect("soon enough");
        assert!(start.elapsed() <= Duration::from_secs(1));
    }
}
