//! The flags that select messages of a dead-letter queue.

use std::time::Duration;

use clap::builder::TypedValueParser;
use serde_json::{Value, json};
use shared::{Kind, OrderId, OrderKey, ShopId};

use super::parse::DeadLetterSummary;
use super::payload::content;
use super::receive::Received;
use super::verdict::Verdict;
use crate::args;
use crate::aws::Dlq;
use crate::jq::Filter;
use crate::output::rfc3339;

/// Flags that select messages. All of them must hold.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "Which messages")]
pub struct Selection {
    /// Messages for which this jq filter is true. It sees one object with the members body,
    /// attributes, message_id, shop, order_id, system, topic, kind, scope, recipient, code, reason, failed_at, queued_at,
    /// receives
    #[arg(long, value_name = "JQ", value_parser = Filter::compile)]
    pub filter: Option<Filter>,
    /// Messages that failed for this reason: its code, or a part of its sentence
    #[arg(long, value_name = "TEXT")]
    pub failed_for: Option<String>,
    /// Messages about this kind of event, such as order.confirmed
    #[arg(long, value_name = "KIND", value_parser = Kind::parse)]
    pub kind: Option<Kind>,
    /// Messages about this order, of the shop of --shop or else of the shop default
    #[arg(long, value_name = "ID", value_parser = OrderId::parse)]
    pub order: Option<OrderId>,
    /// Messages that failed since then: 2h, 3d, 2026-11-20, or a time in RFC 3339
    #[arg(long, value_name = "WHEN", value_parser = args::time)]
    pub since: Option<i64>,
    /// Messages that failed before then
    #[arg(long, value_name = "WHEN", value_parser = args::time)]
    pub until: Option<i64>,
    /// Messages with this replay verdict; may be given several times
    #[arg(long, value_name = "VERDICT")]
    pub verdict: Vec<Verdict>,
    /// The message with this id; may be given several times
    #[arg(long, value_name = "ID")]
    pub message: Vec<String>,
    /// How many seconds a message stays hidden from others if this command is killed before it can
    /// make it visible again (default: as long as the scan takes)
    #[arg(long, value_name = "SECONDS", hide_short_help = true, value_parser = clap::value_parser!(u64).range(1..=43_200).map(Duration::from_secs))]
    pub hold: Option<Duration>,
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
    /// Whether any flag may leave a message out.
    pub const fn is_given(&self) -> bool {
        self.filter.is_some()
            || self.failed_for.is_some()
            || self.kind.is_some()
            || self.order.is_some()
            || self.since.is_some()
            || self.until.is_some()
            || !self.verdict.is_empty()
            || !self.message.is_empty()
    }

    /// Whether all flags but `--verdict` select the message, and `shop`, of which only messages are listed.
    ///
    /// # Errors
    /// Why the jq filter fails on the message; quotes no personal data.
    pub fn selects(
        &self,
        dlq: Dlq,
        message: &Received,
        summary: &DeadLetterSummary,
        shop: Option<&ShopId>,
    ) -> Result<bool, String> {
        let is_selected = self.selects_summary(summary, shop);
        match &self.filter {
            // Last: a filter may fail on messages that the other flags leave out.
            Some(filter) if is_selected => filter.is_true(&view(dlq, message, summary)),
            _ => Ok(is_selected),
        }
    }

    /// Whether all flags but `--filter` and `--verdict` select what is known of a message.
    pub fn selects_summary(&self, summary: &DeadLetterSummary, shop: Option<&ShopId>) -> bool {
        let has_failed_for = |text: &String| {
            let text = text.to_lowercase();
            summary.code == text || summary.reason.to_lowercase().contains(&text)
        };
        let is_order = |id: &OrderId| {
            let shop = shop.cloned().unwrap_or_default();
            summary.order() == Some(OrderKey { shop, order_id: id.clone() })
        };
        shop.is_none_or(|shop| summary.shop.as_deref() == Some(shop.as_str()))
            && self.order.as_ref().is_none_or(is_order)
            && self.kind.is_none_or(|kind| summary.kind.as_deref() == Some(kind.as_str()))
            && self.since.is_none_or(|since| since <= summary.failed_at)
            && self.until.is_none_or(|until| summary.failed_at < until)
            && (self.message.is_empty() || self.message.contains(&summary.message_id))
            && self.failed_for.as_ref().is_none_or(has_failed_for)
    }

    /// Whether `--verdict`, which needs the ledger, selects messages with this verdict.
    pub fn selects_verdict(&self, verdict: Verdict) -> bool {
        self.verdict.is_empty() || self.verdict.contains(&verdict)
    }
}

/// A message as `--filter` sees it.
fn view(dlq: Dlq, message: &Received, summary: &DeadLetterSummary) -> Value {
    json!({
        "queue": dlq,
        "message_id": summary.message_id,
        "shop": summary.shop,
        "order_id": summary.order_id,
        "system": summary.system,
        "topic": summary.topic,
        "kind": summary.kind,
        "scope": summary.scope,
        "recipient": summary.recipient,
        "code": summary.code,
        "reason": summary.reason,
        "failed_at": rfc3339(summary.failed_at),
        "queued_at": rfc3339(summary.queued_at),
        "receives": summary.receives,
        "attributes": message.attributes,
        "body": content(dlq, message),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Debug, Parser)]
    struct Flags {
        #[command(flatten)]
        selection: Selection,
    }

    fn selects(flags: &[&str]) -> Result<bool, String> {
        selects_of_shop(flags, None)
    }

    fn selects_of_shop(flags: &[&str], shop: Option<&str>) -> Result<bool, String> {
        let shop = shop.map(|shop| ShopId::parse(shop).unwrap());
        let summary = DeadLetterSummary {
            message_id: "m-1".to_owned(),
            shop: Some("default".to_owned()),
            order_id: Some("1001".to_owned()),
            kind: Some("order.confirmed".to_owned()),
            code: "refused".to_owned(),
            reason: "SES refused the mail for good: MessageRejected".to_owned(),
            failed_at: 1_763_900_000_000,
            ..DeadLetterSummary::default()
        };
        let message = Received { body: r#"{"v":1}"#.to_owned(), ..Received::default() };
        let typed = ["dlq"].iter().chain(flags);
        Flags::parse_from(typed).selection.selects(Dlq::Mail, &message, &summary, shop.as_ref())
    }

    #[test]
    fn all_flags_must_hold() {
        let all = [
            ["--filter", ".body.v == 1"],
            ["--failed-for", "messagerejected"],
            ["--kind", "order.confirmed"],
            ["--order", "1001"],
            ["--since", "2025-11-23"],
            ["--until", "2025-11-24"],
            ["--message", "m-1"],
        ];
        assert_eq!(selects(all.as_flattened()), Ok(true));
        for (position, value) in
            [".body.v == 2", "paused", "order.refunded", "1002", "2025-11-24", "2025-11-23", "m-2"]
                .into_iter()
                .enumerate()
        {
            let mut flags = all;
            flags[position][1] = value;
            assert_eq!(selects(flags.as_flattened()), Ok(false), "{flags:?}");
        }
    }

    #[test]
    fn only_messages_of_the_shop_that_is_asked_for_are_selected() {
        assert_eq!(selects_of_shop(&[], Some("default")), Ok(true));
        assert_eq!(selects_of_shop(&[], Some("north")), Ok(false));
        assert_eq!(selects_of_shop(&["--order", "1001"], Some("north")), Ok(false));
    }

    #[test]
    fn a_message_on_which_the_filter_fails_is_not_selected_and_the_reason_is_kept() {
        let failed = selects(&["--filter", ".body.v.x"]).unwrap_err();
        assert!(failed.contains("indexes a number"), "{failed}");
    }

    #[test]
    fn any_flag_but_the_hold_may_leave_a_message_out() {
        let is_given =
            |flags: &[&str]| Flags::parse_from(["dlq"].iter().chain(flags)).selection.is_given();
        assert!(!is_given(&[]) && !is_given(&["--hold", "5"]));
        for flags in [
            ["--filter", ".body.v == 1"],
            ["--failed-for", "refused"],
            ["--kind", "order.confirmed"],
            ["--order", "1001"],
            ["--since", "2h"],
            ["--until", "2h"],
            ["--verdict", "stale"],
            ["--message", "m-1"],
        ] {
            assert!(is_given(&flags), "{flags:?}");
        }
    }

    #[test]
    fn an_unknown_kind_is_answered_with_the_known_ones() {
        let refused = Flags::try_parse_from(["dlq", "--kind", "order.shipped"]).unwrap_err();
        assert!(refused.to_string().contains("shipment.shipped"), "{refused}");
    }

    #[test]
    fn the_times_are_from_and_until_and_a_verdict_is_one_of_those_asked_for() {
        let summary = DeadLetterSummary { failed_at: 100, ..DeadLetterSummary::default() };
        let selects = |since, until| {
            let selection = Selection { since, until, ..Selection::default() };
            selection.selects(Dlq::Mail, &Received::default(), &summary, None) == Ok(true)
        };
        assert!(selects(Some(100), None) && !selects(Some(101), None));
        assert!(selects(None, Some(101)) && !selects(None, Some(100)));
        let any = Selection::default();
        let stale = Selection { verdict: vec![Verdict::Stale], ..Selection::default() };
        assert!(any.selects_verdict(Verdict::Muted));
        assert!(stale.selects_verdict(Verdict::Stale) && !stale.selects_verdict(Verdict::Muted));
    }

    #[test]
    fn where_nothing_is_changed_a_reason_is_why_messages_failed() {
        #[derive(Debug, Parser)]
        struct ReadOnly {
            #[command(flatten)]
            flags: ReadOnlySelection,
        }
        let selection =
            |typed: &[&str]| ReadOnly::parse_from(["dlq"].iter().chain(typed)).flags.selection();
        let both = selection(&["--reason", "refused", "--order", "1001"]);
        assert_eq!(both.failed_for.as_deref(), Some("refused"));
        assert_eq!(both.order.map(|id| id.to_string()).as_deref(), Some("1001"));
        assert_eq!(selection(&["--failed-for", "x"]).failed_for.as_deref(), Some("x"));
    }
}
