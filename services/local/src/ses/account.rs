//! The sending account: what it has sent, against its quota and send rate.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::error::ApiError;
use super::mail::OutgoingMail;
use super::settings::{Sending, Settings};

/// The account and what it has sent.
#[derive(Debug)]
pub struct Account(Mutex<State>);

#[derive(Debug)]
struct State {
    settings: Settings,
    /// Recipients that may be mailed at once; negative after a mail to many.
    credit: f64,
    credited_at: Instant,
    /// Recipients by hour, of the last 24.
    hours: VecDeque<(Instant, f64)>,
}

impl Account {
    pub(super) fn new(settings: Settings) -> Self {
        Self(Mutex::new(State::new(settings)))
    }

    /// The current settings.
    pub fn settings(&self) -> Settings {
        self.state().settings.clone()
    }

    /// Changes settings while the account is in use.
    pub fn change(&self, change: impl FnOnce(&mut Settings)) {
        let mut state = self.state();
        change(&mut state.settings);
        // A lower rate applies at once: a burst saved up at the higher one would exceed it.
        state.credit = state.credit.min(state.settings.send_rate.max(1.0));
    }

    /// Recipients of the last 24 hours.
    pub(super) fn sent_last_24_hours(&self) -> f64 {
        self.state().sent_in_24_hours(Instant::now())
    }

    /// Counts a mail against rate and quota.
    ///
    /// # Errors
    /// The mail may not be sent; it is not counted then.
    pub(super) fn authorize_send(&self, mail: &OutgoingMail) -> Result<(), ApiError> {
        let mut state = self.state();
        if state.settings.sending == Sending::Paused {
            return Err(ApiError::SendingPaused);
        }
        if let Some(set) = &mail.configuration_set {
            state.settings.check_configuration_set(set)?;
        }
        state.settings.check_refusal(&mail.from, !mail.attachments.is_empty())?;
        state.settings.check_identities(&mail.from, mail.recipients())?;
        // Last, because it counts: what was refused above must use up nothing.
        state.consume(mail.recipients().count(), Instant::now())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn new(settings: Settings) -> Self {
        // At least one: a bucket for less would never let a mail pass, at rates below 1 a second.
        let credit = settings.send_rate.max(1.0);
        Self { settings, credit, credited_at: Instant::now(), hours: VecDeque::new() }
    }

    /// Counts the recipients against the daily quota and the token bucket of the send rate.
    fn consume(&mut self, recipients: usize, now: Instant) -> Result<(), ApiError> {
        let recipients = f64::from(u32::try_from(recipients).unwrap_or(u32::MAX));
        let (sent, quota) = (self.sent_in_24_hours(now), self.settings.daily_quota);
        if quota >= 0.0 && sent >= quota {
            return Err(ApiError::TooManyRequests("Daily message quota exceeded."));
        }
        let rate = self.settings.send_rate;
        let elapsed = now.saturating_duration_since(self.credited_at).as_secs_f64();
        self.credit = elapsed.mul_add(rate, self.credit).min(rate.max(1.0));
        self.credited_at = now;
        if self.credit < 1.0 {
            return Err(ApiError::TooManyRequests("Maximum sending rate exceeded."));
        }
        // As on SES, a mail to many passes if one to a single recipient would. The bucket goes below
        // zero, and the next mails are refused until the excess is paid back.
        self.credit -= recipients;
        self.count(recipients, now);
        Ok(())
    }

    // By the hour, not by the mail: a load test sends millions, and a quota needs no more precision.
    fn count(&mut self, recipients: f64, now: Instant) {
        match self.hours.back_mut() {
            Some((began, sent)) if now.duration_since(*began) < Duration::from_secs(3600) => {
                *sent += recipients;
            }
            _ => self.hours.push_back((now, recipients)),
        }
    }

    fn sent_in_24_hours(&mut self, now: Instant) -> f64 {
        let day = Duration::from_secs(24 * 3600);
        while self.hours.front().is_some_and(|(began, _)| now.duration_since(*began) >= day) {
            self.hours.pop_front();
        }
        self.hours.iter().fold(0.0, |all, (_, sent)| all + sent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_lets_a_second_of_mail_through_at_once_and_then_refuses_until_time_has_passed() {
        let mut state = State::new(Settings { send_rate: 2.0, ..Settings::default() });
        let start = Instant::now();
        state.consume(1, start).unwrap();
        state.consume(1, start).unwrap();
        let refused = state.consume(1, start).unwrap_err();
        assert_eq!(refused.to_string(), "Maximum sending rate exceeded.");
        state.consume(1, start + Duration::from_millis(500)).unwrap();
    }

    #[test]
    fn a_mail_to_many_passes_and_the_next_ones_wait_for_it() {
        let mut state = State::new(Settings { send_rate: 1.0, ..Settings::default() });
        let start = Instant::now();
        state.consume(5, start).unwrap();
        assert!(state.consume(1, start + Duration::from_millis(4900)).is_err());
        state.consume(1, start + Duration::from_millis(5100)).unwrap();
    }

    #[test]
    fn the_daily_quota_frees_itself_after_24_hours() {
        let mut state = State::new(Settings { daily_quota: 1.0, ..Settings::default() });
        let start = Instant::now();
        state.consume(1, start).unwrap();
        let refused = state.consume(1, start + Duration::from_secs(23 * 3600)).unwrap_err();
        assert_eq!(refused.to_string(), "Daily message quota exceeded.");
        state.consume(1, start + Duration::from_secs(25 * 3600)).unwrap();
    }
}
