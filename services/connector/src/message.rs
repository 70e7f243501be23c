//! What waits on the queue of deliveries: a contract between versions, and with the rule on Shopify's partner bus.
//!
//! `{"shop","system","topic","received_at","body"}`, the body as text. One that would make the message longer than SQS
//! bills as one request is compressed: `"encoding":"deflate"`, and `body` is the base64 of raw DEFLATE (RFC 1951); so is
//! one that is no text. Of a partner event the rule makes `{"shop","system","received_at","event"}`, with EventBridge's
//! `detail` as `event`: `{"payload": …, "metadata": {"X-Shopify-Topic": …}}`. A reader ignores other members.

use std::borrow::Cow;
use std::collections::BTreeMap;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use jiff::Timestamp;
use kit::queue::DeadLetter;
use miniz_oxide::deflate::compress_to_vec;
use miniz_oxide::inflate::decompress_to_vec_with_limit;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;
use shared::queue::dead_letter::DeadLetterCode;
use shared::queue::sqs_json::escape_noncharacters;
use shared::{OrderId, OrderKey, ShopId};

use crate::translate::{Delivery, System};

/// SQS bills each 64 KB of a message as a request (<https://aws.amazon.com/sqs/pricing/>).
const MAX_PLAIN_BYTES: usize = 60_000;

/// SQS takes 1 MiB, with the attributes that a requeue and a dead letter add.
const MAX_MESSAGE_BYTES: usize = 1024 * 1024 - 4096;

/// The longest body that is decompressed: a Function URL takes requests of 6 MB.
const MAX_BODY_BYTES: usize = 8 * 1024 * 1024;

/// As of the outbox: the fastest of the levels that make JSON as small as the highest does.
const COMPRESSION_LEVEL: u8 = 5;

/// The value of `encoding`.
const DEFLATE: &str = "deflate";

/// The longest order id that is taken for one, in a dead letter's attributes.
const MAX_ORDER_ID_DIGITS: usize = 20;

/// A delivery as it waits on the queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueuedDelivery {
    /// The shop whose secret signed it.
    pub shop: ShopId,
    /// The system that sent it.
    pub system: System,
    /// The topic that a header named.
    pub topic: Option<String>,
    /// When it arrived.
    pub received_at: Timestamp,
    /// The raw body, as it was signed.
    pub body: Vec<u8>,
    /// Whether Shopify says beside a partner event that nothing of it is real. Over HTTP, such a one is not kept.
    pub is_test: bool,
}

/// Why a message is no delivery, as a sentence without personal data.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MessageError {
    /// It is not from the connector's URL, nor from the rule on the partner bus.
    #[error(
        "expected a delivery: JSON with shop, system, received_at, and body or event; what EventBridge could not deliver \
         itself lacks the shop: edit it to {{\"shop\":…,\"system\":\"shopify\",\"received_at\":TIME,\"event\":DETAIL}}"
    )]
    NoDelivery,
    /// A newer version encodes bodies in another way.
    #[error(
        "expected a body as text, or deflate as its encoding: deploy the version that wrote this"
    )]
    UnknownEncoding,
    /// It was too large for a message.
    #[error(
        "its body was too large for a message and is not here: `waybill reconcile` reads the order again"
    )]
    WithoutBody,
    /// The system signed bytes that are no text.
    #[error("expected a body in UTF-8")]
    NotText,
}

impl MessageError {
    /// The error as a code for filters.
    #[must_use]
    pub const fn code(&self) -> DeadLetterCode {
        match self {
            Self::NoDelivery | Self::UnknownEncoding => DeadLetterCode::Unreadable,
            Self::WithoutBody => DeadLetterCode::TooLarge,
            Self::NotText => DeadLetterCode::Untranslatable,
        }
    }
}

#[derive(Serialize)]
struct Outgoing<'a> {
    shop: &'a ShopId,
    system: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    topic: Option<&'a str>,
    received_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    encoding: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    order_id: Option<&'a str>,
    /// `null` where no message can hold it.
    body: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct Incoming<'a> {
    shop: ShopId,
    system: String,
    topic: Option<String>,
    received_at: Timestamp,
    encoding: Option<String>,
    body: Option<String>,
    #[serde(borrow)]
    event: Option<PartnerEvent<'a>>,
}

/// EventBridge's `detail` (<https://shopify.dev/docs/apps/build/webhooks/subscribe/get-started?deliveryMethod=eventBridge>).
#[derive(Deserialize)]
struct PartnerEvent<'a> {
    #[serde(borrow)]
    payload: &'a RawValue,
    #[serde(default)]
    metadata: BTreeMap<String, Value>,
}

impl QueuedDelivery {
    /// Reads a message of the queue.
    ///
    /// # Errors
    /// [`MessageError`].
    pub fn parse(message: &str) -> Result<Self, MessageError> {
        let incoming: Incoming<'_> =
            serde_json::from_str(message).map_err(|_| MessageError::NoDelivery)?;
        let Incoming { shop, system, topic, received_at, encoding, body, event } = incoming;
        let system = system.parse().map_err(|_| MessageError::NoDelivery)?;
        let is_test = body.is_none() && event.as_ref().is_some_and(PartnerEvent::is_test);
        let (topic, body) = match (body, event) {
            (Some(body), _) => (topic, decode(body, encoding.as_deref())?),
            (None, Some(event)) => (
                event.said("x-shopify-topic").map(str::to_owned),
                event.payload.get().as_bytes().to_vec(),
            ),
            (None, None) => return Err(MessageError::WithoutBody),
        };
        if std::str::from_utf8(&body).is_err() {
            return Err(MessageError::NotText);
        }
        Ok(Self { shop, system, topic, received_at, body, is_test })
    }

    /// The message that [`Self::parse`] reads back.
    ///
    /// # Errors
    /// No message holds it: the dead letter of what can be kept, which is everything but the body.
    pub fn to_message(&self) -> Result<String, DeadLetter> {
        let text = std::str::from_utf8(&self.body).ok();
        let plain = text.map(|text| self.frame(None, Some(text.into())));
        match plain.filter(|message| message.len() <= MAX_PLAIN_BYTES) {
            Some(message) => Ok(message),
            None => self.to_compressed_message(),
        }
    }

    fn to_compressed_message(&self) -> Result<String, DeadLetter> {
        let body = BASE64_STANDARD.encode(compress_to_vec(&self.body, COMPRESSION_LEVEL));
        let message = self.frame(Some(DEFLATE), Some(body.into()));
        if message.len() <= MAX_MESSAGE_BYTES {
            return Ok(message);
        }
        let bytes = self.body.len();
        Err(DeadLetter {
            body: self.frame(None, None),
            code: DeadLetterCode::TooLarge,
            reason: format!(
                "no message holds its body of {bytes} bytes: `waybill reconcile` reads the order again"
            ),
            order: self.order(),
            kind: None,
        })
    }

    fn frame(&self, encoding: Option<&'static str>, body: Option<Cow<'_, str>>) -> String {
        let order = if body.is_none() { self.order() } else { None };
        let message = Outgoing {
            shop: &self.shop,
            system: self.system.as_str(),
            topic: self.topic.as_deref(),
            received_at: self.received_at,
            encoding,
            order_id: order.as_ref().map(|order| order.order_id.as_str()),
            body,
        };
        let json = serde_json::to_string(&message);
        escape_noncharacters(json.expect("texts serialise to JSON without fail"))
    }

    /// The delivery, to be translated. Its body is text: [`Self::parse`] has checked that.
    #[must_use]
    pub fn delivery(&self) -> Delivery<'_> {
        Delivery {
            shop: &self.shop,
            system: self.system,
            topic: self.topic.as_deref(),
            body: std::str::from_utf8(&self.body).unwrap_or_default(),
            received_at: self.received_at,
        }
    }

    /// The order that it is about, as far as that can be told without knowing its shape: by `order_id`, or by the `id` of
    /// what has lines or nothing else. To find it by; nothing is decided by it.
    #[must_use]
    pub fn order(&self) -> Option<OrderKey> {
        let body: BTreeMap<&str, &RawValue> = serde_json::from_slice(&self.body).ok()?;
        let is_order = body.contains_key("line_items") || body.len() == 1;
        let id = body.get("order_id").or_else(|| body.get("id").filter(|_| is_order))?;
        let id = id.get().trim_matches('"');
        let is_number = id.len() <= MAX_ORDER_ID_DIGITS && id.bytes().all(|b| b.is_ascii_digit());
        let order_id = is_number.then(|| OrderId::parse(id).ok()).flatten()?;
        Some(OrderKey { shop: self.shop.clone(), order_id })
    }
}

impl PartnerEvent<'_> {
    fn said(&self, name: &str) -> Option<&str> {
        let mut names = self.metadata.iter();
        names.find(|(it, _)| it.eq_ignore_ascii_case(name))?.1.as_str()
    }

    fn is_test(&self) -> bool {
        self.said("x-shopify-test").is_some_and(|is| is.trim().eq_ignore_ascii_case("true"))
    }
}

fn decode(body: String, encoding: Option<&str>) -> Result<Vec<u8>, MessageError> {
    match encoding {
        None => Ok(body.into_bytes()),
        Some(DEFLATE) => {
            let packed = BASE64_STANDARD.decode(body).map_err(|_| MessageError::NoDelivery)?;
            // Limited, because a few kilobytes of DEFLATE can decompress to gigabytes.
            decompress_to_vec_with_limit(&packed, MAX_BODY_BYTES)
                .map_err(|_| MessageError::NoDelivery)
        }
        Some(_) => Err(MessageError::UnknownEncoding),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delivery(body: &[u8]) -> QueuedDelivery {
        QueuedDelivery {
            shop: ShopId::parse("north").expect("a shop"),
            system: System::WooCommerce,
            topic: Some("order.updated".to_owned()),
            received_at: Timestamp::from_millisecond(1_795_693_911_123).expect("a time"),
            body: body.to_vec(),
            is_test: false,
        }
    }

    /// A body of about so many bytes that cannot be compressed.
    fn noise(bytes: usize) -> String {
        let mut state = 7_u64;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 33).to_le_bytes()
        };
        let noise: Vec<u8> = std::iter::repeat_with(|| next()[0]).take(bytes * 3 / 4).collect();
        format!(r#"{{"line_items":[],"id":4711,"x":"{}"}}"#, BASE64_STANDARD.encode(noise))
    }

    #[test]
    fn what_is_put_on_the_queue_is_read_back_byte_for_byte() {
        let long = format!(r#"{{"id":1,"note":"{}"}}"#, "ü".repeat(2_000_000));
        for body in
            ["", "{}", "no JSON", "{\"a\": \"\u{fffe}\u{ffff}\\u0000\" }\n", &long, &noise(700_000)]
        {
            let delivery = delivery(body.as_bytes());
            let message = delivery.to_message().expect("it fits");
            assert!(message.len() <= MAX_MESSAGE_BYTES && !message.contains('\u{ffff}'));
            assert_eq!(QueuedDelivery::parse(&message), Ok(delivery));
        }
    }

    #[test]
    fn a_body_is_compressed_only_where_that_saves_a_request() {
        let message =
            |chars: usize| delivery("x".repeat(chars).as_bytes()).to_message().expect("it fits");
        assert!(message(50_000).len() > 50_000);
        assert!(message(70_000).len() < 2_000);
    }

    #[test]
    fn of_a_body_that_no_message_holds_everything_else_is_kept() {
        let dead = delivery(noise(1_500_000).as_bytes()).to_message().expect_err("too large");
        assert_eq!(dead.code, DeadLetterCode::TooLarge);
        assert_eq!(dead.order.map(|order| order.to_string()).as_deref(), Some("north/4711"));
        let kept: Value = serde_json::from_str(&dead.body).expect("JSON");
        assert_eq!((&kept["body"], &kept["order_id"]), (&Value::Null, &"4711".into()));
        assert_eq!(QueuedDelivery::parse(&dead.body), Err(MessageError::WithoutBody));
    }

    #[test]
    fn a_body_that_is_no_text_is_kept_and_not_read() {
        let message = delivery(b"\xff\xfe{}").to_message().expect("it fits");
        assert_eq!(QueuedDelivery::parse(&message), Err(MessageError::NotText));
    }

    #[test]
    fn a_partner_event_is_a_delivery_with_its_payload_as_it_was_written() {
        let message = r#"{"shop":"north","system":"shopify","received_at":"2026-11-27T16:30:00Z","event":
            {"payload":{"id":12345678901234567890,"price":1.10},"metadata":{"X-Shopify-Topic":"orders/create"}}}"#;
        let read = QueuedDelivery::parse(message).expect("a delivery");
        assert_eq!(read.body, br#"{"id":12345678901234567890,"price":1.10}"#);
        assert_eq!(read.topic.as_deref(), Some("orders/create"));
        assert_eq!(read.system, System::Shopify);
        assert!(!read.is_test);
    }

    #[test]
    fn a_partner_event_says_whether_it_is_a_test() {
        let is_test = |flag: &str| {
            let message = format!(
                r#"{{"shop":"north","system":"shopify","received_at":"2026-11-27T16:30:00Z","event":
                {{"payload":{{}},"metadata":{{"x-shopify-test":{flag}}}}}}}"#
            );
            QueuedDelivery::parse(&message).expect("a delivery").is_test
        };
        assert_eq!([r#""true""#, r#""false""#, "null"].map(is_test), [true, false, false]);
    }

    #[test]
    fn what_is_no_delivery_is_refused_with_what_to_do() {
        let envelope =
            r#"{"source":"aws.partner/shopify.com/1/x","detail":{"payload":{},"metadata":{}}}"#;
        let other =
            r#"{"shop":"north","system":"magento","received_at":"2026-11-27T16:30:00Z","body":""}"#;
        let newer = r#"{"shop":"north","system":"shopify","received_at":"2026-11-27T16:30:00Z","encoding":"zstd","body":""}"#;
        for (message, expected) in [
            ("", MessageError::NoDelivery),
            ("[]", MessageError::NoDelivery),
            (envelope, MessageError::NoDelivery),
            (other, MessageError::NoDelivery),
            (newer, MessageError::UnknownEncoding),
        ] {
            assert_eq!(QueuedDelivery::parse(message), Err(expected), "{message}");
        }
    }

    #[test]
    fn a_delivery_is_found_by_the_order_that_it_names() {
        let order =
            |body: &str| delivery(body.as_bytes()).order().map(|order| order.order_id.to_string());
        for (body, expected) in [
            (r#"{"id":1,"line_items":[]}"#, Some("1")),
            (r#"{"id":820982911946154508}"#, Some("820982911946154508")),
            (r#"{"id":1,"order_id":"2"}"#, Some("2")),
            (r#"{"id":1,"order_id":2,"line_items":[]}"#, Some("2")),
            (r#"{"id":1,"name":"a product"}"#, None),
            (r#"{"order_id":"jo@customers.example"}"#, None),
            ("no JSON", None),
        ] {
            assert_eq!(order(body).as_deref(), expected, "{body}");
        }
    }
}
