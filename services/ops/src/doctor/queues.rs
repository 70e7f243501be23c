//! The queues.

use std::collections::HashMap;

use aws_sdk_sqs::types::QueueAttributeName as Attribute;
use futures::future;
use serde_json::Value;

use super::Finding;
use super::functions::Functions;
use crate::aws::{Queue, Stack};
use crate::output::format_duration;

/// SQS keeps a message for 14 days at most; a dead letter must have all of them.
const MAX_RETENTION: i64 = 14 * 24 * 60 * 60;

/// Fewer receives bury a message after a short outage.
const FEWEST_RECEIVES: i64 = 5;

/// Lambda asks for a visibility timeout of six times the function's
/// (<https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html>).
const TIMES_THE_TIMEOUT: i64 = 6;

type Attributes = HashMap<Attribute, String>;

/// Checks all.
pub async fn check(stack: &Stack, functions: &Functions) -> Vec<Finding> {
    let checks = Queue::ALL.map(|queue| one(stack, queue, functions));
    future::join_all(checks).await.into_iter().flatten().collect()
}

async fn one(stack: &Stack, queue: Queue, functions: &Functions) -> Vec<Finding> {
    let subject = format!("queue {}-{}", stack.name, queue.suffix());
    let url = match stack.url(queue).await {
        Ok(url) => url,
        Err(failure) => {
            return vec![Finding::wrong(subject, failure.to_string(), "deploy the template again")];
        }
    };
    let call = stack.sqs.get_queue_attributes().queue_url(url).attribute_names(Attribute::All);
    match call.send().await {
        Ok(answer) => judge(&subject, queue, &answer.attributes.unwrap_or_default(), functions),
        Err(error) => vec![Finding::unanswered(subject, &error, "sqs:GetQueueAttributes")],
    }
}

fn judge(
    subject: &str,
    queue: Queue,
    attributes: &Attributes,
    functions: &Functions,
) -> Vec<Finding> {
    match queue {
        Queue::Dead(_) => vec![retention(subject, attributes)],
        working => {
            let mut findings = vec![redrive(subject, working, attributes)];
            findings.extend(visibility(subject, working, attributes, functions));
            findings
        }
    }
}

fn number(attributes: &Attributes, name: Attribute) -> i64 {
    attributes.get(&name).and_then(|n| n.parse().ok()).unwrap_or_default()
}

fn retention(subject: &str, attributes: &Attributes) -> Finding {
    let seconds = number(attributes, Attribute::MessageRetentionPeriod);
    Finding::expect(
        seconds >= MAX_RETENTION,
        format!("{subject}: retention"),
        format_duration(seconds * 1000),
        format!("set MessageRetentionPeriod to {MAX_RETENTION} (14 days), SQS's longest"),
    )
}

fn redrive(subject: &str, queue: Queue, attributes: &Attributes) -> Finding {
    let policy: Value = attributes
        .get(&Attribute::RedrivePolicy)
        .and_then(|policy| serde_json::from_str(policy).ok())
        .unwrap_or_default();
    let target = policy["deadLetterTargetArn"].as_str().unwrap_or_default();
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
        is_ours && receives >= FEWEST_RECEIVES,
        format!("{subject}: dead letters"),
        found,
        format!("set its RedrivePolicy: its own -dlq, maxReceiveCount {FEWEST_RECEIVES} or more"),
    )
}

fn visibility(
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
    let least = timeout * TIMES_THE_TIMEOUT;
    Some(Finding::expect(
        seconds >= least,
        subject,
        format!("{seconds} s, the function's timeout is {timeout} s"),
        format!("set VisibilityTimeout to {least} or more, or a slow batch is handed out twice"),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Level;

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
            judge("q", Queue::Mail, attributes, &functions).iter().map(|f| f.level).collect()
        };
        let policy = r#"{"deadLetterTargetArn":"arn:aws:sqs:r:1:s-mail-dlq","maxReceiveCount":5}"#;
        assert_eq!(levels(&attributes("190", Some(policy))), [Level::Good, Level::Good]);
        assert_eq!(levels(&attributes("30", None)), [Level::Wrong, Level::Wrong]);
    }

    #[test]
    fn a_dead_letter_queue_keeps_messages_as_long_as_sqs_can() {
        let of = |seconds: &str| {
            let attributes =
                HashMap::from([(Attribute::MessageRetentionPeriod, seconds.to_owned())]);
            retention("q", &attributes).level
        };
        assert_eq!(of("1209600"), Level::Good);
        assert_eq!(of("345600"), Level::Wrong);
    }
}
