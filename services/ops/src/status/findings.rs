//! What needs attention, each with what to do about it.

use super::last_day::LastDay;
use super::report::{QueueRow, Ses, Status};
use crate::aws::{Dlq, Queue};
use crate::output::{counted, decimal, is_or_are, number};
use crate::pii::without_addresses;
use crate::send_gate::Closed;
use crate::swept::FIX;

/// A message that waits longer than this is late.
const LATE_SECONDS: f64 = 300.0;

/// A dead letter that is there for longer than this, three days, is forgotten; the template's alarms ring then
/// too. CloudWatch counts from when it was moved, SQS's retention from when it was first queued.
const OLD_DEAD_LETTER_SECONDS: f64 = 259_200.0;

/// From this share of the daily quota on, a higher one should be requested.
const MAX_QUOTA_SHARE: f64 = 0.8;

/// How many orders a finding names; the JSON has all of them.
const MAX_NAMED: usize = 5;

pub fn findings(status: &Status) -> Vec<String> {
    let queues = status.queues.iter().flatten().map(|row| match row.queue {
        Queue::Dead(dlq) => dead_letters(dlq, row),
        working => late_message(working, row),
    });
    let ses = match &status.ses {
        Ok(ses) => account_findings(ses).into(),
        Err(why) => vec![Some(format!("SES does not answer about its account: {why}"))],
    };
    let reputation = status.reputation.findings();
    let sweep = status.sweep.iter().flatten().find(|sweep| sweep.is_wrong()).map(|sweep| {
        format!("the sweep does not queue lost events again: {}; {FIX}", sweep.describe())
    });
    let mut mails = status.ledger.as_ref().map(mail_findings).unwrap_or_default();
    let paused = status.sending_paused.iter().flatten().next().map(|closed| {
        // Nothing is wrong with the mails that wait for SES. Those that should have asked it by now may be lost.
        if !closed.is_probe_due {
            mails[OVERDUE] = None;
        }
        paused(closed)
    });
    let unread = unread(status);
    let found = queues.chain([sweep, paused]).chain(mails).chain(reputation).chain(ses);
    unread.into_iter().chain(found).flatten().collect()
}

fn paused(closed: &Closed) -> String {
    let wait = if closed.is_probe_due { "" } else { ". Mails wait, and one asks SES again then" };
    format!(
        "{}{wait}. See the SES console and the mailer's log; when the cause is gone, `waybill resend` of \
         one mail asks at once",
        closed.describe()
    )
}

/// What could not be read, SES apart.
fn unread(status: &Status) -> [Option<String>; 5] {
    let unread =
        |what: &str, why: Option<&String>| why.map(|why| format!("{what} is unknown: {why}"));
    [
        unread("how many messages the queues hold", status.queues.as_ref().err()),
        unread("how far the sweep has come", status.sweep.as_ref().err()),
        unread("what became of the last day's mails", status.ledger.as_ref().err()),
        unread("whether mails wait for SES", status.sending_paused.as_ref().err()),
        status.cloudwatch_is_silent.then(|| {
            "how old the queues' messages are is unknown: CloudWatch takes too long".to_owned()
        }),
    ]
}

fn late_message(queue: Queue, row: &QueueRow) -> Option<String> {
    let oldest = row.oldest().filter(|_| row.oldest_seconds > Some(LATE_SECONDS))?;
    Some(format!(
        "the oldest message of the queue {} has waited for {oldest}: is its function running? \
         `waybill doctor`",
        queue.suffix()
    ))
}

/// Invisible dead letters count too.
fn dead_letters(dlq: Dlq, row: &QueueRow) -> Option<String> {
    let depth = row.depth;
    let in_flight = match depth.in_flight + depth.delayed {
        0 => String::new(),
        n => format!(
            ", {} of them in flight: somebody is reading them, or was killed while reading",
            number(n)
        ),
    };
    let all = depth.total();
    let expires = match row.oldest().filter(|_| row.oldest_seconds > Some(OLD_DEAD_LETTER_SECONDS))
    {
        None => String::new(),
        Some(oldest) => format!(
            ", one of them there for {oldest}: SQS deletes it 14 days after it was first queued, \
             `waybill dlq list` shows when"
        ),
    };
    let advice = match dlq {
        Dlq::Publisher => {
            ". The ledger's stream has such a change for 24 hours, of which 12 may be over: replay \
             them now, since later only each mail's last state can be told"
        }
        _ => "",
    };
    (all > 0).then(|| {
        format!(
            "{} in the dead-letter queue {dlq}{in_flight}{expires}: `waybill dlq show {dlq}`{advice}",
            counted(all, "message")
        )
    })
}

/// The place of the overdue mails among the findings about mails.
const OVERDUE: usize = 1;

fn mail_findings(day: &LastDay) -> [Option<String>; 4] {
    let LastDay { late, overdue, .. } = day;
    [
        (*late > 0).then(|| {
            format!(
                "{} undecided after ten minutes: `waybill doctor`, then `waybill sweep --since 24h`",
                counted(*late, "event")
            )
        }),
        (*overdue > 0).then(|| {
            format!(
                "{} {} overdue: no mailer has moved on what was due for 15 minutes. The sweep queues \
                 such mails again; if they do not get fewer, is the mailer running, or are their \
                 messages dead letters? `waybill doctor`, `waybill dlq list`{}",
                counted(*overdue, "mail"),
                is_or_are(*overdue),
                orders(day, "overdue")
            )
        }),
        day.states.get("failed").map(|failed| {
            format!(
                "{} failed, which no customer received: `waybill order ID` says why and what to do{}",
                counted(*failed, "mail"),
                orders(day, "failed")
            )
        }),
        day.states.get("in_doubt").map(|doubts| {
            format!(
                "{} in doubt, which SES may or may not have accepted: an SES event or `waybill settle` \
                 settles that{}",
                counted(*doubts, "mail"),
                orders(day, "in_doubt")
            )
        }),
    ]
}

/// The orders of `state`, as the end of a sentence.
fn orders(day: &LastDay, state: &str) -> String {
    let Some(orders) = day.orders.get(state) else { return String::new() };
    let named = orders.iter().take(MAX_NAMED);
    let named: Vec<String> = named.map(|order| without_addresses(&order.to_string())).collect();
    let more = match orders.len() - named.len() {
        0 => String::new(),
        n => format!(" and {} more", number(n)),
    };
    format!(". Orders: {}{more}", named.join(", "))
}

fn account_findings(ses: &Ses) -> [Option<String>; 4] {
    let Ses { enforcement, sent_last_24_hours: sent, daily_quota: quota, .. } = ses;
    let is_restricted = !matches!(enforcement.as_str(), "" | "HEALTHY");
    [
        (!ses.sending_enabled).then(|| {
            "SES has paused this account: mails wait and are sent once it is resumed. See the \
             account's reputation in the SES console"
                .to_owned()
        }),
        (!ses.production_access).then(|| {
            "the SES account is in the sandbox: it mails only verified addresses. Request \
             production access in the SES console"
                .to_owned()
        }),
        is_restricted
            .then(|| format!("SES's enforcement status is {enforcement}: see its console")),
        // SES reports -1 for no limit.
        (*quota > 0.0 && sent / quota >= MAX_QUOTA_SHARE).then(|| {
            format!(
                "{} of {} mails of the daily quota are used: request a higher one in the SES console",
                decimal(*sent),
                decimal(*quota)
            )
        }),
    ]
}
