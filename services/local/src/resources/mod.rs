//! The tables and queues that Waybill needs, created where they are missing.
//!
//! The deployed ones are declared in `infra/template.yaml`. `tests/conformance/template`
//! compares what is created here with that template, and lists every intended difference.

mod error;
mod queues;
mod settings;
mod tables;

pub use error::Error;
pub use queues::{INBOX_QUEUE, Queue, Queues};
pub use settings::{FeedbackTimes, Processes, Settings, SettingsError};
pub use tables::{EVENTS_TABLE, LEDGER_TABLE, SHOPS_TABLE};

/// The bus for the shop's order events. A rule sends everything on it to the inbox queue.
pub const SHOP_BUS: &str = "waybill-orders";

/// The created tables and queues, as the functions and the mappings need them.
#[derive(Debug, Clone)]
pub struct Resources {
    /// The stream of the events table.
    pub events_stream_arn: String,
    /// The queues.
    pub queues: Queues,
}

impl Resources {
    /// Creates what is missing. What exists is left as it is, except for the queues' attributes,
    /// which are set to those of `settings`.
    ///
    /// # Errors
    /// A service refused a call, or could not be reached.
    pub async fn create(
        dynamodb: &aws_sdk_dynamodb::Client,
        sqs: &aws_sdk_sqs::Client,
        settings: &Settings,
    ) -> Result<Self, Error> {
        let events_stream_arn = tables::create_events(dynamodb).await?;
        tables::create_ledger(dynamodb).await?;
        tables::create_shops(dynamodb).await?;
        let queues = queues::create(sqs, settings).await?;
        Ok(Self { events_stream_arn, queues })
    }
}
