//! The queues.

use std::collections::HashMap;

use aws_sdk_sqs::types::QueueAttributeName as Attribute;
use futures::future;
use serde_json::Value;

use super::finding::{Checked, Finding, Level, findings};
use super::lambda::Functions;
use crate::aws::{Queue, Stack};
use crate::output::format_duration;

/// SQS keeps a message for at most 14 days; a dead letter needs all of them. What SQS moved itself has fewer:
/// it counts from when the message was sent to its first queue
/// (<https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/setting-up-dead-letter-queue-retention.html>).
const MAX_RETENTION: i64 = 14 * 24 * 60 * 60;

/// With fewer, two processes that are killed one after the other move a healthy message to the DLQ.
const MIN_RECEIVES: i64 = 3;

/// Lambda requires a visibility timeout of six times the function's
/// (<https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html>).
const MIN_VISIBILITY_FACTOR: i64 = 6;

type Attributes = HashMap<Attribute, String>;

pub async fn check(stack: &Stack, functions: &Functions) -> Vec<Finding> {
    let queues = match stack.queues().await {
        Ok(queues) => queues,
        Err(error) => return vec![Finding::new(Level::Wrong, "queues", error.to_string(), "")],
    };
    let checks = queues.into_iter();
    let checks = checks.map(async |queue| findings(check_one(stack, queue, functions).await));
    future::join_all(checks).await.concat()
}

async fn check_one(stack: &Stack, queue: Queue, functions: &Functions) -> Checked {
    let subject = format!("queue {}-{}", stack.name, queue.suffix());
    // The name is known, so a queue whose URL SQS does not give is missing.
    let url = stack.url(queue).await.map_err(|error| {
        Finding::new(Level::Wrong, &subject, error.to_string(), "deploy the template again")
    })?;
    let call = stack.sqs.get_queue_attributes().queue_url(url).attribute_names(Attribute::All);
    let failed = Finding::failed_call(&subject, "sqs:GetQueueAttributes", None);
    let attributes = call.send().await.map_err(failed)?.attributes.unwrap_or_default();
    Ok(queue_findings(&subject, queue, &attributes, functions))
}

fn queue_findings(
    subject: &str,
    queue: Queue,
    attributes: &Attributes,
    functions: &Functions,
) -> Vec<Finding> {
    if matches!(queue, Queue::Dead(_)) {
        return vec![check_retention(subject, attributes)];
    }
    let visibility = check_visibility(subject, queue, attributes, functions);
    [check_redrive(subject, queue, attributes)].into_iter().chain(visibility).collect()
}

fn number(attributes: &Attributes, name: Attribute) -> i64 {
    attributes.get(&name).and_then(|n| n.parse().ok()).unwrap_or_default()
}

fn check_retention(subject: &str, attributes: &Attributes) -> Finding {
    let seconds = number(attributes, Attribute::MessageRetentionPeriod);
    Finding::expect(
        seconds >= MAX_RETENTION,
        format!("{subject}: retention"),
        format!(
            "{}, counted from when a message was first queued; for when each queue's first is deleted, see \
             `waybill dlq list`",
            format_duration(seconds * 1000)
        ),
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
    // By the end of its name: the queues may be given one by one, with another prefix.
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
        let found = format!("{seconds} s; the timeout of {function} is not known");
        return Some(Finding::new(Level::NotChecked, subject, found, ""));
    };
    let min = timeout * MIN_VISIBILITY_FACTOR;
    Some(Finding::expect(
        seconds >= min,
        subject,
        format!("{seconds} s, the function's timeout is {timeout} s"),
        format!("set VisibilityTimeout to {min} or more, or a slow batch is delivered twice"),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::Dlq;

    #[test]
    fn a_short_visibility_or_retention_and_a_missing_redrive_are_wrong() {
        let policy = r#"{"deadLetterTargetArn":"arn:aws:sqs:r:1:s-mail-dlq","maxReceiveCount":5}"#;
        let (visibility, retention) =
            (Attribute::VisibilityTimeout, Attribute::MessageRetentionPeriod);
        let dlq = Queue::Dead(Dlq::Mail);
        type Case<'a> = (Queue, &'a [(Attribute, &'a str)], &'a [Level]);
        let cases: [Case<'_>; 4] = [
            (
                Queue::Mail,
                &[(visibility.clone(), "190"), (Attribute::RedrivePolicy, policy)],
                &[Level::Ok, Level::Ok],
            ),
            (Queue::Mail, &[(visibility, "30")], &[Level::Wrong, Level::Wrong]),
            (dlq, &[(retention.clone(), "1209600")], &[Level::Ok]),
            (dlq, &[(retention, "345600")], &[Level::Wrong]),
        ];
        let functions = Functions::with("mailer", 30, &[]);
        for (queue, attributes, expected) in cases {
            let attributes = attributes.iter().map(|(name, v)| (name.clone(), (*v).to_owned()));
            let findings = queue_findings("q", queue, &attributes.collect(), &functions);
            let levels: Vec<Level> = findings.iter().map(|finding| finding.level).collect();
            assert_eq!(levels, expected, "{findings:?}");
        }
    }
}
