//! What an erasure found and removed, and what it cannot reach.

use serde::Serialize;
use shared::OrderKey;

use crate::aws::Queue;
use crate::order_name::OrderName;
use crate::output::{ColorMode, Column, Report, Style, nonzero, table};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    Find,
    Remove,
}

/// How a report calls the tables.
pub const LEDGER_TABLE: &str = "ledger table";
pub const EVENTS_TABLE: &str = "Events table";

/// A table or queue.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Place {
    pub place: String,
    /// What is removed there.
    pub what: String,
    pub found: usize,
    pub removed: usize,
    /// How many could not be removed.
    pub left: usize,
    /// Dead letters in flight or delayed: invisible now, and no function deletes them.
    pub hidden: u64,
    /// The ids of messages that may be about the order: unreadable, or about other orders too.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub perhaps: Vec<String>,
    /// Messages that were not scanned: in flight, delayed, or too many. Their function deletes those of the order, unless
    /// [`Self::is_stored_first`].
    pub not_looked_at: u64,
    /// Whether their function stores them, or leaves them to an operator, before anybody asks the ledger.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_stored_first: bool,
}

impl Place {
    pub fn new(place: impl Into<String>, what: &str, found: usize) -> Self {
        Self { place: place.into(), what: what.to_owned(), found, ..Self::default() }
    }

    /// Adds it to the places whose turn has come, so that what is removed of it is told however the erasure ends. In
    /// [`Mode::Remove`] all that was found is left at first.
    pub fn begin(mut self, mode: Mode, places: &mut Vec<Self>) -> &mut Self {
        if mode == Mode::Remove {
            self.left = self.found;
        }
        let at = places.len();
        places.push(self);
        &mut places[at]
    }

    /// One that was found there is now removed, or stays.
    pub const fn count(&mut self, is_removed: bool) {
        if is_removed {
            self.removed += 1;
            self.left -= 1;
        }
    }

    /// Whether the operator has to check a message or repeat the command.
    pub const fn needs_attention(&self) -> bool {
        self.left > 0 || self.hidden > 0 || !self.perhaps.is_empty()
    }

    /// Whether something is left that only the ledger's records keep from being mailed.
    pub const fn may_be_mailed(&self) -> bool {
        self.needs_attention() || self.not_looked_at > 0
    }
}

#[derive(Debug, Serialize)]
pub struct Erasure {
    #[serde(skip)]
    pub order_key: String,
    pub shop: String,
    pub order_id: String,
    /// Whether the command was to remove, or only to find.
    pub removed: bool,
    pub places: Vec<Place>,
    /// The places that it did not get to, or not through, when it was stopped or failed, in their order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unfinished: Vec<String>,
    /// What this command cannot reach.
    pub not_reached: Vec<String>,
}

// An operator answers a customer by this report: what it does not name is taken to be gone.
const NOT_REACHED: [&str; 6] = [
    "the Events table's stream, which keeps records for 24 hours",
    "backups of the tables (point-in-time recovery: 35 days)",
    "SES's suppression list, which is by address: `waybill suppression remove`",
    "files that `waybill dlq drop` wrote (waybill-dropped-*.jsonl), wherever operators keep them",
    "the audit items of this command: they name the order, and hold no name and no address",
    "whatever the shop itself keeps, and may publish again",
];

/// [`Place::what`] of what `--ledger-too` removes.
pub const LEDGER_RECORDS: &str = "records, without personal data";

const LEDGER_KEPT: &str = "the ledger's records: they hold no personal data, and keep the same event \
                           from being mailed twice (--ledger-too removes them)";

/// Explains a column, if it applies to any place.
struct Note {
    applies: fn(&Place) -> bool,
    text: &'static str,
}

const NOTES: [Note; 5] = [
    Note {
        applies: |p| p.not_looked_at > 0 && p.is_stored_first,
        text: "Not looked at in the queues deliveries and inbox: what is there is stored before anybody asks the \
               ledger, or becomes a dead letter, a delivery after a day. Repeat the command, and once more in a day. \
               Once the events are erased, and with them the customer's address, a delivery is found by the order's \
               id alone.",
    },
    Note {
        applies: |p| p.not_looked_at > 0 && !p.is_stored_first,
        text: "Not looked at in the queues dispatch, mail and feedback: the function that receives a message \
               deletes it, since the ledger says that this order is not to be mailed.",
    },
    Note {
        applies: |p| p.hidden > 0,
        text: "Hidden: dead letters that somebody has received, perhaps of this order. Repeat the \
               command when they are visible again.",
    },
    Note {
        applies: |p| !p.perhaps.is_empty(),
        text: "Perhaps: messages that mention the order and cannot be read, or are about other \
               orders too. They were left; check each:",
    },
    Note {
        applies: |p| p.what == LEDGER_RECORDS && p.left > 0,
        text: "The ledger's records are kept while anything above is left, and for a day after the \
               order's last change (as long as the stream keeps its events): they keep it from \
               being mailed.",
    },
];

impl Erasure {
    pub fn new(order: &OrderKey, mode: Mode, places: Vec<Place>, ledger_too: bool) -> Self {
        // With `--ledger-too` the records have a row of their own.
        let kept = if ledger_too { &[][..] } else { &[LEDGER_KEPT] };
        let not_reached = kept.iter().chain(&NOT_REACHED).map(|text| (*text).to_owned()).collect();
        let OrderName { shop, id } = OrderName::from(order);
        let removed = mode == Mode::Remove;
        Self {
            order_key: order.to_string(),
            shop,
            order_id: id,
            removed,
            places,
            unfinished: Vec::new(),
            not_reached,
        }
    }

    /// Names the queues that were left out since they hold nothing of anybody.
    pub fn not_reaching(mut self, queues: &[Queue]) -> Self {
        let named = queues.iter().map(|queue| {
            format!(
                "the queue {}: it names orders, and holds no name and no address",
                queue.suffix()
            )
        });
        self.not_reached.extend(named);
        self
    }

    pub fn order(&self) -> OrderName {
        OrderName { shop: self.shop.clone(), id: self.order_id.clone() }
    }

    /// Whether nothing of the order was found, nor may be among what is hidden or perhaps its own. Messages
    /// of working queues that were not looked at say nothing: on a busy stack there always are some.
    pub fn is_empty(&self) -> bool {
        self.places
            .iter()
            .all(|place| place.found == 0 && place.hidden == 0 && place.perhaps.is_empty())
    }

    /// Whether the operator has to check something, or to repeat the command.
    pub fn needs_attention(&self) -> bool {
        !self.unfinished.is_empty() || self.places.iter().any(Place::needs_attention)
    }

    /// What it did not get to, as a sentence; `None` where it went through everything.
    pub fn unfinished_sentence(&self) -> Option<String> {
        let (first, rest) = self.unfinished.split_first()?;
        let rest = match rest {
            [] => String::new(),
            rest => format!(", and not begun with: {}", rest.join(", ")),
        };
        Some(format!(
            "Not gone through: {first}{rest}. The same again continues with what is left."
        ))
    }

    pub fn removed_count(&self) -> usize {
        self.places.iter().map(|place| place.removed).sum()
    }

    /// What the counts mean, a sentence or two for each that is not zero.
    pub fn notes(&self) -> impl Iterator<Item = &'static str> {
        // A note explains a column, and the table leaves out columns without a count.
        let applying = NOTES.iter().filter(|note| self.places.iter().any(note.applies));
        applying.map(|note| note.text)
    }

    /// The commands that show the messages which are perhaps about the order.
    pub fn commands(&self) -> Vec<String> {
        let of_place = |place: &Place| {
            // `dlq show` takes the name without the suffix.
            let queue =
                place.place.trim_start_matches("queue ").trim_end_matches("-dlq").to_owned();
            let show = move |id: &String| format!("waybill dlq show {queue} --message {id} --body");
            place.perhaps.iter().map(show).collect::<Vec<_>>()
        };
        self.places.iter().flat_map(of_place).collect()
    }
}

impl Report for Erasure {
    fn text(&self, colors: ColorMode) -> String {
        let columns = [
            Column::text("place", |p: &Place| p.place.clone()),
            Column::text("what", |p| p.what.clone()),
            Column::number("found", |p| p.found.to_string()),
            Column::number("removed", |p: &Place| nonzero(p.removed as u64))
                .styled(|_| Some(Style::Success)),
            Column::number("left", |p: &Place| nonzero(p.left as u64))
                .styled(|_| Some(Style::Error)),
            Column::number("hidden", |p: &Place| nonzero(p.hidden)).styled(|_| Some(Style::Error)),
            Column::number("perhaps", |p: &Place| nonzero(p.perhaps.len() as u64))
                .styled(|_| Some(Style::Warning)),
            Column::number("not looked at", |p| nonzero(p.not_looked_at)),
        ];
        let mut text = colors.heading(&format!("Order {}", self.order()));
        text.push_str(&table(colors, &columns, &self.places));
        text.extend(self.unfinished_sentence().map(|it| format!("\n{}", colors.wrap(&it, ""))));
        text.extend(self.notes().map(|note| format!("\n{}", colors.wrap(note, ""))));
        text.extend(self.commands().iter().map(|command| format!(" - `{command}`\n")));
        text.push_str("\nNot touched:\n");
        for place in &self.not_reached {
            text.push_str(&colors.wrap(&format!(" - {place}"), "   "));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::Dlq;

    #[test]
    fn an_erasure_as_people_and_scripts_read_it() {
        let place = |place: &str, what: &str, found: usize, removed: usize| Place {
            removed,
            ..Place::new(place, what, found)
        };
        let mut places = vec![
            place("ledger table", "mails not sent yet, to be skipped", 1, 1),
            place("queue deliveries", "messages", 0, 0),
            place("queue mail", "messages", 0, 0),
            place("queue mail-dlq", "messages", 2, 1),
            place("Events table", "events, with the customer's data", 3, 3),
        ];
        places[1].not_looked_at = 4;
        places[1].is_stored_first = true;
        places[2].not_looked_at = 1;
        places[3].left = 1;
        places[3].hidden = 3;
        places[3].perhaps = vec!["00000001-1111-2222-3333-444444444444".to_owned()];
        let erasure =
            Erasure::new(&OrderKey::parse("default/1001").unwrap(), Mode::Remove, places, false)
                .not_reaching(&[Queue::Dead(Dlq::MailHook)]);
        insta::assert_snapshot!(erasure.text(ColorMode::Plain));
        insta::assert_snapshot!("an_erasure_at_80_columns", erasure.text(ColorMode::at_width(80)));
        insta::assert_json_snapshot!(erasure);
    }
}
