//! Repairing bodies with a jq filter.

use serde_json::Value;
use shared::queue::dead_letter::{KIND, ORDER_ID};
use similar::TextDiff;

use super::about::orders_named;
use super::received::Received;
use super::subject::DlqPayload;
use crate::aws::Dlq;
use crate::error::CliError;
use crate::jq::Filter;
use crate::pii::PiiMode;

/// How many diffs are shown before the rest is only counted.
const MAX_SAMPLES: usize = 3;

/// A filter that changes bodies.
#[derive(Debug)]
pub struct Edit(Filter);

/// What an edit did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edited {
    /// Nothing: the body is as it was.
    Same,
    /// The new body.
    Changed(String),
    /// The filter does not suit the body. jq's words.
    Unsuited(String),
}

impl Edit {
    /// Compiles `--edit`.
    ///
    /// # Errors
    /// [`CliError::Input`] that shows where the filter stops making sense.
    pub fn compile(code: &str) -> Result<Self, CliError> {
        Filter::compile("--edit", code).map(Self)
    }

    /// Edits a body. A repair leaves what the message is about; one that does not is refused, or
    /// one customer's news would be sent in the name of another's order.
    #[must_use]
    pub fn apply(&self, dlq: Dlq, message: &Received) -> Edited {
        match self.run(message) {
            Edited::Changed(body) if !is_about_the_same(dlq, message, &body) => Edited::Unsuited(
                "the edit makes another order's, kind's or scope's message of it".to_owned(),
            ),
            edited => edited,
        }
    }

    fn run(&self, message: &Received) -> Edited {
        let before = message.json_body();
        match self.0.run(&before).as_deref() {
            Err(why) => Edited::Unsuited(why.clone()),
            Ok([after]) if *after == before => Edited::Same,
            Ok([Value::String(text)]) => Edited::Changed(text.clone()),
            Ok([after]) => Edited::Changed(after.to_string()),
            Ok(outputs) => Edited::Unsuited(format!(
                "an edit gives one value for each body; this one gave {}",
                outputs.len()
            )),
        }
    }
}

/// Whether a body says the same of order, kind and scope as the message did: as it could be read,
/// or else as its attributes and the places of its order id tell.
fn is_about_the_same(dlq: Dlq, message: &Received, edited: &str) -> bool {
    let (was, is) = (DlqPayload::of(dlq, &message.body), DlqPayload::of(dlq, edited).identities());
    let was_readable = !matches!(was, DlqPayload::Unreadable(_));
    let named = orders_named(&message.json_body());
    let told = |name: &str| message.attributes.get(name);
    is.is_empty()
        || (!was_readable || is == was.identities())
            && is.iter().all(|(order, kind, _)| {
                told(ORDER_ID).is_none_or(|id| id == order)
                    && told(KIND).is_none_or(|known| known == kind)
                    && (named.is_empty() || named.contains(order))
            })
}

/// What the edits of a whole selection did.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Edits {
    /// How many bodies change.
    pub changed: usize,
    /// How many do not.
    pub same: usize,
    /// How many the edit does not suit; they stay as they are.
    pub unsuited: usize,
    /// Why, of the first of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unsuited_because: Option<String>,
    /// The first changes, as diffs.
    pub samples: Vec<String>,
}

impl Edits {
    /// Takes note of one.
    pub fn note(&mut self, message: &Received, edited: &Edited, pii: PiiMode) {
        match edited {
            Edited::Same => self.same += 1,
            Edited::Unsuited(why) => {
                self.unsuited += 1;
                self.unsuited_because.get_or_insert_with(|| format!("{} ({why})", message.id));
            }
            Edited::Changed(after) => {
                self.changed += 1;
                if self.samples.len() < MAX_SAMPLES {
                    self.samples.push(diff(&message.id, &message.body, after, pii));
                }
            }
        }
    }
}

/// The change as a unified diff of indented JSON.
fn diff(id: &str, before: &str, after: &str, pii: PiiMode) -> String {
    let (before, after) = (readable(before, pii), readable(after, pii));
    TextDiff::from_lines(&before, &after)
        .unified_diff()
        .context_radius(2)
        .header(&format!("{id} as it is"), &format!("{id} as it would be sent"))
        .to_string()
}

fn readable(body: &str, pii: PiiMode) -> String {
    let value = serde_json::from_str(body).unwrap_or_else(|_| Value::String(body.to_owned()));
    let shown = match value {
        // Text without members: nobody knows what of it is personal.
        Value::String(_) => pii.unrecognized_body(value, body.len()),
        json => pii.unrecognized_json(json),
    };
    match shown {
        Value::String(text) => format!("{text}\n"),
        json => format!("{json:#}\n"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(body: &str) -> Received {
        Received { id: "m-1".to_owned(), body: body.to_owned(), ..Received::default() }
    }

    #[test]
    fn an_edit_shows_what_it_changes_and_masks_who_it_is_about() {
        let edit = Edit::compile(".v = 1 | .event.customer.email |= ascii_downcase").unwrap();
        let message =
            message(r#"{"v":"1","event":{"customer":{"email":"JO@EXAMPLE.COM"},"type":"t"}}"#);
        let edited = edit.apply(Dlq::Mail, &message);
        let mut edits = Edits::default();
        edits.note(&message, &edited, PiiMode::Masked);
        assert_eq!(edits.changed, 1);
        insta::assert_snapshot!(edits.samples[0]);
    }

    #[test]
    fn an_edit_that_gives_no_body_or_does_not_suit_it_changes_nothing() {
        let body = message(r#"{"v":1}"#);
        assert_eq!(Edit::compile(".").unwrap().apply(Dlq::Mail, &body), Edited::Same);
        assert!(matches!(
            Edit::compile("empty").unwrap().apply(Dlq::Mail, &body),
            Edited::Unsuited(_)
        ));
        assert!(matches!(
            Edit::compile(".v.x").unwrap().apply(Dlq::Mail, &body),
            Edited::Unsuited(_)
        ));
    }

    #[test]
    fn an_edit_that_makes_another_order_s_letter_of_it_is_refused() {
        let event: Value =
            serde_json::from_str(crate::preview::SAMPLES.lines().next().unwrap()).unwrap();
        let id = shared::CorrelationId::parse("c-1").unwrap();
        let body =
            shared::queue::message::DispatchRequest::body(&event, jiff::Timestamp::now(), &id);
        let readable = message(&body);
        let unreadable = message(&body.replace("\"v\":1", "\"v\":9"));
        let mut told = message("cut off");
        told.attributes.insert(ORDER_ID.to_owned(), "another".to_owned());
        let steal = Edit::compile(r#".v = 1 | .event.data.order.id = "2002""#).unwrap();
        for message in [&readable, &unreadable] {
            assert!(matches!(steal.apply(Dlq::Dispatch, message), Edited::Unsuited(_)));
        }
        let replace = Edit::compile(&body).unwrap();
        assert!(matches!(replace.apply(Dlq::Dispatch, &told), Edited::Unsuited(_)));
        let repair = Edit::compile(".v = 1").unwrap();
        assert!(matches!(repair.apply(Dlq::Dispatch, &unreadable), Edited::Changed(_)));
    }

    #[test]
    fn a_body_that_is_no_json_is_a_string_to_the_filter() {
        let edit = Edit::compile(r#"sub("^x"; "") | fromjson"#).unwrap();
        assert_eq!(
            edit.apply(Dlq::Mail, &message(r#"x{"v":1}"#)),
            Edited::Changed(r#"{"v":1}"#.to_owned())
        );
    }
}
