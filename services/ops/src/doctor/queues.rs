//! The queues, and the alarms on the dead-letter queues.

use std::collections::HashMap;

use aws_sdk_cloudwatch::types::{MetricAlarm, StateValue};
use aws_sdk_sqs::types::QueueAttributeName as Attribute;
use futures::future;
use serde_json::Value;

use super::finding::Finding;
use super::lambda::Functions;
use crate::aws::{Dlq, Queue, Stack};
use crate::output::format_duration;

/// SQS keeps a message for at most 14 days; a dead letter needs all of them.
const MAX_RETENTION: i64 = 14 * 24 * 60 * 60;

/// With fewer receives a short outage moves messages to the DLQ.
const MIN_RECEIVES: i64 = 5;

/// Lambda requires a visibility timeout of six times the function's
/// (<https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html>).
const MIN_VISIBILITY_FACTOR: i64 = 6;

type Attributes = HashMap<Attribute, String>;

pub async fn check(stack: &Stack, functions: &Functions) -> Vec<Finding> {
    let checks = Queue::ALL.map(|queue| check_one(stack, queue, functions));
    future::join_all(checks).await.concat()
}

async fn check_one(stack: &Stack, queue: Queue, functions: &Functions) -> Vec<Finding> {
    let subject = format!("queue {}-{}", stack.name, queue.suffix());
    let url = match stack.url(queue).await {
        Ok(url) => url,
        Err(error) => {
            return vec![Finding::wrong(subject, error.to_string(), "deploy the template again")];
        }
    };
    let call = stack.sqs.get_queue_attributes().queue_url(url).attribute_names(Attribute::All);
    match call.send().await {
        Ok(answer) => {
            queue_findings(&subject, queue, &answer.attributes.unwrap_or_default(), functions)
        }
        Err(error) => vec![Finding::unanswered(subject, &error, "sqs:GetQueueAttributes")],
    }
}

fn queue_findings(
    subject: &str,
    queue: Queue,
    attributes: &Attributes,
    functions: &Functions,
) -> Vec<Finding> {
    match queue {
        Queue::Dead(_) => vec![check_retention(subject, attributes)],
        working => {
            let mut findings = vec![check_redrive(subject, working, attributes)];
            findings.extend(check_visibility(subject, working, attributes, functions));
            findings
        }
    }
}

fn number(attributes: &Attributes, name: Attribute) -> i64 {
    attributes.get(&name).and_then(|n| n.parse().ok()).unwrap_or_default()
}

fn check_retention(subject: &str, attributes: &Attributes) -> Finding {
    let seconds = number(attributes, Attribute::MessageRetentionPeriod);
    Finding::expect(
        seconds >= MAX_RETENTION,
        format!("{subject}: retention"),
        format_duration(seconds * 1000),
        format!("set MessageRetentionPeriod to {MAX_RETENTION} (14 days), SQS's longest"),
    )
}

fn check_redrive(subject: &str, queue: Queue, attributes: &Attributes) -> Finding {
    let policy: Value = attributes
        .get(&Attribute::RedrivePolicy)
        .and_then(|policy| serde_json::from_str(policy).ok())
        .unwrap_or_default();
    let target = policy["deadLetterTargetArn"].as_str().unwrap_or_default();
    // SQS writes a number, emulators and older tools a string.
    let receives = policy["maxReceiveCount"]
        .as_i64()
        .or_else(|| policy["maxReceiveCount"].as_str()?.parse().ok())
        .unwrap_or_default();
    let is_ours = target.ends_with(&format!("{}-dlq", queue.suffix()));
    let found = match target.rsplit(':').next().filter(|name| !name.is_empty()) {
        Some(name) => format!("to {name} after {receives} receives"),
        None => "no dead-letter queue".to_owned(),
    };
    Finding::expect(
        is_ours && receives >= MIN_RECEIVES,
        format!("{subject}: dead letters"),
        found,
        format!("set its RedrivePolicy: its own -dlq, maxReceiveCount {MIN_RECEIVES} or more"),
    )
}

fn check_visibility(
    subject: &str,
    queue: Queue,
    attributes: &Attributes,
    functions: &Functions,
) -> Option<Finding> {
    let function = queue.consumer()?;
    let seconds = number(attributes, Attribute::VisibilityTimeout);
    let subject = format!("{subject}: visibility timeout");
    let Some(timeout) = functions.timeout(function) else {
        return Some(Finding::not_checked(
            subject,
            format!("{seconds} s; the timeout of {function} is not known"),
        ));
    };
    let min = timeout * MIN_VISIBILITY_FACTOR;
    Some(Finding::expect(
        seconds >= min,
        subject,
        format!("{seconds} s, the function's timeout is {timeout} s"),
        format!("set VisibilityTimeout to {min} or more, or a slow batch is delivered twice"),
    ))
}

/// Checks that each dead-letter queue has an alarm with an action, and reports the alarms that are
/// active.
pub async fn check_alarms(stack: &Stack) -> Vec<Finding> {
    let pages = stack.cloudwatch().describe_alarms().into_paginator().send();
    match pages.collect::<Result<Vec<_>, _>>().await {
        Ok(pages) => {
            let alarms: Vec<MetricAlarm> =
                pages.into_iter().flat_map(|page| page.metric_alarms.unwrap_or_default()).collect();
            alarm_findings(&stack.name, &alarms)
        }
        Err(error) => vec![Finding::unanswered("alarms", &error, "cloudwatch:DescribeAlarms")],
    }
}

fn alarm_findings(stack: &str, alarms: &[MetricAlarm]) -> Vec<Finding> {
    let mut findings: Vec<Finding> =
        Dlq::ALL.into_iter().map(|dlq| check_alarm(stack, dlq, alarms)).collect();
    let is_of_stack = |alarm: &&MetricAlarm| {
        alarm.alarm_name().is_some_and(|name| name.starts_with(&format!("{stack}-")))
    };
    findings.extend(alarms.iter().filter(is_of_stack).filter_map(active_alarm));
    findings
}

fn check_alarm(stack: &str, dlq: Dlq, alarms: &[MetricAlarm]) -> Finding {
    let queue = format!("{stack}-{}", Queue::Dead(dlq).suffix());
    let subject = format!("alarm on {queue}");
    let watches =
        |alarm: &&MetricAlarm| alarm.dimensions().iter().any(|d| d.value() == Some(queue.as_str()));
    match alarms.iter().find(watches) {
        None => {
            Finding::wrong(subject, "none", "mails would fail unnoticed: deploy the template again")
        }
        Some(alarm)
            if alarm.actions_enabled() != Some(true) || alarm.alarm_actions().is_empty() =>
        {
            Finding::warning(
                subject,
                "it notifies nobody",
                "subscribe somebody to the alarm topic (parameter OperatorEmail)",
            )
        }
        Some(_) => Finding::ok(subject, "there"),
    }
}

fn active_alarm(alarm: &MetricAlarm) -> Option<Finding> {
    let is_active = alarm.state_value() == Some(&StateValue::Alarm);
    is_active.then(|| {
        Finding::warning(
            format!("alarm {}", alarm.alarm_name().unwrap_or("without a name")),
            "active",
            alarm.alarm_description().unwrap_or("see its metric"),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::finding::Level;
    use aws_sdk_cloudwatch::types::Dimension;

    #[test]
    fn a_short_visibility_and_a_missing_redrive_are_wrong() {
        let functions = Functions::with_timeout("mailer", 30);
        let attributes = |visibility: &str, redrive: Option<&str>| {
            let mut attributes =
                HashMap::from([(Attribute::VisibilityTimeout, visibility.to_owned())]);
            attributes.extend(redrive.map(|r| (Attribute::RedrivePolicy, r.to_owned())));
            attributes
        };
        let levels = |attributes: &Attributes| -> Vec<Level> {
            queue_findings("q", Queue::Mail, attributes, &functions)
                .iter()
                .map(|f| f.level)
                .collect()
        };
        let policy = r#"{"deadLetterTargetArn":"arn:aws:sqs:r:1:s-mail-dlq","maxReceiveCount":5}"#;
        assert_eq!(levels(&attributes("190", Some(policy))), [Level::Ok, Level::Ok]);
        assert_eq!(levels(&attributes("30", None)), [Level::Wrong, Level::Wrong]);
    }

    #[test]
    fn a_dead_letter_queue_keeps_messages_as_long_as_sqs_can() {
        let level = |seconds: &str| {
            let attributes =
                HashMap::from([(Attribute::MessageRetentionPeriod, seconds.to_owned())]);
            check_retention("q", &attributes).level
        };
        assert_eq!(level("1209600"), Level::Ok);
        assert_eq!(level("345600"), Level::Wrong);
    }

    #[test]
    fn a_dead_letter_queue_without_an_alarm_is_wrong_and_a_mute_alarm_a_warning() {
        let alarm = |queue: &str, action: Option<&str>| {
            MetricAlarm::builder()
                .alarm_name("shop-x")
                .dimensions(Dimension::builder().name("QueueName").value(queue).build())
                .actions_enabled(true)
                .set_alarm_actions(action.map(|a| vec![a.to_owned()]))
                .build()
        };
        let alarms = [alarm("shop-mail-dlq", Some("arn:topic")), alarm("shop-dispatch-dlq", None)];
        assert_eq!(check_alarm("shop", Dlq::Mail, &alarms).level, Level::Ok);
        assert_eq!(check_alarm("shop", Dlq::Dispatch, &alarms).level, Level::Warning);
        assert_eq!(check_alarm("shop", Dlq::Feedback, &alarms).level, Level::Wrong);
    }
}
