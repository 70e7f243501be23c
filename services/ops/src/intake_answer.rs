//! What intake answers to a direct invocation: a result for each event, or a refusal, which is a problem
//! document (RFC 9457) as the message of a function error.

use serde::{Deserialize, Serialize};
use shared::{FieldError, FieldWarning};

/// Intake's result for one event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// Its position in the file, from 1.
    #[serde(default)]
    pub number: usize,
    /// accepted, duplicate, conflict or invalid.
    pub result: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shop: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correlation_id: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<FieldWarning>,
}

impl Row {
    pub fn new(result: &str) -> Self {
        Self {
            number: 0,
            result: result.to_owned(),
            source: None,
            id: None,
            shop: None,
            order_id: None,
            correlation_id: None,
            errors: Vec::new(),
            warnings: Vec::new(),
        }
    }

    pub fn is_stored(&self) -> bool {
        matches!(self.result.as_str(), "accepted" | "duplicate")
    }

    pub fn problems(&self) -> String {
        let errors = self.errors.iter().map(ToString::to_string);
        let warnings = self.warnings.iter().map(|warning| format!("warning: {warning}"));
        errors.chain(warnings).collect::<Vec<_>>().join("; ")
    }
}

/// Why intake refused a payload.
#[derive(Debug, Deserialize)]
pub struct Refusal {
    status: u16,
    #[serde(default)]
    errors: Vec<FieldError>,
    #[serde(default)]
    warnings: Vec<FieldWarning>,
    /// Of a batch: one for each event, in order.
    #[serde(default)]
    results: Vec<Row>,
}

impl Refusal {
    /// The refusal in a function error's message; `None` where the function failed otherwise.
    pub fn parse(message: &str) -> Option<Self> {
        serde_json::from_str(message).ok()
    }

    /// What intake calls the refused event in a batch's results.
    pub const fn result(&self) -> &'static str {
        if self.status == 409 { "conflict" } else { "invalid" }
    }

    /// A result for each event, as intake answers where it refuses none.
    pub fn into_rows(self) -> Vec<Row> {
        if !self.results.is_empty() {
            return self.results;
        }
        let result = self.result();
        vec![Row { errors: self.errors, warnings: self.warnings, ..Row::new(result) }]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_single_event_and_a_batch_are_refused_with_a_result_for_each_event() {
        let error = json!({ "pointer": "/id", "detail": "is required and missing" });
        let single = json!({ "status": 400, "detail": "1 field(s).", "errors": [error] });
        let single = Refusal::parse(&single.to_string()).unwrap();
        let rows = single.into_rows();
        assert_eq!((rows[0].result.as_str(), rows[0].errors.len()), ("invalid", 1));

        let results = json!([{ "result": "accepted" }, { "result": "conflict", "id": "e-2" }]);
        let batch = json!({ "status": 409, "detail": "1 event(s).", "results": results });
        let rows = Refusal::parse(&batch.to_string()).unwrap().into_rows();
        assert_eq!((rows[0].result.as_str(), rows[1].result.as_str()), ("accepted", "conflict"));
        assert!(Refusal::parse("the event store did not answer").is_none());
    }
}
