//! Builds the mailer from environment variables.

use jiff::SignedDuration;
use kit::config::{ConfigError, feedback_retry, number, optional, required};
use kit::ledger::Ledger;
use kit::queue::{DeadLetterQueue, DelayedRequeue};
use kit::{Clock, ShopDirectory, aws};
use lambda_runtime::Error;
use shared::EmailAddress;
use shared::shop_settings::BucketName;

use crate::attachments::AttachmentReader;
use crate::feedback_backlog::FeedbackBacklog;
use crate::mailer::Mailer;
use crate::render::Brand;
use crate::send::Sender;
use crate::send_gate::SendGate;
use crate::sender_settings::SenderSettings;

/// `LEASE_SECONDS` where it is not set.
pub const DEFAULT_LEASE_SECONDS: i64 = 60;
/// `DOUBT_GRACE_SECONDS` where it is not set.
pub const DEFAULT_GRACE_SECONDS: i64 = 1200;

/// Builds the mailer from environment variables, and connects it.
pub async fn from_env() -> Result<Mailer, Error> {
    let sdk = aws::sdk_config().await;
    let (sqs, clock) = (aws::sqs(&sdk), Clock::system());
    let sender = Sender::new(&sdk, sender_settings()?);
    let dead_letters = required("MAIL_DLQ_URL", "the mail dead-letter queue's URL")?;
    let dynamodb = aws::dynamodb(&sdk);
    let shops = ShopDirectory::from_settings(dynamodb.clone(), clock)?;
    let lease =
        SignedDuration::from_secs(number("LEASE_SECONDS", DEFAULT_LEASE_SECONDS, 1..=86_400)?);
    let table = required("LEDGER_TABLE", "the name of the ledger table")?;
    // Only reads, so it may retry; the sender has a client of its own, which never does.
    let ses = aws_sdk_sesv2::Client::new(&sdk);
    let (of_default, ()) = tokio::join!(shops.warm_up(), sender.connect());
    crate::render::warm_up(&of_default.unwrap_or_default().voice);
    Ok(Mailer {
        ledger: Ledger::from_settings(dynamodb.clone())?,
        // A probe's lease, as any lease, outlasts the function.
        gate: SendGate::new(dynamodb, table, ses, fixed_rate()?, lease),
        sender,
        attachments: AttachmentReader::new(&sdk, attachment_bucket()?),
        requeue: DelayedRequeue::new(
            sqs.clone(),
            required("MAIL_QUEUE_URL", "the mail queue's URL")?,
            clock,
        ),
        feedback_backlog: FeedbackBacklog::new(
            sqs.clone(),
            [
                required("FEEDBACK_QUEUE_URL", "the feedback queue's URL")?,
                required("FEEDBACK_DLQ_URL", "the feedback dead-letter queue's URL")?,
            ],
        ),
        dead_letters: DeadLetterQueue::new(sqs, dead_letters, clock),
        shops,
        render: crate::render::render_in_context,
        brand: brand()?,
        lease,
        grace: SignedDuration::from_secs(number(
            "DOUBT_GRACE_SECONDS",
            DEFAULT_GRACE_SECONDS,
            1..=1_209_600,
        )?),
        feedback_retry: feedback_retry()?,
        clock,
    })
}

/// Mails per second, if `SES_SEND_RATE` is set.
fn fixed_rate() -> Result<Option<f64>, ConfigError> {
    optional("SES_SEND_RATE").map(|_| number("SES_SEND_RATE", 1.0, 0.01..=100_000.0)).transpose()
}

/// The bucket with the files of all shops' mails, if the stack has one.
fn attachment_bucket() -> Result<Option<BucketName>, ConfigError> {
    let parse = |name: String| {
        BucketName::parse(&name).map_err(|e| ConfigError::Invalid("ATTACHMENT_BUCKET", e.0.into()))
    };
    optional("ATTACHMENT_BUCKET").map(parse).transpose()
}

fn sender_settings() -> Result<SenderSettings, ConfigError> {
    Ok(SenderSettings {
        mailbox: required("MAIL_FROM", "the sender, such as `Shop <orders@shop.example>`")?,
        reply_to: optional("MAIL_REPLY_TO"),
        configuration_set: optional("SES_CONFIGURATION_SET"),
        redirect_all_to: optional("MAIL_REDIRECT_ALL_TO")
            .map(|address| {
                EmailAddress::parse(&address)
                    .map_err(|e| ConfigError::Invalid("MAIL_REDIRECT_ALL_TO", e.0.into()))
            })
            .transpose()?,
    })
}

fn brand() -> Result<Brand, ConfigError> {
    match optional("SHOP_BRAND") {
        None => Ok(Brand::default()),
        Some(json) => Brand::parse(&json).map_err(|e| ConfigError::Invalid("SHOP_BRAND", e.into())),
    }
}
