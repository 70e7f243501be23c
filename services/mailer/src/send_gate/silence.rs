//! What the gate does while SES gives no answer, or none that proves anything: it hangs, or answers 5xx.
//!
//! Each mail that is sent meanwhile falls in doubt, and would be sent again only after the grace period, a few times at
//! most. So after [`LIMIT`] such mails in a row the gate is closed, as where the account is at fault, and one probe at a
//! time asks: half a minute later, and then after twice as long each time, up to [`LONGEST_MS`]. An acceptance ends it.
//!
//! The count is in the gate's item, because each of several mailers may see only a few answers. A mail that is answered
//! costs nothing here, but for the first one that is accepted after one that was not answered.

use shared::ledger::silence_wait_ms;

use super::SendGate;
use super::table::Written;

/// After so many mails in a row without an answer, the gate is closed. Fewer may be the mails' own fault.
const LIMIT: i64 = 3;

/// For how long it is closed at first, and at most, in milliseconds.
const SHORTEST_MS: i64 = 30_000;
const LONGEST_MS: i64 = 300_000;

/// How often a write that others were faster with is tried anew.
const MAX_ROUNDS: usize = 4;

impl SendGate {
    /// A mail got no answer that proves anything, at `now`. `probe` is its lease, if it was the probe.
    pub(super) async fn note_unanswered(&self, probe: Option<i64>, now: i64) {
        let before = self.known().item.unanswered;
        match probe {
            Some(lease) => {
                let until = now + closed_for(before + 1);
                tracing::error!("SES gives no answer: all mails wait");
                let written = self.table.close_unanswered(before + 1, now, until, lease).await;
                self.log(written);
            }
            None => self.count_unanswered(before, now).await,
        }
    }

    async fn count_unanswered(&self, mut before: i64, now: i64) {
        for _ in 0..MAX_ROUNDS {
            let count = before + 1;
            let closes = count >= LIMIT;
            let until = closes.then(|| now + closed_for(count));
            let written = self.table.count_unanswered(before, now, until).await;
            let again = match &written {
                Ok(Written::No(item)) if item.closed_until.is_none() => Some(item.unanswered),
                _ => None,
            };
            if closes && matches!(written, Ok(Written::Yes(_))) {
                tracing::error!("SES gives no answer: all mails wait");
            }
            self.log(written);
            match again {
                Some(others) => before = others,
                None => return,
            }
        }
    }

    /// SES has accepted a mail that was not the probe.
    pub(super) async fn note_acceptance(&self) {
        // Once for all mails of a batch.
        let is_news = std::mem::take(&mut self.known().item.unanswered) > 0;
        if is_news {
            let written = self.table.forget_unanswered().await;
            self.log(written);
        }
    }

    /// Whether SES gave the last mail no answer, as far as this process knows.
    #[must_use]
    pub fn is_unanswered(&self) -> bool {
        self.known().item.unanswered > 0
    }

    /// Until when a mail that was in doubt `doubts` times is not sent again at the time `now`, because SES has accepted
    /// none since it gave one no answer: it would probably only fall in doubt once more, and it can be sent only a few
    /// times. New mails ask before it; it is its turn when none has for a while, and where it is its last time, for much
    /// longer ([`silence_wait_ms`]). `grace` is the grace period. Milliseconds (since 1970).
    #[must_use]
    pub fn holds_doubt_until(&self, doubts: u32, now: i64, grace: i64) -> Option<i64> {
        if !self.is_unanswered() {
            return None;
        }
        let item = &self.known().item;
        // A single answer that was lost is no silence yet.
        let doubts = if item.unanswered > 1 { doubts } else { 1 };
        let until = item.unanswered_at + silence_wait_ms(doubts, grace);
        // A time that is still to come was written by a clock that is wrong.
        let holds = item.unanswered_at <= now + CLOCK_SKEW_MS && now < until;
        holds.then_some(until)
    }
}

/// How far the clocks of two mailers may be apart, in milliseconds.
const CLOCK_SKEW_MS: i64 = 60_000;

/// For how long the gate is closed after `count` mails in a row without an answer, in milliseconds.
fn closed_for(count: i64) -> i64 {
    let doublings = u32::try_from((count - LIMIT).clamp(0, 10)).unwrap_or_default();
    (SHORTEST_MS << doublings).min(LONGEST_MS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gate_is_closed_for_twice_as_long_after_each_probe_without_an_answer() {
        let seconds = [1, 3, 4, 5, 6, 7, i64::MAX].map(|count| closed_for(count) / 1000);
        assert_eq!(seconds, [30, 30, 60, 120, 240, 300, 300]);
    }
}
