//! What is unhealthy. Pure.

use super::report::{QueueRow, Status};
use kit::queue::QueueDepth;

use crate::aws::{Dlq, Queue};
use crate::output::format_duration;

/// A message that waits longer than this is late.
const LATE_SECONDS: f64 = 300.0;

/// From this share of the daily quota on, somebody should ask SES for more.
const QUOTA_IS_SHORT: f64 = 0.8;

/// A sentence for each thing that somebody should look at, with what to do.
pub fn findings(status: &Status) -> Vec<String> {
    let mut findings: Vec<String> = status.queues.iter().filter_map(queue).collect();
    findings.extend(ledger(status));
    findings.extend(ses(status));
    findings
}

fn queue(row: &QueueRow) -> Option<String> {
    match row.queue {
        Queue::Dead(dlq) => dead(dlq, row.depth),
        working => {
            let oldest = row.oldest_seconds.filter(|oldest| *oldest > LATE_SECONDS)?;
            #[expect(clippy::cast_possible_truncation, reason = "an age for people")]
            let told = format_duration(oldest as i64 * 1000);
            Some(format!(
                "the oldest message of the queue {} waits for {told}: is its function running? \
                 `waybill doctor`",
                working.suffix()
            ))
        }
    }
}

/// Dead letters that somebody holds are dead letters too.
fn dead(dlq: Dlq, depth: QueueDepth) -> Option<String> {
    let hidden = depth.in_flight + depth.delayed;
    let held = match hidden {
        0 => String::new(),
        n => format!(", {n} of them in flight: somebody looks at them, or was killed while he did"),
    };
    let all = depth.visible + hidden;
    (all > 0).then(|| {
        format!("{all} message(s) in the dead-letter queue {dlq}{held}: `waybill dlq show {dlq}`")
    })
}

fn ledger(status: &Status) -> Vec<String> {
    let day = &status.ledger;
    let mut findings = Vec::new();
    if day.late > 0 {
        findings.push(format!(
            "{} event(s) are not decided after ten minutes: `waybill doctor`, then `waybill sweep \
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
             `waybill settle` tells"
        ));
    }
    findings
}

fn ses(status: &Status) -> Vec<String> {
    let ses = match &status.ses {
        Ok(ses) => ses,
        Err(why) => return vec![format!("SES does not tell about its account: {why}")],
    };
    let mut findings = Vec::new();
    if !ses.sending_enabled {
        findings.push(
            "SES has paused this account: mails wait and are sent when it is resumed. See the \
             account's reputation in the SES console"
                .to_owned(),
        );
    }
    if !ses.production_access {
        findings.push(
            "the SES account is in the sandbox: it mails verified addresses only. Request \
             production access in the SES console"
                .to_owned(),
        );
    }
    if !matches!(ses.enforcement.as_str(), "" | "HEALTHY") {
        findings.push(format!("SES's enforcement status is {}: see its console", ses.enforcement));
    }
    if ses.daily_quota > 0.0 && ses.sent_last_24_hours / ses.daily_quota >= QUOTA_IS_SHORT {
        findings.push(format!(
            "{:.0} of {:.0} mails of the daily quota are used: ask SES for a higher one",
            ses.sent_last_24_hours, ses.daily_quota
        ));
    }
    findings
}
