//! What a dead letter asks for, parsed from its body by the contract of its queue.

use ::intake::AcceptableEvent;
use feedback::{FeedbackMessage, SesEvent};
use jiff::Timestamp;
use serde_json::Value;
use shared::notification::{AddressHash, News, Recipient, ledger_key};
use shared::queue::message::{DispatchRequest, MailRequest, news_ends};
use shared::{NotificationKey, OrderKey};

use super::delivery::{self, Translated};
use super::mail_event::MailEvent;
use super::receive::Received;
use super::stream_batch::StreamBatch;
use crate::aws::Dlq;
use crate::store::Key;

/// What a message asks for. Times are milliseconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DlqPayload {
    Mail {
        key: NotificationKey,
        /// Where it goes.
        address: AddressHash,
        /// The deadline of the mail: it is stale from then on.
        send_before: i64,
    },
    /// A dispatch request: decide about an event.
    Dispatch(Dispatch),
    /// An SES event about one of our mails.
    Feedback(SesEvent),
    /// An SES event that is recorded nowhere.
    ForeignFeedback,
    /// Events that intake would take: those that were published, or that the connector makes of a delivery.
    Events(Vec<PublishedEvent>),
    /// A delivery that tells something of this order without carrying it.
    NeedsOrder(OrderKey),
    /// A delivery because of which nobody is mailed, with the reason.
    Ignored(&'static str),
    /// Changes of the ledger that the publisher did not publish.
    StreamBatch(StreamBatch),
    /// A change of the record with this key, which the publisher could not read.
    Change(Key),
    /// An event about a mail that the shop's own system did not take.
    MailEvent(MailEvent),
    /// A body that is not of the queue's contract, with the reason.
    Unreadable(String),
}

/// A dispatch request, as far as a replay depends on it. Times are milliseconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dispatch {
    pub key: NotificationKey,
    /// The sort key of its ledger record.
    pub ledger_key: String,
    /// The event's sort key in the Events table.
    pub event: String,
    /// Whether the event asks for a mail at all.
    pub notify: bool,
    pub send_before: i64,
    /// The customer's, as the event has it.
    pub address: AddressHash,
    pub accepted_at: i64,
    /// What the event tells the customer.
    pub news: News,
    /// The notifications of those who get a copy, each with what the event tells them.
    pub copies: Vec<(NotificationKey, News)>,
}

/// An event that was published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishedEvent {
    /// What it is about.
    pub key: NotificationKey,
    /// Its sort key in the Events table.
    pub event: String,
    /// What tells it from another event with this sort key.
    pub payload_hash: Vec<u8>,
    /// Whether it asks for a mail at all.
    pub notify: bool,
    /// The deadline of its mail.
    pub send_before: i64,
}

const OF_NEWER_VERSION: &str = "an SES event about a mail that a newer version has sent: deploy that version, then \
     replay";

impl DlqPayload {
    /// What `body` asks for. `received_at`: when what was published arrived.
    pub fn parse(dlq: Dlq, body: &str, received_at: Timestamp) -> Self {
        let parsed = match dlq {
            Dlq::Mail => mail(body),
            Dlq::Dispatch => dispatch(body),
            Dlq::Deliveries => delivery(body),
            Dlq::Inbox => inbox(body, received_at),
            Dlq::Publisher => match key_of_change(body) {
                Some(key) => Ok(Self::Change(key)),
                None => StreamBatch::parse(body).map(Self::StreamBatch),
            },
            Dlq::MailHook => MailEvent::parse(body).map(Self::MailEvent),
            Dlq::Feedback => match FeedbackMessage::parse(body) {
                FeedbackMessage::OwnMail(event) => Ok(Self::Feedback(event)),
                FeedbackMessage::OfNewerVersion { .. } => Err(OF_NEWER_VERSION.to_owned()),
                FeedbackMessage::Ignored { .. } => Ok(Self::ForeignFeedback),
                FeedbackMessage::Unreadable(why) => Err(why),
            },
        };
        parsed.unwrap_or_else(Self::Unreadable)
    }

    /// The notifications that it is about, event by event; empty where the body does not tell.
    pub fn keys(&self) -> Vec<&NotificationKey> {
        match self {
            Self::Mail { key, .. } | Self::Dispatch(Dispatch { key, .. }) => vec![key],
            Self::Feedback(event) => vec![&event.key],
            Self::Events(events) => events.iter().map(|event| &event.key).collect(),
            Self::ForeignFeedback
            | Self::NeedsOrder(_)
            | Self::Ignored(_)
            | Self::StreamBatch(_)
            | Self::Change(_)
            | Self::MailEvent(_)
            | Self::Unreadable(_) => Vec::new(),
        }
    }

    /// The mail that it asks for; `None` where it asks for none.
    pub const fn requested_mail(&self) -> Option<&NotificationKey> {
        match self {
            Self::Mail { key, .. } | Self::Dispatch(Dispatch { key, notify: true, .. }) => {
                Some(key)
            }
            _ => None,
        }
    }
}

fn mail(body: &str) -> Result<DlqPayload, String> {
    let request = MailRequest::parse(body).map_err(|invalid| invalid.to_string())?;
    let address = AddressHash::new(&request.key.shop, request.to());
    let send_before = request.send_before.as_millisecond();
    Ok(DlqPayload::Mail { key: request.key, address, send_before })
}

fn dispatch(body: &str) -> Result<DlqPayload, String> {
    let request = DispatchRequest::parse(body).map_err(|invalid| invalid.to_string())?;
    let mut recipients = request.recipients();
    recipients.retain(|recipient| *recipient != Recipient::Customer);
    let copy = |to| (NotificationKey::for_recipient(&request.event, to), request.news_for(to));
    Ok(DlqPayload::Dispatch(Dispatch {
        copies: recipients.into_iter().map(copy).collect(),
        key: NotificationKey::for_event(&request.event),
        ledger_key: ledger_key(&request.event),
        event: request.event.reference.sort_key(),
        notify: request.event.notify && !request.routing.is_off,
        send_before: request.send_before().as_millisecond(),
        address: AddressHash::of_customer(&request.event),
        accepted_at: request.accepted_at.as_millisecond(),
        news: request.news(),
    }))
}

/// The key of a record, as the publisher leaves it in DynamoDB's JSON.
fn key_of_change(body: &str) -> Option<Key> {
    let keys: Value = serde_json::from_str(body).ok()?;
    let text = |name: &str| Some(keys.get(name)?.get("S")?.as_str()?.to_owned());
    Some((text("order_key")?, text("notification")?))
}

/// What the connector would make of a delivery, by its own rules, and what intake would make of that.
fn delivery(body: &str) -> Result<DlqPayload, String> {
    let delivery = delivery::read(body)?;
    match delivery::translated(&delivery)? {
        Translated::Events(events) => {
            inbox(&Value::Array(events).to_string(), delivery.received_at)
        }
        Translated::NeedsOrder(order) => Ok(DlqPayload::NeedsOrder(order)),
        Translated::Ignored(why) => Ok(DlqPayload::Ignored(why)),
    }
}

/// The events that intake did not accept.
fn inbox(body: &str, received_at: Timestamp) -> Result<DlqPayload, String> {
    // By intake's own rules: what it would refuse, a replay would only bring back here.
    let events = ::intake::acceptable_events(body)?;
    let published = events.into_iter().map(|AcceptableEvent { event, text }| PublishedEvent {
        key: NotificationKey::for_event(&event),
        event: event.reference.sort_key(),
        payload_hash: text.payload_hash().to_vec(),
        notify: event.notify,
        send_before: news_ends(&event, received_at).as_millisecond(),
    });
    Ok(DlqPayload::Events(published.collect()))
}

/// What a message is to the operator, who looks at it and edits it: its body; of the inbox's dead letters the event as it
/// was published, without what EventBridge put around it; of a delivery, what the shop's system sent as JSON.
pub fn content(dlq: Dlq, message: &Received) -> Value {
    content_of(dlq, &message.body)
}

/// As [`content`], of the body alone.
pub fn content_of(dlq: Dlq, body: &str) -> Value {
    let json = || serde_json::from_str(body).unwrap_or_else(|_| Value::String(body.to_owned()));
    match dlq {
        Dlq::Deliveries => delivery::content(body).unwrap_or_else(json),
        Dlq::Inbox => published(json()),
        _ => json(),
    }
}

/// The body of a message with this content.
pub fn body_of(dlq: Dlq, content: Value) -> String {
    match (dlq, content) {
        (Dlq::Deliveries, content) => delivery::message_of(content),
        (_, Value::String(text)) => text,
        (_, content) => content.to_string(),
    }
}

/// The events that a message publishes, as the contract has them, of a delivery those that the connector makes of it; its
/// content where it publishes none.
pub fn events_of(dlq: Dlq, body: &str) -> Value {
    match dlq {
        Dlq::Deliveries => delivery::events(body),
        _ => content_of(dlq, body),
    }
}

/// What was published, as a CloudEvent where EventBridge had put an envelope around one.
fn published(payload: Value) -> Value {
    match payload {
        envelope if envelope.get("detail-type").is_some() && envelope.get("detail").is_some() => {
            ::intake::to_cloud_event(envelope)
        }
        events => events,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_event_that_intake_did_not_take_is_shown_as_it_was_published() {
        let event =
            json!({"specversion": "1.0", "id": "e-1", "source": "s", "type": "order.confirmed"});
        let on_the_bus = json!({
            "id": "b-1", "source": "shop", "detail-type": "order.confirmed", "detail": &event,
        });
        let batch = json!([event, event]);
        for (body, shown) in
            [(on_the_bus.clone(), &event), (event.clone(), &event), (batch.clone(), &batch)]
        {
            let message = Received { body: body.to_string(), ..Received::default() };
            assert_eq!(content(Dlq::Inbox, &message), *shown, "{body}");
            assert_eq!(content(Dlq::Mail, &message), body);
        }
        let cut = Received { body: "{\"cut".to_owned(), ..Received::default() };
        assert_eq!(content(Dlq::Inbox, &cut), "{\"cut");
    }
}
