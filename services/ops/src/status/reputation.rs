//! How near bounces and complaints are to the rates at which SES reviews an account, and pauses it
//! (<https://docs.aws.amazon.com/ses/latest/dg/reputationdashboardmessages.html>).

use aws_sdk_cloudwatch::primitives::DateTime;
use aws_sdk_cloudwatch::types::{Metric, MetricDataQuery, MetricStat};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::last_day::{LastDay, since};
use crate::aws::Stack;
use crate::output::{counted, decimal, number, percent};

/// The rates of one kind at which SES acts.
struct Limits {
    review: f64,
    pause: f64,
}

const BOUNCES: Limits = Limits { review: 0.05, pause: 0.10 };
const COMPLAINTS: Limits = Limits { review: 0.001, pause: 0.005 };

/// From this share of a limit on, a rate is near it: where the template's alarms ring too.
const NEAR: f64 = 0.8;

/// One bounce or complaint is no rate: of fewer than a thousand mails, a single complaint is above SES's
/// limit.
const MIN_COUNT: usize = 2;

/// A rate of fewer mails says little.
const FEW_MAILS: usize = 1000;

/// SES publishes its figures about once an hour.
const METRIC_WINDOW: SignedDuration = SignedDuration::from_hours(24);
const METRIC_PERIOD: i32 = 3600;

/// What became of the mails that SES accepted: of this stack, and as SES counts it for the account.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Reputation {
    /// The region, and so the SES account, that the stack sends with.
    pub region: String,
    /// Mails of this stack in the last 24 hours.
    pub mails: usize,
    /// Since when these are all, where the last 24 hours had more events than were counted; told with those.
    #[serde(skip)]
    pub cut_at: Option<i64>,
    /// Of these, bounced for good: what SES counts.
    pub bounces: usize,
    pub complaints: usize,
    /// SES's own figures, over as many mails as it finds representative; null where it has none, or
    /// CloudWatch does not tell.
    pub account_bounce_rate: Option<f64>,
    pub account_complaint_rate: Option<f64>,
}

impl Reputation {
    pub fn new(stack: &Stack, day: &LastDay, account: AccountRates) -> Self {
        let mails = |state: &str| day.states.get(state).copied().unwrap_or_default();
        let region = stack.config.region().map(ToString::to_string).unwrap_or_default();
        let complaints = mails("complained");
        Self {
            region,
            mails: mails("sent") + mails("delivered") + mails("bounced") + complaints,
            cut_at: day.cut_at,
            bounces: day.counted_bounces,
            complaints,
            account_bounce_rate: account.bounces,
            account_complaint_rate: account.complaints,
        }
    }

    /// A line for the report; empty where there is neither a bounce nor a complaint.
    pub fn line(&self) -> String {
        let mut parts = Vec::new();
        if self.bounces + self.complaints > 0 {
            let share = |count: usize| percent(share(count, self.mails));
            parts.push(format!(
                "{} bounced for good ({}) and {} complained about ({}) of {}{}",
                number(self.bounces),
                share(self.bounces),
                number(self.complaints),
                share(self.complaints),
                counted(self.mails, "mail"),
                self.cut_at.map(|at| format!(" {}", since(at))).unwrap_or_default()
            ));
        }
        if let (Some(bounces), Some(complaints)) =
            (self.account_bounce_rate, self.account_complaint_rate)
        {
            let (bounces, complaints) = (percent(bounces), percent(complaints));
            parts.push(format!(
                "SES itself counts {bounces} and {complaints} for the account in {}",
                self.region
            ));
        }
        match parts.is_empty() {
            true => String::new(),
            false => format!("Reputation: {}.", parts.join("; ")),
        }
    }

    /// The time that its mails are of: `whole`, the words for 24 hours, or less.
    fn span(&self, whole: &str) -> String {
        self.cut_at.map_or_else(|| whole.to_owned(), since)
    }

    /// Each rate beside SES's limits, for people: what it is of, and a phrase.
    pub fn rates(&self) -> [(&'static str, String); 2] {
        let rate = |count: usize, account: Option<f64>, limits: &Limits| {
            let Limits { review, pause } = limits;
            let account = account.map(percent).map_or_else(
                || "what SES counts is unknown".to_owned(),
                |rate| format!("{rate} as SES counts for the account"),
            );
            // A finding says so of more.
            let is_too_few = count < MIN_COUNT && limits.level(share(count, self.mails)).is_some();
            let few = if is_too_few {
                format!(" ({count} alone: too few to count)")
            } else {
                String::new()
            };
            format!(
                "{} of {} {}{few}; {account}. SES reviews an account from {} on, and may pause it from {} on",
                percent(share(count, self.mails)),
                counted(self.mails, "mail"),
                self.span("in 24 hours"),
                limit(*review),
                limit(*pause)
            )
        };
        [
            ("Bounces for good", rate(self.bounces, self.account_bounce_rate, &BOUNCES)),
            ("Complaints", rate(self.complaints, self.account_complaint_rate, &COMPLAINTS)),
        ]
    }

    /// What is near a limit, or above it, and what to do about it.
    pub fn findings(&self) -> [Option<String>; 4] {
        let bounced = self.of_this_stack(self.bounces, "bounced for good", &BOUNCES).map(|finding| {
            format!(
                "{finding}. Feedback's log names the order of each; have the shop check where the \
                 addresses come from. `waybill suppression list` shows those that SES no longer mails"
            )
        });
        let complained = self
            .of_this_stack(self.complaints, "were marked as spam", &COMPLAINTS)
            .map(|finding| {
                format!(
                    "{finding}. If a kind of mail is new or unwanted, have the shop stop it (`notify: \
                     false`)"
                )
            });
        [
            bounced,
            complained,
            self.of_the_account(self.account_bounce_rate, "bounces", &BOUNCES),
            self.of_the_account(self.account_complaint_rate, "complaints", &COMPLAINTS),
        ]
    }

    fn of_this_stack(&self, count: usize, verb: &str, limits: &Limits) -> Option<String> {
        let rate = share(count, self.mails);
        let level = limits.level(rate).filter(|_| count >= MIN_COUNT)?;
        let (count, mails, rate) = (number(count), counted(self.mails, "mail"), percent(rate));
        let few = match self.mails < FEW_MAILS {
            true => format!(". That rests on {mails} only; SES judges by more than a day's"),
            false => String::new(),
        };
        Some(format!(
            "{count} of this stack's {mails} {} {verb}, {rate}: {level}{few}",
            self.span("of the last 24 hours")
        ))
    }

    fn of_the_account(&self, rate: Option<f64>, what: &str, limits: &Limits) -> Option<String> {
        let level = limits.level(rate?)?;
        Some(format!(
            "SES counts {} {what} for the account in {}, with all that sends through it: {level}. See \
             Reputation metrics in the SES console",
            percent(rate?),
            self.region
        ))
    }
}

impl Limits {
    /// How near a rate is, as a sentence fragment; `None` where it is far.
    fn level(&self, rate: f64) -> Option<String> {
        let Self { review, pause } = self;
        let (review_at, pause_at) = (limit(*review), limit(*pause));
        if rate >= *pause {
            Some(format!("SES may pause sending from {pause_at} on"))
        } else if rate >= *review {
            Some(format!(
                "SES reviews an account from {review_at} on, and may pause it from {pause_at} on"
            ))
        } else if rate >= review * NEAR {
            Some(format!("near {review_at}, from which on SES reviews an account"))
        } else {
            None
        }
    }
}

/// `5 %`, `0.1 %`.
fn limit(rate: f64) -> String {
    format!("{} %", decimal(rate * 100.0))
}

#[expect(clippy::cast_precision_loss, reason = "a rate for people")]
fn share(count: usize, mails: usize) -> f64 {
    if mails == 0 { 0.0 } else { count as f64 / mails as f64 }
}

/// SES's own figures for the account.
#[derive(Debug, Clone, Copy, Default)]
pub struct AccountRates {
    bounces: Option<f64>,
    complaints: Option<f64>,
}

/// The latest that SES has published in CloudWatch. Not an error without: the one-machine stack has no
/// CloudWatch, and a new account no figures.
pub async fn account_rates(stack: &Stack) -> AccountRates {
    let now = Timestamp::now();
    let seconds = |at: Timestamp| DateTime::from_secs(at.as_second());
    let answer = stack
        .cloudwatch()
        .get_metric_data()
        .metric_data_queries(query("bounces", "Reputation.BounceRate"))
        .metric_data_queries(query("complaints", "Reputation.ComplaintRate"))
        .start_time(seconds(now - METRIC_WINDOW))
        .end_time(seconds(now))
        .send()
        .await;
    let Ok(answer) = answer else { return AccountRates::default() };
    // The latest value comes first.
    let latest = |id: &str| {
        let result = answer.metric_data_results().iter().find(|result| result.id() == Some(id))?;
        result.values().first().copied()
    };
    AccountRates { bounces: latest("bounces"), complaints: latest("complaints") }
}

fn query(id: &str, metric: &str) -> MetricDataQuery {
    // Without dimensions: the account's, not a configuration set's.
    let metric = Metric::builder().namespace("AWS/SES").metric_name(metric).build();
    let stat = MetricStat::builder().metric(metric).period(METRIC_PERIOD).stat("Maximum").build();
    MetricDataQuery::builder().id(id).metric_stat(stat).build()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reputation(mails: usize, bounces: usize, complaints: usize) -> Reputation {
        let region = "eu-central-1".to_owned();
        Reputation { region, mails, bounces, complaints, ..Reputation::default() }
    }

    fn found(reputation: &Reputation) -> Vec<String> {
        reputation.findings().into_iter().flatten().collect()
    }

    #[test]
    fn rates_near_ses_s_limits_are_findings_that_say_how_few_mails_they_rest_on() {
        let few = reputation(58, 3, 2);
        let many = reputation(20_000, 900, 17);
        let account = Reputation {
            account_bounce_rate: Some(0.12),
            account_complaint_rate: Some(0.0009),
            ..reputation(20_000, 10, 0)
        };
        let all = [few, many, account].map(|r| format!("{}\n{}", r.line(), found(&r).join("\n")));
        insta::assert_snapshot!(all.join("\n\n"));
    }

    #[test]
    fn a_rate_of_fewer_mails_than_the_day_had_names_their_time_and_a_single_complaint_is_too_few() {
        let cut = Reputation { cut_at: Some(1_763_899_200_000), ..reputation(2_000, 200, 1) };
        let [(_, bounces), (_, complaints)] = cut.rates();
        assert!(
            bounces.starts_with("10.0 % of 2,000 mails since 23 Nov, 12:00 UTC; "),
            "{bounces}"
        );
        assert!(found(&cut)[0].contains("2,000 mails since 23 Nov, 12:00 UTC bounced"), "{cut:?}");
        assert!(cut.line().ends_with("of 2,000 mails since 23 Nov, 12:00 UTC."), "{}", cut.line());
        assert!(!complaints.contains("too few"), "0.05 % is far from a limit: {complaints}");
        let [_, (_, one)] = reputation(690, 0, 1).rates();
        assert!(
            one.starts_with("0.14 % of 690 mails in 24 hours (1 alone: too few to count); "),
            "{one}"
        );
    }

    #[test]
    fn a_single_complaint_or_a_usual_number_of_bounces_is_no_finding() {
        for usual in [reputation(58, 1, 1), reputation(58, 2, 0), reputation(20_000, 700, 15)] {
            assert_eq!(found(&usual), Vec::<String>::new(), "{usual:?}");
        }
        assert_eq!(reputation(58, 0, 0).line(), "");
        assert_eq!(found(&reputation(0, 0, 0)), Vec::<String>::new());
    }
}
