//! What the functions find in their environment: the same variables as deployed.

use std::collections::BTreeMap;

use super::config::Endpoints;
use crate::resources::{EVENTS_TABLE, LEDGER_TABLE, Resources, Settings};

/// The functions, each with the queue that gets what fails when nobody waits for the answer.
pub const FUNCTIONS: [(&str, Option<&str>); 5] = [
    ("intake", Some("waybill-intake-dlq")),
    ("relay", None),
    ("dispatcher", None),
    ("mailer", None),
    ("feedback", None),
];

/// One environment for all: a function reads what it needs of it.
pub fn of_functions(
    settings: &Settings,
    endpoints: &Endpoints,
    resources: &Resources,
) -> BTreeMap<String, String> {
    let queues = &resources.queues;
    let seconds = |duration: std::time::Duration| duration.as_secs().to_string();
    let mut environment: BTreeMap<String, String> = [
        ("AWS_ENDPOINT_URL_DYNAMODB", endpoints.dynamodb.as_str()),
        ("AWS_ENDPOINT_URL_SQS", &endpoints.sqs),
        ("AWS_ENDPOINT_URL_SESV2", &endpoints.ses),
        ("EVENTS_TABLE", EVENTS_TABLE),
        ("LEDGER_TABLE", LEDGER_TABLE),
        ("DISPATCH_QUEUE_URL", &queues.dispatch.url),
        ("DISPATCH_DLQ_URL", &queues.dispatch_dlq.url),
        ("MAIL_QUEUE_URL", &queues.mail.url),
        ("MAIL_DLQ_URL", &queues.mail_dlq.url),
        ("FEEDBACK_QUEUE_URL", &queues.feedback.url),
        ("FEEDBACK_DLQ_URL", &queues.feedback_dlq.url),
        ("MAIL_FROM", "Nordlicht <orders@shop.example>"),
        ("MAIL_REPLY_TO", "help@shop.example"),
        ("SES_CONFIGURATION_SET", "waybill"),
        ("PUBLISHERS", "anyone"),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .collect();
    environment.extend([
        ("MAILER_CONCURRENCY".to_owned(), settings.processes.mailer.to_string()),
        ("LEASE_SECONDS".to_owned(), seconds(settings.lease)),
        ("DOUBT_GRACE_SECONDS".to_owned(), seconds(settings.doubt_grace)),
        ("SWEEP_AFTER_SECONDS".to_owned(), seconds(settings.sweep_after)),
    ]);
    environment
}

/// How many processes a function has.
pub fn processes(settings: &Settings, function: &str) -> usize {
    match function {
        "intake" => settings.processes.intake,
        "relay" => settings.processes.relay,
        "dispatcher" => settings.processes.dispatcher,
        "mailer" => settings.processes.mailer,
        _ => settings.processes.feedback,
    }
}
