//! A call to AWS: which operation it is, its answer, and by what a recorded one is found again.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::{HeaderMap, Method, request::Parts};
use serde_json::Value;
use shared::order_key::ORDER_KEY;
use shared::send_gate::PARTITION_KEY;

/// An answer to a call.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Bytes,
}

/// The names of the key attributes of each table.
pub type TableKeys = BTreeMap<String, Vec<String>>;

/// Whether a call is about an item of the send gate.
pub fn is_of_send_gate(body: &Value) -> bool {
    body["Key"][ORDER_KEY]["S"] == PARTITION_KEY
}

/// Service and operation, in AWS's spelling: `DynamoDB PutItem`.
pub fn operation(parts: &Parts) -> String {
    let target = parts.headers.get("x-amz-target").and_then(|value| value.to_str().ok());
    let Some((prefix, operation)) = target.and_then(|target| target.rsplit_once('.')) else {
        return match (&parts.method, parts.uri.path()) {
            (&Method::POST, "/v2/email/outbound-emails") => "SESv2 SendEmail".to_owned(),
            (&Method::GET, "/v2/email/account") => "SESv2 GetAccount".to_owned(),
            (method, path) => format!("{method} {path}"),
        };
    };
    let service = match prefix {
        "DynamoDB_20120810" => "DynamoDB",
        "AmazonSQS" => "SQS",
        "AWSEvents" => "EventBridge",
        "secretsmanager" => "Secrets Manager",
        other => other,
    };
    format!("{service} {operation}")
}

/// What the same call has in every invocation with the same event, whatever the time: the item it is about, or, where the
/// answer names nothing of the request, how many entries it has.
pub fn identity(operation: &str, body: &Value, keys: &TableKeys) -> String {
    let table = body["TableName"].as_str().unwrap_or_default();
    match operation {
        "DynamoDB PutItem" => {
            let names = keys.get(table).into_iter().flatten();
            let key: BTreeMap<&str, &Value> =
                names.map(|name| (name.as_str(), &body["Item"][name])).collect();
            format!("{operation} {table} {}", serde_json::json!(key))
        }
        "DynamoDB GetItem" | "DynamoDB UpdateItem" => {
            format!("{operation} {table} {}", body["Key"])
        }
        "DynamoDB BatchGetItem" => format!("{operation} {}", body["RequestItems"]),
        "DynamoDB Query" => {
            let (index, values) = (&body["IndexName"], &body["ExpressionAttributeValues"]);
            format!("{operation} {table} {index} {values}")
        }
        "Secrets Manager GetSecretValue" => format!("{operation} {body}"),
        _ => format!("{operation} {}", body["Entries"].as_array().map_or(0, Vec::len)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_put_is_known_by_its_key_and_not_by_what_it_writes() {
        let keys = TableKeys::from([("T".to_owned(), vec!["a".to_owned(), "b".to_owned()])]);
        let put = |a: &str, time: &str| {
            let item = json!({ "a": { "S": a }, "b": { "S": "x" }, "time": { "N": time } });
            identity("DynamoDB PutItem", &json!({ "TableName": "T", "Item": item }), &keys)
        };
        assert_eq!(put("1", "7"), put("1", "8"));
        assert_ne!(put("1", "7"), put("2", "7"));
    }

    #[test]
    fn sends_are_alike_when_they_have_as_many_entries() {
        let send = |n: usize| {
            identity("SQS SendMessageBatch", &json!({ "Entries": vec![0; n] }), &TableKeys::new())
        };
        assert_eq!(send(3), send(3));
        assert_ne!(send(3), send(4));
    }

    #[test]
    fn an_operation_is_named_whether_a_header_says_it_or_the_path() {
        let of = |request: http::request::Builder| {
            operation(&request.body(()).expect("a request").into_parts().0)
        };
        let target = http::Request::post("/").header("x-amz-target", "DynamoDB_20120810.PutItem");
        assert_eq!(of(target), "DynamoDB PutItem");
        assert_eq!(of(http::Request::post("/v2/email/outbound-emails")), "SESv2 SendEmail");
    }
}
