//! Repairing bodies with a jq filter.

use serde_json::Value;
use similar::TextDiff;

use super::received::Received;
use crate::failure::Failure;
use crate::jq::Filter;
use crate::pii::Personal;

/// How many diffs are shown before the rest is only counted.
const MOST_SAMPLES: usize = 3;

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
    /// [`Failure::Input`] that shows where the filter stops making sense.
    pub fn compile(code: &str) -> Result<Self, Failure> {
        Filter::compile("--edit", code).map(Self)
    }

    /// Edits a body.
    #[must_use]
    pub fn apply(&self, message: &Received) -> Edited {
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

/// What the edits of a whole selection did.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Edits {
    /// How many bodies change.
    pub changed: usize,
    /// How many do not.
    pub same: usize,
    /// The first changes, as diffs.
    pub samples: Vec<String>,
}

impl Edits {
    /// Takes note of one.
    pub fn note(&mut self, message: &Received, edited: &Edited, personal: Personal) {
        match edited {
            Edited::Same => self.same += 1,
            Edited::Unsuited(_) => {}
            Edited::Changed(after) => {
                self.changed += 1;
                if self.samples.len() < MOST_SAMPLES {
                    self.samples.push(diff(&message.id, &message.body, after, personal));
                }
            }
        }
    }
}

/// The change as a unified diff of indented JSON.
fn diff(id: &str, before: &str, after: &str, personal: Personal) -> String {
    let (before, after) = (readable(before, personal), readable(after, personal));
    TextDiff::from_lines(&before, &after)
        .unified_diff()
        .context_radius(2)
        .header(&format!("{id} as it is"), &format!("{id} as it would be sent"))
        .to_string()
}

fn readable(body: &str, personal: Personal) -> String {
    let value = serde_json::from_str(body).unwrap_or_else(|_| Value::String(body.to_owned()));
    match personal.json(value) {
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
        let edited = edit.apply(&message);
        let mut edits = Edits::default();
        edits.note(&message, &edited, Personal::Masked);
        assert_eq!(edits.changed, 1);
        insta::assert_snapshot!(edits.samples[0]);
    }

    #[test]
    fn an_edit_that_gives_no_body_or_does_not_suit_it_changes_nothing() {
        let body = message(r#"{"v":1}"#);
        assert_eq!(Edit::compile(".").unwrap().apply(&body), Edited::Same);
        assert!(matches!(Edit::compile("empty").unwrap().apply(&body), Edited::Unsuited(_)));
        assert!(matches!(Edit::compile(".v.x").unwrap().apply(&body), Edited::Unsuited(_)));
    }

    #[test]
    fn a_body_that_is_no_json_is_a_string_to_the_filter() {
        let edit = Edit::compile(r#"sub("^x"; "") | fromjson"#).unwrap();
        assert_eq!(edit.apply(&message(r#"x{"v":1}"#)), Edited::Changed(r#"{"v":1}"#.to_owned()));
    }
}
