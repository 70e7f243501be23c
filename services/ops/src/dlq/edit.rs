//! `--edit`: repairs bodies with a jq filter before they are classified and moved.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;
use shared::queue::dead_letter::{KIND, ORDER_ID, SHOP};
use similar::TextDiff;

use super::delivery::{self, Labels};
use super::filter_text::{masked_filter, nothing_at};
use super::parse::{id_text, orders_in, orders_named_by, parse};
use super::payload::{DlqPayload, body_of, content, content_of};
use super::receive::Received;
use crate::aws::Dlq;
use crate::jq::Filter;
use crate::pii::{PiiMode, is_masked_whole};

/// How many diffs are shown before the rest is only counted.
const MAX_DIFFS: usize = 3;

/// How many messages are named on which an edit fails.
const MAX_FAILURES: usize = 20;

/// A jq filter whose output is the new body.
#[derive(Debug, Clone)]
pub struct Edit {
    filter: Filter,
    /// As it was typed.
    code: Arc<str>,
}

/// What an edit made of a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edited {
    Unchanged,
    Changed(String),
    /// Nothing: the filter failed, or its result is refused. The reason quotes no personal data.
    Failed(String),
}

impl Edited {
    /// What the new body asks for; `None` where the body is as it was. Where the edit failed, nothing
    /// that a replay would move.
    pub fn payload(&self, dlq: Dlq, received_at: Timestamp) -> Option<DlqPayload> {
        match self {
            Self::Unchanged => None,
            Self::Changed(body) => Some(DlqPayload::parse(dlq, body, received_at)),
            Self::Failed(why) => Some(DlqPayload::Unreadable(format!("the edit failed: {why}"))),
        }
    }
}

impl Edit {
    /// As [`Filter::compile`].
    pub fn compile(code: &str) -> Result<Self, String> {
        Filter::compile(code).map(|filter| Self { filter, code: code.into() })
    }

    /// As it was typed, with what may be a customer's masked.
    pub fn masked_code(&self) -> String {
        masked_filter(&self.code)
    }

    /// Edits a body. An edit that changes which order, kind or scope the message is about is refused:
    /// one customer would get a mail about another's order.
    pub fn apply(&self, dlq: Dlq, message: &Received) -> Edited {
        match self.run(dlq, message) {
            Edited::Changed(body) if !keeps_identity(dlq, message, &body) => Edited::Failed(
                "it changes which order, kind or scope the message is about".to_owned(),
            ),
            edited => edited,
        }
    }

    fn run(&self, dlq: Dlq, message: &Received) -> Edited {
        let before = content(dlq, message);
        match self.filter.run(&before).as_deref() {
            Err(why) => Edited::Failed(match nothing_at(&self.code, &before) {
                Some(nothing) => format!("{why}; {nothing}"),
                None => why.clone(),
            }),
            Ok([after]) if *after == before => Edited::Unchanged,
            Ok([after]) => Edited::Changed(body_of(dlq, after.clone())),
            Ok(outputs) => Edited::Failed(format!(
                "an edit must give one value for each body; this one gave {}",
                outputs.len()
            )),
        }
    }
}

/// Whether the edited body is about the same order, kind and scope as the message: as its body says,
/// or else, where that does not parse, its attributes and what its body names as order ids.
fn keeps_identity(dlq: Dlq, message: &Received, edited: &str) -> bool {
    if dlq == Dlq::Deliveries {
        return keeps_order(message, edited);
    }
    let read = |body| DlqPayload::parse(dlq, body, message.received_at(dlq));
    let (before, after) = (read(&message.body), read(edited));
    let (was_readable, after) = (!matches!(before, DlqPayload::Unreadable(_)), after.keys());
    // An edit that makes the body unreadable names nobody; it is refused by its verdict instead.
    if was_readable && !after.is_empty() && after != before.keys() {
        return false;
    }
    // What an unreadable body was about is known only by its attributes and by where it has order ids.
    let named = orders_named_by(dlq, &message.body);
    let is_attribute = |name: &str, value: &str| {
        message.attributes.get(name).is_none_or(|attribute| attribute == value)
    };
    after.iter().all(|key| {
        is_attribute(ORDER_ID, key.order_id.as_str())
            && is_attribute(SHOP, key.shop.as_str())
            && is_attribute(KIND, key.kind.as_str())
            && (named.is_empty() || named.iter().flatten().any(|own| *own == key.order_key()))
    })
}

/// Whether an edited delivery is of the same shop and about the same order. One delivery makes several events, and a
/// repair may make it others.
fn keeps_order(message: &Received, edited: &str) -> bool {
    if Labels::read(&message.body).shop != Labels::read(edited).shop {
        return false;
    }
    let before = parse(Dlq::Deliveries, message).0.order();
    // An edit that leaves no order names nobody; it is refused by its verdict instead.
    let after = delivery::order(edited);
    before.is_none() || after.is_none() || before == after
}

/// Whom the messages of a selection would mail after an edit, to notice one that sends the mails of several
/// orders to one person: a constant address is meant for one of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recipients {
    /// Per address after the edit.
    by_address: HashMap<String, Group>,
}

/// Of one address: whether orders with different ones got it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Group {
    order: String,
    before: Option<String>,
    has_other_order: bool,
    has_other_address: bool,
}

impl Recipients {
    /// Adds a message, with its body as it is (`before`) and as the edit leaves it.
    pub fn add(&mut self, before: &Value, after: &Value) {
        let before: HashMap<String, String> = recipients(before).collect();
        for (order, address) in recipients(after) {
            let was = before.get(&order).cloned();
            let new = Group {
                order: order.clone(),
                before: was.clone(),
                has_other_order: false,
                has_other_address: false,
            };
            let group = self.by_address.entry(address).or_insert(new);
            group.has_other_order |= group.order != order;
            group.has_other_address |= group.before != was || was.is_none();
        }
    }

    /// Whether messages of several orders have one address that they did not share before.
    pub fn are_mixed(&self) -> bool {
        self.by_address.values().any(|group| group.has_other_order && group.has_other_address)
    }
}

/// The orders of a body, with their customers' addresses. Their case is not compared: an edit may repair it.
fn recipients(body: &Value) -> impl Iterator<Item = (String, String)> {
    orders_in(body).into_iter().filter_map(|(shop, order)| {
        let address = order.pointer("/customer/email")?.as_str()?;
        let id = id_text(order.get("id")?)?;
        Some((format!("{shop}/{id}"), address.trim().to_lowercase()))
    })
}

/// What an edit did to a whole selection.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Edits {
    pub changed: usize,
    #[serde(rename = "same")]
    pub unchanged: usize,
    /// On how many it fails; those messages stay.
    #[serde(rename = "unsuited")]
    pub failed: usize,
    /// The first of these.
    #[serde(rename = "unsuited_because", skip_serializing_if = "Vec::is_empty")]
    pub failures: Vec<EditFailure>,
    /// The first changes, as unified diffs.
    #[serde(rename = "samples")]
    pub diffs: Vec<String>,
    /// Whom the messages that may be moved would mail.
    #[serde(skip)]
    pub recipients: Recipients,
}

/// A message on which an edit fails.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct EditFailure {
    pub message_id: String,
    /// Quotes no personal data.
    pub reason: String,
}

impl Edits {
    /// Whether it failed on every message.
    pub const fn failed_on_all(&self) -> bool {
        self.failed > 0 && self.changed == 0 && self.unchanged == 0
    }

    /// Counts what `edit` made of a message.
    pub fn add(
        &mut self,
        dlq: Dlq,
        message: &Received,
        (edit, edited): (&Edit, &Edited),
        pii: PiiMode,
    ) {
        match edited {
            Edited::Unchanged => self.unchanged += 1,
            Edited::Failed(why) => {
                self.failed += 1;
                if self.failures.len() < MAX_FAILURES {
                    let (message_id, reason) = (message.id.clone(), why.clone());
                    self.failures.push(EditFailure { message_id, reason });
                }
            }
            Edited::Changed(after) => {
                self.changed += 1;
                // A sample: ten thousand diffs are neither read nor kept in memory.
                if self.diffs.len() < MAX_DIFFS {
                    let (before, after) = (content(dlq, message), content_of(dlq, after));
                    self.diffs.push(diff(&message.id, before, after, &edit.code, pii));
                }
            }
        }
    }
}

/// The change as a unified diff of indented JSON.
fn diff(id: &str, before: Value, after: Value, code: &str, pii: PiiMode) -> String {
    let (before, mut after) = (pii.unrecognized(before), pii.unrecognized(after));
    if pii == PiiMode::Masked {
        let known = texts(&before);
        mask_made_texts(&mut after, &|text| known.contains(text) || code.contains(text));
    }
    let (before, after) = (readable(&before), readable(&after));
    TextDiff::from_lines(&before, &after)
        .unified_diff()
        .context_radius(2)
        .header(&format!("{id} before"), &format!("{id} after"))
        .to_string()
}

fn readable(body: &Value) -> String {
    match body {
        Value::String(text) => format!("{text}\n"),
        json => format!("{json:#}\n"),
    }
}

/// Masks what a filter made of other texts: it may have written a name or an address where no personal data is expected.
/// Shown is what stood in the body, masked as it is there, and what the operator typed.
fn mask_made_texts(after: &mut Value, is_known: &impl Fn(&str) -> bool) {
    match after {
        Value::String(text) if !is_known(text) && !is_masked_whole(text) => {
            MASK.clone_into(text);
        }
        Value::Number(number) if !is_known(&number.to_string()) => *after = MASK.into(),
        Value::Array(items) => items.iter_mut().for_each(|item| mask_made_texts(item, is_known)),
        Value::Object(members) => {
            let named = std::mem::take(members).into_iter().map(|(name, mut member)| {
                mask_made_texts(&mut member, is_known);
                (if is_known(&name) { name } else { MASK.to_owned() }, member)
            });
            *members = named.collect();
        }
        _ => {}
    }
}

const MASK: &str = "***";

/// All texts, numbers and names of members of a body.
fn texts(body: &Value) -> HashSet<String> {
    match body {
        Value::String(text) => HashSet::from([text.clone()]),
        Value::Number(number) => HashSet::from([number.to_string()]),
        Value::Array(items) => items.iter().flat_map(texts).collect(),
        Value::Object(members) => {
            let within = members.values().flat_map(texts);
            members.keys().cloned().chain(within).collect()
        }
        _ => HashSet::new(),
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
        edits.add(Dlq::Mail, &message, (&edit, &edited), PiiMode::Masked);
        assert_eq!(edits.changed, 1);
        insta::assert_snapshot!(edits.diffs[0]);
    }

    #[test]
    fn what_a_filter_made_of_personal_data_is_masked_wherever_it_puts_it() {
        let message = message(
            r#"{"v":1,"event":{"type":"t","data":{"order":{"number":"7","customer":{"email":"jo@shop.example"}}}}}"#,
        );
        for (code, expected) in [
            (
                r#".event.data.order.number = (.event.data.order.customer.email | split("@") | join("_at_"))"#,
                "***",
            ),
            (r#".event.data.order.number = .event.data.order.customer.email + "/""#, "***"),
            (r#".event.data.order.number = .event.data.order.customer.email + "-Jo""#, "***"),
            (r#".event.data.order.number = "8""#, "8"),
        ] {
            let edit = Edit::compile(code).unwrap();
            let mut edits = Edits::default();
            let edited = edit.apply(Dlq::Mail, &message);
            edits.add(Dlq::Mail, &message, (&edit, &edited), PiiMode::Masked);
            let shown = format!("+        \"number\": \"{expected}\"");
            assert!(edits.diffs[0].contains(&shown), "{}", edits.diffs[0]);
        }
        let order = ".event.data.order";
        let code = format!("{order}[{order}.customer.email] = (\"49\" + \"170\" | tonumber)");
        let edit = Edit::compile(&code).unwrap();
        let mut edits = Edits::default();
        edits.add(Dlq::Mail, &message, (&edit, &edit.apply(Dlq::Mail, &message)), PiiMode::Masked);
        let shown = "+        \"j***@***.example\": \"***\"";
        assert!(edits.diffs[0].contains(shown), "{}", edits.diffs[0]);
    }

    #[test]
    fn an_event_that_intake_did_not_take_is_edited_as_it_was_published() {
        let mut event: Value =
            serde_json::from_str(mailer::preview::SAMPLES.lines().next().unwrap()).unwrap();
        let good = event.clone();
        event["data"]["order"]["totals"]["total"]["currency"] = "eur".into();
        let envelope = serde_json::json!({
            "id": "b-1", "source": "shop", "detail-type": "order", "detail": event,
        });
        let currency = &good["data"]["order"]["totals"]["total"]["currency"];
        let repair = format!(".data.order.totals.total.currency = {currency}");
        let repaired =
            Edit::compile(&repair).unwrap().apply(Dlq::Inbox, &message(&envelope.to_string()));
        assert_eq!(repaired, Edited::Changed(good.to_string()));
        assert!(matches!(
            repaired.payload(Dlq::Inbox, Timestamp::now()),
            Some(DlqPayload::Events(_))
        ));
        let steal = Edit::compile(&format!("{repair} | .data.order.id = \"2002\"")).unwrap();
        let refused = steal.apply(Dlq::Inbox, &message(&envelope.to_string()));
        assert!(matches!(refused, Edited::Failed(_)), "{refused:?}");
    }

    #[test]
    fn an_edit_that_gives_several_orders_one_address_mixes_them_up() {
        let body = |id: &str, email: &str| serde_json::json!({"event": {"data": {"order": {"id": id, "customer": {"email": email}}}}});
        let is_mixed = |messages: &[(&str, &str, &str)]| {
            let mut recipients = Recipients::default();
            for (id, before, after) in messages {
                recipients.add(&body(id, before), &body(id, after));
            }
            recipients.are_mixed()
        };
        assert!(is_mixed(&[
            ("1", "a@b.example", "x@b.example"),
            ("2", "c@b.example", "x@b.example")
        ]));
        // The edit leaves the first as it is.
        assert!(is_mixed(&[
            ("1", "x@b.example", "x@b.example"),
            ("2", "c@b.example", "x@b.example")
        ]));
        // Two messages about one order, and two orders of one customer.
        assert!(!is_mixed(&[
            ("1", "a@b.example", "x@b.example"),
            ("1", "a@b.example", "x@b.example")
        ]));
        assert!(!is_mixed(&[
            ("1", "a@c.example", "a@b.example"),
            ("2", "A@c.example", "a@b.example")
        ]));
        assert!(!is_mixed(&[
            ("1", "a@c.example", "a@b.example"),
            ("2", "b@c.example", "b@b.example")
        ]));
    }

    #[test]
    fn an_edit_that_fails_or_gives_no_body_changes_nothing() {
        let body = message(r#"{"v":1}"#);
        assert_eq!(Edit::compile(".").unwrap().apply(Dlq::Mail, &body), Edited::Unchanged);
        for code in ["empty", ".v.x"] {
            let edited = Edit::compile(code).unwrap().apply(Dlq::Mail, &body);
            assert!(matches!(edited, Edited::Failed(_)), "{code}: {edited:?}");
        }
    }

    #[test]
    fn an_edit_that_makes_it_another_order_s_message_is_refused() {
        let event: Value =
            serde_json::from_str(mailer::preview::SAMPLES.lines().next().unwrap()).unwrap();
        let id = shared::CorrelationId::parse("c-1").unwrap();
        let body = shared::queue::message::DispatchRequest::body(&event, Timestamp::now(), &id);
        let readable = message(&body);
        let unreadable = message(&body.replace("\"v\":1", "\"v\":9"));
        let mut truncated = message("cut off");
        truncated.attributes.insert(ORDER_ID.to_owned(), "another".to_owned());
        for theft in [".event.data.order.id = \"2002\"", ".event.shop = \"north\""] {
            let steal = Edit::compile(&format!(".v = 1 | {theft}")).unwrap();
            for message in [&readable, &unreadable] {
                let edited = steal.apply(Dlq::Dispatch, message);
                assert!(matches!(edited, Edited::Failed(_)), "{theft}: {edited:?}");
            }
        }
        let replace = Edit::compile(&body).unwrap();
        assert!(matches!(replace.apply(Dlq::Dispatch, &truncated), Edited::Failed(_)));
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
