//! The Function URL: `POST /v1/shops/NAME/shopify` and `…/woocommerce`. A delivery is verified and kept, and nothing else:
//! the shop system waits for the answer for five seconds, and what is signed right is not refused.

use std::sync::LazyLock;
use std::time::Duration;

use kit::queue::{BatchItemOutcome, OutgoingMessage, send_one};
use kit::secrets::Unverified;
use kit::telemetry::{Count, count};
use serde_json::{Value, json};
use shared::ShopId;

use crate::dependencies::Connector;
use crate::message::QueuedDelivery;
use crate::request::Request;
use crate::signature::{Signature, SystemKeys, signature_header};
use crate::translate::System;

/// How long SQS may take. With the time for reading a secret, the answer is there before a shop system gives up.
const SEND_TIMEOUT: Duration = Duration::from_millis(2_500);

/// The longest body of WooCommerce's ping, `webhook_id=N`.
const MAX_PING_LEN: usize = 40;

/// The longest topic that is kept as a label.
const MAX_TOPIC_LEN: usize = 100;

/// Why a request is not kept, or not answered as kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refusal {
    NotFound,
    MethodNotAllowed(&'static str),
    Unauthorized,
    SecretUnavailable,
    QueueUnavailable,
}

/// Handles one HTTP request.
pub async fn handle(connector: &Connector, request: &Request<'_>) -> Value {
    route(connector, request).await.unwrap_or_else(Refusal::into_response)
}

async fn route(connector: &Connector, request: &Request<'_>) -> Result<Value, Refusal> {
    match (Endpoint::at(&request.raw_path), request.method()) {
        (Some(Endpoint::Deliveries(shop, system)), "POST") => {
            receive(connector, request, &shop, system).await
        }
        (Some(Endpoint::Deliveries(..)), _) => Err(Refusal::MethodNotAllowed("POST")),
        (Some(Endpoint::Health), "GET" | "HEAD") => Ok(ok("status", "ok")),
        (Some(Endpoint::Health), _) => Err(Refusal::MethodNotAllowed("GET, HEAD")),
        (None, _) => Err(Refusal::NotFound),
    }
}

/// What a path leads to.
enum Endpoint {
    Deliveries(ShopId, System),
    Health,
}

impl Endpoint {
    fn at(path: &str) -> Option<Self> {
        let path = path.trim_end_matches('/');
        if path == "/healthz" {
            return Some(Self::Health);
        }
        let (shop, system) = path.strip_prefix("/v1/shops/")?.split_once('/')?;
        Some(Self::Deliveries(ShopId::parse(shop).ok()?, system.parse().ok()?))
    }
}

/// The cheapest check first: the URL is open, and each refusal costs what was done before it.
async fn receive(
    connector: &Connector,
    request: &Request<'_>,
    shop: &ShopId,
    system: System,
) -> Result<Value, Refusal> {
    let Some(signature) = request.header(signature_header(system)) else {
        // It comes when a webhook is saved, and WooCommerce saves it only if the answer is exactly 200.
        return if is_ping(system, request) {
            Ok(ok("result", "pong"))
        } else {
            Err(Refusal::Unauthorized)
        };
    };
    let signature = Signature::parse(signature).ok_or(Refusal::Unauthorized)?;
    // Read only once there is a secret to check it with: decoding megabytes for a shop that does not exist would be
    // what a flood costs.
    let body = LazyLock::new(|| request.body());
    let check = |keys: &SystemKeys| keys.verify(system, signature, &body);
    let verified = connector.secrets.verify(shop, system, check).await;
    verified.map_err(|unverified| refusal(&unverified, shop, system))?;
    if is_test(system, request) {
        tracing::info!(shop = shop.as_str(), %system, "a test of the shop system's, which is not kept");
        return Ok(ok("result", "test"));
    }
    let delivery = QueuedDelivery {
        shop: shop.clone(),
        system,
        topic: topic(system, request),
        received_at: connector.clock.now(),
        body: LazyLock::force(&body).clone(),
        is_test: false,
    };
    keep(connector, &delivery).await
}

fn refusal<E>(unverified: &Unverified<E>, shop: &ShopId, system: System) -> Refusal {
    match unverified {
        Unverified::Refused(_) => {
            let shop = shop.as_str();
            tracing::warn!(shop, %system, "a delivery is not signed with the secret of this shop's system");
            count(Count::SignatureRefused);
            Refusal::Unauthorized
        }
        // Says nothing of which shops there are.
        Unverified::NoSecret => Refusal::Unauthorized,
        Unverified::Unavailable => Refusal::SecretUnavailable,
    }
}

/// Puts a delivery on the queue, or what can be kept of one that no message holds into the dead-letter queue. Answered
/// only once SQS has taken it.
async fn keep(connector: &Connector, delivery: &QueuedDelivery) -> Result<Value, Refusal> {
    let (shop, system) = (delivery.shop.as_str(), delivery.system);
    let kept = match delivery.to_message() {
        Ok(body) => {
            let group = Some(shop.to_owned());
            let message = OutgoingMessage { body, group, ..OutgoingMessage::default() };
            let send = send_one(&connector.sqs, &connector.deliveries, message);
            match tokio::time::timeout(SEND_TIMEOUT, send).await {
                Ok(Ok(())) => Ok(()),
                Ok(Err(error)) => Err(error.to_string()),
                // It may be on the queue all the same: then the next delivery is a repetition.
                Err(elapsed) => Err(elapsed.to_string()),
            }
        }
        Err(too_large) => {
            let move_it = connector.dead_letters.move_message(too_large);
            match tokio::time::timeout(SEND_TIMEOUT, move_it).await {
                Ok(BatchItemOutcome::Ack) => Ok(()),
                _ => Err("the dead-letter queue did not take it".to_owned()),
            }
        }
    };
    match kept {
        Ok(()) => {
            tracing::info!(shop, %system, topic = delivery.topic.as_deref(), "delivery kept");
            count(Count::DeliveryKept);
            Ok(ok("result", "kept"))
        }
        Err(error) => {
            tracing::error!(shop, %system, error, "a delivery could not be kept; the shop system is told so");
            Err(Refusal::QueueUnavailable)
        }
    }
}

fn is_ping(system: System, request: &Request<'_>) -> bool {
    // The length as it is encoded first, so that no large body is decoded for it.
    if system != System::WooCommerce || request.encoded_len() > 2 * MAX_PING_LEN {
        return false;
    }
    let body = request.body();
    let id = body.strip_prefix(b"webhook_id=").unwrap_or_default();
    body.len() <= MAX_PING_LEN && !id.is_empty() && id.iter().all(u8::is_ascii_digit)
}

/// Whether Shopify says in a header that nothing of it is real. Who knows no secret gains nothing by the header.
fn is_test(system: System, request: &Request<'_>) -> bool {
    system == System::Shopify
        && request.header("x-shopify-test").is_some_and(|is| is.trim().eq_ignore_ascii_case("true"))
}

/// The topic, if it looks like one: a label for people, which nobody has signed.
fn topic(system: System, request: &Request<'_>) -> Option<String> {
    let header = match system {
        System::Shopify => "x-shopify-topic",
        System::WooCommerce => "x-wc-webhook-topic",
    };
    let is_part = |b: u8| b.is_ascii_alphanumeric() || b"/._-".contains(&b);
    let topic = request.header(header)?;
    ((1..=MAX_TOPIC_LEN).contains(&topic.len()) && topic.bytes().all(is_part))
        .then(|| topic.to_owned())
}

fn ok(name: &str, value: &str) -> Value {
    response(200, "application/json", &json!({ name: value }))
}

fn response(status: u16, media_type: &str, body: &Value) -> Value {
    json!({
        "statusCode": status,
        "headers": { "content-type": media_type },
        "body": body.to_string(),
    })
}

impl Refusal {
    /// A problem document (RFC 9457).
    fn into_response(self) -> Value {
        let (status, title, detail) = self.describe();
        let document = json!({ "status": status, "title": title, "detail": detail });
        let mut response = response(status, "application/problem+json", &document);
        match self {
            Self::MethodNotAllowed(methods) => response["headers"]["allow"] = json!(methods),
            Self::SecretUnavailable | Self::QueueUnavailable => {
                response["headers"]["retry-after"] = json!("10");
            }
            Self::NotFound | Self::Unauthorized => {}
        }
        response
    }

    const fn describe(self) -> (u16, &'static str, &'static str) {
        match self {
            Self::NotFound => (
                404,
                "There is nothing at this path",
                "Deliver to /v1/shops/NAME/shopify or /v1/shops/NAME/woocommerce, with the shop's name of a-z, 0-9 and -.",
            ),
            Self::MethodNotAllowed(_) => (405, "Another method is expected", "Deliver with POST."),
            Self::Unauthorized => (
                401,
                "Not signed with the shop's secret",
                "Sign the raw body with the secret of this shop's system, as Shopify and WooCommerce do: the operator puts \
                 it into Secrets Manager as STACK/SHOP/SYSTEM, in plain text.",
            ),
            Self::SecretUnavailable => (
                503,
                "Signatures cannot be checked now",
                "Nothing was kept. Deliver the same again.",
            ),
            Self::QueueUnavailable => (
                503,
                "The delivery was not kept",
                "The queue did not confirm it. Deliver the same again.",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn payload(headers: &Value, body: &str) -> String {
        let http = json!({ "method": "POST" });
        json!({ "headers": headers, "body": body, "requestContext": { "http": http } }).to_string()
    }

    #[test]
    fn only_a_ping_is_one() {
        let pinged = |body: &str| {
            let payload = payload(&json!({}), body);
            let request = Request::from_payload(&payload).expect("a request");
            assert!(!is_ping(System::Shopify, &request));
            is_ping(System::WooCommerce, &request)
        };
        assert!(pinged("webhook_id=7"));
        let long = format!("webhook_id={}", "7".repeat(30));
        for other in ["", "webhook_id=", "webhook_id=7&x=1", "webhook_id=x", "{}", &long] {
            assert!(!pinged(other), "{other}");
        }
    }

    #[test]
    fn a_topic_is_a_label_or_nothing() {
        let topic = |text: &str| {
            let payload = payload(&json!({ "X-Shopify-Topic": text }), "");
            topic(System::Shopify, &Request::from_payload(&payload).expect("a request"))
        };
        assert_eq!(topic("orders/create").as_deref(), Some("orders/create"));
        for bad in ["", "jo@customers.example", &"x".repeat(101)] {
            assert_eq!(topic(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_path_names_a_shop_and_a_system() {
        let found = |path: &str| match Endpoint::at(path) {
            Some(Endpoint::Deliveries(shop, system)) => Some(format!("{shop} {system}")),
            _ => None,
        };
        assert_eq!(found("/v1/shops/north/shopify").as_deref(), Some("north shopify"));
        assert_eq!(found("/v1/shops/north/woocommerce/").as_deref(), Some("north woocommerce"));
        for path in [
            "/v1/shops/North/shopify",
            "/v1/shops//shopify",
            "/v1/shops/north/Shopify",
            "/v1/shops/north/events",
            "/v1/shops/north/shopify/more",
            "/",
        ] {
            assert_eq!(found(path), None, "{path}");
        }
    }
}
