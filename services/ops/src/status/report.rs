//! The report of `status`.

use kit::queue::QueueDepth;
use serde::Serialize;

use super::last_day::LastDay;
use super::reputation::Reputation;
use crate::aws::Queue;
use crate::output::{
    ColorMode, Column, Report, Style, counted, decimal, format_duration, number, table,
};
use crate::send_gate::{Closed, ShopLine, describe_lines};
use crate::swept::SweepProgress;

#[derive(Debug, Serialize)]
pub struct Status {
    pub stack: String,
    /// How the names of tables and queues were found.
    pub names: String,
    /// What a service did not tell, here and below, is null in JSON; `attention` says why.
    #[serde(serialize_with = "null_if_err")]
    pub queues: Result<Vec<QueueRow>, String>,
    /// How far the sweep has come; null before the first one.
    #[serde(rename = "sweep_behind_ms", serialize_with = "behind_ms")]
    pub sweep: Result<Option<SweepProgress>, String>,
    #[serde(serialize_with = "null_if_err")]
    pub ledger: Result<LastDay, String>,
    pub reputation: Reputation,
    /// The SES account of the region.
    #[serde(serialize_with = "null_if_err")]
    pub ses: Result<Ses, String>,
    /// Why no mail is sent at the moment, if so.
    #[serde(skip_serializing_if = "is_none", serialize_with = "null_if_err")]
    pub sending_paused: Result<Option<Closed>, String>,
    /// The shops whose mails wait for their turn in the send rate.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub send_lines: Vec<ShopLine>,
    /// CloudWatch took too long. That it has no figures is usual: on one machine there is none.
    #[serde(skip)]
    pub cloudwatch_is_silent: bool,
    /// A sentence for each thing that needs attention.
    pub attention: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct QueueRow {
    pub queue: Queue,
    #[serde(flatten)]
    pub depth: QueueDepth,
    /// The age of the oldest message, where CloudWatch knows it.
    pub oldest_seconds: Option<f64>,
}

impl QueueRow {
    /// The age of the oldest message, for people.
    pub fn oldest(&self) -> Option<String> {
        #[expect(clippy::cast_possible_truncation, reason = "an age for people")]
        self.oldest_seconds.map(|seconds| format_duration(seconds as i64 * 1000))
    }

    fn has_dead_letters(&self) -> bool {
        matches!(self.queue, Queue::Dead(_)) && self.depth.visible + self.depth.in_flight > 0
    }
}

#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Ses {
    /// False when SES or an operator has paused it.
    pub sending_enabled: bool,
    /// False in the sandbox.
    pub production_access: bool,
    /// HEALTHY, PROBATION or SHUTDOWN.
    pub enforcement: String,
    /// Mails a second.
    pub send_rate: f64,
    /// Mails in 24 hours; -1 for no limit.
    pub daily_quota: f64,
    pub sent_last_24_hours: f64,
}

fn behind_ms<S: serde::Serializer>(
    sweep: &Result<Option<SweepProgress>, String>,
    to: S,
) -> Result<S::Ok, S::Error> {
    let known = sweep.as_ref().ok().copied().flatten();
    known.map(|sweep| sweep.behind_ms).serialize(to)
}

fn null_if_err<T: Serialize, S: serde::Serializer>(
    part: &Result<T, String>,
    to: S,
) -> Result<S::Ok, S::Error> {
    part.as_ref().ok().serialize(to)
}

fn is_none<T>(part: &Result<Option<T>, String>) -> bool {
    matches!(part, Ok(None))
}

impl Report for Status {
    fn text(&self, colors: ColorMode) -> String {
        let mut text = format!(
            "{}  ({})\n\n",
            colors.apply(Style::Bold, &format!("Stack {}", self.stack)),
            self.names
        );
        text.push_str(&self.queues(colors));
        text.push_str(&self.sweep_line());
        text.push_str(&self.last_day(colors));
        let reputation = self.reputation.line();
        if !reputation.is_empty() {
            text.push_str(&format!("\n{}", colors.wrap(&reputation, "  ")));
        }
        text.push_str(&self.ses_line());
        if let Some(lines) = describe_lines(&self.send_lines) {
            text.push_str(&colors.wrap(&format!("{lines}."), "  "));
        }
        text.push('\n');
        let omission = self.ledger.as_ref().ok().and_then(LastDay::omission);
        if self.attention.is_empty() && omission.is_none() {
            text.push_str(&colors.apply(Style::Success, "Healthy."));
            text.push('\n');
        }
        for finding in &self.attention {
            let label = colors.apply(Style::Error, "Attention:");
            text.push_str(&colors.wrap(&format!("{label} {finding}."), "  "));
        }
        if let Some(omission) = omission {
            let label = colors.apply(Style::Warning, "Not seen:");
            text.push_str(&colors.wrap(&format!("{label} {omission}. --most counts more."), "  "));
        }
        text
    }
}

impl Ses {
    /// Its account, in sentences for people who have never seen SES.
    pub fn sentences(&self) -> String {
        let sending = if self.sending_enabled { "Sending is on." } else { "Sending is paused." };
        let limit = match self.daily_quota {
            quota if quota < 0.0 => "no daily limit".to_owned(),
            quota => format!("up to {} a day", decimal(quota)),
        };
        let sandbox = match self.production_access {
            true => "",
            false => " The account is in SES's sandbox: it mails only verified addresses.",
        };
        format!(
            "{sending} {} mails in the last 24 hours; up to {} a second, {limit}.{sandbox}",
            decimal(self.sent_last_24_hours),
            decimal(self.send_rate)
        )
    }

    /// SES reports -1 for no limit.
    fn used(&self) -> String {
        let sent = decimal(self.sent_last_24_hours);
        match self.daily_quota {
            quota if quota < 0.0 => format!("{sent} sent in 24 hours, without a limit"),
            quota => format!("{sent} of {} of today's quota used", decimal(quota)),
        }
    }
}

impl Status {
    fn queues(&self, colors: ColorMode) -> String {
        let columns = [
            Column::text("queue", |row: &QueueRow| row.queue.suffix().to_owned()),
            Column::number("messages", |row: &QueueRow| number(row.depth.visible))
                .styled(|row| row.has_dead_letters().then_some(Style::Error)),
            Column::number("in flight", |row| number(row.depth.in_flight)),
            Column::number("delayed", |row| number(row.depth.delayed)),
            Column::text("oldest", |row| row.oldest().unwrap_or_default()),
        ];
        let Ok(queues) = &self.queues else { return "Queues: unknown\n".to_owned() };
        let mut text = table(colors, &columns, queues);
        // One idle queue has no age on AWS either: the note is for when nothing is known.
        if queues.iter().all(|row| row.oldest_seconds.is_none()) {
            text.push_str(" (The age of the oldest message is unknown: only CloudWatch has it.)\n");
        }
        text
    }

    fn sweep_line(&self) -> String {
        match &self.sweep {
            Ok(None) => String::new(),
            Ok(Some(sweep)) => format!("\nSweep: {}\n", sweep.describe()),
            Err(_) => "\nSweep: unknown\n".to_owned(),
        }
    }

    fn last_day(&self, colors: ColorMode) -> String {
        let Ok(day) = &self.ledger else { return "\nLast 24 hours: unknown\n".to_owned() };
        let mut text = match day.cut_at {
            Some(_) => format!("\nThe latest {}, {}", counted(day.events, "event"), day.span()),
            None => format!("\nLast 24 hours: {}", counted(day.events, "event")),
        };
        // An empty table would look like a failed read.
        if day.events == 0 {
            text.push_str(".\n");
            return text;
        }
        text.push('\n');
        let mut rows: Vec<(String, usize)> = day.states.clone().into_iter().collect();
        // The most frequent first; what is undecided is no state of the ledger, and comes last.
        rows.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        if day.undecided > 0 {
            rows.push(("not decided yet".to_owned(), day.undecided));
        }
        let columns = [
            Column::number("mails", |(_, count): &(String, usize)| number(*count)),
            Column::text("state", |(state, _)| state.clone()),
        ];
        text.push_str(&table(colors, &columns, &rows));
        if let Some(times) = &day.time_to_send {
            text.push_str(&format!(" From an event's acceptance to SES: {}.\n", times.describe()));
        }
        text
    }

    fn ses_line(&self) -> String {
        self.ses_summary()
            .map_or_else(|| "\nSES: unknown\n".to_owned(), |ses| format!("\nSES: {ses}\n"))
    }

    /// Rate, quota and whether the account sends; `None` where SES does not tell.
    fn ses_summary(&self) -> Option<String> {
        let ses = self.ses.as_ref().ok()?;
        Some(format!(
            "{} mails a second, {}, {}{}",
            decimal(ses.send_rate),
            ses.used(),
            if ses.sending_enabled { "sending" } else { "PAUSED" },
            if ses.production_access { "" } else { ", SANDBOX" },
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::Dlq;
    use crate::order_name::OrderName;
    use crate::status::findings::findings;

    #[test]
    fn a_day_of_more_events_than_were_counted_is_not_called_healthy_and_says_since_when_it_is() {
        let mut status = healthy();
        assert!(status.text(ColorMode::Plain).ends_with("\nHealthy.\n"));
        let day = status.ledger.as_mut().unwrap();
        (day.events, day.more, day.cut_at) = (2_000, true, Some(1_763_899_200_000));
        let text = status.text(ColorMode::Plain);
        let end = "Not seen: only the latest 2,000 events (since 23 Nov, 12:00 UTC) were looked at; older problems \
                   may be missing. --most counts more.\n";
        assert!(text.ends_with(end) && !text.contains("Healthy"), "{text}");
        assert!(text.contains("\nThe latest 2,000 events, since 23 Nov, 12:00 UTC\n"), "{text}");
        let json = serde_json::to_value(&status).unwrap();
        assert_eq!(json["ledger"]["counted_since"], "2025-11-23T12:00:00.000Z");
    }

    const MAIL_DLQ: Queue = Queue::Dead(Dlq::Mail);

    fn account() -> Ses {
        Ses {
            sending_enabled: true,
            production_access: true,
            enforcement: "HEALTHY".to_owned(),
            send_rate: 14.0,
            daily_quota: 50_000.0,
            sent_last_24_hours: 1200.0,
        }
    }

    fn healthy() -> Status {
        let queues = Queue::ALL.map(|queue| QueueRow {
            queue,
            depth: QueueDepth::default(),
            oldest_seconds: Some(0.0),
        });
        Status {
            stack: "shop".to_owned(),
            names: "names from the stack's CloudFormation outputs".to_owned(),
            queues: Ok(queues.into()),
            sweep: Ok(Some(SweepProgress { behind_ms: 400_000 })),
            ledger: Ok(LastDay {
                events: 1200,
                states: [("delivered".to_owned(), 1190), ("sent".to_owned(), 10)].into(),
                ..LastDay::default()
            }),
            reputation: Reputation { mails: 1200, ..Reputation::default() },
            ses: Ok(account()),
            sending_paused: Ok(None),
            send_lines: Vec::new(),
            cloudwatch_is_silent: false,
            attention: Vec::new(),
        }
    }

    fn queue(status: &mut Status, queue: Queue) -> &mut QueueRow {
        let mut rows = status.queues.iter_mut().flatten();
        rows.find(|row| row.queue == queue).expect("it is listed")
    }

    #[test]
    fn a_healthy_stack_as_people_and_scripts_read_it() {
        let status = healthy();
        assert_eq!(findings(&status), Vec::<String>::new());
        insta::assert_snapshot!(status.text(ColorMode::Plain));
        insta::assert_json_snapshot!(status);
    }

    #[test]
    fn everything_that_needs_attention_is_listed_with_what_to_do() {
        let mut status = healthy();
        let day = status.ledger.clone().unwrap_or_default();
        queue(&mut status, Queue::Mail).depth =
            QueueDepth { visible: 40, in_flight: 10, delayed: 2 };
        queue(&mut status, Queue::Mail).oldest_seconds = Some(4000.0);
        status.sweep = Ok(Some(SweepProgress { behind_ms: 7_200_000 }));
        queue(&mut status, MAIL_DLQ).depth.visible = 3012;
        status.ledger = Ok(LastDay {
            undecided: 4,
            late: 3,
            overdue: 5,
            states: [("in_doubt".to_owned(), 2), ("failed".to_owned(), 12)].into(),
            orders: [(
                "failed".to_owned(),
                (5001..=5007).map(|id| OrderName::from_key(&format!("default/{id}"))).collect(),
            )]
            .into(),
            ..day
        });
        status.ses = Ok(Ses {
            sending_enabled: false,
            production_access: false,
            enforcement: "PROBATION".to_owned(),
            sent_last_24_hours: 41_000.0,
            ..account()
        });
        status.attention = findings(&status);
        insta::assert_snapshot!(status.text(ColorMode::Plain));
        insta::assert_snapshot!("attention_at_80_columns", status.text(ColorMode::at_width(80)));
        insta::assert_json_snapshot!(status.attention);
    }

    #[test]
    fn a_dead_letter_that_is_there_for_days_is_said_to_expire() {
        let mut status = healthy();
        queue(&mut status, MAIL_DLQ).depth.visible = 1;
        let finding = |status: &Status| findings(status).concat();
        queue(&mut status, MAIL_DLQ).oldest_seconds = Some(200_000.0);
        assert!(!finding(&status).contains("deletes"), "{}", finding(&status));
        queue(&mut status, MAIL_DLQ).oldest_seconds = Some(300_000.0);
        let found = finding(&status);
        assert!(found.contains("there for 3d") && found.contains("SQS deletes it"), "{found}");
    }

    #[test]
    fn while_ses_takes_no_mail_that_is_the_finding_and_the_mails_that_wait_are_not_overdue() {
        let mut status = healthy();
        status.ledger.as_mut().expect("known").overdue = 5;
        let closed = Closed {
            until: 1_763_895_900_000,
            reason: "SendingPausedException".to_owned(),
            is_probe_due: false,
        };
        status.sending_paused = Ok(Some(closed.clone()));
        let found = findings(&status);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(
            found[0].starts_with(
                "SES takes no mail until 2025-11-23 11:05:00Z: SendingPausedException. "
            ),
            "{found:?}"
        );
    }

    #[test]
    fn once_a_probe_is_due_that_is_told_as_such_and_overdue_mails_are_not_hidden() {
        let mut status = healthy();
        status.ledger.as_mut().expect("known").overdue = 5;
        let (until, reason) = (1_763_895_900_000, "SendingPausedException".to_owned());
        status.sending_paused = Ok(Some(Closed { until, reason, is_probe_due: true }));
        let found = findings(&status);
        assert_eq!(found.len(), 2, "{found:?}");
        let told = "SES took no mail until 2025-11-23 11:05:00Z (SendingPausedException); the next";
        assert!(found[0].starts_with(told), "{found:?}");
        assert!(found[1].starts_with("5 mails are overdue"), "{found:?}");
    }

    #[test]
    fn what_does_not_answer_is_a_finding_and_the_rest_is_reported() {
        let mut status = healthy();
        let silent = "no answer within 10 seconds".to_owned();
        status.queues = Err(silent.clone());
        status.sweep = Err(silent.clone());
        status.ledger = Err(silent.clone());
        status.ses = Err(silent.clone());
        status.sending_paused = Err(silent);
        status.cloudwatch_is_silent = true;
        status.attention = findings(&status);
        insta::assert_snapshot!(status.text(ColorMode::Plain));
        insta::assert_json_snapshot!(status);
    }

    #[test]
    fn dead_letters_in_flight_are_not_healthy_and_an_ses_that_does_not_answer_is_a_finding() {
        let mut status = healthy();
        queue(&mut status, MAIL_DLQ).depth.in_flight = 3000;
        status.ses = Err("AccessDenied".to_owned());
        let found = findings(&status);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].contains("3,000 of them in flight"), "{found:?}");
        assert!(found[1].contains("AccessDenied"), "{found:?}");
        assert!(status.text(ColorMode::Plain).contains("SES: unknown"));
    }
}
