//! A stream's records as the function sees them
//! ([AWS: with-ddb](https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html)).

use std::collections::HashMap;

use aws_sdk_dynamodbstreams::primitives::{Blob, DateTime};
use aws_sdk_dynamodbstreams::types::{AttributeValue, Identity};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};

use super::mapping::{Filter, StreamMapping};
use crate::mapping::event::to_json;

/// One record; its JSON is built once, however often it is delivered.
#[derive(Debug, Clone)]
pub(super) struct Record {
    pub sequence_number: String,
    pub created: DateTime,
    /// Its JSON in the event; `None` where the filter does not match it.
    pub json: Option<Vec<u8>>,
}

impl Record {
    pub fn new(record: &aws_sdk_dynamodbstreams::types::Record, mapping: &StreamMapping) -> Self {
        let change = record.dynamodb();
        Self {
            sequence_number: change
                .and_then(|change| change.sequence_number())
                .unwrap_or_default()
                .to_owned(),
            created: change
                .and_then(|change| change.approximate_creation_date_time())
                .copied()
                .unwrap_or_else(|| DateTime::from_secs(0)),
            json: mapping.filter.matches(record).then(|| to_json(&event_record(record, mapping))),
        }
    }
}

impl Record {
    /// Its size in the event, with the comma that follows.
    pub fn json_bytes(&self) -> usize {
        self.json.as_ref().map_or(0, Vec::len) + 1
    }
}

impl Filter {
    fn matches(&self, record: &aws_sdk_dynamodbstreams::types::Record) -> bool {
        match self {
            Self::All => true,
            Self::EventName(name) => record.event_name() == Some(name),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct EventRecord<'a> {
    #[serde(rename = "eventID")]
    event_id: Option<&'a str>,
    event_name: Option<&'a str>,
    event_version: Option<&'a str>,
    event_source: &'static str,
    aws_region: &'a str,
    dynamodb: Change<'a>,
    #[serde(rename = "eventSourceARN")]
    event_source_arn: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_identity: Option<User<'a>>,
}

#[derive(Default, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Change<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    approximate_creation_date_time: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    keys: Option<Item<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    new_image: Option<Item<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    old_image: Option<Item<'a>>,
    sequence_number: Option<&'a str>,
    size_bytes: Option<i64>,
    stream_view_type: Option<&'a str>,
}

/// Who made the change where that was no caller: DynamoDB itself, for an item that expired.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct User<'a> {
    principal_id: Option<&'a str>,
    r#type: Option<&'a str>,
}

fn event_record<'a>(
    record: &'a aws_sdk_dynamodbstreams::types::Record,
    mapping: &'a StreamMapping,
) -> EventRecord<'a> {
    let change = record.dynamodb().map(|change| Change {
        approximate_creation_date_time: change
            .approximate_creation_date_time()
            .map(DateTime::as_secs_f64),
        keys: change.keys().map(Item),
        new_image: change.new_image().map(Item),
        old_image: change.old_image().map(Item),
        sequence_number: change.sequence_number(),
        size_bytes: change.size_bytes(),
        stream_view_type: change.stream_view_type().map(|view| view.as_str()),
    });
    let user =
        |user: &'a Identity| User { principal_id: user.principal_id(), r#type: user.r#type() };
    EventRecord {
        event_id: record.event_id(),
        event_name: record.event_name().map(|name| name.as_str()),
        event_version: record.event_version(),
        event_source: "aws:dynamodb",
        aws_region: &mapping.region,
        dynamodb: change.unwrap_or_default(),
        event_source_arn: &mapping.stream_arn,
        user_identity: record.user_identity().map(user),
    }
}

/// An item in DynamoDB's JSON.
struct Item<'a>(&'a HashMap<String, AttributeValue>);

impl Serialize for Item<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, Attribute(value))))
    }
}

/// A value in DynamoDB's JSON: `{"S": "text"}`.
struct Attribute<'a>(&'a AttributeValue);

impl Serialize for Attribute<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        match self.0 {
            AttributeValue::S(text) => map.serialize_entry("S", text)?,
            AttributeValue::N(number) => map.serialize_entry("N", number)?,
            AttributeValue::B(bytes) => map.serialize_entry("B", &base64(bytes))?,
            AttributeValue::Bool(truth) => map.serialize_entry("BOOL", truth)?,
            AttributeValue::Null(null) => map.serialize_entry("NULL", null)?,
            AttributeValue::Ss(texts) => map.serialize_entry("SS", texts)?,
            AttributeValue::Ns(numbers) => map.serialize_entry("NS", numbers)?,
            AttributeValue::Bs(all) => {
                map.serialize_entry("BS", &all.iter().map(base64).collect::<Vec<_>>())?;
            }
            AttributeValue::M(item) => map.serialize_entry("M", &Item(item))?,
            AttributeValue::L(values) => map.serialize_entry("L", &List(values))?,
            _ => return Err(serde::ser::Error::custom("an unknown attribute type")),
        }
        map.end()
    }
}

struct List<'a>(&'a [AttributeValue]);

impl Serialize for List<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.0.len()))?;
        for value in self.0 {
            list.serialize_element(&Attribute(value))?;
        }
        list.end()
    }
}

fn base64(blob: &Blob) -> String {
    STANDARD.encode(blob.as_ref())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_attribute_has_dynamodbs_json() {
        let s = |text: &str| AttributeValue::S(text.to_owned());
        let values = [
            (s("text"), r#"{"S":"text"}"#),
            (AttributeValue::N("7".to_owned()), r#"{"N":"7"}"#),
            (AttributeValue::B(Blob::new(*b"hi")), r#"{"B":"aGk="}"#),
            (AttributeValue::Bool(true), r#"{"BOOL":true}"#),
            (AttributeValue::Null(true), r#"{"NULL":true}"#),
            (AttributeValue::Ss(vec!["a".to_owned()]), r#"{"SS":["a"]}"#),
            (AttributeValue::Ns(vec!["1".to_owned()]), r#"{"NS":["1"]}"#),
            (AttributeValue::Bs(vec![Blob::new(*b"hi")]), r#"{"BS":["aGk="]}"#),
            (AttributeValue::L(vec![s("a")]), r#"{"L":[{"S":"a"}]}"#),
            (
                AttributeValue::M(HashMap::from([("k".to_owned(), s("v"))])),
                r#"{"M":{"k":{"S":"v"}}}"#,
            ),
        ];
        for (value, expected) in values {
            let json = serde_json::to_string(&Attribute(&value)).expect("it is JSON");
            assert_eq!(json, expected);
        }
    }
}
