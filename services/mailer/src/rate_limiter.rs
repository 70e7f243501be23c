//! Pacing to the account's send rate
//! (<https://docs.aws.amazon.com/ses/latest/dg/manage-sending-quotas.html>).

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use aws_sdk_sesv2::config::retry::RetryConfig;
use tokio::time::Instant;

/// Without an answer from SES: the rate of an account in the sandbox.
const FALLBACK_RATE: f64 = 1.0;

/// `GetAccount` may be called once a second by the whole account, so mailers that start together
/// refuse each other: it is asked with retries (it only reads), and again later if need be.
const MAX_ATTEMPTS: u32 = 5;
const RETRY_AFTER_FAILURE: Duration = Duration::from_secs(10);

/// How long an answer is waited for: mails wait with it.
const GET_ACCOUNT_TIMEOUT: Duration = Duration::from_secs(5);

/// AWS raises and lowers the rate of an account; a process may live for hours.
const REFRESH_AFTER: Duration = Duration::from_secs(900);

/// Evenly spaced turns to send.
#[derive(Debug)]
pub struct RateLimiter {
    mailers: f64,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    gap: Duration,
    next: Instant,
    rate: Rate,
}

/// Where the gap is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rate {
    /// The settings.
    Fixed,
    /// SES told it; when it was last asked.
    Told(Instant),
    /// SES did not tell; when it was last asked.
    Guessed(Instant),
}

impl Rate {
    /// When SES is to be asked.
    fn ask_at(self) -> Option<Instant> {
        match self {
            Self::Fixed => None,
            Self::Told(asked) => Some(asked + REFRESH_AFTER),
            Self::Guessed(asked) => Some(asked + RETRY_AFTER_FAILURE),
        }
    }

    /// As of now, when asking failed.
    fn later(self) -> Self {
        match self {
            Self::Fixed => Self::Fixed,
            Self::Told(_) => Self::Told(Instant::now()),
            Self::Guessed(_) => Self::Guessed(Instant::now()),
        }
    }
}

impl RateLimiter {
    /// `rate` mails a second.
    #[must_use]
    pub fn new(rate: f64) -> Self {
        Self::divided(rate, 1.0, Rate::Fixed)
    }

    /// The account's rate, or `fixed` where one is set, divided among `mailers` that may run at
    /// the same time.
    pub async fn for_account(
        ses: &aws_sdk_sesv2::Client,
        fixed: Option<f64>,
        mailers: u32,
    ) -> Self {
        let mailers = f64::from(mailers.max(1));
        if let Some(rate) = fixed {
            return Self::divided(rate, mailers, Rate::Fixed);
        }
        match asked(ses, MAX_ATTEMPTS).await {
            Some(rate) => Self::divided(rate, mailers, Rate::Told(Instant::now())),
            None => Self::divided(FALLBACK_RATE, mailers, Rate::Guessed(Instant::now())),
        }
    }

    fn divided(rate: f64, mailers: f64, from: Rate) -> Self {
        let state = State { gap: gap(rate / mailers), next: Instant::now(), rate: from };
        Self { mailers, state: Mutex::new(state) }
    }

    /// Asks for the rate if SES has not told it yet, or not for a while: a process that started
    /// while SES did not answer must not crawl for the rest of its life.
    pub async fn learn(&self, ses: &aws_sdk_sesv2::Client) {
        if !self.is_to_ask() {
            return;
        }
        if let Some(rate) = asked(ses, 1).await {
            let mut state = self.state();
            state.gap = gap(rate / self.mailers);
            state.rate = Rate::Told(Instant::now());
        }
    }

    fn is_to_ask(&self) -> bool {
        let mut state = self.state();
        let is_to_ask = state.rate.ask_at().is_some_and(|at| at <= Instant::now());
        if is_to_ask {
            state.rate = state.rate.later();
        }
        is_to_ask
    }

    /// Waits for the next turn.
    ///
    /// # Errors
    /// How long it would have to wait, when that is more than `at_most`; the turn is not taken.
    pub async fn acquire(&self, at_most: Duration) -> Result<(), Duration> {
        let turn = self.reserve(at_most)?;
        tokio::time::sleep_until(turn).await;
        Ok(())
    }

    fn reserve(&self, at_most: Duration) -> Result<Instant, Duration> {
        let mut state = self.state();
        let now = Instant::now();
        let turn = state.next.max(now);
        let wait = turn - now;
        if wait > at_most {
            return Err(wait);
        }
        state.next = turn + state.gap;
        Ok(turn)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn gap(rate: f64) -> Duration {
    Duration::from_secs_f64(1.0 / rate)
}

/// The account's rate, in at most so many tries.
async fn asked(ses: &aws_sdk_sesv2::Client, tries: u32) -> Option<f64> {
    let retry = RetryConfig::standard().with_max_attempts(tries);
    let call = ses.get_account().customize();
    let call = call.config_override(aws_sdk_sesv2::config::Builder::new().retry_config(retry));
    let error = match tokio::time::timeout(GET_ACCOUNT_TIMEOUT, call.send()).await {
        Ok(Ok(account)) => {
            return account.send_quota.map(|q| q.max_send_rate).filter(|rate| *rate > 0.0);
        }
        Ok(Err(error)) => kit::describe_sdk_error(&error),
        Err(_elapsed) => "it did not answer in time".to_owned(),
    };
    tracing::warn!(error, "SES did not tell the account's send rate");
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_come_at_the_rate() {
        let rate_limiter = RateLimiter::new(10.0);
        let turn = || rate_limiter.reserve(Duration::from_secs(5)).expect("soon enough");
        let first = turn();
        for n in 1..=10 {
            assert_eq!(turn() - first, Duration::from_millis(100 * n));
        }
    }

    #[test]
    fn a_turn_that_is_too_far_away_is_not_taken() {
        let rate_limiter = RateLimiter::new(1.0);
        let first = rate_limiter.reserve(Duration::ZERO).expect("the first is at once");
        assert!(rate_limiter.reserve(Duration::from_millis(500)).is_err());
        let second = rate_limiter.reserve(Duration::from_secs(2)).expect("soon enough");
        assert_eq!(second - first, Duration::from_secs(1));
    }
}
