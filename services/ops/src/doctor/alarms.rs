//! The alarms.

use aws_sdk_cloudwatch::types::{MetricAlarm, StateValue};

use super::Finding;
use crate::aws::{Dlq, Queue, Stack};

/// Checks that each dead-letter queue has an alarm that reaches somebody, and which alarms ring.
pub async fn check(stack: &Stack) -> Vec<Finding> {
    let pages = stack.cloudwatch().describe_alarms().into_paginator().send();
    match pages.collect::<Result<Vec<_>, _>>().await {
        Ok(pages) => {
            let alarms: Vec<MetricAlarm> =
                pages.into_iter().flat_map(|page| page.metric_alarms.unwrap_or_default()).collect();
            judge(&stack.name, &alarms)
        }
        Err(error) => vec![Finding::unanswered("alarms", &error, "cloudwatch:DescribeAlarms")],
    }
}

fn judge(stack: &str, alarms: &[MetricAlarm]) -> Vec<Finding> {
    let mut findings: Vec<Finding> =
        Dlq::ALL.into_iter().map(|dlq| of_dlq(stack, dlq, alarms)).collect();
    let of_stack = |alarm: &&MetricAlarm| {
        alarm.alarm_name().is_some_and(|name| name.starts_with(&format!("{stack}-")))
    };
    findings.extend(alarms.iter().filter(of_stack).filter_map(ringing));
    findings
}

fn of_dlq(stack: &str, dlq: Dlq, alarms: &[MetricAlarm]) -> Finding {
    let queue = format!("{stack}-{}", Queue::Dead(dlq).suffix());
    let subject = format!("alarm on {queue}");
    let watches =
        |alarm: &&MetricAlarm| alarm.dimensions().iter().any(|d| d.value() == Some(queue.as_str()));
    match alarms.iter().find(watches) {
        None => Finding::wrong(
            subject,
            "none",
            "mails would fail in silence: deploy the template again",
        ),
        Some(alarm)
            if alarm.actions_enabled() != Some(true) || alarm.alarm_actions().is_empty() =>
        {
            Finding::warning(
                subject,
                "it tells nobody",
                "subscribe somebody to the alarm topic (parameter OperatorEmail)",
            )
        }
        Some(_) => Finding::good(subject, "there"),
    }
}

fn ringing(alarm: &MetricAlarm) -> Option<Finding> {
    let rings = alarm.state_value() == Some(&StateValue::Alarm);
    rings.then(|| {
        Finding::warning(
            format!("alarm {}", alarm.alarm_name().unwrap_or("without a name")),
            "it rings",
            alarm.alarm_description().unwrap_or("see its metric"),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Level;
    use aws_sdk_cloudwatch::types::Dimension;

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
        assert_eq!(of_dlq("shop", Dlq::Mail, &alarms).level, Level::Good);
        assert_eq!(of_dlq("shop", Dlq::Dispatch, &alarms).level, Level::Warning);
        assert_eq!(of_dlq("shop", Dlq::Feedback, &alarms).level, Level::Wrong);
    }
}
