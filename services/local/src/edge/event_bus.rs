//! EventBridge's PutEvents, with one rule: everything goes to intake, asynchronously
//! (<https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html>).

use bytes::Bytes;
use http::StatusCode;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Edge;
use super::reply::{Reply, aws_json_error, reply};
use crate::aws::arn::ACCOUNT_ID;

const MAX_BATCH_ENTRIES: usize = 10;

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
    resources: Vec<String>,
    /// Seconds since 1970, with a fraction.
    time: Option<f64>,
}

impl Edge {
    pub(super) fn put_events(&self, body: &Bytes) -> Reply {
        let Ok(call) = serde_json::from_slice::<PutEvents>(body) else {
            return invalid("The request body is not a PutEvents call.");
        };
        if call.entries.is_empty() || call.entries.len() > MAX_BATCH_ENTRIES {
            return invalid("Entries must hold 1 to 10 events.");
        }
        let results: Vec<_> = call.entries.into_iter().map(|e| self.put_event(e)).collect();
        let failed = results.iter().filter(|r| r.get("ErrorCode").is_some()).count();
        let answer = json!({ "FailedEntryCount": failed, "Entries": results });
        reply(StatusCode::OK, "application/x-amz-json-1.1", answer.to_string())
    }

    fn put_event(&self, entry: Entry) -> Value {
        let region = self.ses.account().region();
        match (envelope(entry, &region), self.lambdas.intake()) {
            (Ok(envelope), Some(intake)) => {
                let answer = json!({ "EventId": envelope["id"] });
                self.asynchronous.invoke(intake, Bytes::from(envelope.to_string()));
                answer
            }
            (Ok(_), None) => {
                json!({ "ErrorCode": "InternalFailure", "ErrorMessage": "There is no intake." })
            }
            (Err(refusal), _) => refusal,
        }
    }
}

/// The event as a rule hands it to its target
/// (<https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-structure.html>).
fn envelope(entry: Entry, region: &str) -> Result<Value, Value> {
    let refuse = |code: &str, why: &str| json!({ "ErrorCode": code, "ErrorMessage": why });
    if entry.source.is_empty() || entry.detail_type.is_empty() {
        let why = "Parameter Source and DetailType are required.";
        return Err(refuse("InvalidArgument", why));
    }
    if entry.source.starts_with("aws.") {
        let why = "Source must not begin with 'aws.'.";
        return Err(refuse("NotAuthorizedForSourceException", why));
    }
    let detail: Value = serde_json::from_str(&entry.detail).unwrap_or_default();
    if !detail.is_object() {
        return Err(refuse("MalformedDetail", "Detail is malformed."));
    }
    let time = entry.time.and_then(|seconds| {
        Timestamp::from_duration(jiff::SignedDuration::try_from_secs_f64(seconds).ok()?).ok()
    });
    let time = time.unwrap_or_else(Timestamp::now);
    Ok(json!({
        "version": "0",
        "id": uuid::Uuid::new_v4().to_string(),
        "detail-type": entry.detail_type,
        "source": entry.source,
        "account": ACCOUNT_ID,
        "time": time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        "region": region,
        "resources": entry.resources,
        "detail": detail,
    }))
}

fn invalid(why: &str) -> Reply {
    aws_json_error(StatusCode::BAD_REQUEST, "ValidationException", why)
}
