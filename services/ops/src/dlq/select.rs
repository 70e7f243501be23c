//! Which messages a command is about.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};
use shared::{Kind, OrderId};

use super::letter::DeadLetterSummary;
use super::received::Received;
use super::verdict::Verdict;
use crate::aws::Dlq;
use crate::error::CliError;
use crate::jq::Filter;
use crate::output::rfc3339;
use crate::time_arg;

/// Flags that select messages. All of them must hold.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "Which messages")]
pub struct Selection {
    /// Messages for which this jq filter is true. It sees one object with the members body,
    /// attributes, message_id, order_id, kind, scope, code, reason, failed_at, queued_at, receives
    #[arg(long, value_name = "JQ")]
    pub filter: Option<String>,
    /// Messages that failed for this reason: its word, or a part of its sentence
    #[arg(long, value_name = "TEXT")]
    pub failed_for: Option<String>,
    /// Messages about this kind of event, such as order.confirmed
    #[arg(long, value_name = "KIND")]
    pub kind: Option<String>,
    /// Messages about this order
    #[arg(long, value_name = "ID")]
    pub order: Option<String>,
    /// Messages that failed since then: 2h, 3d, 2026-11-20, or a time in RFC 3339
    #[arg(long, value_name = "WHEN")]
    pub since: Option<String>,
    /// Messages that failed before then
    #[arg(long, value_name = "WHEN")]
    pub until: Option<String>,
    /// Messages that a replay would treat so; may be given several times
    #[arg(long, value_name = "VERDICT")]
    pub verdict: Vec<Verdict>,
    /// The message with this id; may be given several times
    #[arg(long, value_name = "ID")]
    pub message: Vec<String>,
    /// How many seconds a message that is looked at stays hidden from others, should this command
    /// be killed before it can give it back (default: as long as the look takes)
    #[arg(long, value_name = "SECONDS", hide_short_help = true, value_parser = clap::value_parser!(u64).range(1..=43_200))]
    pub hold: Option<u64>,
}

/// Flags of commands that only look, where `--reason` is not yet taken by the audit item.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Looking {
    /// The same as --failed-for
    #[arg(long, value_name = "TEXT", conflicts_with = "failed_for")]
    pub reason: Option<String>,
    #[command(flatten)]
    pub selection: Selection,
}

impl Looking {
    /// The selection that is meant.
    #[must_use]
    pub fn meant(&self) -> Selection {
        let failed_for = self.reason.clone().or_else(|| self.selection.failed_for.clone());
        Selection { failed_for, ..self.selection.clone() }
    }
}

impl Selection {
    /// The hold asked for.
    #[must_use]
    pub fn hold(&self) -> Option<Duration> {
        self.hold.map(Duration::from_secs)
    }
}

/// A selection that is ready to be asked.
#[derive(Debug)]
pub struct Selector {
    filter: Option<Filter>,
    failed_for: Option<String>,
    kind: Option<String>,
    order: Option<String>,
    since: i64,
    until: i64,
    verdicts: Vec<Verdict>,
    messages: Vec<String>,
}

/// Whether a message is selected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// It is.
    Taken,
    /// It is not.
    Left,
    /// The jq filter does not suit it, and so it is not. jq's words.
    Unsuited(String),
}

impl Selection {
    /// Checks what was typed.
    ///
    /// # Errors
    /// [`CliError::Input`] for what is no filter, kind, order id or moment.
    pub fn compile(&self, now: Timestamp) -> Result<Selector, CliError> {
        let moment = |flag, typed: &Option<String>, default| match typed {
            Some(typed) => time_arg::parse(flag, typed, now),
            None => Ok(default),
        };
        let filter = self.filter.as_ref().map(|code| Filter::compile("--filter", code));
        Ok(Selector {
            filter: filter.transpose()?,
            failed_for: self.failed_for.as_ref().map(|text| text.to_lowercase()),
            kind: self.kind.as_deref().map(kind).transpose()?,
            order: self.order.as_deref().map(order_id).transpose()?,
            since: moment("--since", &self.since, i64::MIN)?,
            until: moment("--until", &self.until, i64::MAX)?,
            verdicts: self.verdict.clone(),
            messages: self.message.clone(),
        })
    }
}

/// Reads `--kind`.
///
/// # Errors
/// [`CliError::Input`] with the known kinds.
pub fn kind(typed: &str) -> Result<String, CliError> {
    match Kind::parse(typed) {
        Ok(kind) => Ok(kind.to_string()),
        Err(invalid) => Err(CliError::input(format!("{typed} is no kind of event: {invalid}."))),
    }
}

/// Reads an order id.
///
/// # Errors
/// [`CliError::Input`] with what an order id is.
pub fn order_id(typed: &str) -> Result<String, CliError> {
    match OrderId::parse(typed) {
        Ok(id) => Ok(id.to_string()),
        Err(invalid) => Err(CliError::input(format!("{typed} is no order id: {invalid}."))),
    }
}

impl Selector {
    /// Whether the message is selected, as far as it tells itself.
    pub fn choose(&self, dlq: Dlq, message: &Received, letter: &DeadLetterSummary) -> Choice {
        let is_chosen = self.order.as_ref().is_none_or(|id| letter.order_id.as_ref() == Some(id))
            && self.kind.as_ref().is_none_or(|kind| letter.kind.as_ref() == Some(kind))
            && (self.since..self.until).contains(&letter.failed_at)
            && (self.messages.is_empty() || self.messages.contains(&letter.message_id))
            && self.failed_for.as_ref().is_none_or(|text| {
                letter.code == *text || letter.reason.to_lowercase().contains(text)
            });
        match &self.filter {
            _ if !is_chosen => Choice::Left,
            None => Choice::Taken,
            Some(filter) => match filter.is_true_of(&view(dlq, message, letter)) {
                Ok(true) => Choice::Taken,
                Ok(false) => Choice::Left,
                Err(why) => Choice::Unsuited(why),
            },
        }
    }

    /// Whether a message with this verdict is selected.
    #[must_use]
    pub fn takes(&self, verdict: Verdict) -> bool {
        self.verdicts.is_empty() || self.verdicts.contains(&verdict)
    }
}

/// What a jq filter sees of a message.
pub fn view(dlq: Dlq, message: &Received, letter: &DeadLetterSummary) -> Value {
    json!({
        "queue": dlq,
        "message_id": letter.message_id,
        "order_id": letter.order_id,
        "kind": letter.kind,
        "scope": letter.scope,
        "code": letter.code,
        "reason": letter.reason,
        "failed_at": rfc3339(letter.failed_at),
        "queued_at": rfc3339(letter.queued_at),
        "receives": letter.receives,
        "attributes": message.attributes,
        "body": message.json_body(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter() -> DeadLetterSummary {
        DeadLetterSummary {
            message_id: "m-1".to_owned(),
            order_id: Some("1001".to_owned()),
            kind: Some("order.confirmed".to_owned()),
            code: "refused".to_owned(),
            reason: "SES refused the mail for good: MessageRejected".to_owned(),
            failed_at: 1_763_900_000_000,
            ..DeadLetterSummary::default()
        }
    }

    fn choice(selection: Selection) -> Choice {
        let message = Received { body: r#"{"v":1}"#.to_owned(), ..Received::default() };
        selection.compile(Timestamp::now()).unwrap().choose(Dlq::Mail, &message, &letter())
    }

    fn some(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    #[test]
    fn all_flags_must_hold() {
        let all = Selection {
            filter: some(".body.v == 1"),
            failed_for: some("messagerejected"),
            kind: some("order.confirmed"),
            order: some("1001"),
            since: some("2025-11-23"),
            until: some("2025-11-24"),
            message: vec!["m-1".to_owned()],
            verdict: Vec::new(),
            hold: None,
        };
        assert_eq!(choice(all.clone()), Choice::Taken);
        assert_eq!(choice(Selection { order: some("1002"), ..all.clone() }), Choice::Left);
        assert_eq!(choice(Selection { until: some("2025-11-23"), ..all.clone() }), Choice::Left);
        assert_eq!(choice(Selection { failed_for: some("paused"), ..all }), Choice::Left);
    }

    #[test]
    fn a_filter_that_does_not_suit_a_message_leaves_it_and_says_why() {
        let unsuited = choice(Selection { filter: some(".body.v.x"), ..Selection::default() });
        assert!(matches!(unsuited, Choice::Unsuited(why) if why.contains("indexes a number")));
    }

    #[test]
    fn what_is_no_kind_is_answered_with_the_known_ones() {
        let selection = Selection { kind: some("order.shipped"), ..Selection::default() };
        let refused = selection.compile(Timestamp::now()).unwrap_err().to_string();
        assert!(refused.contains("shipment.shipped"), "{refused}");
    }
}
