//! Errors as problem details (RFC 9457): the answer to an HTTP request, and the message of a function error.

use serde_json::{Value, json};
use shared::{FieldError, FieldWarning};

use crate::http::Answer;
use crate::outcome::{Outcome, PublishResult};

/// The most bad fields that a function error lists, of all its events together. Lambda answers with at most
/// 6 MB (<https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>), and logs the error.
const MAX_LISTED_ERRORS: usize = 200;

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
        /// What is probably not meant in the refused event.
        warnings: Vec<FieldWarning>,
    },
    /// Events of a batch are invalid or in conflict; others may be stored.
    BatchRefused(Vec<Outcome>),
    /// No valid signature, where one is asked for.
    Unauthorized(&'static str),
    /// The attributes are headers, where a signature of the body authorizes.
    UnsignedAttributes,
    /// IAM credentials are required, and the caller sent none: how to.
    Forbidden(&'static str),
    /// A signature is required, and Secrets Manager has not told yet with which secret.
    SecretUnavailable,
    /// DynamoDB does not answer.
    StoreUnavailable,
}

impl Problem {
    /// Why a single event was refused; `None` if it is stored.
    pub fn from_outcome(outcome: Outcome) -> Option<Self> {
        let Outcome { result, warnings, .. } = outcome;
        match result {
            PublishResult::Invalid(errors) => Some(Self::Invalid { errors, warnings }),
            PublishResult::Conflict => Some(Self::Conflict { warnings }),
            PublishResult::Accepted | PublishResult::Duplicate => None,
        }
    }

    /// A request or payload that is wrong as a whole.
    pub fn invalid(detail: &str) -> Self {
        let error = FieldError { pointer: String::new(), detail: detail.to_owned() };
        Self::Invalid { errors: vec![error], warnings: Vec::new() }
    }

    fn status(&self) -> u16 {
        match self {
            Self::NotFound => 404,
            Self::MethodNotAllowed(_) => 405,
            Self::UnsupportedMediaType | Self::Compressed => 415,
            Self::TooLarge(_) => 413,
            Self::Invalid { .. } | Self::UnsignedAttributes => 400,
            Self::Conflict { .. } => 409,
            // As for a single event. Some are in conflict, others may be invalid: 409 is the rarer news.
            Self::BatchRefused(outcomes) if conflicts(outcomes) > 0 => 409,
            Self::BatchRefused(_) => 400,
            Self::Unauthorized(_) => 401,
            Self::Forbidden(_) => 403,
            Self::SecretUnavailable | Self::StoreUnavailable => 503,
        }
    }

    fn title(&self) -> &'static str {
        match self {
            Self::NotFound => "No such path",
            Self::MethodNotAllowed(_) => "Method not allowed",
            Self::UnsupportedMediaType => "Unsupported media type",
            Self::Compressed => "Compression is not supported",
            Self::TooLarge(_) => "Too large",
            Self::Invalid { .. } => "The event is not valid",
            Self::BatchRefused(outcomes) if outcomes.iter().any(is_stored) => {
                "Not every event of the batch was stored"
            }
            Self::BatchRefused(_) => "No event of the batch was stored",
            Self::Conflict { .. } => "Another event has this source and id",
            Self::Unauthorized(_) => "The signature is not valid",
            Self::UnsignedAttributes => "The event's attributes are not signed",
            Self::Forbidden(_) => "Not signed by AWS credentials",
            Self::SecretUnavailable => "Signatures cannot be checked now",
            Self::StoreUnavailable => "The event store does not answer",
        }
    }

    fn detail(&self) -> String {
        match self {
            Self::NotFound => {
                "Events go to POST /v1/events, or for one shop to POST /v1/shops/NAME/events; \
                 GET /healthz tells whether intake runs."
                    .to_owned()
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
            Self::TooLarge(detail) => detail.clone(),
            Self::Conflict { .. } => {
                "Another event with this source and id was stored for this order; \
                                      nothing changed. Publish a different event under a new id."
                    .to_owned()
            }
            Self::Unauthorized(detail) | Self::Forbidden(detail) => (*detail).to_owned(),
            Self::UnsignedAttributes => {
                "A webhook's signature is of its body alone, and anybody could change attributes in \
                 ce- headers. Send the whole event as the body, with Content-Type \
                 application/cloudevents+json. Nothing was stored."
                    .to_owned()
            }
            Self::Invalid { errors, .. } => {
                format!("{} field(s) are not as expected; nothing was stored.", errors.len())
            }
            Self::BatchRefused(outcomes) => describe_batch(outcomes),
            Self::SecretUnavailable => {
                "The webhook secret could not be read, so no signature can be checked. Publish the \
                 same events again after a moment. Nothing was stored."
                    .to_owned()
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

    /// The problem as the message of a function error: the same document, with a limit to its length.
    pub fn into_message(mut self) -> String {
        let mut room = MAX_LISTED_ERRORS;
        match &mut self {
            Self::Invalid { errors, .. } => truncate(errors, &mut room),
            Self::BatchRefused(outcomes) => {
                for outcome in outcomes {
                    if let PublishResult::Invalid(errors) = &mut outcome.result {
                        truncate(errors, &mut room);
                    }
                }
            }
            _ => {}
        }
        self.document().to_string()
    }

    /// The problem as an answer over HTTP.
    #[must_use]
    pub fn into_answer(self) -> Answer {
        let mut headers = vec![("content-type", "application/problem+json")];
        headers.extend(match self {
            Self::MethodNotAllowed(allowed) => Some(("allow", allowed)),
            // RFC 9110 section 12.5.3: a 415 for its coding says which ones are taken.
            Self::Compressed => Some(("accept-encoding", "identity")),
            Self::StoreUnavailable => Some(("retry-after", "2")),
            Self::SecretUnavailable => Some(("retry-after", "10")),
            _ => None,
        });
        Answer { status: self.status(), headers, body: self.document().to_string() }
    }

    fn document(&self) -> Value {
        let mut document = json!({
            "type": "about:blank",
            "title": self.title(),
            "status": self.status(),
            "detail": self.detail(),
        });
        if !self.warnings().is_empty() {
            document["warnings"] = json!(self.warnings());
        }
        match self {
            Self::BatchRefused(outcomes) => document["results"] = json!(outcomes),
            Self::Invalid { errors, .. } => document["errors"] = json!(errors),
            _ => {}
        }
        document
    }
}

/// Keeps the first errors that there is room for, at least one, and says how many it left out.
fn truncate(errors: &mut Vec<FieldError>, room: &mut usize) {
    let listed = (*room).max(1);
    *room = room.saturating_sub(errors.len());
    if errors.len() > listed {
        let left_out = errors.len() - listed;
        errors.truncate(listed);
        let detail = format!("{left_out} more field(s) are not as expected");
        errors.push(FieldError { pointer: String::new(), detail });
    }
}

fn describe_batch(outcomes: &[Outcome]) -> String {
    let stored = outcomes.iter().filter(|outcome| is_stored(outcome)).count();
    let conflicts = conflicts(outcomes);
    let what = match stored {
        0 => "Nothing was stored".to_owned(),
        stored => format!("{stored} event(s) are stored, and the others are not"),
    };
    format!(
        "{what}: {} event(s) invalid, {conflicts} in conflict with a stored one. `results` says what is \
         wrong with each.",
        outcomes.len() - stored - conflicts,
    )
}

fn is_stored(outcome: &Outcome) -> bool {
    outcome.result.is_success()
}

fn conflicts(outcomes: &[Outcome]) -> usize {
    outcomes.iter().filter(|outcome| outcome.result == PublishResult::Conflict).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn errors(count: usize) -> Vec<FieldError> {
        let error = FieldError { pointer: "/id".to_owned(), detail: "is missing".to_owned() };
        vec![error; count]
    }

    fn outcome(result: PublishResult) -> Outcome {
        Outcome::without_reference(result)
    }

    #[test]
    fn a_function_error_lists_as_many_bad_fields_as_fit_beside_its_payload() {
        let invalid = || outcome(PublishResult::Invalid(errors(150)));
        let message = Problem::BatchRefused(vec![invalid(), invalid(), invalid()]).into_message();
        let document: Value = serde_json::from_str(&message).expect("JSON");
        let listed = |n: usize| document["results"][n]["errors"].as_array().map_or(0, Vec::len);
        // The last place of each says how many are left out.
        assert_eq!([listed(0), listed(1), listed(2)], [150, 51, 2]);
        let last = &document["results"][2]["errors"][1]["detail"];
        assert_eq!(last, "149 more field(s) are not as expected");
        let one = Problem::Invalid { errors: errors(3), warnings: Vec::new() };
        assert_eq!(one.clone().into_message(), one.document().to_string());
    }

    #[test]
    fn a_batch_of_which_some_are_stored_says_so() {
        let invalid = || outcome(PublishResult::Invalid(errors(1)));
        let mixed = Problem::BatchRefused(vec![outcome(PublishResult::Accepted), invalid()]);
        assert_eq!(mixed.title(), "Not every event of the batch was stored");
        let detail = mixed.detail();
        assert!(detail.starts_with("1 event(s) are stored, and the others are not: 1"), "{detail}");
        assert!(
            Problem::BatchRefused(vec![invalid()]).detail().starts_with("Nothing was stored: 1")
        );
    }
}
