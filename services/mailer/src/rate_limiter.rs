//! Limits mails to the account's send rate
//! (<https://docs.aws.amazon.com/ses/latest/dg/manage-sending-quotas.html>).

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aws_sdk_sesv2::Client;
use aws_sdk_sesv2::config::Builder;
use aws_sdk_sesv2::config::retry::RetryConfig;
use kit::RateLimiter;
use tokio::time::Instant;

/// Mails per second if SES does not report a rate: that of an account in the sandbox.
const FALLBACK_RATE: f64 = 1.0;

/// The whole account may call `GetAccount` once a second, so mailers that start at the same time throttle
/// each other. Retries are safe, because it only reads.
const MAX_ATTEMPTS: u32 = 5;
const RETRY_AFTER_FAILURE: Duration = Duration::from_secs(10);

/// Limits the call with its retries, because mails wait for it.
const GET_ACCOUNT_TIMEOUT: Duration = Duration::from_secs(5);

/// AWS may change an account's rate, and a process may live for hours.
const REFRESH_AFTER: Duration = Duration::from_secs(900);

/// This process's share of the account's send rate.
#[derive(Debug)]
pub struct SendRateLimiter {
    limiter: RateLimiter,
    mailers: f64,
    /// `None` if a setting fixes the rate.
    refresh: Mutex<Option<Refresh>>,
}

/// When `GetAccount` is called next.
#[derive(Debug, Clone, Copy)]
struct Refresh {
    due: Instant,
    interval: Duration,
}

impl Refresh {
    fn every(interval: Duration) -> Self {
        Self { due: Instant::now() + interval, interval }
    }
}

impl SendRateLimiter {
    /// The account's rate, or `fixed` mails per second, divided by the number of `mailers` that may run
    /// concurrently.
    pub async fn for_account(ses: &Client, fixed: Option<f64>, mailers: u32) -> Self {
        let mailers = f64::from(mailers.max(1));
        let (rate, refresh) = match fixed {
            Some(rate) => (rate, None),
            None => match max_send_rate(ses, MAX_ATTEMPTS).await {
                Some(rate) => (rate, Some(Refresh::every(REFRESH_AFTER))),
                None => (FALLBACK_RATE, Some(Refresh::every(RETRY_AFTER_FAILURE))),
            },
        };
        Self { limiter: RateLimiter::new(rate / mailers), mailers, refresh: Mutex::new(refresh) }
    }

    /// Reads the account's rate again if that is due. Among others, a process that started while SES did not
    /// answer must not use the fallback for the rest of its life.
    pub async fn refresh(&self, ses: &Client) {
        if !self.take_due_refresh() {
            return;
        }
        if let Some(rate) = max_send_rate(ses, 1).await {
            self.limiter.set_rate(rate / self.mailers);
            *self.refresh.lock().unwrap_or_else(PoisonError::into_inner) =
                Some(Refresh::every(REFRESH_AFTER));
        }
    }

    // Rescheduled before the call is made, so that a concurrent batch does not call as well.
    fn take_due_refresh(&self) -> bool {
        let mut refresh = self.refresh.lock().unwrap_or_else(PoisonError::into_inner);
        let due = refresh.filter(|refresh| refresh.due <= Instant::now());
        if let Some(Refresh { interval, .. }) = due {
            *refresh = Some(Refresh::every(interval));
        }
        due.is_some()
    }

    /// Waits until the next mail may be sent.
    ///
    /// # Errors
    /// The wait that would have been necessary, if it is longer than `max_wait`.
    pub async fn acquire(&self, max_wait: Duration) -> Result<(), Duration> {
        self.limiter.acquire(max_wait).await
    }
}

/// The account's `MaxSendRate`; `None` if SES does not answer, which is logged.
async fn max_send_rate(ses: &Client, max_attempts: u32) -> Option<f64> {
    let retry = RetryConfig::standard().with_max_attempts(max_attempts);
    let call = ses.get_account().customize();
    let call = call.config_override(Builder::new().retry_config(retry));
    let error = match tokio::time::timeout(GET_ACCOUNT_TIMEOUT, call.send()).await {
        Ok(Ok(account)) => {
            return account.send_quota.map(|q| q.max_send_rate).filter(|rate| *rate > 0.0);
        }
        Ok(Err(error)) => kit::describe_sdk_error(&error),
        Err(_elapsed) => "it did not answer in time".to_owned(),
    };
    tracing::warn!(error, "the account's send rate could not be read");
    None
}
