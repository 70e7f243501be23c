//! The tables and queues that Waybill needs, made where they are missing.
//!
//! The deployed ones are in the template under `infra/`; these have the same names, keys and
//! rules, with [times](Settings) that suit one machine.

mod queues;
mod settings;
mod tables;

use aws_sdk_sqs::error::DisplayErrorContext;

pub use queues::{Queue, Queues};
pub use settings::{Processes, Settings};
pub use tables::{EVENTS_TABLE, LEDGER_TABLE};

/// A resource could not be made.
#[derive(Debug, thiserror::Error)]
#[error("can't make {what}: {why}")]
pub struct Error {
    what: String,
    why: String,
}

impl Error {
    fn new(what: &str, error: impl std::error::Error) -> Self {
        Self { what: what.to_owned(), why: DisplayErrorContext(error).to_string() }
    }

    fn missing(what: &str, field: &str) -> Self {
        Self { what: what.to_owned(), why: format!("the service's answer has no {field}") }
    }
}

/// What the functions and mappings need to know of the resources.
#[derive(Debug, Clone)]
pub struct Resources {
    /// The stream of the events table.
    pub events_stream_arn: String,
    /// The queues.
    pub queues: Queues,
}

impl Resources {
    /// Makes what is missing; what is there stays as it is, but for the queues' times, which are
    /// set as `settings` say.
    ///
    /// # Errors
    /// A service refused, or did not answer.
    pub async fn create(
        dynamodb: &aws_sdk_dynamodb::Client,
        sqs: &aws_sdk_sqs::Client,
        settings: &Settings,
    ) -> Result<Self, Error> {
        let events_stream_arn = tables::create_events(dynamodb).await?;
        tables::create_ledger(dynamodb).await?;
        let queues = queues::create(sqs, settings).await?;
        Ok(Self { events_stream_arn, queues })
    }
}
