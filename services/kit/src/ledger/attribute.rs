//! DynamoDB attribute values.

use aws_sdk_dynamodb::types::AttributeValue;

pub(super) fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

pub(super) fn number(value: i64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}
