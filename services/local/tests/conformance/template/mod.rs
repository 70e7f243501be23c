//! The one-machine stack against `infra/template.yaml`: every table, queue, bus, function and event
//! source, property by property. What may differ is in [`INTENDED`], with the reason; any other
//! difference fails the test, and so does an intended one that is gone or has other values.
//!
//! What only AWS has is not compared: roles, policies, log groups, alarms.

mod local_stack;
mod time_budget;

use std::time::Duration;

use local::resources::{FeedbackTimes, Settings};
use serde_json::Value;
use template::{Deployed, Properties, properties};

/// A difference that is wanted.
struct Intended {
    /// `LogicalId.Property`; a `*` at the start stands for any logical ID.
    property: &'static str,
    /// The template's value as JSON; empty where it has none.
    deployed: &'static str,
    /// The stack's value as JSON; empty where it has none.
    local: &'static str,
    reason: &'static str,
}

const fn intended(
    property: &'static str,
    deployed: &'static str,
    local: &'static str,
    reason: &'static str,
) -> Intended {
    Intended { property, deployed, local, reason }
}

/// The stack has everything that a parameter turns on.
const EVERYTHING_ON: &[(&str, &str)] = &[
    ("ShopSystems", "true"),
    ("MailEvents", "true"),
    ("MailHookUrl", "https://shop.example/hook"),
];

const NO_BACKUP: &str = "dynoxide has neither backups nor encryption; nothing of value is in it";
const ON_THIS_MACHINE: &str = "the queues are on this machine and 127.0.0.1 is their only client";
const QUICK: &str = "a demo and a test must not wait as long as production may";
const NO_LATENCY: &str = "one machine saves nothing by waiting for a fuller batch";
const FIXED_LOG: &str = "the functions' default; `WAYBILL_LOG` is not passed on";
const DEMO: &str = "a sender that needs no SES account";

#[rustfmt::skip]
const INTENDED: &[Intended] = &[
    intended("*.PointInTimeRecoverySpecification", r#"{"PointInTimeRecoveryEnabled":true}"#, "", NO_BACKUP),
    intended("*.SSESpecification", r#"{"SSEEnabled":true}"#, "", NO_BACKUP),
    intended("*.SqsManagedSseEnabled", "true", "", ON_THIS_MACHINE),
    intended("InboxDlq.RedriveAllowPolicy", r#"{"redrivePermission":"byQueue","sourceQueueArns":["waybill-inbox"]}"#, "", ON_THIS_MACHINE),
    intended("DeliveriesDlq.RedriveAllowPolicy", r#"{"redrivePermission":"byQueue","sourceQueueArns":["waybill-deliveries"]}"#, "", ON_THIS_MACHINE),
    intended("DispatchDlq.RedriveAllowPolicy", r#"{"redrivePermission":"byQueue","sourceQueueArns":["waybill-dispatch"]}"#, "", ON_THIS_MACHINE),
    intended("MailDlq.RedriveAllowPolicy", r#"{"redrivePermission":"byQueue","sourceQueueArns":["waybill-mail"]}"#, "", ON_THIS_MACHINE),
    intended("FeedbackDlq.RedriveAllowPolicy", r#"{"redrivePermission":"byQueue","sourceQueueArns":["waybill-feedback"]}"#, "", ON_THIS_MACHINE),
    intended("PublisherDlq.RedriveAllowPolicy", r#"{"redrivePermission":"denyAll"}"#, "", ON_THIS_MACHINE),
    intended("MailHookDlq.RedriveAllowPolicy", r#"{"redrivePermission":"denyAll"}"#, "", ON_THIS_MACHINE),
    intended("InboxQueue.RedrivePolicy", r#"{"deadLetterTargetArn":"waybill-inbox-dlq","maxReceiveCount":12}"#, r#"{"deadLetterTargetArn":"waybill-inbox-dlq","maxReceiveCount":5}"#, QUICK),
    intended("InboxQueue.VisibilityTimeout", "180", "30", QUICK),
    intended("DeliveriesQueue.RedrivePolicy", r#"{"deadLetterTargetArn":"waybill-deliveries-dlq","maxReceiveCount":12}"#, r#"{"deadLetterTargetArn":"waybill-deliveries-dlq","maxReceiveCount":5}"#, QUICK),
    intended("DeliveriesQueue.VisibilityTimeout", "180", "30", QUICK),
    intended("DispatchQueue.VisibilityTimeout", "180", "30", QUICK),
    intended("MailQueue.VisibilityTimeout", "190", "30", QUICK),
    intended("FeedbackQueue.VisibilityTimeout", "190", "30", QUICK),
    intended("Intake.Timeout", "10", "5", QUICK),
    intended("Relay.Timeout", "300", "5", QUICK),
    intended("Publisher.Timeout", "90", "5", QUICK),
    intended("*.Timeout", "30", "5", QUICK),
    intended("Environment.LEASE_SECONDS", r#""60""#, r#""6""#, QUICK),
    intended("DispatchQueue.RedrivePolicy", r#"{"deadLetterTargetArn":"waybill-dispatch-dlq","maxReceiveCount":12}"#, r#"{"deadLetterTargetArn":"waybill-dispatch-dlq","maxReceiveCount":5}"#, QUICK),
    intended("MailQueue.RedrivePolicy", r#"{"deadLetterTargetArn":"waybill-mail-dlq","maxReceiveCount":12}"#, r#"{"deadLetterTargetArn":"waybill-mail-dlq","maxReceiveCount":5}"#, QUICK),
    intended("FeedbackQueue.RedrivePolicy", r#"{"deadLetterTargetArn":"waybill-feedback-dlq","maxReceiveCount":5}"#, r#"{"deadLetterTargetArn":"waybill-feedback-dlq","maxReceiveCount":3}"#, "each receive makes the grace period longer"),
    intended("Environment.DOUBT_GRACE_SECONDS", r#""39600""#, r#""115""#, QUICK),
    intended("Environment.FEEDBACK_RETRY_SECONDS", r#""240""#, r#""21""#, QUICK),
    intended("Relay.Events.Sweep.Schedule", r#""rate(5 minutes)""#, r#""rate(1 minute)""#, QUICK),
    intended("Relay.Events.Sweep.RetryPolicy", r#"{"MaximumEventAgeInSeconds":300,"MaximumRetryAttempts":0}"#, "", "the schedule here has no retry to turn off"),
    intended("Relay.Events.Inserts.MaximumBatchingWindowInSeconds", "1", "0", NO_LATENCY),
    intended("Publisher.Events.Changes.MaximumBatchingWindowInSeconds", "1", "0", NO_LATENCY),
    intended("Mailer.Events.MailQueue.MaximumBatchingWindowInSeconds", "1", "0", NO_LATENCY),
    intended("Feedback.Events.FeedbackQueue.MaximumBatchingWindowInSeconds", "1", "0", NO_LATENCY),
    intended("Intake.Events.InboxQueue.ScalingConfig", r#"{"MaximumConcurrency":10}"#, r#"{"MaximumConcurrency":1}"#, "one process a function is enough for one machine"),
    intended("Dispatcher.Events.DispatchQueue.ScalingConfig", r#"{"MaximumConcurrency":10}"#, r#"{"MaximumConcurrency":1}"#, "one process a function is enough for one machine"),
    intended("Connector.Events.DeliveriesQueue.ScalingConfig", r#"{"MaximumConcurrency":10}"#, r#"{"MaximumConcurrency":1}"#, "one process a function is enough for one machine"),
    intended("Feedback.Events.FeedbackQueue.ScalingConfig", r#"{"MaximumConcurrency":10}"#, r#"{"MaximumConcurrency":1}"#, "one process a function is enough for one machine"),
    intended("Environment.AWS_ENDPOINT_URL_DYNAMODB", "", r#""http://127.0.0.1:1""#, "how the functions find the built-in services"),
    intended("Environment.AWS_ENDPOINT_URL_SQS", "", r#""http://127.0.0.1:1""#, "how the functions find the built-in services"),
    intended("Environment.AWS_ENDPOINT_URL_SESV2", "", r#""http://127.0.0.1:1""#, "how the functions find the built-in services"),
    intended("Environment.AWS_ENDPOINT_URL_SECRETS_MANAGER", "", r#""http://127.0.0.1:1""#, "how the functions find the built-in services"),
    intended("Environment.AWS_ENDPOINT_URL_EVENTBRIDGE", "", r#""http://127.0.0.1:1""#, "how the functions find the built-in services"),
    intended("Environment.AWS_ENDPOINT_URL_S3", "", r#""http://127.0.0.1:1""#, "how the functions find the built-in services"),
    intended("Environment.ATTACHMENT_BUCKET", r#""""#, r#""waybill-invoices""#, "the samples' bucket"),
    intended("Environment.PUBLISHERS", r#""iam""#, r#""anyone""#, "there is no IAM here"),
    intended("Environment.MAIL_FROM", r#""Waybill <SenderAddress>""#, r#""Nordlicht <orders@shop.example>""#, DEMO),
    intended("Environment.MAIL_REPLY_TO", r#""""#, r#""help@shop.example""#, DEMO),
    intended("Environment.MAIL_REDIRECT_ALL_TO", r#""""#, "", "empty means the same as absent"),
    intended("Environment.SES_SEND_RATE", r#""""#, "", "empty means the same as absent"),
    intended("Environment.SES_CONFIGURATION_SET", r#""waybill-mail""#, r#""waybill""#, DEMO),
    intended("Environment.SHOP_BRAND", r#""{\"name\":\"Waybill\",\"url\":\"https://shop.example\",\"support_email\":\"help@shop.example\"}""#, "", "the mailer's default brand"),
    intended("Environment.WAYBILL_LOG", r#""info""#, "", FIXED_LOG),
    intended("Environment.WAYBILL_STACK", r#""waybill""#, "", "one machine's metrics are of the stack `local`"),
];

impl Intended {
    fn is(&self, property: &str, deployed: &str, local: &str) -> bool {
        let names = match self.property.strip_prefix('*') {
            Some(end) => property.ends_with(end),
            None => property == self.property,
        };
        names && self.deployed == deployed && self.local == local
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_stack_is_what_the_template_says_but_for_the_intended_differences() {
    let deployed = properties(EVERYTHING_ON);
    let local = local_stack::properties().await;
    let json = |value: Option<&Value>| value.map(Value::to_string).unwrap_or_default();
    let mut used = vec![false; INTENDED.len()];
    let mut unintended = Vec::new();
    for property in deployed.keys().chain(local.keys().filter(|key| !deployed.contains_key(*key))) {
        let (deployed, local) = (json(deployed.get(property)), json(local.get(property)));
        if deployed == local {
            continue;
        }
        match INTENDED.iter().position(|entry| entry.is(property, &deployed, &local)) {
            Some(entry) => used[entry] = true,
            None => unintended.push(format!("{property}: deployed {deployed}, local {local}")),
        }
    }
    assert!(unintended.is_empty(), "differences without a reason:\n{}", unintended.join("\n"));
    let gone: Vec<String> = INTENDED
        .iter()
        .zip(used)
        .filter(|(_, used)| !used)
        .map(|(entry, _)| format!("{} ({})", entry.property, entry.reason))
        .collect();
    assert!(gone.is_empty(), "intended differences that are none:\n{}", gone.join("\n"));
}

/// Both grace periods that the template may set: with and without SES's `Send` events.
#[test]
fn the_deployed_grace_periods_outlive_everything_that_can_hide_an_ses_event() {
    for send_events in [false, true] {
        let deployed = Deployed::with_send_events(send_events);
        let feedback = deployed.queue("FeedbackQueue");
        let settings = Settings {
            function_timeout: deployed.timeout("Mailer"),
            visibility_timeout: deployed.queue("MailQueue").visibility_timeout,
            lease: deployed.setting_seconds("LEASE_SECONDS"),
            feedback: FeedbackTimes {
                visibility_timeout: feedback.visibility_timeout,
                max_receive_count: feedback.max_receives.expect("a redrive policy"),
                retry: deployed.setting_seconds("FEEDBACK_RETRY_SECONDS"),
            },
            doubt_grace: deployed.setting_seconds("DOUBT_GRACE_SECONDS"),
            sweep_after: deployed.setting_seconds("SWEEP_AFTER_SECONDS"),
            ..Settings::default()
        };
        assert_eq!(settings.validate(), Ok(()));
        if send_events {
            let default = Duration::from_secs(mailer::DEFAULT_GRACE_SECONDS.unsigned_abs());
            assert_eq!(settings.doubt_grace, default, "the mailer's own default");
        }
    }
}

/// A comparison of nothing would pass.
#[test]
fn the_template_has_every_kind_of_property_that_is_compared() {
    let deployed = properties(EVERYTHING_ON);
    for (property, count) in [
        (".KeySchema", 3),
        (".RedrivePolicy", 5),
        (".VisibilityTimeout", 12),
        (".Timeout", 7),
        (".BatchSize", 7),
        (".StreamSpecification", 2),
        (".Schedule", 1),
        (".EventBusName", 2),
    ] {
        let found = deployed.keys().filter(|key| key.ends_with(property)).count();
        assert_eq!(found, count, "{property}");
    }
}
