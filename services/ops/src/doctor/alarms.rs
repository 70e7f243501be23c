//! The alarms: whether each dead-letter queue has one that rings at its first message, and whether anybody hears them.

use std::collections::{BTreeSet, HashMap};

use aws_sdk_cloudwatch::types::{MetricAlarm, StateValue};
use futures::future;

use super::finding::{Checked, Finding, Level};
use crate::aws::{Dlq, Queue, Stack};
use crate::error::CliError;
use crate::output::counted;

/// Checks that each dead-letter queue has an alarm with an action that rings at its first message, and that somebody is subscribed to the topics
/// that alarms publish to, and reports the alarms that are active.
pub async fn check(stack: &Stack) -> Checked {
    let alarms = read(stack).await?;
    let subscribers = topics(&alarms).into_iter().map(|topic| check_subscribers(stack, topic));
    let subscribers = future::join_all(subscribers).await;
    let active = alarms.iter().filter_map(active_alarm);
    let unknown = |error: CliError| {
        Finding::new(Level::NotChecked, "alarms on queues", error.to_string(), "")
    };
    let dlqs = stack.dlqs().await.map_err(unknown)?;
    Ok(check_queues(&stack.name, &dlqs, &alarms)
        .into_iter()
        .chain(subscribers)
        .chain(active)
        .collect())
}

/// The alarms that ring now.
pub async fn ringing(stack: &Stack) -> Checked {
    Ok(read(stack).await?.iter().filter_map(active_alarm).collect())
}

async fn read(stack: &Stack) -> Result<Vec<MetricAlarm>, Finding> {
    let pages = stack.cloudwatch().describe_alarms().into_paginator().send();
    let failed = Finding::failed_call("alarms", "cloudwatch:DescribeAlarms", None);
    let pages = pages.collect::<Result<Vec<_>, _>>().await.map_err(failed)?;
    let all = pages.into_iter().flat_map(|page| page.metric_alarms).flatten();
    Ok(of_stack(&stack.name, all))
}

/// The alarms of the stack: those that are named so, and those of others that watch one of its dead-letter queues.
fn of_stack(stack: &str, all: impl Iterator<Item = MetricAlarm>) -> Vec<MetricAlarm> {
    let prefix = format!("{stack}-");
    let is_of_stack = |alarm: &MetricAlarm| {
        let is_named_so = alarm.alarm_name().is_some_and(|name| name.starts_with(&prefix));
        is_named_so || Dlq::ALL.iter().any(|dlq| watches(alarm, &queue_name(stack, *dlq)))
    };
    all.filter(is_of_stack).collect()
}

/// A finding for each dead-letter queue.
fn check_queues(stack: &str, dlqs: &[Dlq], alarms: &[MetricAlarm]) -> Vec<Finding> {
    dlqs.iter().map(|dlq| check_alarm(stack, *dlq, alarms)).collect()
}

fn queue_name(stack: &str, dlq: Dlq) -> String {
    format!("{stack}-{}", Queue::Dead(dlq).suffix())
}

fn watches(alarm: &MetricAlarm, queue: &str) -> bool {
    alarm.dimensions().iter().any(|dimension| dimension.value() == Some(queue))
}

/// Without an action it turns red in a console that nobody watches.
fn has_action(alarm: &MetricAlarm) -> bool {
    alarm.actions_enabled() == Some(true) && !alarm.alarm_actions().is_empty()
}

/// An alarm that looks at so many seconds or more only reminds of what an earlier one has reported.
const REMINDS_AFTER_SECONDS: i32 = 60 * 60;

/// Whether it is in alarm within minutes of the first message. The alarm for forgotten messages watches the same
/// metric, for days, and so replaces no other.
fn rings_at_the_first_message(alarm: &MetricAlarm) -> bool {
    use aws_sdk_cloudwatch::types::ComparisonOperator::{
        GreaterThanOrEqualToThreshold, GreaterThanThreshold,
    };
    let seconds =
        alarm.period().unwrap_or(0).saturating_mul(alarm.evaluation_periods().unwrap_or(1));
    let threshold = alarm.threshold().unwrap_or(f64::MAX);
    let takes_one = match alarm.comparison_operator() {
        Some(GreaterThanThreshold) => threshold < 1.0,
        Some(GreaterThanOrEqualToThreshold) => threshold <= 1.0,
        _ => false,
    };
    alarm.metric_name() == Some("ApproximateNumberOfMessagesVisible")
        && takes_one
        && seconds < REMINDS_AFTER_SECONDS
}

fn check_alarm(stack: &str, dlq: Dlq, alarms: &[MetricAlarm]) -> Finding {
    let queue = queue_name(stack, dlq);
    let of_queue = alarms.iter().filter(|alarm| watches(alarm, &queue));
    let ringing = of_queue.filter(|alarm| rings_at_the_first_message(alarm)).map(has_action);
    let (level, found, fix) = match ringing.max() {
        None => (
            Level::Wrong,
            "none that rings at the first message",
            "what fails would go unnoticed, for days at least: deploy the template again",
        ),
        Some(true) => (Level::Ok, "there", ""),
        Some(false) => (
            Level::Warning,
            "it notifies nobody",
            "enable its actions, and have it publish to the alarm topic: deploy the template again",
        ),
    };
    Finding::new(level, format!("alarm on {queue}"), found, fix)
}

/// The SNS topics that these alarms publish to.
fn topics(alarms: &[MetricAlarm]) -> BTreeSet<&str> {
    let actions = alarms.iter().filter(|alarm| has_action(alarm)).flat_map(|a| a.alarm_actions());
    actions.map(String::as_str).filter(|arn| arn.split(':').nth(2) == Some("sns")).collect()
}

async fn check_subscribers(stack: &Stack, topic: &str) -> Finding {
    let subject = format!("alarm topic {}", topic.rsplit(':').next().unwrap_or(topic));
    let answer = stack.sns().get_topic_attributes().topic_arn(topic).send().await;
    let failed = Finding::failed_call(&subject, "sns:GetTopicAttributes", None);
    match answer.map_err(failed) {
        Ok(answer) => subscribers(subject, topic, &answer.attributes.unwrap_or_default()),
        Err(failed) => failed,
    }
}

/// Only who has confirmed hears anything: SNS delivers nothing to a pending subscription, and deletes one that
/// is not confirmed (<https://docs.aws.amazon.com/sns/latest/api/API_GetTopicAttributes.html>,
/// <https://docs.aws.amazon.com/sns/latest/dg/SendMessageToHttp.confirm.html>).
fn subscribers(subject: String, topic: &str, attributes: &HashMap<String, String>) -> Finding {
    let count =
        |name: &str| attributes.get(name).and_then(|n| n.parse::<usize>().ok()).unwrap_or(0);
    let (confirmed, pending) = (count("SubscriptionsConfirmed"), count("SubscriptionsPending"));
    let pending = match pending {
        0 => String::new(),
        n => format!(", {} not confirmed", counted(n, "subscription")),
    };
    match confirmed {
        0 => Finding::new(
            Level::Wrong,
            subject,
            format!("no alarm reaches anybody: nobody is subscribed{pending}"),
            format!(
                "aws sns subscribe --topic-arn {topic} --protocol email --notification-endpoint \
                 YOU@SHOP.EXAMPLE, then the link in the mail that follows"
            ),
        ),
        n => {
            let found = format!("{}{pending}", counted(n, "confirmed subscription"));
            Finding::new(Level::Ok, subject, found, "")
        }
    }
}

fn active_alarm(alarm: &MetricAlarm) -> Option<Finding> {
    let subject = format!("alarm {}", alarm.alarm_name().unwrap_or("without a name"));
    let fix = alarm.alarm_description().unwrap_or("see its metric");
    (alarm.state_value() == Some(&StateValue::Alarm))
        .then(|| Finding::new(Level::Warning, subject, "active", fix))
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_cloudwatch::types::{ComparisonOperator, Dimension};

    const TOPIC: &str = "arn:aws:sns:eu-central-1:1:shop-alarms";

    fn alarm(queue: &str, action: Option<&str>) -> MetricAlarm {
        MetricAlarm::builder()
            .alarm_name("shop-x")
            .dimensions(Dimension::builder().name("QueueName").value(queue).build())
            .metric_name("ApproximateNumberOfMessagesVisible")
            .comparison_operator(ComparisonOperator::GreaterThanThreshold)
            .threshold(0.0)
            .period(60)
            .evaluation_periods(1)
            .actions_enabled(true)
            .set_alarm_actions(action.map(|a| vec![a.to_owned()]))
            .build()
    }

    #[test]
    fn a_dead_letter_queue_without_an_alarm_is_wrong_and_a_mute_alarm_a_warning() {
        let alarms = [
            alarm("shop-mail-dlq", None),
            alarm("shop-mail-dlq", Some(TOPIC)),
            alarm("shop-dispatch-dlq", None),
        ];
        for (dlq, level) in
            [(Dlq::Mail, Level::Ok), (Dlq::Dispatch, Level::Warning), (Dlq::Feedback, Level::Wrong)]
        {
            assert_eq!(check_alarm("shop", dlq, &alarms).level, level);
        }
    }

    fn named(name: &str, queue: &str) -> MetricAlarm {
        let mut alarm = alarm(queue, Some(TOPIC));
        alarm.alarm_name = Some(name.to_owned());
        alarm
    }

    #[test]
    fn an_alarm_is_the_stacks_by_its_name_or_by_the_dead_letter_queue_that_it_watches() {
        let all = [
            named("shop-SweepLag", "none"),
            named("an operator's own", "shop-mail-dlq"),
            named("shopping-MailDlq", "shopping-mail-dlq"),
            named("an operator's own of another stack", "other-shop-mail-dlq"),
        ];
        let names: Vec<String> =
            of_stack("shop", all.into_iter()).into_iter().filter_map(|it| it.alarm_name).collect();
        assert_eq!(names, ["shop-SweepLag", "an operator's own"]);
    }

    #[test]
    fn each_dead_letter_queue_is_looked_at() {
        let alarms = Dlq::ALL.map(|dlq| alarm(&queue_name("shop", dlq), Some(TOPIC)));
        for (missing, dlq) in Dlq::ALL.into_iter().enumerate() {
            let mut others = alarms.to_vec();
            others.remove(missing);
            let wrong = check_queues("shop", &Dlq::ALL, &others).into_iter();
            let wrong: Vec<String> =
                wrong.filter(|it| it.level == Level::Wrong).map(|it| it.subject).collect();
            assert_eq!(wrong, [format!("alarm on shop-{dlq}-dlq")]);
        }
        assert!(check_queues("shop", &Dlq::ALL, &alarms).iter().all(|it| it.level == Level::Ok));
    }

    #[test]
    fn an_alarm_that_rings_is_reported_with_what_its_description_says_to_do() {
        let ringing = |state: StateValue| {
            let mut alarm = named("shop-SweepLag", "none");
            alarm.alarm_description = Some("see relay's log".to_owned());
            alarm.state_value = Some(state);
            active_alarm(&alarm)
        };
        let finding = ringing(StateValue::Alarm).expect("it rings");
        assert_eq!((finding.level, finding.found.as_str()), (Level::Warning, "active"));
        assert_eq!(finding.fix, "see relay's log");
        assert!(ringing(StateValue::Ok).is_none());
        assert!(ringing(StateValue::InsufficientData).is_none());
    }

    #[test]
    fn only_an_alarm_that_rings_at_the_first_message_counts() {
        let mail = |change: fn(&mut MetricAlarm)| {
            let mut changed = alarm("shop-mail-dlq", Some(TOPIC));
            change(&mut changed);
            check_alarm("shop", Dlq::Mail, &[changed]).level
        };
        assert_eq!(mail(|_| ()), Level::Ok);
        let forgotten = |alarm: &mut MetricAlarm| {
            (alarm.period, alarm.evaluation_periods) = (Some(3600), Some(72));
        };
        assert_eq!(mail(forgotten), Level::Wrong);
        assert_eq!(mail(|alarm| alarm.threshold = Some(10.0)), Level::Wrong);
        let age = |alarm: &mut MetricAlarm| {
            alarm.metric_name = Some("ApproximateAgeOfOldestMessage".to_owned());
        };
        assert_eq!(mail(age), Level::Wrong);
        let at_one = |alarm: &mut MetricAlarm| {
            alarm.comparison_operator = Some(ComparisonOperator::GreaterThanOrEqualToThreshold);
            alarm.threshold = Some(1.0);
        };
        assert_eq!(mail(at_one), Level::Ok);
    }

    #[test]
    fn a_muted_alarm_is_a_warning_although_the_one_for_forgotten_messages_notifies_somebody() {
        let mut forgotten = alarm("shop-mail-dlq", Some(TOPIC));
        (forgotten.period, forgotten.evaluation_periods) = (Some(3600), Some(72));
        let mut muted = alarm("shop-mail-dlq", Some(TOPIC));
        muted.actions_enabled = Some(false);
        assert_eq!(check_alarm("shop", Dlq::Mail, &[forgotten, muted]).level, Level::Warning);
    }

    #[test]
    fn each_topic_that_an_alarm_publishes_to_is_looked_at_once() {
        let mut off = alarm("shop-mail-dlq", Some("arn:aws:sns:eu-central-1:1:others"));
        off.actions_enabled = Some(false);
        let alarms = [
            alarm("shop-mail-dlq", Some(TOPIC)),
            alarm("shop-dispatch-dlq", Some(TOPIC)),
            alarm("shop-feedback-dlq", Some("arn:aws:lambda:eu-central-1:1:function:pager")),
            off,
        ];
        assert_eq!(topics(&alarms).into_iter().collect::<Vec<_>>(), [TOPIC]);
    }

    #[test]
    fn only_a_confirmed_subscription_is_somebody() {
        let found = |confirmed: &str, pending: &str| {
            let attributes =
                [("SubscriptionsConfirmed", confirmed), ("SubscriptionsPending", pending)];
            let attributes = attributes.map(|(name, n)| (name.to_owned(), n.to_owned())).into();
            subscribers("alarm topic shop-alarms".to_owned(), TOPIC, &attributes)
        };
        assert_eq!(found("2", "0").level, Level::Ok);
        assert_eq!(found("1", "1").found, "1 confirmed subscription, 1 subscription not confirmed");
        let pending = found("0", "1");
        assert_eq!(pending.level, Level::Wrong);
        assert!(pending.found.ends_with("1 subscription not confirmed"), "{}", pending.found);
        let nobody = found("0", "0");
        assert_eq!(nobody.level, Level::Wrong);
        assert!(nobody.fix.contains(TOPIC), "{}", nobody.fix);
    }
}
