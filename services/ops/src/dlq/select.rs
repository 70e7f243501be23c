//! The flags that select messages of a dead-letter queue.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::parse::DeadLetterSummary;
use super::receive::Received;
use super::verdict::Verdict;
use crate::args;
use crate::aws::Dlq;
use crate::error::CliError;
use crate::jq::Filter;
use crate::output::rfc3339;

/// Flags that select messages. All of them must hold.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "Which messages")]
pub struct Selection {
    /// Messages for which this jq filter is true. It sees one object with the members body,
    /// attributes, message_id, order_id, kind, scope, code, reason, failed_at, queued_at, receives
    #[arg(long, value_name = "JQ")]
    pub filter: Option<String>,
    /// Messages that failed for this reason: its code, or a part of its sentence
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
    /// Messages with this replay verdict; may be given several times
    #[arg(long, value_name = "VERDICT")]
    pub verdict: Vec<Verdict>,
    /// The message with this id; may be given several times
    #[arg(long, value_name = "ID")]
    pub message: Vec<String>,
    /// How many seconds a message stays hidden from others if this command is killed before it can
    /// make it visible again (default: as long as the scan takes)
    #[arg(long, value_name = "SECONDS", hide_short_help = true, value_parser = clap::value_parser!(u64).range(1..=43_200))]
    pub hold: Option<u64>,
}

/// The flags of commands that change nothing, where `--reason` is free: elsewhere it is that of the
/// audit item.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct ReadOnlySelection {
    /// The same as --failed-for
    #[arg(long, value_name = "TEXT", conflicts_with = "failed_for")]
    pub reason: Option<String>,
    #[command(flatten)]
    pub selection: Selection,
}

impl ReadOnlySelection {
    /// The flags with `--reason` as `--failed-for`.
    pub fn selection(&self) -> Selection {
        let failed_for = self.reason.clone().or_else(|| self.selection.failed_for.clone());
        Selection { failed_for, ..self.selection.clone() }
    }
}

impl Selection {
    /// `--hold`, where given.
    pub fn hold(&self) -> Option<Duration> {
        self.hold.map(Duration::from_secs)
    }
}

/// Compiled [`Selection`].
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
    /// All flags hold.
    Selected,
    /// A flag does not hold.
    NotSelected,
    /// Not: the jq filter failed on it. The reason quotes no personal data.
    FilterFailed(String),
}

impl Selection {
    /// Checks and compiles the flags. Times may be relative to `now`.
    pub fn compile(&self, now: Timestamp) -> Result<Selector, CliError> {
        let time = |flag, typed: &Option<String>, default| match typed {
            Some(typed) => args::time(flag, typed, now),
            None => Ok(default),
        };
        let filter = self.filter.as_ref().map(|code| Filter::compile("--filter", code));
        Ok(Selector {
            filter: filter.transpose()?,
            failed_for: self.failed_for.as_ref().map(|text| text.to_lowercase()),
            kind: self.kind.as_deref().map(args::kind).transpose()?.map(|kind| kind.to_string()),
            order: self.order.as_deref().map(args::order_id).transpose()?,
            since: time("--since", &self.since, i64::MIN)?,
            until: time("--until", &self.until, i64::MAX)?,
            verdicts: self.verdict.clone(),
            messages: self.message.clone(),
        })
    }
}

impl Selector {
    /// Whether the message is selected by all flags but `--verdict`, which needs the ledger.
    pub fn choose(&self, dlq: Dlq, message: &Received, summary: &DeadLetterSummary) -> Choice {
        let is_chosen = self.order.as_ref().is_none_or(|id| summary.order_id.as_ref() == Some(id))
            && self.kind.as_ref().is_none_or(|kind| summary.kind.as_ref() == Some(kind))
            && (self.since..self.until).contains(&summary.failed_at)
            && (self.messages.is_empty() || self.messages.contains(&summary.message_id))
            && self.failed_for.as_ref().is_none_or(|text| {
                summary.code == *text || summary.reason.to_lowercase().contains(text)
            });
        match &self.filter {
            _ if !is_chosen => Choice::NotSelected,
            None => Choice::Selected,
            Some(filter) => match filter.is_true(&view(dlq, message, summary)) {
                Ok(true) => Choice::Selected,
                Ok(false) => Choice::NotSelected,
                Err(why) => Choice::FilterFailed(why),
            },
        }
    }

    /// Whether `--verdict` selects messages with this verdict.
    pub fn selects_verdict(&self, verdict: Verdict) -> bool {
        self.verdicts.is_empty() || self.verdicts.contains(&verdict)
    }
}

/// A message as `--filter` sees it.
fn view(dlq: Dlq, message: &Received, summary: &DeadLetterSummary) -> Value {
    json!({
        "queue": dlq,
        "message_id": summary.message_id,
        "order_id": summary.order_id,
        "kind": summary.kind,
        "scope": summary.scope,
        "code": summary.code,
        "reason": summary.reason,
        "failed_at": rfc3339(summary.failed_at),
        "queued_at": rfc3339(summary.queued_at),
        "receives": summary.receives,
        "attributes": message.attributes,
        "body": message.json_body(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summary() -> DeadLetterSummary {
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
        selection.compile(Timestamp::now()).unwrap().choose(Dlq::Mail, &message, &summary())
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
        assert_eq!(choice(all.clone()), Choice::Selected);
        assert_eq!(choice(Selection { order: some("1002"), ..all.clone() }), Choice::NotSelected);
        assert_eq!(
            choice(Selection { until: some("2025-11-23"), ..all.clone() }),
            Choice::NotSelected
        );
        assert_eq!(choice(Selection { failed_for: some("paused"), ..all }), Choice::NotSelected);
    }

    #[test]
    fn a_message_on_which_the_filter_fails_is_not_selected_and_the_reason_is_kept() {
        let failed = choice(Selection { filter: some(".body.v.x"), ..Selection::default() });
        assert!(matches!(failed, Choice::FilterFailed(why) if why.contains("indexes a number")));
    }

    #[test]
    fn an_unknown_kind_is_answered_with_the_known_ones() {
        let selection = Selection { kind: some("order.shipped"), ..Selection::default() };
        let refused = selection.compile(Timestamp::now()).unwrap_err().to_string();
        assert!(refused.contains("shipment.shipped"), "{refused}");
    }
}
