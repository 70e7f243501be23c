//! The report of `status`.

use serde::Serialize;

use super::ledger::LastDay;
use kit::queue::QueueDepth;

use crate::aws::Queue;
use crate::output::{ColorMode, Column, Report, Style, format_duration, table};

/// How everything stands.
#[derive(Debug, Serialize)]
pub struct Status {
    /// Which stack.
    pub stack: String,
    /// How its names were found.
    pub names: String,
    /// Its queues.
    pub queues: Vec<QueueRow>,
    /// The last 24 hours.
    pub ledger: LastDay,
    /// The SES account of the region; null where SES does not tell.
    #[serde(serialize_with = "told_or_null")]
    pub ses: Result<Ses, String>,
    /// What somebody should look at; empty when all is well.
    pub attention: Vec<String>,
}

/// A queue.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct QueueRow {
    /// Which.
    pub queue: Queue,
    /// How many messages it says it has.
    #[serde(flatten)]
    pub depth: QueueDepth,
    /// The age of the oldest, where CloudWatch tells.
    pub oldest_seconds: Option<f64>,
}

/// The SES account.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Ses {
    /// False when SES or somebody paused it.
    pub sending_enabled: bool,
    /// False in the sandbox.
    pub production_access: bool,
    /// HEALTHY, PROBATION or SHUTDOWN.
    pub enforcement: String,
    /// Mails a second.
    pub send_rate: f64,
    /// Mails in 24 hours.
    pub daily_quota: f64,
    /// Of these, used.
    pub sent_last_24_hours: f64,
}

fn told_or_null<S: serde::Serializer>(ses: &Result<Ses, String>, to: S) -> Result<S::Ok, S::Error> {
    ses.as_ref().ok().serialize(to)
}

impl Report for Status {
    fn text(&self, colors: ColorMode) -> String {
        let mut text = format!(
            "{}  ({})\n\n",
            colors.apply(Style::Bold, &format!("Stack {}", self.stack)),
            self.names
        );
        text.push_str(&self.queues(colors));
        text.push_str(&self.last_day(colors));
        text.push_str(&self.ses_line());
        text.push('\n');
        if self.attention.is_empty() {
            text.push_str(&colors.apply(Style::Success, "Healthy."));
            text.push('\n');
        }
        for finding in &self.attention {
            text.push_str(&format!("{} {finding}.\n", colors.apply(Style::Error, "Attention:")));
        }
        text
    }
}

impl Ses {
    /// SES writes -1 for no limit.
    fn used(&self) -> String {
        let sent = self.sent_last_24_hours;
        match self.daily_quota {
            quota if quota < 0.0 => format!("{sent:.0} sent in 24 hours, without a limit"),
            quota => format!("{sent:.0} of {quota:.0} of today's quota used"),
        }
    }
}

impl Status {
    fn queues(&self, colors: ColorMode) -> String {
        let columns = [
            Column::text("queue", |row: &QueueRow| row.queue.suffix().to_owned()),
            Column::number("messages", |row: &QueueRow| row.depth.visible.to_string()).styled(
                |row| {
                    let is_bad = matches!(row.queue, Queue::Dead(_))
                        && row.depth.visible + row.depth.in_flight > 0;
                    is_bad.then_some(Style::Error)
                },
            ),
            Column::number("in flight", |row| row.depth.in_flight.to_string()),
            Column::number("delayed", |row| row.depth.delayed.to_string()),
            Column::text("oldest", |row| {
                #[expect(clippy::cast_possible_truncation, reason = "an age for people")]
                let told = row.oldest_seconds.map(|seconds| format_duration(seconds as i64 * 1000));
                told.unwrap_or_default()
            }),
        ];
        let mut text = table(colors, &columns, &self.queues);
        if self.queues.iter().all(|row| row.oldest_seconds.is_none()) {
            text.push_str(
                " (The age of the oldest message is not known: only CloudWatch tells.)\n",
            );
        }
        text
    }

    fn last_day(&self, colors: ColorMode) -> String {
        let day = &self.ledger;
        let of = if day.more { "the latest " } else { "" };
        let mut text = format!("\nLast 24 hours: {of}{} event(s)", day.events);
        if day.events == 0 {
            text.push_str(".\n");
            return text;
        }
        text.push('\n');
        let mut rows: Vec<(String, usize)> = day.states.clone().into_iter().collect();
        rows.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        if day.undecided > 0 {
            rows.push(("not decided yet".to_owned(), day.undecided));
        }
        let columns = [
            Column::number("mails", |(_, count): &(String, usize)| count.to_string()),
            Column::text("state", |(state, _)| state.clone()),
        ];
        text.push_str(&table(colors, &columns, &rows));
        text
    }

    fn ses_line(&self) -> String {
        let Ok(ses) = &self.ses else { return "\nSES: not known\n".to_owned() };
        format!(
            "\nSES: {:.0} mails a second, {}, {}{}\n",
            ses.send_rate,
            ses.used(),
            if ses.sending_enabled { "sending" } else { "PAUSED" },
            if ses.production_access { "" } else { ", SANDBOX" },
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::status::judge::findings;

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
            queues: queues.into(),
            ledger: LastDay {
                events: 1200,
                states: [("delivered".to_owned(), 1190), ("sent".to_owned(), 10)].into(),
                ..LastDay::default()
            },
            ses: Ok(account()),
            attention: Vec::new(),
        }
    }

    #[test]
    fn a_healthy_stack_as_people_and_scripts_read_it() {
        let status = healthy();
        assert_eq!(findings(&status), Vec::<String>::new());
        insta::assert_snapshot!(status.text(ColorMode::Plain));
        insta::assert_json_snapshot!(status);
    }

    #[test]
    fn everything_that_can_be_unhealthy_is_told_with_what_to_do() {
        let mut status = healthy();
        status.queues[1].depth = QueueDepth { visible: 40, in_flight: 10, delayed: 2 };
        status.queues[1].oldest_seconds = Some(4000.0);
        status.queues[6].depth.visible = 3012;
        status.ledger = LastDay {
            more: true,
            undecided: 4,
            late: 3,
            stuck: 5,
            states: [("in_doubt".to_owned(), 2), ("failed".to_owned(), 12)].into(),
            ..status.ledger
        };
        status.ses = Ok(Ses {
            sending_enabled: false,
            production_access: false,
            enforcement: "PROBATION".to_owned(),
            sent_last_24_hours: 41_000.0,
            ..account()
        });
        status.attention = findings(&status);
        insta::assert_snapshot!(status.text(ColorMode::Plain));
        insta::assert_json_snapshot!(status.attention);
    }

    #[test]
    fn dead_letters_in_flight_are_not_healthy_and_a_silent_ses_is_a_finding() {
        let mut status = healthy();
        status.queues[6].depth.in_flight = 3000;
        status.ses = Err("AccessDenied".to_owned());
        let told = findings(&status);
        assert_eq!(told.len(), 2, "{told:?}");
        assert!(told[0].contains("3000 of them in flight"), "{told:?}");
        assert!(told[1].contains("AccessDenied"), "{told:?}");
        assert!(status.text(ColorMode::Plain).contains("SES: not known"));
    }
}
