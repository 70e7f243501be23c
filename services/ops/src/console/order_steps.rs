//! What happened to an order, step by step: as the ledger has it, and what an operator did with its dead letters.

use jiff::Timestamp;
use serde_json::Value;

use super::wording::{error_sentence, mail_name_of, reason_words};
use crate::audit::{AuditItem, OrderAudit};
use crate::order::OrderReport;
use crate::output::format_time;

/// A step.
pub struct MomentView {
    pub at: String,
    pub what: String,
    pub about: String,
    pub detail: String,
}

/// The steps in their order. `audited` are the audit items about the order.
pub fn steps(report: &OrderReport, audited: &[AuditItem]) -> Vec<MomentView> {
    let of_ledger = report.timeline.iter().map(|moment| {
        let view = MomentView {
            at: format_time(moment.at),
            what: moment.what.to_owned(),
            about: mail_name_of(&moment.about),
            detail: match reason_words(&moment.detail) {
                Some(words) => format!("{words} ({})", moment.detail),
                None => moment.detail.clone(),
            },
        };
        (moment.at, view)
    });
    let mut steps: Vec<(i64, MomentView)> =
        of_ledger.chain(audited.iter().flat_map(replay_steps)).collect();
    // A stable sort, as of the ledger's own.
    steps.sort_by_key(|(at, _)| *at);
    steps.into_iter().map(|(_, step)| step).collect()
}

/// Why steps may be missing, as a sentence; `None` where all were read.
pub fn missing(audit: &OrderAudit) -> Option<String> {
    let earlier = "Earlier replays of dead letters may be missing here: only the latest part of the audit log was read.";
    let unread = audit.error.as_ref().map(error_sentence);
    unread.or_else(|| audit.has_earlier.then(|| earlier.to_owned()))
}

/// Of a replay: when its message had failed, and when it was replayed, by whom and why.
fn replay_steps(item: &AuditItem) -> Vec<(i64, MomentView)> {
    let Some(queue) = item.action.strip_prefix("dlq replay ") else { return Vec::new() };
    let step = |at: &str, what: &str, detail: String| {
        let at = at.parse::<Timestamp>().ok()?.as_millisecond();
        let about = format!("queue {queue}");
        Some((at, MomentView { at: format_time(at), what: what.to_owned(), about, detail }))
    };
    let is_edited = item.plan.get("edited").and_then(Value::as_u64) > Some(0);
    // What was planned is not what was done: a message may have changed since, or SQS refused it.
    let moved = item.outcome.as_ref().and_then(|outcome| outcome.get("moved")?.as_u64());
    let replayed = match moved {
        None => "began to replay it",
        Some(0) => "tried to replay it, and moved nothing",
        Some(_) if is_edited => "repaired and replayed",
        Some(_) => "replayed",
    };
    let state = match item.state.as_str() {
        // The step itself says so.
        "begun" | "completed" => String::new(),
        state => format!(" ({state})"),
    };
    let failed_at = item.plan.get("failed_at").and_then(Value::as_str);
    let steps = [
        failed_at.and_then(|at| step(at, "became a dead letter", String::new())),
        step(&item.begun_at, replayed, format!("by {}: {}{state}", item.operator, item.reason)),
    ];
    steps.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::error::CliError;

    #[test]
    fn a_repaired_dead_letter_has_its_failure_and_its_repair_among_the_steps() {
        let item = AuditItem {
            action: "dlq replay inbox".to_owned(),
            begun_at: "2026-11-28T06:41:00.000Z".to_owned(),
            operator: "kim".to_owned(),
            reason: "ticket 4711".to_owned(),
            state: "completed".to_owned(),
            plan: json!({"failed_at": "2026-11-28T05:00:00.000Z", "edited": 1}),
            outcome: Some(json!({"moved": 1, "failed": 0})),
            ..AuditItem::default()
        };
        let shown = |item: &AuditItem| {
            let steps = replay_steps(item).into_iter();
            let shown =
                steps.map(|(_, it)| format!("{} {} {} {}", it.at, it.what, it.about, it.detail));
            shown.collect::<Vec<_>>()
        };
        assert_eq!(
            shown(&item),
            [
                "2026-11-28 05:00:00Z became a dead letter queue inbox ",
                "2026-11-28 06:41:00Z repaired and replayed queue inbox by kim: ticket 4711",
            ]
        );
        let stopped =
            AuditItem { state: "interrupted".to_owned(), plan: json!({}), ..item.clone() };
        assert_eq!(
            shown(&stopped),
            ["2026-11-28 06:41:00Z replayed queue inbox by kim: ticket 4711 (interrupted)"]
        );
        let edited = AuditItem { plan: json!({"edited": 1}), ..item.clone() };
        let unmoved = AuditItem {
            state: "failed".to_owned(),
            outcome: Some(json!({"moved": 0, "failed": 1})),
            ..edited.clone()
        };
        assert_eq!(
            shown(&unmoved),
            [
                "2026-11-28 06:41:00Z tried to replay it, and moved nothing queue inbox by kim: ticket 4711 (failed)"
            ]
        );
        let begun = AuditItem { state: "begun".to_owned(), outcome: None, ..edited };
        assert_eq!(
            shown(&begun),
            ["2026-11-28 06:41:00Z began to replay it queue inbox by kim: ticket 4711"]
        );
        assert_eq!(shown(&AuditItem { action: "resend 1001".to_owned(), ..item }), [""; 0]);
    }

    #[test]
    fn what_could_not_be_read_is_told_before_what_nobody_looked_at() {
        let mut audit = OrderAudit::default();
        assert_eq!(missing(&audit), None);
        audit.has_earlier = true;
        assert!(missing(&audit).unwrap().starts_with("Earlier replays"));
        audit.error = Some(CliError::service("Can't read the audit log: refused."));
        assert_eq!(missing(&audit).unwrap(), "Can't read the audit log: refused.");
    }
}
