//! How long the shops' own lines are, as far as one mailer process knows.

use std::collections::HashMap;

/// A shop whose own line is longer than this, in microseconds, is busy. Ten mails at one a second are not.
pub const QUIET_LINE: i64 = 15_000_000;

/// From so many lines on, those that have ended are forgotten.
const MANY: usize = 1_000;

/// The end of each shop's own line, as it was when this process last wrote it (microseconds since 1970).
#[derive(Debug, Default)]
pub struct KnownLines(HashMap<String, i64>);

impl KnownLines {
    /// When the shop's own line ends; 0 where nothing is known of it.
    pub fn end(&self, shop: &str) -> i64 {
        self.0.get(shop).copied().unwrap_or_default()
    }

    /// Whether the shop's own line is long at `now`.
    pub fn is_busy(&self, shop: &str, now: i64) -> bool {
        self.end(shop) > now.saturating_add(QUIET_LINE)
    }

    /// How many shops are busy at `now`; at least 1.
    pub fn busy_shops(&self, now: i64) -> i64 {
        let busy = self.0.keys().filter(|shop| self.is_busy(shop, now)).count();
        i64::try_from(busy.max(1)).unwrap_or(i64::MAX)
    }

    /// Learns at `now` that the shop's own line ends then.
    pub fn learn(&mut self, shop: &str, end: i64, now: i64) {
        if self.0.len() >= MANY {
            self.0.retain(|_, end| *end > now);
        }
        self.0.insert(shop.to_owned(), end);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shop_is_busy_while_its_own_line_is_long_and_quiet_while_nobody_knows_one() {
        let mut lines = KnownLines::default();
        assert_eq!((lines.is_busy("a", 0), lines.busy_shops(0)), (false, 1));
        lines.learn("a", QUIET_LINE + 10, 0);
        lines.learn("b", QUIET_LINE + 20, 0);
        assert_eq!((lines.is_busy("a", 9), lines.busy_shops(9)), (true, 2));
        assert_eq!((lines.is_busy("a", 10), lines.busy_shops(10)), (false, 1));
    }

    #[test]
    fn lines_that_have_ended_are_forgotten() {
        let mut lines = KnownLines::default();
        (0..2 * MANY).for_each(|n| lines.learn(&n.to_string(), 5, 10));
        assert!(lines.0.len() <= MANY, "{}", lines.0.len());
        (0..2 * MANY).for_each(|n| lines.learn(&n.to_string(), 50, 10));
        assert_eq!(lines.0.len(), 2 * MANY, "they have not ended");
        lines.learn("last", 70, 60);
        assert_eq!(lines.0.len(), 1, "however many had not ended");
    }
}
