//! The tables and queues that Waybill needs, created where they are missing.
//!
//! The deployed ones are declared in `infra/template.yaml`. `tests/conformance/template`
//! compares what is created here with that template, and lists every intended difference.

mod error;
mod queues;
mod settings;
mod tables;

pub use error::Error;
pub use queues::{INBOX_QUEUE, MAIL_HOOK_DLQ, Queue, Queues};
pub use settings::{FeedbackTimes, Processes, Settings, SettingsError};
pub use tables::{EVENTS_TABLE, LEDGER_TABLE, SHOPS_TABLE};

/// The bus for the shop's order events. A rule sends everything on it to the inbox queue.
pub const SHOP_BUS: &str = "waybill-orders";

/// The bus of mail events. Not the shop's: everything on that goes to intake, and who may publish orders could forge what
/// became of a mail.
pub const MAIL_BUS: &str = "waybill-mails";

/// The rule that posts everything on the bus of mail events to the shop's webhook.
pub const MAIL_HOOK_RULE: &str = "waybill-mail-hook";

/// The created tables and queues, as the functions and the mappings need them.
#[derive(Debug, Clone)]
pub struct Resources {
    /// The stream of the events table.
    pub events_stream_arn: String,
    /// The stream of the ledger, where mail events are on.
    pub ledger_stream_arn: Option<String>,
    /// The queues.
    pub queues: Queues,
}

impl Resources {
    /// Creates what is missing. What exists is left as it is, except for the queues' attributes,
    /// which are set to those of `settings`, and for the stream of the ledger, which it gets for `mail_events`,
    /// as their dead-letter queues are made for them alone.
    ///
    /// # Errors
    /// A service refused a call, or could not be reached.
    pub async fn create(
        dynamodb: &aws_sdk_dynamodb::Client,
        sqs: &aws_sdk_sqs::Client,
        settings: &Settings,
        mail_events: bool,
    ) -> Result<Self, Error> {
        let events_stream_arn = tables::create_events(dynamodb).await?;
        let ledger_stream_arn = tables::create_ledger(dynamodb, mail_events).await?;
        tables::create_shops(dynamodb).await?;
        let queues = queues::create(sqs, settings, mail_events).await?;
        Ok(Self { events_stream_arn, ledger_stream_arn, queues })
    }
}
