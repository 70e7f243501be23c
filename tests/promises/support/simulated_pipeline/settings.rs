//! The deployed settings that the simulation runs with, from `infra/template.yaml`.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use mailer::render::{Brand, Mail, MailContext, RenderError};
use shared::Event;
use shared::shop_settings::BucketName;
use template::{Deployed, Queue, QueueSource, StreamSource};

use super::{
    DELIVERIES, DELIVERIES_DLQ, DISPATCH, DISPATCH_DLQ, FEEDBACK, FEEDBACK_DLQ, INBOX, INBOX_DLQ,
    MAIL, MAIL_DLQ,
};

/// What a deployment has: queues, time-outs, grace period and concurrency.
#[derive(Debug, Clone)]
pub struct Settings {
    /// By URL.
    pub queues: BTreeMap<&'static str, QueueSettings>,
    pub intake: QueueSource,
    pub dispatcher: QueueSource,
    pub mailer: QueueSource,
    pub feedback: QueueSource,
    pub connector: QueueSource,
    pub stream: StreamSource,
    pub intake_timeout: Duration,
    pub dispatcher_timeout: Duration,
    pub mailer_timeout: Duration,
    pub connector_timeout: Duration,
    pub relay_timeout: Duration,
    pub lease: SignedDuration,
    pub grace: SignedDuration,
    pub feedback_retry: SignedDuration,
    pub retention: SignedDuration,
    pub sweep_after: SignedDuration,
    pub sweep_interval: SignedDuration,
    /// Whether SES publishes `Send` events.
    pub send_events: bool,
    /// Replaces the account's rate, in mails a second.
    pub send_rate: Option<f64>,
    /// The attempts of each call of SQS. One, as for the tables: an outage outlasts those of one call. Deployed,
    /// [`kit::aws::MAX_ATTEMPTS`].
    pub sqs_attempts: u32,
    /// Where files of mails are, if anywhere.
    pub bucket: Option<BucketName>,
    /// The mailer's.
    pub render: Render,
}

/// Makes a mail of an event.
pub type Render = fn(&Event, Timestamp, &MailContext, &Brand) -> Result<Mail, RenderError>;

/// A queue that a function reads.
#[derive(Debug, Clone, Copy)]
pub struct QueueSettings {
    pub visibility_ms: i64,
    pub max_receives: u32,
    pub dead_letters: &'static str,
}

impl Settings {
    /// The template's, with SES's `Send` events on or off.
    pub fn deployed(send_events: bool) -> Self {
        let send = if send_events { "true" } else { "false" };
        let deployed = Deployed::with(&[("SesSendEvents", send), ("ShopSystems", "true")]);
        let seconds = |variable| signed(deployed.setting_seconds(variable));
        let queues = [
            (DELIVERIES, "DeliveriesQueue", DELIVERIES_DLQ),
            (INBOX, "InboxQueue", INBOX_DLQ),
            (DISPATCH, "DispatchQueue", DISPATCH_DLQ),
            (MAIL, "MailQueue", MAIL_DLQ),
            (FEEDBACK, "FeedbackQueue", FEEDBACK_DLQ),
        ];
        Self {
            queues: queues
                .into_iter()
                .map(|(url, id, dead)| (url, queue(&deployed.queue(id), dead)))
                .collect(),
            intake: deployed.queue_source("Intake", "InboxQueue"),
            dispatcher: deployed.queue_source("Dispatcher", "DispatchQueue"),
            mailer: deployed.queue_source("Mailer", "MailQueue"),
            feedback: deployed.queue_source("Feedback", "FeedbackQueue"),
            connector: deployed.queue_source("Connector", "DeliveriesQueue"),
            stream: deployed.stream(),
            intake_timeout: deployed.timeout("Intake"),
            dispatcher_timeout: deployed.timeout("Dispatcher"),
            mailer_timeout: deployed.timeout("Mailer"),
            connector_timeout: deployed.timeout("Connector"),
            relay_timeout: deployed.timeout("Relay"),
            lease: seconds("LEASE_SECONDS"),
            grace: seconds("DOUBT_GRACE_SECONDS"),
            feedback_retry: seconds("FEEDBACK_RETRY_SECONDS"),
            retention: SignedDuration::from_hours(
                24 * i64::try_from(deployed.setting("LEDGER_RETENTION_DAYS")).expect("days"),
            ),
            sweep_after: seconds("SWEEP_AFTER_SECONDS"),
            sweep_interval: signed(deployed.sweep_interval()),
            send_events,
            send_rate: None,
            sqs_attempts: 1,
            bucket: None,
            render: mailer::render::render_in_context,
        }
    }
}

fn queue(queue: &Queue, dead_letters: &'static str) -> QueueSettings {
    let visibility = queue.visibility_timeout.as_millis();
    QueueSettings {
        visibility_ms: i64::try_from(visibility).expect("minutes"),
        max_receives: queue.max_receives.expect("a redrive policy"),
        dead_letters,
    }
}

fn signed(duration: Duration) -> SignedDuration {
    SignedDuration::try_from(duration).expect("a bounded time")
}
