//! Publishing events as a shop's backend would: HTTP to intake, in batches.

use std::net::SocketAddr;
use std::time::Duration;

use axum::BoxError;
use bytes::Bytes;
use http::{Method, Request, StatusCode, header};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use jiff::Timestamp;
use kit::Backoff;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use shared::contract::event::{MAX_EVENT_BYTES, MAX_REQUEST_BYTES};
use shared::{FieldError, FieldWarning, InvalidValue};
use standardwebhooks::{
    HEADER_WEBHOOK_ID, HEADER_WEBHOOK_SIGNATURE, HEADER_WEBHOOK_TIMESTAMP, Webhook,
};

/// The most events in one request.
const MAX_BATCH_EVENTS: usize = 50;
/// What an array adds to its events, in bytes.
const BRACKETS: usize = 2;
const COMMA: usize = 1;

/// How often a request is tried while intake is unavailable: for about 33 seconds, since on a busy machine a function
/// takes long to start.
const MAX_ATTEMPTS: u32 = 10;
const RETRY_DELAY: Backoff =
    Backoff { first: Duration::from_millis(100), max: Duration::from_secs(10) };

/// Intake's result for an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// Stored now.
    Accepted,
    /// Stored before.
    Duplicate,
    /// Another event with its `source` and `id` is stored.
    Conflict,
    /// It does not follow the contract.
    Invalid,
}

/// A published event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// Its JSON as it was published.
    pub json: String,
    /// Intake's result.
    pub answer: Answer,
    /// Why it was refused: each bad field.
    pub errors: Vec<FieldError>,
    /// What in it is probably not meant as it stands.
    pub warnings: Vec<FieldWarning>,
}

impl Published {
    /// A document of the input that is not JSON. Intake never gets it: its answer would name another
    /// line than the input's.
    pub fn unreadable(error: &InvalidValue) -> Self {
        let errors = vec![whole_event(error.to_string())];
        Self { json: String::new(), answer: Answer::Invalid, errors, warnings: Vec::new() }
    }

    fn new(json: &str, result: EventResult) -> Self {
        let EventResult { result: answer, mut errors, warnings } = result;
        if answer == Answer::Conflict && errors.is_empty() {
            errors.push(whole_event(CONFLICT.to_owned()));
        }
        Self { json: json.to_owned(), answer, errors, warnings }
    }
}

/// What a conflict in a batch has no sentence for.
const CONFLICT: &str = "expected a new id: another event with this source and id is stored";

fn whole_event(detail: String) -> FieldError {
    FieldError { pointer: String::new(), detail }
}

/// Intake did not answer as its contract says.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// No response, or a 5xx, also after retries.
    #[error("intake at {address} does not answer: {source}")]
    Unavailable {
        /// Where it should be.
        address: SocketAddr,
        /// Why the last attempt failed.
        source: BoxError,
    },
    /// Another status than the contract knows.
    #[error("intake answered {0}; expected 202, 400, 409 or 413")]
    Status(StatusCode),
    /// A response body that does not follow the contract.
    #[error("intake's answer cannot be read: {0}")]
    Body(#[from] serde_json::Error),
    /// A result is missing, or not one that can be for this event.
    #[error("intake did not answer for every event as expected")]
    Result,
}

/// Publishes to intake's HTTP entry.
#[derive(Debug)]
pub struct Publisher {
    client: Client<HttpConnector, Full<Bytes>>,
    address: SocketAddr,
    secret: Option<String>,
}

/// Packs the events into batches, in their order. One that is not JSON, or too large, goes alone,
/// so that intake refuses it and not its batch.
pub fn batches<T: AsRef<str>>(events: &[T]) -> Vec<Vec<&str>> {
    let mut batches: Vec<Vec<&str>> = Vec::new();
    // How much the last batch still takes; nothing goes beside an event that has to go alone.
    let mut bytes_left = 0;
    for line in events.iter().map(AsRef::as_ref) {
        let is_alone =
            line.len() > MAX_EVENT_BYTES || serde_json::from_str::<&RawValue>(line).is_err();
        match batches.last_mut() {
            Some(last) if !is_alone && line.len() < bytes_left && last.len() < MAX_BATCH_EVENTS => {
                last.push(line);
                bytes_left -= line.len() + COMMA;
            }
            _ => {
                batches.push(vec![line]);
                bytes_left = if is_alone { 0 } else { MAX_REQUEST_BYTES - line.len() - BRACKETS };
            }
        }
    }
    batches
}

#[derive(Deserialize)]
struct Results {
    results: Vec<EventResult>,
}

#[derive(Deserialize)]
struct EventResult {
    result: Answer,
    #[serde(default)]
    errors: Vec<FieldError>,
    #[serde(default)]
    warnings: Vec<FieldWarning>,
}

/// A problem document (RFC 9457), as intake refuses a single event.
#[derive(Deserialize)]
struct Problem {
    detail: String,
    #[serde(default)]
    errors: Vec<FieldError>,
    #[serde(default)]
    warnings: Vec<FieldWarning>,
}

impl Problem {
    fn into_result(self, result: Answer) -> EventResult {
        let Self { detail, mut errors, warnings } = self;
        if errors.is_empty() {
            errors.push(whole_event(detail));
        }
        EventResult { result, errors, warnings }
    }
}

impl Publisher {
    /// Publishes to the intake at `address`.
    pub fn new(address: SocketAddr) -> Self {
        Self { client: Client::builder(TokioExecutor::new()).build_http(), address, secret: None }
    }

    /// Signs each request with this Standard Webhooks secret, if there is one.
    #[must_use]
    pub fn signing_with(self, secret: Option<String>) -> Self {
        Self { secret, ..self }
    }

    /// Publishes lines in one request, or one by one if they are refused as a whole.
    ///
    /// # Errors
    /// [`PublishError`] when intake does not keep its contract. Publishing again is safe.
    pub async fn publish(&self, lines: &[&str]) -> Result<Vec<Published>, PublishError> {
        if lines.len() > 1 {
            let body = format!("[{}]", lines.join(","));
            let (status, body) = self.post("application/cloudevents-batch+json", body).await?;
            if status == StatusCode::ACCEPTED {
                let results = parse_results(&body, lines.len())?;
                return Ok(lines.iter().zip(results).map(|(l, r)| Published::new(l, r)).collect());
            }
        }
        // Intake refuses a batch as a whole; alone, an invalid event takes no neighbour with it.
        let mut published = Vec::with_capacity(lines.len());
        for line in lines {
            published.push(self.publish_one(line).await?);
        }
        Ok(published)
    }

    async fn publish_one(&self, line: &str) -> Result<Published, PublishError> {
        let (status, body) = self.post("application/cloudevents+json", line.to_owned()).await?;
        let refused = |answer| {
            let problem: Problem = serde_json::from_slice(&body)?;
            Ok(Some(problem.into_result(answer)))
        };
        let result = match status {
            StatusCode::ACCEPTED => Ok(parse_results(&body, 1)?.pop()),
            StatusCode::CONFLICT => refused(Answer::Conflict),
            StatusCode::BAD_REQUEST | StatusCode::PAYLOAD_TOO_LARGE => refused(Answer::Invalid),
            other => Err(PublishError::Status(other)),
        };
        Ok(Published::new(line, result?.ok_or(PublishError::Result)?))
    }

    /// Posts, and again while intake is unavailable.
    async fn post(
        &self,
        media_type: &str,
        body: String,
    ) -> Result<(StatusCode, Bytes), PublishError> {
        let body = Bytes::from(body);
        let mut attempt = 0;
        loop {
            attempt += 1;
            let source: BoxError = match self.post_once(media_type, body.clone()).await {
                Ok((status, _)) if status.is_server_error() => format!("status {status}").into(),
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            if attempt == MAX_ATTEMPTS {
                return Err(PublishError::Unavailable { address: self.address, source });
            }
            // Safe to repeat, even if only the response was lost: intake knows an event by its ID.
            tokio::time::sleep(RETRY_DELAY.delay(attempt)).await;
        }
    }

    async fn post_once(
        &self,
        media_type: &str,
        body: Bytes,
    ) -> Result<(StatusCode, Bytes), BoxError> {
        let mut request = Request::builder()
            .method(Method::POST)
            .uri(format!("http://{}/v1/events", self.address))
            .header(header::CONTENT_TYPE, media_type);
        if let Some(secret) = &self.secret {
            let (id, at) = (format!("msg_{}", uuid::Uuid::new_v4()), Timestamp::now().as_second());
            let signature = Webhook::new(secret)?.sign(&id, at, &body)?;
            request = request
                .header(HEADER_WEBHOOK_ID, id)
                .header(HEADER_WEBHOOK_TIMESTAMP, at)
                .header(HEADER_WEBHOOK_SIGNATURE, signature);
        }
        let request = request.body(Full::new(body))?;
        let response = self.client.request(request).await?;
        let status = response.status();
        Ok((status, response.into_body().collect().await?.to_bytes()))
    }
}

/// The results in a response, one for each of `expected` events.
fn parse_results(body: &[u8], expected: usize) -> Result<Vec<EventResult>, PublishError> {
    let Results { results } = serde_json::from_slice(body)?;
    if results.len() != expected {
        return Err(PublishError::Result);
    }
    Ok(results)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_is_not_json_does_not_spoil_its_neighbours() {
        let lines = ["{}", "{}", "not json", "[]"].map(str::to_owned);
        let sizes: Vec<usize> = batches(&lines).iter().map(Vec::len).collect();
        assert_eq!(sizes, [2, 1, 1]);
    }

    #[test]
    fn a_batch_is_closed_at_50_events_or_a_mebibyte() {
        let many = vec!["{}".to_owned(); 51];
        assert_eq!(batches(&many).iter().map(Vec::len).collect::<Vec<_>>(), [50, 1]);
        let large = vec![format!("\"{}\"", "x".repeat(200 * 1024)); 6];
        assert_eq!(batches(&large).iter().map(Vec::len).collect::<Vec<_>>(), [5, 1]);
    }
}
