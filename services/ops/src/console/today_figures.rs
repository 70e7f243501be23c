//! Today's figures: how quickly mails leave, how much more may, and how near the limits of SES are.

use tokio::time::timeout;

use super::wording::Sentence;
use crate::aws::{Queue, Stack};
use crate::doctor::{Finding, ringing_alarms};
use crate::output::{counted, decimal, number, percent};
use crate::status::{LIMIT, LastDay, Status};

/// A figure: what it is of, and a phrase.
pub type Figure = (&'static str, String);

/// Those that are known.
pub fn figures(status: &Status) -> Vec<Figure> {
    let day = status.ledger.as_ref().ok();
    let times = day.and_then(|day| day.time_to_send.as_ref());
    let span = day.map(LastDay::span).unwrap_or_default();
    let times =
        times.map(|times| ("From the event to SES", format!("{} {span}", times.describe())));
    let busiest = day.map(|day| {
        let mails = counted(day.hours.busiest(), "mail");
        format!("; the busiest hour {} had {mails}", day.span())
    });
    let ses = status.ses.as_ref().ok().map(|ses| {
        let busiest = busiest.unwrap_or_default();
        let rate = format!("up to {} mails a second{busiest}", decimal(ses.send_rate));
        [("Send rate", rate), ("Quota of a day", quota(ses.sent_last_24_hours, ses.daily_quota))]
    });
    let rates = status.reputation.rates();
    times.into_iter().chain(ses.into_iter().flatten()).chain(rates).collect()
}

/// SES reports -1 for no limit.
fn quota(sent: f64, quota: f64) -> String {
    let sent_of = decimal(sent);
    if quota <= 0.0 {
        return format!("{sent_of} sent in 24 hours, without a limit");
    }
    format!("{sent_of} of {} used in 24 hours, {}", decimal(quota), percent(sent / quota))
}

/// The alarms that ring.
#[derive(Debug)]
pub enum Alarms {
    Ringing(Vec<Sentence>),
    /// Why they are not known.
    Unknown(Sentence),
}

impl Alarms {
    /// Asks CloudWatch.
    pub async fn read(stack: &Stack) -> Self {
        match timeout(LIMIT, ringing_alarms(stack)).await {
            Ok(Ok(ringing)) => Self::Ringing(ringing.iter().map(sentence).collect()),
            Ok(Err(Finding { found, .. })) if stack.config.endpoint_url().is_some() => {
                Self::Unknown(Sentence::new(&format!(
                    "There is no CloudWatch on one machine, and so no alarm ({found})."
                )))
            }
            Ok(Err(unknown)) => Self::Unknown(sentence(&unknown)),
            Err(_elapsed) => Self::Unknown(Sentence::new("CloudWatch does not answer.")),
        }
    }
}

fn sentence(finding: &Finding) -> Sentence {
    let Finding { subject, found, fix, .. } = finding;
    let fix = if fix.is_empty() { String::new() } else { format!(". To do: {fix}") };
    Sentence::new(&format!("{subject}: {found}{fix}."))
}

/// What it costs to have the page loaded every minute, in US dollars an hour, by AWS's prices in us-east-1.
///
/// A load asks the sweep's index for each of its partitions of the last day, half a read unit each, and the ledger for the
/// mails that it names, half a unit each; CloudWatch for a figure of each queue and two of SES, and for the alarms, some 50
/// in an answer, at the price of a figure; SQS for each queue's depth. Nothing is scanned, and no message received.
pub fn watched_hour(status: &Status) -> String {
    const LOADS: f64 = 60.0;
    const READ_UNIT: f64 = 0.125e-6;
    const FIGURE: f64 = 10e-6;
    const SQS_REQUEST: f64 = 0.4e-6;
    let day = status.ledger.as_ref().ok();
    let (events, mails) =
        day.map_or((0, 0), |day| (day.events, day.states.values().sum::<usize>()));
    let queues = status.queues.as_ref().map_or(0, Vec::len);
    // Of every queue, whether or not the stack has it, and of SES; and one answer with alarms.
    let figures = Queue::ALL.len() + 2 + 1;
    let reads = QUERIES / 2 + events.div_ceil(20) + mails / 2;
    #[expect(clippy::cast_precision_loss, reason = "an estimate for people")]
    let load = reads as f64 * READ_UNIT + figures as f64 * FIGURE + queues as f64 * SQS_REQUEST;
    format!(
        "Loaded every minute, this page makes {} small queries and reads {} items an hour, and none by a scan: about \
         ${:.3} in us-east-1.",
        number(QUERIES * 60),
        number((events + mails) * 60),
        load * LOADS
    )
}

/// Of the sweep's index: 24 hours, the one that it is in and the two days into which the sweep postpones, of 32 partitions
/// each. And one of the send gate.
const QUERIES: usize = 73 * 32 + 1;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quota_is_told_with_its_share_and_without_a_limit_where_there_is_none() {
        assert_eq!(quota(1200.0, 50_000.0), "1,200 of 50,000 used in 24 hours, 2.4 %");
        assert_eq!(quota(5.0, -1.0), "5 sent in 24 hours, without a limit");
    }
}
