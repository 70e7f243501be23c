//! Parses a dead letter: why it failed, which order it is about, and what it asks for.

use serde::Serialize;
use serde_json::Value;
use shared::notification::Recipient;
use shared::queue::dead_letter::{KIND, ORDER_ID, SHOP};
use shared::{Kind, OrderId, OrderKey, ShopId, mail_tags};

use super::delivery::{self, Labels};
use super::failure_reason::FailureReason;
use super::payload::DlqPayload;
use super::receive::Received;
use crate::aws::Dlq;
use crate::output::as_rfc3339;
use crate::pii::without_addresses;

/// The longest reason that is shown, in characters. Intake's, which names ten fields, is the longest of ours.
const MAX_REASON_LEN: usize = 2000;

/// What is known of a dead letter without the ledger. It has no body: ten thousand of these are in
/// memory at once. Times are milliseconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct DeadLetterSummary {
    pub message_id: String,
    /// The shop of the order.
    pub shop: Option<String>,
    /// The order within its shop, where attributes or body name it.
    pub order_id: Option<String>,
    /// The system whose delivery it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system: Option<String>,
    /// What the system calls the reason of its delivery.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub topic: Option<String>,
    /// Who published the event, as a CloudEvent says it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// The kind of event, where attributes or body name it.
    pub kind: Option<String>,
    /// Parcel or refund, and which of several; empty where the kind has none.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub scope: String,
    /// Who gets the mail, where that is not the customer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recipient: Option<Recipient>,
    /// Why it failed, as one word.
    pub code: String,
    /// Why it failed, as a sentence without personal data.
    pub reason: String,
    /// When it was moved to the dead-letter queue, as well as that is known.
    #[serde(serialize_with = "as_rfc3339")]
    pub failed_at: i64,
    /// When it was sent to its first queue.
    #[serde(serialize_with = "as_rfc3339")]
    pub queued_at: i64,
    /// How often it was received, scans by operators included.
    pub receives: u32,
    /// Of its body.
    pub bytes: usize,
}

/// Parses a message of `dlq`: its body by the queue's contract; order and kind from the body, or
/// else from the attributes.
pub fn parse(dlq: Dlq, message: &Received) -> (DeadLetterSummary, DlqPayload) {
    let payload = DlqPayload::parse(dlq, &message.body, message.received_at(dlq));
    let reason = FailureReason::new(&payload, message);
    // Whoever may send to the queue may write anything into its attributes, an address or terminal codes too.
    let attribute = |name| message.attributes.get(name).map(String::as_str);
    let order_id = attribute(ORDER_ID).and_then(|id| OrderId::parse(id).ok());
    let shop = ShopId::parse(attribute(SHOP).unwrap_or_default()).unwrap_or_default();
    let order = order_id.map(|order_id| OrderKey { shop, order_id });
    let kind = attribute(KIND).and_then(|kind| Kind::parse(kind).ok());
    let mut summary = DeadLetterSummary {
        message_id: message.id.clone(),
        kind: kind.map(|kind| kind.to_string()),
        code: reason.code,
        // It may quote an event's id, and whoever else wrote it may have quoted anything.
        reason: printable(&reason.sentence),
        failed_at: reason.failed_at,
        queued_at: message.queued_at,
        receives: message.receives,
        bytes: message.body.len(),
        source: source(dlq, &message.body),
        ..DeadLetterSummary::default()
    };
    if dlq == Dlq::Deliveries {
        summary.name_delivery(&message.body);
    }
    // The attribute first: it was written when the body was readable.
    summary.name_order(order.or_else(|| only_order(&orders_named_by(dlq, &message.body))));
    summary.identify(&payload);
    (summary, payload)
}

/// A sentence that anybody may have written: masked, on one line, and no longer than our own.
fn printable(sentence: &str) -> String {
    let text = without_addresses(sentence);
    let mut chars = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    let mut shown: String = chars.by_ref().take(MAX_REASON_LEN).collect();
    if chars.next().is_some() {
        shown.push('…');
    }
    shown
}

/// The source of the event that the body holds, the first of several: of SES's events and of the publisher's it is always
/// the same, so it tells nothing.
fn source(dlq: Dlq, body: &str) -> Option<String> {
    if !matches!(dlq, Dlq::Inbox | Dlq::Dispatch | Dlq::Mail) {
        return None;
    }
    let body: Value = serde_json::from_str(body).ok()?;
    let event = events_in(&body).first()?;
    let source = SOURCE_PATHS.iter().find_map(|path| event.pointer(path)?.as_str())?;
    Some(printable(source))
}

impl DeadLetterSummary {
    /// Takes order, kind, scope and recipient from a payload, where all of its events agree. Only a mail request and an
    /// SES event are about one recipient.
    pub fn identify(&mut self, payload: &DlqPayload) {
        match payload {
            DlqPayload::NeedsOrder(order) => self.name_order(Some(order.clone())),
            DlqPayload::Change((order, _)) => self.name_order(OrderKey::parse(order).ok()),
            DlqPayload::MailEvent(event) => {
                self.name_order(event.order());
                self.kind = event.kind().map(|kind| kind.to_string());
                self.scope = event.scope().to_owned();
            }
            _ => {}
        }
        let keys = payload.keys();
        let Some(first) = keys.first() else { return };
        let order = first.order_key();
        if keys.iter().all(|key| key.order_key() == order) {
            self.name_order(Some(order));
        }
        if keys.iter().all(|key| key.kind == first.kind) {
            self.kind = Some(first.kind.to_string());
        }
        let have_one_scope = keys.iter().all(|key| key.scope == first.scope);
        self.scope = if have_one_scope { first.shown_scope() } else { String::new() };
        self.recipient = Some(first.recipient).filter(|own| *own != Recipient::Customer);
    }

    /// Its order's id, masked where it is an address; empty where it names none.
    pub fn shown_order_id(&self) -> String {
        self.order_id.as_deref().map(without_addresses).unwrap_or_default()
    }

    /// The order that it is about; `None` where it names none, or several.
    pub fn order(&self) -> Option<OrderKey> {
        let (shop, order_id) = (self.shop.as_deref()?, self.order_id.as_deref()?);
        let (shop, order_id) = (ShopId::parse(shop).ok()?, OrderId::parse(order_id).ok()?);
        Some(OrderKey { shop, order_id })
    }

    /// Takes shop, system and topic from a delivery, which names no order where it cannot be translated.
    fn name_delivery(&mut self, body: &str) {
        let Labels { shop, system, topic } = Labels::read(body);
        self.shop = shop.filter(|shop| ShopId::parse(shop).is_ok());
        // The topic is a header, in which whoever sends may write anything.
        self.system = system.as_deref().map(printable);
        self.topic = topic.as_deref().map(printable);
    }

    fn name_order(&mut self, order: Option<OrderKey>) {
        let Some(OrderKey { shop, order_id }) = order else { return };
        self.shop = Some(shop.to_string());
        self.order_id = Some(order_id.to_string());
    }
}

/// Where the contracts of the queues have the order's id, and where its shop's name: in each event of an array.
const ORDER_ID_PATHS: [(&str, &str); 5] = [
    ("/notification/order_id", "/notification/shop"),
    ("/event/data/order/id", "/event/shop"),
    ("/data/order/id", "/shop"),
    ("/detail/data/order/id", "/detail/shop"),
    ("/detail/order/id", "/detail/shop"),
];

/// Where the contracts have an event's source: within a message between functions, within EventBridge's envelope, or on its
/// own, where it may also be that of the envelope.
const SOURCE_PATHS: [&str; 3] = ["/event/source", "/detail/source", "/source"];

/// An event's key in the Events table, which is all that relay has of one whose message SQS refuses.
const ORDER_KEY_PATH: &str = "/order_key/S";

/// Where an SES event has its mail's tags.
const TAGS_PATH: &str = "/detail/mail/tags";

/// Where the contracts have the order itself, in a message whose body holds an event, and its shop's name.
const ORDER_PATHS: [(&str, &str); 4] = [
    ("/event/data/order", "/event/shop"),
    ("/data/order", "/shop"),
    ("/detail/data/order", "/detail/shop"),
    ("/detail/order", "/detail/shop"),
];

/// The orders that a body names where the contracts have them; what is no order id is `None`. A mention elsewhere
/// proves nothing: another customer's order may quote this one's number as an article.
fn orders_named(body: &Value) -> Vec<Option<OrderKey>> {
    let in_event = |event: &Value| -> Vec<Option<OrderKey>> {
        let by_id = ORDER_ID_PATHS.iter().filter_map(|(path, shop)| {
            let id = id_text(event.pointer(path)?)?;
            Some(order_key(shop_at(event, shop), &id))
        });
        let key = event.pointer(ORDER_KEY_PATH).map(|key| OrderKey::parse(key.as_str()?).ok());
        by_id.chain(key).chain(event.pointer(TAGS_PATH).and_then(tagged_order)).collect()
    };
    events_in(body).iter().flat_map(in_event).collect()
}

/// The orders that a body holds whole, where the contracts have them, each with its shop's name.
pub fn orders_in(body: &Value) -> Vec<(&str, &Value)> {
    let in_event = |event| {
        let order = move |(path, shop): &(&str, &str)| {
            Some((shop_at(event, shop), Value::pointer(event, path)?))
        };
        ORDER_PATHS.iter().filter_map(order)
    };
    events_in(body).iter().flat_map(in_event).collect()
}

/// The name of the shop at this place; an event that names none is of the default shop.
fn shop_at<'a>(event: &'a Value, path: &str) -> &'a str {
    event.pointer(path).and_then(Value::as_str).filter(|shop| !shop.is_empty()).unwrap_or("default")
}

fn order_key(shop: &str, id: &str) -> Option<OrderKey> {
    Some(OrderKey { shop: ShopId::parse(shop).ok()?, order_id: OrderId::parse(id).ok()? })
}

/// The order of a mail of Waybill's; `None` where another sender's mail has other tags.
fn tagged_order(tags: &Value) -> Option<Option<OrderKey>> {
    let tag = |name: &str| tags.get(name)?.get(0)?.as_str();
    mail_tags::order_key(tag).map(Some)
}

fn events_in(body: &Value) -> &[Value] {
    match body {
        Value::Array(events) => events,
        one => std::slice::from_ref(one),
    }
}

/// As [`orders_named`], of a message of this contract.
pub fn orders_named_by(dlq: Dlq, body: &str) -> Vec<Option<OrderKey>> {
    match dlq {
        Dlq::Deliveries => delivery::order(body).map(Some).into_iter().collect(),
        _ => serde_json::from_str(body).map(|body| orders_named(&body)).unwrap_or_default(),
    }
}

/// The one order of those named; `None` where there are several, or what is no order id.
fn only_order(named: &[Option<OrderKey>]) -> Option<OrderKey> {
    let (first, rest) = named.split_first()?;
    // What is no order id is not printed as one: it may hold anything, terminal codes too.
    if rest.iter().all(|order| order == first) { first.clone() } else { None }
}

/// An id or a number of an order, which shops also write as a JSON number.
pub fn id_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use shared::queue::dead_letter::{CODE, FAILED_AT, REASON};

    fn message(body: impl ToString) -> Received {
        Received { body: body.to_string(), ..Received::default() }
    }

    fn summary(dlq: Dlq, body: &Value) -> DeadLetterSummary {
        parse(dlq, &message(body)).0
    }

    #[test]
    fn a_function_s_reason_is_read_from_attributes() {
        let attributes = [
            (CODE, "refused"),
            (REASON, "SES refused the mail for good: MessageRejected"),
            (FAILED_AT, "1763900000000"),
            (ORDER_ID, "1001"),
            (KIND, "order.confirmed"),
        ];
        let attributes = attributes.map(|(k, v)| (k.to_owned(), v.to_owned())).into();
        let (summary, _) = parse(Dlq::Mail, &Received { attributes, ..Received::default() });
        assert_eq!((summary.code.as_str(), summary.failed_at), ("refused", 1_763_900_000_000));
        assert_eq!(summary.order_id.as_deref(), Some("1001"));
    }

    #[test]
    fn attributes_that_none_of_our_functions_writes_are_not_shown_in_clear() {
        let attributes = [
            (CODE, "jo@example.com"),
            (REASON, "for jo@example.com\u{1b}[2J"),
            (ORDER_ID, "jo doe\u{1b}[2J"),
            (KIND, "jo@example.com"),
        ];
        let attributes = attributes.map(|(k, v)| (k.to_owned(), v.to_owned())).into();
        let (summary, _) = parse(Dlq::Mail, &Received { attributes, ..Received::default() });
        assert_eq!((summary.order_id, summary.kind), (None, None));
        assert_eq!(
            (summary.code.as_str(), summary.reason.as_str()),
            ("foreign", "for j***@***.com [2J")
        );

        let long = [(CODE, "invalid".to_owned()), (REASON, "x".repeat(100_000))];
        let attributes = long.map(|(k, v)| (k.to_owned(), v)).into();
        let (summary, _) = parse(Dlq::Mail, &Received { attributes, ..Received::default() });
        assert_eq!(summary.reason.chars().count(), MAX_REASON_LEN + 1);
    }

    #[test]
    fn what_is_no_order_id_is_not_shown_as_one() {
        let no_id = json!({"order_key": {"S": "default/\u{1b}[2J"}});
        assert_eq!(summary(Dlq::Dispatch, &no_id).order_id, None);
    }
}
