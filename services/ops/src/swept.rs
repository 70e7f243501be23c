//! How far relay's sweep has come.

use jiff::Timestamp;

use crate::aws::Stack;
use crate::error::CliError;
use crate::output::format_duration;

/// The sweep checks an event five minutes after its acceptance, and runs every five minutes.
const USUAL_MS: i64 = 10 * 60 * 1000;

/// From how much more on it is behind: the threshold of the template's SweepLagAlarm.
const MAX_LAG_MS: i64 = 30 * 60 * 1000;

/// How far the watermark may be ahead of this machine's clock: the sweep ends five minutes before relay's.
const MAX_AHEAD_MS: i64 = 5 * 60 * 1000;

/// What the sweep has not checked yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SweepProgress {
    /// The age of the youngest events that it has checked, in milliseconds. Up to ten minutes are usual. Negative if
    /// the watermark is ahead of the clock, so that nothing is checked.
    pub behind_ms: i64,
}

impl SweepProgress {
    /// Reads the watermark; `None` before the first sweep.
    pub async fn read(stack: &Stack) -> Result<Option<Self>, CliError> {
        let watermark = relay::swept_until(&stack.tables()).await.map_err(|error| {
            CliError::service(format!("Can't read how far the sweep is: {error}.")).caused_by(error)
        })?;
        let now = Timestamp::now().as_millisecond();
        Ok(watermark.map(|until| Self { behind_ms: now.saturating_sub(until) }))
    }

    /// Whether events that were lost are not queued again.
    pub const fn is_wrong(self) -> bool {
        self.behind_ms > USUAL_MS + MAX_LAG_MS || self.behind_ms < -MAX_AHEAD_MS
    }

    /// For people.
    pub fn describe(self) -> String {
        let age = format_duration(self.behind_ms.saturating_abs());
        match self.behind_ms < 0 {
            true => format!("its watermark is {age} ahead of the clock"),
            false => format!("it has checked the events up to {age} ago"),
        }
    }
}

/// What to do about a sweep that is behind.
pub const FIX: &str = "relay's log says whether it fails, on what, or runs out of time and goes on by itself: see \
                       the alarm SweepLag";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sweep_is_behind_half_an_hour_after_what_is_usual() {
        let minutes = |n: i64| SweepProgress { behind_ms: n * 60_000 };
        assert!(!minutes(40).is_wrong() && !minutes(-5).is_wrong());
        assert!(minutes(41).is_wrong() && minutes(-6).is_wrong());
        assert!(SweepProgress { behind_ms: i64::MIN }.is_wrong());
        assert_eq!(minutes(41).describe(), "it has checked the events up to 41m ago");
        assert_eq!(minutes(-90).describe(), "its watermark is 1h 30m ahead of the clock");
    }
}
