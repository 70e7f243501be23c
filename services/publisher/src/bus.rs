//! `PutEvents` on the bus of mail events
//! (<https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html>).

use aws_sdk_eventbridge::Client;
use aws_sdk_eventbridge::types::{PutEventsRequestEntry, PutEventsResultEntry};
use kit::AwsError;
use kit::connect::InsteadOfCall;
use shared::mail_event::{BUS_SOURCE, MailEvent};

/// EventBridge takes at most ten entries at once, and 256 KB or, by now, 1 MB of them. An event has less than 4 KB: of its
/// texts, ids have at most 128 bytes and a reason is short.
pub const MAX_ENTRIES: usize = 10;

/// What waiting cannot change: the entry itself is not what EventBridge takes. Everything else may pass, also a role that
/// lacks a permission.
const PERMANENT_CODES: [&str; 2] = ["MalformedDetail", "InvalidArgument"];

/// The bus of mail events.
#[derive(Debug, Clone)]
pub struct MailBus {
    client: Client,
    name: String,
}

/// Why the bus did not take an event. Contains no part of it.
#[derive(Debug, Clone, thiserror::Error)]
pub enum BusError {
    /// It never will.
    #[error("the bus refuses the event: {0}")]
    Refused(String),
    /// It did not take it, or its answer was lost. A retry may succeed.
    #[error("the bus did not take the event: {0}")]
    Unavailable(String),
}

impl MailBus {
    /// The bus of this name.
    #[must_use]
    pub const fn new(client: Client, name: String) -> Self {
        Self { client, name }
    }

    /// Opens a connection to EventBridge: see [`kit::connect`].
    pub async fn connect(&self) {
        let instead = self.client.put_events().customize().interceptor(InsteadOfCall).send();
        kit::connect::answered(instead).await;
    }

    /// Puts at most `MAX_ENTRIES` events on the bus. One result for each event, in their order: EventBridge accepts
    /// entries one by one, and says which it did not.
    pub async fn put(&self, events: &[&MailEvent]) -> Vec<Result<(), BusError>> {
        let entries = events.iter().map(|event| self.entry(event)).collect();
        match self.client.put_events().set_entries(Some(entries)).send().await {
            Ok(answer) => {
                let mut answers = answer.entries.unwrap_or_default().into_iter();
                // An entry without an answer is not known to be accepted.
                events.iter().map(|_| result(answers.next().as_ref())).collect()
            }
            Err(error) => {
                let error = BusError::Unavailable(AwsError::from(error).to_string());
                vec![Err(error); events.len()]
            }
        }
    }

    fn entry(&self, event: &MailEvent) -> PutEventsRequestEntry {
        PutEventsRequestEntry::builder()
            .event_bus_name(&self.name)
            .source(BUS_SOURCE)
            .detail_type(event.outcome().to_string())
            .detail(event.to_json())
            .build()
    }
}

fn result(answer: Option<&PutEventsResultEntry>) -> Result<(), BusError> {
    let Some(answer) = answer else {
        return Err(BusError::Unavailable("it did not answer for it".to_owned()));
    };
    match answer.error_code() {
        None => Ok(()),
        Some(code) if PERMANENT_CODES.contains(&code) => Err(BusError::Refused(code.to_owned())),
        Some(code) => Err(BusError::Unavailable(code.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_wrong_with_the_entry_itself_is_refused_for_good() {
        let with = |code: &str| {
            let answer = PutEventsResultEntry::builder().error_code(code).build();
            result(Some(&answer)).expect_err("an error")
        };
        for code in ["InternalFailure", "ThrottlingException", "AccessDeniedException", "New"] {
            assert!(matches!(with(code), BusError::Unavailable(said) if said == code));
        }
        assert!(matches!(with("MalformedDetail"), BusError::Refused(_)));
        assert!(matches!(result(None), Err(BusError::Unavailable(_))));
        assert!(result(Some(&PutEventsResultEntry::builder().event_id("1").build())).is_ok());
    }
}
