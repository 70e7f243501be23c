//! What needs attention, each with what to do about it.

use kit::queue::QueueDepth;

use super::report::{QueueRow, Status};
use crate::aws::{Dlq, Queue};

/// A message that waits longer than this is late.
const LATE_SECONDS: f64 = 300.0;

/// From this share of the daily quota on, a higher one should be requested.
const MAX_QUOTA_SHARE: f64 = 0.8;

pub fn findings(status: &Status) -> Vec<String> {
    let mut findings: Vec<String> = status.queues.iter().filter_map(queue_finding).collect();
    findings.extend(ledger_findings(status));
    findings.extend(ses_findings(status));
    findings
}

fn queue_finding(row: &QueueRow) -> Option<String> {
    match row.queue {
        Queue::Dead(dlq) => dead_letters(dlq, row.depth),
        working => {
            let oldest = row.oldest().filter(|_| row.oldest_seconds > Some(LATE_SECONDS))?;
            Some(format!(
                "the oldest message of the queue {} has waited for {oldest}: is its function running? \
                 `waybill doctor`",
                working.suffix()
            ))
        }
    }
}

/// Invisible dead letters count too.
fn dead_letters(dlq: Dlq, depth: QueueDepth) -> Option<String> {
    let invisible = depth.in_flight + depth.delayed;
    let in_flight = match invisible {
        0 => String::new(),
        n => format!(
            ", {n} of them in flight: somebody is reading them, or was killed while reading"
        ),
    };
    let all = depth.total();
    (all > 0).then(|| {
        format!(
            "{all} message(s) in the dead-letter queue {dlq}{in_flight}: `waybill dlq show {dlq}`"
        )
    })
}

fn ledger_findings(status: &Status) -> Vec<String> {
    let day = &status.ledger;
    let mut findings = Vec::new();
    if day.late > 0 {
        findings.push(format!(
            "{} event(s) are undecided after ten minutes: `waybill doctor`, then `waybill sweep \
             --since 24h`",
            day.late
        ));
    }
    if day.stuck > 0 {
        findings.push(format!(
            "{} mail(s) were due an hour ago and are still planned: is the mailer running, or are \
             their messages dead letters? `waybill doctor`, `waybill dlq list`",
            day.stuck
        ));
    }
    if let Some(doubts) = day.states.get("in_doubt") {
        findings.push(format!(
            "{doubts} mail(s) in doubt: SES may or may not have accepted them; an SES event or \
             `waybill settle` settles them"
        ));
    }
    findings
}

fn ses_findings(status: &Status) -> Vec<String> {
    let ses = match &status.ses {
        Ok(ses) => ses,
        Err(why) => return vec![format!("SES does not answer about its account: {why}")],
    };
    let mut findings = Vec::new();
    if !ses.sending_enabled {
        findings.push(
            "SES has paused this account: mails wait and are sent once it is resumed. See the \
             account's reputation in the SES console"
                .to_owned(),
        );
    }
    if !ses.production_access {
        findings.push(
            "the SES account is in the sandbox: it mails only verified addresses. Request \
             production access in the SES console"
                .to_owned(),
        );
    }
    if !matches!(ses.enforcement.as_str(), "" | "HEALTHY") {
        findings.push(format!("SES's enforcement status is {}: see its console", ses.enforcement));
    }
    if ses.daily_quota > 0.0 && ses.sent_last_24_hours / ses.daily_quota >= MAX_QUOTA_SHARE {
        findings.push(format!(
            "{:.0} of {:.0} mails of the daily quota are used: request a higher one in the SES console",
            ses.sent_last_24_hours, ses.daily_quota
        ));
    }
    findings
}
