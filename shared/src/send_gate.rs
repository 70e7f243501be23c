//! The send gate: one item of the ledger's table through which all mailers share the account's send rate, and
//! tell each other that SES takes no mail at the moment.

/// The partition key of the item. No order id begins with `#`.
pub const PARTITION_KEY: &str = "#send-gate";

/// The sort key of the item.
pub const SORT_KEY: &str = "gate";

/// The attribute that says until when no mail is sent (a number, milliseconds since 1970). Absent while SES
/// takes mails. In the past while nobody has sent the one mail that finds out whether SES does again.
pub const CLOSED_UNTIL: &str = "closed_until";

/// The attribute that says why: SES's error code (a string).
pub const CLOSED_REASON: &str = "closed_reason";

/// The attribute that says until when mails that found no free slot are told to come again (a number, microseconds
/// since 1970). In the past, or absent, while no mail stands in line.
pub const LINE_AT: &str = "line_at";
