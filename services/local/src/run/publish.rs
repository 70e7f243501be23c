//! Publishing events as a shop's backend would: HTTP to intake, in batches.

use std::net::SocketAddr;

use bytes::Bytes;
use http::{Method, Request, StatusCode, header};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use shared::contract::event::MAX_EVENT_BYTES;

/// How many events and bytes go into one request.
const BATCH_EVENTS: usize = 50;
const BATCH_BYTES: usize = 1024 * 1024;

/// Intake's word on an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// Stored now.
    Accepted,
    /// Stored before.
    Duplicate,
    /// Its name is taken by another event.
    Conflict,
    /// Not an event of the contract.
    Invalid,
}

/// A published line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// The line as it was published.
    pub line: String,
    /// Intake's word on it.
    pub answer: Answer,
}

/// Intake did not answer as its contract says.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// No answer.
    #[error("intake at {0} does not answer")]
    NoAnswer(SocketAddr),
    /// Another status than the contract knows.
    #[error("intake answered {0}; expected 202, 400, 409 or 413")]
    Status(StatusCode),
    /// A body that is not the contract's.
    #[error("intake's answer cannot be read")]
    Body,
}

/// Publishes to intake's HTTP entry.
#[derive(Debug)]
pub struct Publisher {
    client: Client<HttpConnector, Full<Bytes>>,
    address: SocketAddr,
}

/// Lines that go together: an array, or one line as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Batch<'a> {
    /// Lines that are JSON, as one CloudEvents batch.
    Many(Vec<&'a String>),
    /// A line that would spoil a batch.
    One(&'a String),
}

/// Packs the lines in their order. A line that is not JSON, or too large, travels alone: intake is
/// to say what is wrong with it.
#[must_use]
pub fn batches(lines: &[String]) -> Vec<Batch<'_>> {
    let mut batches = Vec::new();
    let mut many: Vec<&String> = Vec::new();
    let mut bytes = 0;
    for line in lines {
        let alone =
            line.len() > MAX_EVENT_BYTES || serde_json::from_str::<&RawValue>(line).is_err();
        let full = many.len() == BATCH_EVENTS || bytes + line.len() > BATCH_BYTES;
        if (alone || full) && !many.is_empty() {
            batches.push(Batch::Many(std::mem::take(&mut many)));
            bytes = 0;
        }
        if alone {
            batches.push(Batch::One(line));
        } else {
            bytes += line.len();
            many.push(line);
        }
    }
    if !many.is_empty() {
        batches.push(Batch::Many(many));
    }
    batches
}

#[derive(Deserialize)]
struct Results {
    results: Vec<ResultOf>,
}

#[derive(Deserialize)]
struct ResultOf {
    result: Answer,
}

impl Publisher {
    /// To the intake at `address`.
    #[must_use]
    pub fn new(address: SocketAddr) -> Self {
        Self { client: Client::builder(TokioExecutor::new()).build_http(), address }
    }

    /// Publishes a batch; a batch that is refused as a whole goes line by line.
    ///
    /// # Errors
    /// [`PublishError`] when intake does not keep its contract. Publishing again is safe.
    pub async fn publish(&self, batch: &Batch<'_>) -> Result<Vec<Published>, PublishError> {
        let lines = match batch {
            Batch::One(line) => return Ok(vec![self.publish_one(line).await?]),
            Batch::Many(lines) => lines,
        };
        let body = format!("[{}]", lines.iter().map(|l| l.as_str()).collect::<Vec<_>>().join(","));
        let (status, answer) = self.post("application/cloudevents-batch+json", body).await?;
        if status == StatusCode::ACCEPTED {
            let Results { results } =
                serde_json::from_slice(&answer).map_err(|_| PublishError::Body)?;
            let published = |(line, of): (&&String, ResultOf)| Published {
                line: (*line).clone(),
                answer: of.result,
            };
            return Ok(lines.iter().zip(results).map(published).collect());
        }
        let mut published = Vec::with_capacity(lines.len());
        for line in lines {
            published.push(self.publish_one(line).await?);
        }
        Ok(published)
    }

    /// Publishes one line as it is.
    ///
    /// # Errors
    /// [`PublishError`] when intake does not keep its contract. Publishing again is safe.
    pub async fn publish_one(&self, line: &str) -> Result<Published, PublishError> {
        let (status, body) = self.post("application/cloudevents+json", line.to_owned()).await?;
        let answer = match status {
            StatusCode::ACCEPTED => {
                let Results { results } =
                    serde_json::from_slice(&body).map_err(|_| PublishError::Body)?;
                results.first().ok_or(PublishError::Body)?.result
            }
            StatusCode::CONFLICT => Answer::Conflict,
            StatusCode::BAD_REQUEST | StatusCode::PAYLOAD_TOO_LARGE => Answer::Invalid,
            other => return Err(PublishError::Status(other)),
        };
        Ok(Published { line: line.to_owned(), answer })
    }

    /// Posts once; where intake does not answer or says 503, a few times more.
    async fn post(
        &self,
        media_type: &str,
        body: String,
    ) -> Result<(StatusCode, Bytes), PublishError> {
        let body = Bytes::from(body);
        let mut pause = std::time::Duration::from_millis(100);
        for _ in 0..8 {
            match self.post_once(media_type, body.clone()).await {
                Some((status, answer)) if !status.is_server_error() => return Ok((status, answer)),
                _ => tokio::time::sleep(pause).await,
            }
            pause *= 2;
        }
        Err(PublishError::NoAnswer(self.address))
    }

    async fn post_once(&self, media_type: &str, body: Bytes) -> Option<(StatusCode, Bytes)> {
        let request = Request::builder()
            .method(Method::POST)
            .uri(format!("http://{}/v1/events", self.address))
            .header(header::CONTENT_TYPE, media_type)
            .body(Full::new(body))
            .expect("a valid request");
        let response = self.client.request(request).await.ok()?;
        let status = response.status();
        Some((status, response.into_body().collect().await.ok()?.to_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_is_not_json_does_not_spoil_its_neighbours() {
        let lines = ["{}", "{}", "not json", "[]"].map(str::to_owned);
        let sizes: Vec<usize> = batches(&lines)
            .iter()
            .map(|batch| match batch {
                Batch::Many(lines) => lines.len(),
                Batch::One(_) => 0,
            })
            .collect();
        assert_eq!(sizes, [2, 0, 1]);
    }
}
