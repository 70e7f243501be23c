//! The send gate: one item of the ledger's table through which all mailers share the account's send rate, and
//! tell each other that SES takes no mail at the moment. Beside it, an item for each shop whose mails have had to wait
//! says how long the shop's own line is; DynamoDB deletes it a day after its last change.

/// The partition key of the item. No order's key begins with `#`.
pub const PARTITION_KEY: &str = "#send-gate";

/// The sort key of the item.
pub const SORT_KEY: &str = "gate";

/// Begins the sort key of the item with a shop's own line; the shop's name follows. After [`SORT_KEY`] in the order of
/// the keys.
const SHOP_LINE: &str = "line#";

/// The sort key of the item with the shop's own line.
#[must_use]
pub fn shop_line_key(shop: &str) -> String {
    format!("{SHOP_LINE}{shop}")
}

/// The shop whose line has this sort key; `None` for any other item.
#[must_use]
pub fn shop_of_line(sort_key: &str) -> Option<&str> {
    sort_key.strip_prefix(SHOP_LINE)
}

/// The attribute that says until when no mail is sent (a number, milliseconds since 1970). Absent while SES
/// takes mails. In the past while nobody has sent the one mail that finds out whether SES does again.
pub const CLOSED_UNTIL: &str = "closed_until";

/// The attribute that says why: SES's error code (a string).
pub const CLOSED_REASON: &str = "closed_reason";

/// [`CLOSED_REASON`] where SES refused nothing, but gave one mail after the other no answer, or none that proves anything.
pub const NO_ANSWER: &str = "no answer that says whether it takes the mails";

/// The attribute that says until when mails that found no free slot are told to come again (a number, microseconds
/// since 1970): in the gate's item those of the common line, in a shop's those of the shop. In the past, or absent,
/// while no mail stands in line.
pub const LINE_AT: &str = "line_at";

/// How far ahead [`CLOSED_UNTIL`] may be, in milliseconds. No answer of SES closes the gate for as long. A later time
/// comes from a clock that was wrong, and counts as one that is over.
pub const MAX_CLOSED_MS: i64 = 60 * 60 * 1000;

/// How long after [`CLOSED_UNTIL`] a mail that waits in the mail queue comes back at the latest and asks SES again, in
/// milliseconds: SQS delays by up to 15 minutes.
const PROBED_WITHIN_MS: i64 = 20 * 60 * 1000;

/// Whether [`CLOSED_UNTIL`] still lies ahead at the time `now`, by a possible span. Milliseconds since 1970.
#[must_use]
pub const fn is_ahead(closed_until: i64, now: i64) -> bool {
    now < closed_until && closed_until <= now.saturating_add(MAX_CLOSED_MS)
}

/// Whether mails wait because of this [`CLOSED_UNTIL`]: it lies ahead, or it was over only recently, so that the mail
/// that asks SES again may be on its way. A gate at which no mail asks for longer says nothing any more: the mails
/// that should ask may be lost, or there are none. Milliseconds since 1970.
#[must_use]
pub const fn holds_mails(closed_until: i64, now: i64) -> bool {
    let is_recent = closed_until <= now && closed_until.saturating_add(PROBED_WITHIN_MS) > now;
    is_ahead(closed_until, now) || is_recent
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closure_holds_mails_until_the_probe_after_it_and_one_that_cannot_be_holds_none() {
        let now = 1_763_900_000_000;
        for (until, ahead, holds) in [
            (now + 1, true, true),
            (now + MAX_CLOSED_MS, true, true),
            (now + MAX_CLOSED_MS + 1, false, false),
            (i64::MAX, false, false),
            (now, false, true),
            (now - PROBED_WITHIN_MS + 1, false, true),
            (now - PROBED_WITHIN_MS, false, false),
            (0, false, false),
            (i64::MIN, false, false),
        ] {
            assert_eq!((is_ahead(until, now), holds_mails(until, now)), (ahead, holds), "{until}");
        }
    }
}
