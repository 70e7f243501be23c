//! Where the order was.

use serde::Serialize;

use super::Mode;
use crate::output::{Column, Paint, Report, Tone, table};

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
    /// Messages that could not be looked at: in flight, delayed, or too many.
    pub not_looked_at: u64,
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

const NOT_REACHED: [&str; 5] = [
    "the Events table's stream, which forgets after 24 hours",
    "backups of the tables (point-in-time recovery: 35 days)",
    "the bucket of failed stream records, which keeps them as long as the Events table's items",
    "SES's suppression list, which is by address: `waybill suppression remove`",
    "whatever the shop itself keeps, and may publish again",
];

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

impl Report for Erasure {
    fn text(&self, paint: Paint) -> String {
        let columns = [
            Column::text("place", |p: &Place| p.place.clone()),
            Column::text("what", |p| p.what.clone()),
            Column::number("found", |p| p.found.to_string()),
            Column::number("removed", |p: &Place| or_empty(p.removed)).toned(|_| Some(Tone::Good)),
            Column::number("left", |p: &Place| or_empty(p.left)).toned(|_| Some(Tone::Bad)),
            Column::number("not looked at", |p| {
                or_empty(usize::try_from(p.not_looked_at).unwrap_or(usize::MAX))
            }),
        ];
        let mut text = paint.heading(&format!("Order {}", self.order_id));
        text.push_str(&table(paint, &columns, &self.places));
        if self.places.iter().any(|place| place.not_looked_at > 0) {
            text.push_str(
                "\nMessages that were not looked at (in flight, delayed, or a working queue that is \
                 too deep) are deleted\nby the function that gets them: the ledger says that this \
                 order is not to be mailed.\n",
            );
        }
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
        let erasure = Erasure::new("1001", Mode::Remove, places, false);
        insta::assert_snapshot!(erasure.text(Paint::Plain));
        insta::assert_json_snapshot!(erasure);
    }
}
