//! HTTP error responses as problem details (RFC 9457).

use serde_json::{Value, json};
use shared::{FieldError, FieldWarning};

use crate::accept::{Outcome, PublishResult};

/// Why a request failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// No such path.
    NotFound,
    /// The path allows other methods only: these.
    MethodNotAllowed(&'static str),
    /// Not a media type of the contract.
    UnsupportedMediaType,
    /// A compressed body.
    Compressed,
    /// More than one request may carry.
    TooLarge(String),
    /// The body is not JSON, or the event has bad fields.
    Invalid {
        /// Every bad field.
        errors: Vec<FieldError>,
        /// What may explain them.
        warnings: Vec<FieldWarning>,
    },
    /// Another event is stored under this source and id.
    Conflict {
        /// What to do.
        detail: String,
        /// What is probably not meant in the refused event.
        warnings: Vec<FieldWarning>,
    },
    /// Each event of a batch is invalid or in conflict.
    BatchRefused(Vec<Outcome>),
    /// No valid signature, where one is asked for.
    Unauthorized(&'static str),
    /// IAM credentials are required, and the caller sent none.
    Forbidden,
    /// DynamoDB does not answer.
    StoreUnavailable,
}

impl Problem {
    fn status(&self) -> u16 {
        match self {
            Self::NotFound => 404,
            Self::MethodNotAllowed(_) => 405,
            Self::UnsupportedMediaType | Self::Compressed => 415,
            Self::TooLarge(_) => 413,
            Self::Invalid { .. } => 400,
            Self::Conflict { .. } => 409,
            // As for a single event. Some are in conflict, others may be invalid: 409 is the rarer news.
            Self::BatchRefused(outcomes) if conflicts(outcomes) > 0 => 409,
            Self::BatchRefused(_) => 400,
            Self::Unauthorized(_) => 401,
            Self::Forbidden => 403,
            Self::StoreUnavailable => 503,
        }
    }

    const fn title(&self) -> &'static str {
        match self {
            Self::NotFound => "No such path",
            Self::MethodNotAllowed(_) => "Method not allowed",
            Self::UnsupportedMediaType => "Unsupported media type",
            Self::Compressed => "Compression is not supported",
            Self::TooLarge(_) => "Too large",
            Self::Invalid { .. } => "The event is not valid",
            Self::BatchRefused(_) => "No event of the batch was stored",
            Self::Conflict { .. } => "Another event has this source and id",
            Self::Unauthorized(_) => "The signature is not valid",
            Self::Forbidden => "Not signed by AWS credentials",
            Self::StoreUnavailable => "The event store does not answer",
        }
    }

    fn detail(&self) -> String {
        match self {
            Self::NotFound => {
                "Events go to POST /v1/events; GET /healthz tells whether intake runs.".to_owned()
            }
            Self::MethodNotAllowed(allowed) => format!("This path takes {allowed}."),
            Self::UnsupportedMediaType => {
                "Send Content-Type application/cloudevents+json (one event), \
                 application/cloudevents-batch+json (an array) or application/json (either, or the \
                 data of an event whose attributes are in ce- headers)."
                    .to_owned()
            }
            Self::Compressed => {
                "Compressed bodies are not supported. Send the JSON as it is, without \
                 Content-Encoding. Nothing was stored."
                    .to_owned()
            }
            Self::TooLarge(detail) | Self::Conflict { detail, .. } => detail.clone(),
            Self::Unauthorized(detail) => (*detail).to_owned(),
            Self::Forbidden => {
                "Sign the request with SigV4 for the service lambda, as a principal that may \
                 publish. Nothing was stored."
                    .to_owned()
            }
            Self::Invalid { errors, .. } => {
                format!("{} field(s) are not as expected; nothing was stored.", errors.len())
            }
            Self::BatchRefused(outcomes) => {
                let conflicts = conflicts(outcomes);
                format!(
                    "Nothing was stored: {} event(s) invalid, {conflicts} in conflict with a stored one. \
                     `results` says what is wrong with each.",
                    outcomes.len() - conflicts,
                )
            }
            Self::StoreUnavailable => {
                "Publish the same events again after a moment: what was stored will be \
                 answered as duplicate, and nothing is mailed twice."
                    .to_owned()
            }
        }
    }

    fn warnings(&self) -> &[FieldWarning] {
        match self {
            Self::Invalid { warnings, .. } | Self::Conflict { warnings, .. } => warnings,
            _ => &[],
        }
    }

    /// The problem as a Function URL answer (payload format 2.0).
    #[must_use]
    pub fn into_response(self) -> Value {
        let status = self.status();
        let mut body = json!({
            "type": "about:blank",
            "title": self.title(),
            "status": status,
            "detail": self.detail(),
        });
        if !self.warnings().is_empty() {
            body["warnings"] = json!(self.warnings());
        }
        let mut headers = json!({ "content-type": "application/problem+json" });
        match self {
            Self::MethodNotAllowed(allowed) => headers["allow"] = json!(allowed),
            Self::BatchRefused(outcomes) => body["results"] = json!(outcomes),
            // RFC 9110 section 12.5.3: a 415 for its coding says which ones are taken.
            Self::Compressed => headers["accept-encoding"] = json!("identity"),
            Self::StoreUnavailable => headers["retry-after"] = json!("2"),
            Self::Invalid { errors, .. } => body["errors"] = json!(errors),
            _ => {}
        }
        json!({ "statusCode": status, "headers": headers, "body": body.to_string() })
    }
}

fn conflicts(outcomes: &[Outcome]) -> usize {
    outcomes.iter().filter(|outcome| outcome.result == PublishResult::Conflict).count()
}
