//! A stream's record as the function sees it
//! ([AWS: with-ddb](https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html)).

use aws_sdk_dynamodbstreams::primitives::DateTime;
use aws_sdk_dynamodbstreams::types;
use serde_dynamo::Item;
use serde_json::{Value, json};

use super::mapping::{EventName, StreamMapping};

/// One record; its JSON is built once, however often it is delivered.
#[derive(Debug, Clone)]
pub(super) struct Record {
    pub sequence_number: String,
    pub created: DateTime,
    /// Its JSON in the event; `None` where the filter does not match it.
    pub json: Option<String>,
}

impl Record {
    pub fn new(record: &types::Record, mapping: &StreamMapping) -> Self {
        let change = record.dynamodb();
        let number = change.and_then(types::StreamRecord::sequence_number);
        let created = change.and_then(types::StreamRecord::approximate_creation_date_time);
        let matches = mapping.filter.is_none_or(|filter| filter.matches(record));
        Self {
            sequence_number: number.unwrap_or_default().to_owned(),
            created: created.copied().unwrap_or_else(|| DateTime::from_secs(0)),
            json: matches.then(|| event_record(record, mapping).to_string()),
        }
    }
}

fn event_record(record: &types::Record, mapping: &StreamMapping) -> Value {
    let mut json = json!({
        "eventID": record.event_id(),
        "eventName": record.event_name().map(EventName::as_str),
        "eventVersion": record.event_version(),
        "eventSource": "aws:dynamodb",
        "awsRegion": mapping.region,
        "dynamodb": record.dynamodb().map(change),
        "eventSourceARN": mapping.stream_arn,
    });
    // Only where no caller made the change: DynamoDB itself removes what has expired.
    if let Some(user) = record.user_identity() {
        json["userIdentity"] = json!({ "principalId": user.principal_id(), "type": user.r#type() });
    }
    json
}

fn change(change: &types::StreamRecord) -> Value {
    let mut json = json!({
        "SequenceNumber": change.sequence_number(),
        "SizeBytes": change.size_bytes(),
        "StreamViewType": change.stream_view_type().map(types::StreamViewType::as_str),
    });
    if let Some(time) = change.approximate_creation_date_time() {
        json["ApproximateCreationDateTime"] = time.as_secs_f64().into();
    }
    let items = [
        ("Keys", change.keys()),
        ("NewImage", change.new_image()),
        ("OldImage", change.old_image()),
    ];
    for (name, item) in items {
        if let Some(item) = item {
            json[name] = json!(Item::from(item.clone()));
        }
    }
    json
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodbstreams::primitives::Blob;
    use aws_sdk_dynamodbstreams::types::AttributeValue;

    use super::*;

    #[test]
    fn every_kind_of_attribute_has_dynamodbs_json() {
        let s = |text: &str| AttributeValue::S(text.to_owned());
        let values = [
            (s("text"), json!({ "S": "text" })),
            (AttributeValue::N("7".to_owned()), json!({ "N": "7" })),
            (AttributeValue::B(Blob::new(*b"hi")), json!({ "B": "aGk=" })),
            (AttributeValue::Bool(true), json!({ "BOOL": true })),
            (AttributeValue::Null(true), json!({ "NULL": true })),
            (AttributeValue::Ss(vec!["a".to_owned()]), json!({ "SS": ["a"] })),
            (AttributeValue::Ns(vec!["1".to_owned()]), json!({ "NS": ["1"] })),
            (AttributeValue::Bs(vec![Blob::new(*b"hi")]), json!({ "BS": ["aGk="] })),
            (AttributeValue::L(vec![s("a")]), json!({ "L": [{ "S": "a" }] })),
            (
                AttributeValue::M([("k".to_owned(), s("v"))].into()),
                json!({ "M": { "k": { "S": "v" } } }),
            ),
        ];
        for (value, expected) in values {
            let image = types::StreamRecord::builder().new_image("value", value).build();
            assert_eq!(change(&image)["NewImage"]["value"], expected);
        }
    }
}
