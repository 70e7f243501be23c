//! The functions: memory, timeout, processes and environment variables, named as deployed.

use std::collections::BTreeMap;

use connector::System;
use shared::ShopId;

use super::config::{Config, Endpoints};
use crate::aws::arn::secret_arn;
use crate::aws::objects::ATTACHMENT_BUCKET;
use crate::lambda::{FunctionConfig, Program};
use crate::resources::{
    EVENTS_TABLE, INBOX_QUEUE, LEDGER_TABLE, MAIL_BUS, Resources, SHOPS_TABLE, Settings,
};

/// What is particular to a function.
#[derive(Debug, Clone, Copy)]
pub struct FunctionSpec {
    /// Its short name: `mailer`.
    pub name: &'static str,
    /// Its memory in MB. Not enforced here.
    pub memory_mb: u32,
    /// The queue that receives the payloads of asynchronous invocations that fail.
    pub dead_letter_queue: Option<&'static str>,
}

/// The functions.
pub const FUNCTIONS: [FunctionSpec; 7] = [
    FunctionSpec { name: "intake", memory_mb: 256, dead_letter_queue: Some(INBOX_QUEUE) },
    FunctionSpec { name: "relay", memory_mb: 1769, dead_letter_queue: None },
    FunctionSpec { name: "dispatcher", memory_mb: 128, dead_letter_queue: None },
    FunctionSpec { name: "mailer", memory_mb: 256, dead_letter_queue: None },
    FunctionSpec { name: "feedback", memory_mb: 128, dead_letter_queue: None },
    FunctionSpec { name: "connector", memory_mb: 256, dead_letter_queue: None },
    FunctionSpec { name: "publisher", memory_mb: 128, dead_letter_queue: None },
];

/// Those of a stack with this configuration: the publisher only where mail events are on.
pub fn functions_of(config: &Config) -> Vec<FunctionSpec> {
    let is_on = |spec: &FunctionSpec| spec.name != "publisher" || config.has_mail_events();
    FUNCTIONS.into_iter().filter(is_on).collect()
}

/// How each function's processes are started.
///
/// # Errors
/// The path of the running executable can't be found.
pub fn function_configs(
    config: &Config,
    endpoints: &Endpoints,
    resources: &Resources,
) -> std::io::Result<Vec<FunctionConfig>> {
    let settings = &config.settings;
    let mut environment = environment(settings, endpoints, resources);
    if let Some(brand) = &config.brand {
        environment.extend(brand.environment().map(|(name, value)| (name.to_owned(), value)));
    }
    if config.webhook_secret.is_some() {
        let arn = webhook_secret_arn(settings);
        environment.extend([
            ("PUBLISHERS".to_owned(), "webhook".to_owned()),
            ("WEBHOOK_SECRET_ARN".to_owned(), arn),
        ]);
    }
    let path = config.executable()?;
    let configure = |function: FunctionSpec| FunctionConfig {
        name: function.name.to_owned(),
        program: Program {
            path: path.clone(),
            args: vec!["function".into(), function.name.into()],
        },
        timeout: settings.function_timeout,
        processes: settings.processes.for_function(function.name),
        memory_mb: function.memory_mb,
        environment: environment.clone(),
    };
    Ok(functions_of(config).into_iter().map(configure).collect())
}

/// The ARN of the secret that publishers sign with.
pub fn webhook_secret_arn(settings: &Settings) -> String {
    secret_arn(&settings.region, "waybill-publishers")
}

/// What the names of the shop systems' secrets begin with: the stack's name, as deployed.
const SYSTEM_SECRET_PREFIX: &str = "waybill";

/// The name of the secret that a shop's system signs with.
pub fn system_secret_name(shop: &ShopId, system: System) -> String {
    format!("{SYSTEM_SECRET_PREFIX}/{shop}/{system}")
}

/// The variables of all functions together: each reads those that it needs.
fn environment(
    settings: &Settings,
    endpoints: &Endpoints,
    resources: &Resources,
) -> BTreeMap<String, String> {
    let queues = &resources.queues;
    let texts = [
        ("AWS_ENDPOINT_URL_DYNAMODB", endpoints.dynamodb.as_str()),
        ("AWS_ENDPOINT_URL_SQS", &endpoints.sqs),
        ("AWS_ENDPOINT_URL_SESV2", &endpoints.ses),
        ("AWS_ENDPOINT_URL_S3", &endpoints.built_in),
        ("AWS_ENDPOINT_URL_SECRETS_MANAGER", &endpoints.built_in),
        ("AWS_ENDPOINT_URL_EVENTBRIDGE", &endpoints.built_in),
        ("EVENTS_TABLE", EVENTS_TABLE),
        ("LEDGER_TABLE", LEDGER_TABLE),
        ("SHOPS_TABLE", SHOPS_TABLE),
        ("INBOX_QUEUE_URL", &queues.inbox.url),
        ("INBOX_DLQ_URL", &queues.inbox_dlq.url),
        ("DELIVERIES_QUEUE_URL", &queues.deliveries.url),
        ("DELIVERIES_DLQ_URL", &queues.deliveries_dlq.url),
        ("SYSTEM_SECRET_PREFIX", SYSTEM_SECRET_PREFIX),
        ("DISPATCH_QUEUE_URL", &queues.dispatch.url),
        ("DISPATCH_DLQ_URL", &queues.dispatch_dlq.url),
        ("MAIL_QUEUE_URL", &queues.mail.url),
        ("MAIL_DLQ_URL", &queues.mail_dlq.url),
        ("FEEDBACK_QUEUE_URL", &queues.feedback.url),
        ("FEEDBACK_DLQ_URL", &queues.feedback_dlq.url),
        ("MAIL_BUS_NAME", MAIL_BUS),
        ("MAIL_FROM", "Nordlicht <orders@shop.example>"),
        ("MAIL_REPLY_TO", "help@shop.example"),
        ("SES_CONFIGURATION_SET", "waybill"),
        ("ATTACHMENT_BUCKET", ATTACHMENT_BUCKET),
        ("PUBLISHERS", "anyone"),
    ];
    let numbers = [
        ("EVENTS_RETENTION_DAYS", 90),
        ("LEDGER_RETENTION_DAYS", 400),
        ("LEASE_SECONDS", settings.lease.as_secs()),
        ("DOUBT_GRACE_SECONDS", settings.doubt_grace.as_secs()),
        ("FEEDBACK_RETRY_SECONDS", settings.feedback.retry.as_secs()),
        ("SWEEP_AFTER_SECONDS", settings.sweep_after.as_secs()),
    ];
    let publisher_dlq =
        queues.publisher_dlq.iter().map(|dlq| ("PUBLISHER_DLQ_URL", dlq.url.as_str()));
    let texts = texts.into_iter().chain(publisher_dlq);
    let texts = texts.map(|(name, value)| (name.to_owned(), value.to_owned()));
    texts.chain(numbers.into_iter().map(|(name, n)| (name.to_owned(), n.to_string()))).collect()
}
