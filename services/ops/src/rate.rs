//! How fast messages are moved.

use std::time::Duration;

use crate::aws::{Stack, describe_error};
use crate::dlq::{MAX_CONCURRENCY, hold_for};
use crate::output::note;

/// Where SES does not tell its rate: that of the sandbox, so certainly not too fast.
const FALLBACK_RATE: f64 = 1.0;

/// The share of SES's rate that is taken; new orders need the rest meanwhile.
const SHARE: f64 = 0.8;

/// The highest rate: SQS would take more, but the functions behind it would not.
const MAX_RATE: f64 = 3000.0;

/// What a hold has to spare.
const SPARE: Duration = Duration::from_secs(60);

/// SQS hides a message for twelve hours at most.
const MAX_HOLD: Duration = Duration::from_secs(11 * 60 * 60);

pub fn parse(typed: &str) -> Result<f64, String> {
    match typed.parse::<f64>() {
        Ok(rate) if (0.01..=MAX_RATE).contains(&rate) => Ok(rate),
        _ => Err(format!("expected messages a second, from 0.01 to {MAX_RATE}")),
    }
}

/// The requested rate, or else four fifths of the account's send rate: the rest is for the mails of
/// new orders. Where SES does not tell, a note says so.
pub async fn resolve(stack: &Stack, requested: Option<f64>) -> f64 {
    if let Some(rate) = requested {
        return rate;
    }
    match send_rate(stack).await {
        // At least 0.1: SES may answer a fraction, and a replay has to end some day.
        Ok(rate) => (rate * SHARE).clamp(0.1, MAX_RATE),
        Err(why) => {
            note(&format!(
                "SES does not tell its send rate ({why}), so the rate is {FALLBACK_RATE} a second; set \
                 another with --rate."
            ));
            FALLBACK_RATE
        }
    }
}

async fn send_rate(stack: &Stack) -> Result<f64, String> {
    let account = stack.ses().get_account().send().await.map_err(|error| describe_error(&error))?;
    let rate = account.send_quota.map(|quota| quota.max_send_rate).unwrap_or_default();
    if rate > 0.0 { Ok(rate) } else { Err("it says 0".to_owned()) }
}

/// How a rate, in messages a second, is kept: how much is received, held and sent at once.
#[derive(Debug, Clone, Copy)]
pub struct Throughput(pub f64);

impl Throughput {
    /// How many messages are sent at once: a quarter of a second's worth, at most a batch of SQS.
    pub fn batch(self) -> usize {
        self.count_within(0.25).clamp(1, 10)
    }

    /// How many receive calls, of ten messages each, bring what five seconds take.
    pub fn calls(self) -> usize {
        self.count_within(5.0).div_ceil(10).clamp(1, MAX_CONCURRENCY)
    }

    /// How long messages stay hidden: three times as long as the received ones take; until the queue
    /// is paged through; and, where it holds others than the selected ones, until all are moved.
    /// Otherwise the others would come back and be received again and again before the rest.
    pub fn hold(self, selected: usize, in_queue: u64) -> Duration {
        let has_others = in_queue > selected as u64;
        let all = if has_others { self.takes(selected) + SPARE } else { Duration::ZERO };
        let group = self.takes(self.calls() * 10) * 3;
        let group = group.clamp(Duration::from_secs(30), Duration::from_secs(3600));
        group.max(hold_for(in_queue)).max(all).min(MAX_HOLD)
    }

    fn takes(self, count: usize) -> Duration {
        Duration::from_secs_f64(count as f64 / self.0)
    }

    fn count_within(self, seconds: f64) -> usize {
        // The rate is positive, and the cast saturates.
        (self.0 * seconds) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_selective_slow_replay_does_not_receive_what_it_leaves_again_and_again() {
        let slow = Throughput(1.0);
        assert!(slow.hold(1000, 10_000) >= Duration::from_secs(1000));
        assert!(slow.hold(1000, 1000) < Duration::from_secs(120));
        assert!(slow.hold(100_000, 1_000_000) <= MAX_HOLD);
        assert!(Throughput(500.0).hold(5, 10_000) >= hold_for(10_000));
    }

    #[test]
    fn a_slow_replay_holds_few_messages_for_long_enough() {
        let slow = Throughput(0.5);
        assert_eq!((slow.batch(), slow.calls(), slow.hold(1, 0).as_secs()), (1, 1, 60));
        let fast = Throughput(500.0);
        assert_eq!((fast.batch(), fast.calls(), fast.hold(1, 0).as_secs()), (10, 10, 30));
    }
}
