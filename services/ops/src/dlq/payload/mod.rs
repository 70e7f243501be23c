//! What a dead summary is about, read from its body by the contract of its queue.

mod intake;
mod relay;

use feedback::{Reading, SesEvent};
use shared::NotificationKey;
use shared::contract::event::Event;
use shared::notification::ledger_key;
use shared::queue::message::{DispatchRequest, MailRequest};

pub use intake::{Events, invocation_payload};
pub use relay::Window;

use super::dead_letter::DeadLetterSummary;
use crate::aws::Dlq;

/// What a message asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DlqPayload {
    /// A mail.
    Mail {
        /// Which.
        key: NotificationKey,
        /// Not to be sent from then on; milliseconds since 1970.
        send_before: i64,
    },
    /// A decision about an event.
    Dispatch {
        /// The notification that it asks for.
        key: NotificationKey,
        /// Where the ledger knows it.
        ledger_key: String,
        /// The event's sort key.
        event: String,
        /// Whether it asks for a mail at all.
        notify: bool,
        /// Not to be sent from then on; milliseconds since 1970.
        send_before: i64,
    },
    /// An SES event about a mail of ours.
    Feedback(SesEvent),
    /// An SES event that changes nothing.
    ForeignFeedback,
    /// Events that were to be accepted.
    Intake(Events),
    /// A stretch of the stream.
    Relay(Window),
    /// Nothing that can be read. Why.
    Unreadable(String),
}

impl DlqPayload {
    /// Reads a body.
    #[must_use]
    pub fn of(dlq: Dlq, body: &str) -> Self {
        match dlq {
            Dlq::Mail => mail(body),
            Dlq::Dispatch => dispatch(body),
            Dlq::Feedback => match feedback::read(body) {
                Reading::Ours(event) => Self::Feedback(event),
                Reading::Other { .. } => Self::ForeignFeedback,
                Reading::Unreadable(why) => Self::Unreadable(why),
            },
            Dlq::Intake => Events::read(body).map_or_else(Self::Unreadable, Self::Intake),
            Dlq::Relay => Window::read(body).map_or_else(Self::Unreadable, Self::Relay),
        }
    }

    /// Completes what the summary says of order, kind and scope.
    pub fn complete(&self, summary: &mut DeadLetterSummary) {
        let key = match self {
            Self::Mail { key, .. } | Self::Dispatch { key, .. } => key,
            Self::Feedback(event) => &event.key,
            Self::Intake(events) => {
                summary.order_id = summary.order_id.take().or_else(|| events.only_order());
                summary.kind = summary.kind.take().or_else(|| events.only_kind());
                return;
            }
            Self::ForeignFeedback | Self::Relay(_) | Self::Unreadable(_) => return,
        };
        summary.order_id = Some(key.order_id.to_string());
        summary.kind = Some(key.kind.to_string());
        summary.scope.clone_from(&key.scope);
    }
}

fn mail(body: &str) -> DlqPayload {
    match MailRequest::parse(body) {
        Ok(request) => {
            DlqPayload::Mail { send_before: request.send_before.as_millisecond(), key: request.key }
        }
        Err(unreadable) => DlqPayload::Unreadable(unreadable.to_string()),
    }
}

fn dispatch(body: &str) -> DlqPayload {
    match DispatchRequest::parse(body) {
        Ok(request) => DlqPayload::Dispatch {
            key: NotificationKey::for_event(&request.event),
            ledger_key: ledger_key(&request.event),
            event: request.event.reference.sort_key(),
            notify: request.event.notify,
            send_before: request.send_before().as_millisecond(),
        },
        Err(unreadable) => DlqPayload::Unreadable(unreadable.to_string()),
    }
}

/// The first bad field of an event, as a sentence.
fn first_problem(json: &serde_json::Value) -> Result<Event, String> {
    Event::parse(json).map_err(|problems| match problems.as_slice() {
        [] => "not an event of the contract".to_owned(),
        [only] => only.to_string(),
        [first, rest @ ..] => format!("{first}, and {} more", rest.len()),
    })
}

/// What a message is about: order, kind and scope.
pub type Identity = (String, String, String);

impl DlqPayload {
    /// What it is about, event by event.
    #[must_use]
    pub fn identities(&self) -> Vec<Identity> {
        let of = |key: &NotificationKey| {
            vec![(key.order_id.to_string(), key.kind.to_string(), key.scope.clone())]
        };
        match self {
            Self::Mail { key, .. } | Self::Dispatch { key, .. } => of(key),
            Self::Feedback(event) => of(&event.key),
            Self::Intake(events) => events.identities(),
            Self::ForeignFeedback | Self::Relay(_) | Self::Unreadable(_) => Vec::new(),
        }
    }

    /// The mail that it asks for, as one text; `None` where it asks for none.
    #[must_use]
    pub fn mail(&self) -> Option<String> {
        match self {
            Self::Mail { key, .. } | Self::Dispatch { key, notify: true, .. } => {
                Some(key.to_string())
            }
            _ => None,
        }
    }
}
