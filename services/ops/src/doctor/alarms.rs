//! The alarms: whether each dead-letter queue has one, and whether anybody hears them.

use std::collections::{BTreeSet, HashMap};

use aws_sdk_cloudwatch::types::{MetricAlarm, StateValue};
use futures::future;

use super::finding::{Checked, Finding, Level};
use crate::aws::{Dlq, Queue, Stack};
use crate::output::counted;

/// Checks that each dead-letter queue has an alarm with an action, and that somebody is subscribed to the topics
/// that alarms publish to, and reports the alarms that are active.
pub async fn check(stack: &Stack) -> Checked {
    let pages = stack.cloudwatch().describe_alarms().into_paginator().send();
    let failed = Finding::failed_call("alarms", "cloudwatch:DescribeAlarms", None);
    let pages = pages.collect::<Result<Vec<_>, _>>().await.map_err(failed)?;
    let prefix = format!("{}-", stack.name);
    let of_stack = |alarm: &MetricAlarm| {
        let is_named_so = alarm.alarm_name().is_some_and(|name| name.starts_with(&prefix));
        is_named_so || Dlq::ALL.iter().any(|dlq| watches(alarm, &queue_name(&stack.name, *dlq)))
    };
    let alarms: Vec<MetricAlarm> =
        pages.into_iter().flat_map(|page| page.metric_alarms).flatten().filter(of_stack).collect();
    let watched = Dlq::ALL.into_iter().map(|dlq| check_alarm(&stack.name, dlq, &alarms));
    let subscribers = topics(&alarms).into_iter().map(|topic| check_subscribers(stack, topic));
    let subscribers = future::join_all(subscribers).await;
    Ok(watched.chain(subscribers).chain(alarms.iter().filter_map(active_alarm)).collect())
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

fn check_alarm(stack: &str, dlq: Dlq, alarms: &[MetricAlarm]) -> Finding {
    let queue = queue_name(stack, dlq);
    let of_queue = alarms.iter().filter(|alarm| watches(alarm, &queue)).map(has_action);
    let (level, found, fix) = match of_queue.max() {
        None => (Level::Wrong, "none", "mails would fail unnoticed: deploy the template again"),
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
    use aws_sdk_cloudwatch::types::Dimension;

    const TOPIC: &str = "arn:aws:sns:eu-central-1:1:shop-alarms";

    fn alarm(queue: &str, action: Option<&str>) -> MetricAlarm {
        MetricAlarm::builder()
            .alarm_name("shop-x")
            .dimensions(Dimension::builder().name("QueueName").value(queue).build())
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
