//! EventBridge's PutEvents, with two buses: everything on the shop's goes to the inbox queue, and what the publisher puts on
//! that of mail events to [`MailBus`]
//! (<https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html>).
//!
//! An event on another bus reaches nobody, and its publisher is not told: EventBridge takes it, also
//! when there is no such bus (<https://github.com/aws/aws-cli/issues/9186>). So it does here, but the
//! stack says so in its own output.

use std::sync::Arc;

use aws_sdk_sqs::Client;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{StatusCode, header};
use jiff::{SignedDuration, Timestamp};
use kit::AwsError;
use serde::Deserialize;
use serde_json::{Value, json};
use shared::queue::sqs_json::escape_noncharacters;

use crate::aws::arn::{ACCOUNT_ID, event_bus_arn};
use crate::mail_bus::MailBus;
use crate::resources::{INBOX_QUEUE, MAIL_BUS, SHOP_BUS};
use crate::response::{aws_json_error, request_id};

const MAX_BATCH_ENTRIES: usize = 10;
const MAX_BUS_NAME_LEN: usize = 1600;
/// The bus of an entry that names none.
const DEFAULT_BUS: &str = "default";

/// The buses.
#[derive(Debug)]
pub struct EventBus {
    /// Reaches the target of the rule of the shop's bus.
    pub sqs: Client,
    /// The bus of mail events, if somebody listens to it.
    pub mails: Option<Arc<MailBus>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PutEvents {
    entries: Vec<Entry>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct Entry {
    source: String,
    detail_type: String,
    detail: String,
    /// A name or an ARN.
    event_bus_name: Option<String>,
    resources: Vec<String>,
    /// Seconds since 1970, with a fraction.
    time: Option<f64>,
}

/// Carries out PutEvents. Entries are refused one by one: the response has a result for each.
pub async fn put_events(bus: &EventBus, region: &str, body: &Bytes) -> Response {
    let Ok(PutEvents { entries }) = serde_json::from_slice(body) else {
        return invalid("The request body is not a PutEvents call.");
    };
    if entries.is_empty() || entries.len() > MAX_BATCH_ENTRIES {
        return invalid("Entries must hold 1 to 10 events.");
    }
    if !entries.iter().all(|entry| is_bus_name(entry.bus())) {
        return invalid("EventBusName must be the name or the ARN of an event bus.");
    }
    let mut results = Vec::with_capacity(entries.len());
    for entry in entries {
        results.push(put_event(bus, region, entry).await);
    }
    let failed = results.iter().filter(|r| r.get("ErrorCode").is_some()).count();
    let body = json!({ "FailedEntryCount": failed, "Entries": results }).to_string();
    ([(header::CONTENT_TYPE, "application/x-amz-json-1.1")], body).into_response()
}

impl Entry {
    fn bus(&self) -> &str {
        self.event_bus_name.as_deref().unwrap_or(DEFAULT_BUS)
    }
}

fn is_bus_name(bus: &str) -> bool {
    let name = match bus.split_once(":event-bus/") {
        Some((arn, name)) if arn.starts_with("arn:") => name,
        _ => bus,
    };
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || "/.-_".contains(c);
    !name.is_empty() && bus.len() <= MAX_BUS_NAME_LEN && name.chars().all(is_allowed)
}

async fn put_event(bus: &EventBus, region: &str, entry: Entry) -> Value {
    let name = entry.bus().to_owned();
    let envelope = match envelope(entry, region) {
        Ok(envelope) => envelope,
        Err(refusal) => return refusal,
    };
    let result = json!({ "EventId": envelope["id"] });
    let is_bus = |bus: &str| name == bus || name == event_bus_arn(region, bus);
    if let Some(mails) = bus.mails.as_ref().filter(|_| is_bus(MAIL_BUS)) {
        return match mails.take(envelope).await {
            Ok(()) => result,
            Err(error) => refusal("InternalFailure", &format!("The event was not kept: {error}.")),
        };
    }
    if !is_bus(SHOP_BUS) {
        tracing::warn!(
            "An event on the bus {name} reached nobody, as on AWS. Put it on the bus {SHOP_BUS}, with \
             EventBusName in its entry."
        );
        return result;
    }
    // EventBridge takes the event, and tries its target for 24 hours. Here the event is refused while the
    // queue does not take it, so that nothing that was taken needs another place to wait.
    match bus.send(envelope).await {
        Ok(()) => result,
        Err(error) => {
            let message = format!("The inbox queue did not take the event: {error}.");
            refusal("InternalFailure", &message)
        }
    }
}

impl EventBus {
    /// Sends an event to the rule's target.
    async fn send(&self, envelope: Value) -> Result<(), AwsError> {
        let queue = self.sqs.get_queue_url().queue_name(INBOX_QUEUE).send().await?;
        let body = escape_noncharacters(envelope.to_string());
        let send = self.sqs.send_message().set_queue_url(queue.queue_url).message_body(body);
        send.send().await?;
        Ok(())
    }
}

/// The event as a rule hands it to its target
/// (<https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-structure.html>).
fn envelope(entry: Entry, region: &str) -> Result<Value, Value> {
    if entry.source.is_empty() || entry.detail_type.is_empty() {
        let message = "Parameter Source and DetailType are required.";
        return Err(refusal("InvalidArgument", message));
    }
    if entry.source.starts_with("aws.") {
        let message = "Source must not begin with 'aws.'.";
        return Err(refusal("NotAuthorizedForSourceException", message));
    }
    let detail: Value = serde_json::from_str(&entry.detail).unwrap_or_default();
    if !detail.is_object() {
        return Err(refusal("MalformedDetail", "Detail is malformed."));
    }
    let time = entry.time.and_then(|seconds| {
        Timestamp::from_duration(SignedDuration::try_from_secs_f64(seconds).ok()?).ok()
    });
    let time = time.unwrap_or_else(Timestamp::now);
    Ok(json!({
        "version": "0",
        "id": request_id(),
        "detail-type": entry.detail_type,
        "source": entry.source,
        "account": ACCOUNT_ID,
        "time": format!("{time:.0}"),
        "region": region,
        "resources": entry.resources,
        "detail": detail,
    }))
}

fn refusal(code: &str, message: &str) -> Value {
    json!({ "ErrorCode": code, "ErrorMessage": message })
}

fn invalid(message: &str) -> Response {
    aws_json_error(StatusCode::BAD_REQUEST, "ValidationException", message)
}
