//! Where the order was.

use serde::Serialize;

use super::Mode;
use crate::output::{ColorMode, Column, Report, Style, table};

/// One place.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Place {
    /// Which.
    pub place: String,
    /// What was looked for there.
    pub what: String,
    /// How much was found.
    pub found: usize,
    /// How much was removed.
    pub removed: usize,
    /// How much could not be removed.
    pub left: usize,
    /// Messages that nobody could see, and that no function will delete: dead letters in flight.
    pub hidden: u64,
    /// The ids of messages that may be about the order: unreadable, or about other orders too.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub perhaps: Vec<String>,
    /// Messages that were not looked at and that their function deletes: in flight, delayed, or too
    /// many.
    pub not_looked_at: u64,
}

impl Place {
    /// Whether somebody has to look or to come again.
    #[must_use]
    pub const fn needs_attention(&self) -> bool {
        self.left > 0 || self.hidden > 0 || !self.perhaps.is_empty()
    }

    /// Whether something is there that the ledger's records alone keep from being mailed.
    #[must_use]
    pub const fn may_be_mailed(&self) -> bool {
        self.needs_attention() || self.not_looked_at > 0
    }
}

/// Where an order was found, and removed.
#[derive(Debug, Serialize)]
pub struct Erasure {
    /// Which order.
    pub order_id: String,
    /// Whether things were removed.
    pub removed: bool,
    /// The places.
    pub places: Vec<Place>,
    /// What this command cannot reach.
    pub not_reached: Vec<&'static str>,
}

const NOT_REACHED: [&str; 7] = [
    "the Events table's stream, which forgets after 24 hours",
    "backups of the tables (point-in-time recovery: 35 days)",
    "the bucket of failed stream records, which keeps them as long as the Events table's items",
    "SES's suppression list, which is by address: `waybill suppression remove`",
    "files that `waybill dlq drop` wrote (waybill-dropped-*.jsonl), wherever operators keep them",
    "the audit items of this command: they name the order, and hold no name and no address",
    "whatever the shop itself keeps, and may publish again",
];

/// What `--ledger-too` removes.
pub const LEDGER_RECORDS: &str = "records, without personal data";

const LEDGER_KEPT: &str = "the ledger's records: they hold no personal data, and keep the same event \
                           from mailing twice (--ledger-too removes them)";

impl Erasure {
    /// Puts the report together.
    pub fn new(order: &str, mode: Mode, places: Vec<Place>, ledger_too: bool) -> Self {
        let mut not_reached: Vec<&'static str> =
            if ledger_too { Vec::new() } else { vec![LEDGER_KEPT] };
        not_reached.extend(NOT_REACHED);
        Self { order_id: order.to_owned(), removed: mode == Mode::Remove, places, not_reached }
    }
}

fn or_empty(count: usize) -> String {
    if count == 0 { String::new() } else { count.to_string() }
}

fn count(messages: u64) -> usize {
    usize::try_from(messages).unwrap_or(usize::MAX)
}

/// Where it applies, and what is said then.
type Remark = (fn(&Place) -> bool, &'static str);

impl Erasure {
    /// What the columns mean, where they are not empty.
    fn remarks(&self) -> String {
        let remarks: [Remark; 4] = [
            (
                |p| p.not_looked_at > 0,
                "Not looked at: messages of working queues. The function that gets one deletes it, \
                 since the ledger\nsays that this order is not to be mailed.\n",
            ),
            (
                |p| p.hidden > 0,
                "Hidden: dead letters that somebody holds, perhaps of this order. Come again when \
                 they are back.\n",
            ),
            (
                |p| !p.perhaps.is_empty(),
                "Perhaps: messages that mention the order and cannot be read, or are about other \
                 orders too.\nThey were left; look at each:\n",
            ),
            (
                |p| p.what == LEDGER_RECORDS && p.left > 0,
                "The ledger's records are kept while anything above is left, and for a day after \
                 the order's last change\n(so long the stream remembers): they keep it from being \
                 mailed.\n",
            ),
        ];
        let mut text = String::new();
        for (applies, remark) in remarks {
            if self.places.iter().any(applies) {
                text.push_str(&format!("\n{remark}"));
            }
        }
        for place in &self.places {
            let queue = place.place.trim_start_matches("queue ").trim_end_matches("-dlq");
            for id in &place.perhaps {
                text.push_str(&format!(" - `waybill dlq show {queue} --message {id} --body`\n"));
            }
        }
        text
    }
}

impl Report for Erasure {
    fn text(&self, colors: ColorMode) -> String {
        let columns = [
            Column::text("place", |p: &Place| p.place.clone()),
            Column::text("what", |p| p.what.clone()),
            Column::number("found", |p| p.found.to_string()),
            Column::number("removed", |p: &Place| or_empty(p.removed))
                .styled(|_| Some(Style::Success)),
            Column::number("left", |p: &Place| or_empty(p.left)).styled(|_| Some(Style::Error)),
            Column::number("hidden", |p: &Place| or_empty(count(p.hidden)))
                .styled(|_| Some(Style::Error)),
            Column::number("perhaps", |p: &Place| or_empty(p.perhaps.len()))
                .styled(|_| Some(Style::Warning)),
            Column::number("not looked at", |p| or_empty(count(p.not_looked_at))),
        ];
        let mut text = colors.heading(&format!("Order {}", self.order_id));
        text.push_str(&table(colors, &columns, &self.places));
        text.push_str(&self.remarks());
        text.push_str("\nNot touched:\n");
        for place in &self.not_reached {
            text.push_str(&format!(" - {place}\n"));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_erasure_as_people_and_scripts_read_it() {
        let place = |place: &str, what: &str, found: usize, removed: usize| Place {
            place: place.to_owned(),
            what: what.to_owned(),
            found,
            removed,
            ..Place::default()
        };
        let mut places = vec![
            place("ledger table", "mails not sent yet, to be skipped", 1, 1),
            place("queue mail", "messages", 0, 0),
            place("queue mail-dlq", "messages", 2, 1),
            place("Events table", "events, with the customer's data", 3, 3),
        ];
        places[1].not_looked_at = 4;
        places[2].left = 1;
        places[2].hidden = 3;
        places[2].perhaps = vec!["00000001-1111-2222-3333-444444444444".to_owned()];
        let erasure = Erasure::new("1001", Mode::Remove, places, false);
        insta::assert_snapshot!(erasure.text(ColorMode::Plain));
        insta::assert_json_snapshot!(erasure);
    }
}
