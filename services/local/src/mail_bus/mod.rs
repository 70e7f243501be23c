//! The bus of mail events, and the rule behind it that posts each event to the shop's webhook.
//!
//! At least once: an event that the bus has taken is kept until the webhook has taken it, or the dead-letter queue has it,
//! with `--data` over a restart too. In no promised order: an event that waits for its next attempt keeps no other one.

mod delivery;
mod hook;
mod kept;
mod retry;
mod store;
mod taken;

use std::path::Path;

use jiff::Timestamp;
use serde_json::Value;

use crate::database::DataError;
use delivery::Deliveries;
use kept::KeptEvents;
use store::MailEventStore;
use taken::TakenEvent;

pub use hook::{Hook, InvalidHook};
pub use retry::RetryPolicy;

/// The bus.
#[derive(Debug)]
pub struct MailBus {
    kept: KeptEvents,
    store: Option<MailEventStore>,
    /// The rule's target; if absent, events are only kept.
    deliveries: Option<Deliveries>,
}

impl MailBus {
    /// Opens the bus: events in memory, or also in `mail-events.sqlite` in the directory `data`. Those that are to be
    /// delivered to `hook` and were not when the last process ended are delivered from now on.
    ///
    /// # Errors
    /// The file can't be read.
    pub async fn open(
        data: Option<&Path>,
        hook: Option<Hook>,
        sqs: aws_sdk_sqs::Client,
        region: &str,
    ) -> Result<Self, DataError> {
        let store = data.map(MailEventStore::open).transpose()?;
        let deliveries = hook.map(|hook| Deliveries::new(hook, sqs, region, store.clone()));
        let bus = Self { kept: KeptEvents::default(), store, deliveries };
        let stored = match (&bus.store, data) {
            (Some(store), Some(data)) => store.all().await.map_err(DataError::at(data.into()))?,
            _ => Vec::new(),
        };
        for (event, is_delivered) in stored {
            bus.kept.add(event.envelope["detail"].clone());
            if !is_delivered {
                bus.deliver(event);
            }
        }
        Ok(bus)
    }

    /// Takes an event, with its envelope. It is on disk when this returns, if there is a directory for data.
    pub async fn take(&self, envelope: Value) -> rusqlite::Result<()> {
        let mut event = TakenEvent { position: None, envelope, taken_at: Timestamp::now() };
        if let Some(store) = &self.store {
            event.position = Some(store.insert(&event, self.deliveries.is_none()).await?);
        }
        self.kept.add(event.envelope["detail"].clone());
        self.deliver(event);
        Ok(())
    }

    fn deliver(&self, event: TakenEvent) {
        if let Some(deliveries) = &self.deliveries {
            deliveries.start(event);
        }
    }

    /// The CloudEvents that are kept, the newest first.
    pub fn events(&self) -> Vec<Value> {
        self.kept.newest_first()
    }

    /// How many events were ever taken.
    pub fn published(&self) -> u64 {
        self.kept.count()
    }

    /// How many events the webhook has not taken yet.
    pub fn undelivered(&self) -> usize {
        self.deliveries.as_ref().map_or(0, Deliveries::count)
    }

    /// Ends the deliveries. What was not delivered is in the file, if there is one.
    pub async fn stop(&self) {
        if let Some(deliveries) = &self.deliveries {
            deliveries.stop().await;
        }
    }
}
