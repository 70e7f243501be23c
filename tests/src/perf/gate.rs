//! The send gate's item, as the only mailer there is meets it. Answered in this process, and for a function and its floor
//! alike: the answer follows from the time and from what was written before, so those of a recording say nothing.

use std::sync::{Mutex, PoisonError};

use http::HeaderMap;
use serde_json::{Map, Value, json};

use super::call::Answer;

/// The item. Nobody else writes it, so every condition holds and mails flow.
#[derive(Debug, Default)]
pub struct Gate(Mutex<Map<String, Value>>);

impl Gate {
    /// Carries an `UpdateItem` out: the whole item. `None` for an expression that no mailer writes while mails flow.
    pub fn update(&self, request: &Value) -> Option<Answer> {
        let expression = request["UpdateExpression"].as_str()?.strip_prefix("SET ")?;
        let values = &request["ExpressionAttributeValues"];
        let mut item = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for assignment in expression.split(", ") {
            let (name, value) = assignment.split_once(" = ")?;
            let new = match value.split_once(" + ") {
                Some((_, span)) => appended(item.get(name), &values[":from"], &values[span])?,
                None => values.get(value)?.clone(),
            };
            item.insert(name.to_owned(), new);
        }
        let mut attributes = item.clone();
        attributes.extend(request["Key"].as_object()?.clone());
        let mut headers = HeaderMap::new();
        let json = http::HeaderValue::from_static("application/x-amz-json-1.0");
        headers.insert(http::header::CONTENT_TYPE, json);
        let body = json!({ "Attributes": attributes }).to_string().into();
        Some(Answer { status: 200, headers, body })
    }
}

/// What follows the slots that are taken, or those of nobody until `from`.
fn appended(stored: Option<&Value>, from: &Value, span: &Value) -> Option<Value> {
    let number = |value: &Value| value["N"].as_str()?.parse::<i64>().ok();
    let stored = stored.and_then(number).unwrap_or_default();
    let next = stored.max(number(from)?) + number(span)?;
    Some(json!({ "N": next.to_string() }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn update(gate: &Gate, expression: &str, values: Value) -> Option<Value> {
        let request = json!({
            "Key": { "order_key": { "S": "#send-gate" } },
            "UpdateExpression": expression, "ExpressionAttributeValues": values,
        });
        let answer = gate.update(&request)?;
        Some(serde_json::from_slice::<Value>(&answer.body).expect("JSON")["Attributes"].clone())
    }

    #[test]
    fn slots_follow_one_another_and_never_lie_in_the_past() {
        let gate = Gate::default();
        let begun = update(&gate, "SET next_at = :next", json!({ ":next": { "N": "100" } }));
        assert_eq!(begun.expect("begun")["next_at"]["N"], "100");
        let append = |from: &str| {
            let values = json!({ ":from": { "N": from }, ":span": { "N": "10" } });
            let item = update(&gate, "SET next_at = next_at + :span", values).expect("appended");
            item["next_at"]["N"].clone()
        };
        assert_eq!([append("50"), append("500")], ["110", "510"]);
    }

    #[test]
    fn a_write_to_a_gate_that_was_closed_is_not_answered() {
        assert_eq!(update(&Gate::default(), "REMOVE closed_until", json!({})), None);
    }
}
