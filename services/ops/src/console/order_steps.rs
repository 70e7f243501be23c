//! What happened to an order, step by step: as the ledger has it, and what an operator did with its dead letters.

use jiff::Timestamp;

use super::wording::{mail_name_of, reason_words};
use crate::audit::AuditItem;
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

/// Of a replay: when its message had failed, and when it was replayed, by whom and why.
fn replay_steps(item: &AuditItem) -> Vec<(i64, MomentView)> {
    let Some(queue) = item.action.strip_prefix("dlq replay ") else { return Vec::new() };
    let step = |at: &str, what: &str, detail: String| {
        let at = at.parse::<Timestamp>().ok()?.as_millisecond();
        let about = format!("queue {queue}");
        Some((at, MomentView { at: format_time(at), what: what.to_owned(), about, detail }))
    };
    let is_edited = item.plan.get("edited").and_then(serde_json::Value::as_u64) > Some(0);
    let replayed = if is_edited { "repaired and replayed" } else { "replayed" };
    let state =
        if item.state == "completed" { String::new() } else { format!(" ({})", item.state) };
    let failed_at = item.plan.get("failed_at").and_then(serde_json::Value::as_str);
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

    #[test]
    fn a_repaired_dead_letter_has_its_failure_and_its_repair_among_the_steps() {
        let item = AuditItem {
            action: "dlq replay inbox".to_owned(),
            begun_at: "2026-11-28T06:41:00.000Z".to_owned(),
            operator: "kim".to_owned(),
            reason: "ticket 4711".to_owned(),
            state: "completed".to_owned(),
            plan: json!({"failed_at": "2026-11-28T05:00:00.000Z", "edited": 1}),
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
        assert_eq!(shown(&AuditItem { action: "resend 1001".to_owned(), ..item }), [""; 0]);
    }
}
