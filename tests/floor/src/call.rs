//! A call on the tape as a request of the SDK, built once and sent as often as there are invocations.

use std::collections::HashMap;
use std::fmt;

use aws_config::SdkConfig;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::batch_get_item::builders::BatchGetItemFluentBuilder;
use aws_sdk_dynamodb::operation::get_item::builders::GetItemFluentBuilder;
use aws_sdk_dynamodb::operation::put_item::builders::PutItemFluentBuilder;
use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes};
use aws_sdk_eventbridge::operation::put_events::builders::PutEventsFluentBuilder;
use aws_sdk_eventbridge::types::PutEventsRequestEntry;
use aws_sdk_sesv2::operation::send_email::builders::SendEmailFluentBuilder;
use aws_sdk_sesv2::types::{
    Body, Content, Destination, EmailContent, Message, MessageHeader, MessageTag,
};
use aws_sdk_sqs::operation::send_message_batch::builders::SendMessageBatchFluentBuilder;
use aws_sdk_sqs::types::{MessageAttributeValue, SendMessageBatchRequestEntry};
use lambda_runtime::Error;
use serde_json::Value;

use super::tape::TapedCall;

/// A request that is ready to be sent.
#[expect(
    clippy::large_enum_variant,
    reason = "a box for each call would count as the floor's own work"
)]
pub enum Call {
    PutItem(PutItemFluentBuilder),
    UpdateItem(UpdateItemFluentBuilder),
    GetItem(GetItemFluentBuilder),
    BatchGetItem(BatchGetItemFluentBuilder),
    Query(QueryFluentBuilder),
    SendMessageBatch(SendMessageBatchFluentBuilder),
    SendEmail(SendEmailFluentBuilder),
    PutEvents(PutEventsFluentBuilder),
}

impl Call {
    /// Sends it once more.
    pub async fn send(&self) -> Result<(), Error> {
        match self {
            Self::PutItem(call) => answered(call.clone().send().await),
            Self::UpdateItem(call) => answered(call.clone().send().await),
            Self::GetItem(call) => answered(call.clone().send().await),
            Self::BatchGetItem(call) => answered(call.clone().send().await),
            Self::Query(call) => answered(call.clone().send().await),
            Self::SendMessageBatch(call) => answered(call.clone().send().await),
            Self::SendEmail(call) => answered(call.clone().send().await),
            Self::PutEvents(call) => answered(call.clone().send().await),
        }
    }
}

/// A refusal, such as of a condition, is what the function got too.
fn answered<T, E, R>(answer: Result<T, SdkError<E, R>>) -> Result<(), Error>
where
    E: std::error::Error + Send + Sync + 'static,
    R: fmt::Debug + Send + Sync + 'static,
{
    match answer {
        Ok(_) | Err(SdkError::ServiceError(_)) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// The requests of a tape. Only services that are called get a client, as in a function.
pub fn prepare(sdk: &SdkConfig, calls: Vec<TapedCall>) -> Result<Vec<Call>, Error> {
    let calls_to = |service: &str| calls.iter().any(|call| call.operation.starts_with(service));
    let dynamodb = calls_to("DynamoDB").then(|| aws_sdk_dynamodb::Client::new(sdk));
    let sqs = calls_to("SQS").then(|| aws_sdk_sqs::Client::new(sdk));
    let ses = calls_to("SESv2").then(|| aws_sdk_sesv2::Client::new(sdk));
    let bus = calls_to("EventBridge").then(|| aws_sdk_eventbridge::Client::new(sdk));
    let prepared = calls.iter().map(|call| {
        let body = &call.body;
        match (call.operation.as_str(), &dynamodb, &sqs, &ses, &bus) {
            ("DynamoDB PutItem", Some(client), ..) => put_item(client, body),
            ("DynamoDB UpdateItem", Some(client), ..) => update_item(client, body),
            ("DynamoDB GetItem", Some(client), ..) => get_item(client, body),
            ("DynamoDB BatchGetItem", Some(client), ..) => batch_get_item(client, body),
            ("DynamoDB Query", Some(client), ..) => query(client, body),
            ("SQS SendMessageBatch", _, Some(client), ..) => send_messages(client, body),
            ("SESv2 SendEmail", _, _, Some(client), _) => send_email(client, body),
            ("EventBridge PutEvents", _, _, _, Some(client)) => put_events(client, body),
            (other, ..) => Err(format!("the floor has no {other}: add it to call.rs").into()),
        }
    });
    prepared.collect()
}

fn put_item(client: &aws_sdk_dynamodb::Client, body: &Value) -> Result<Call, Error> {
    let call = client
        .put_item()
        .set_table_name(text(body, "TableName"))
        .set_item(item(body, "Item")?)
        .set_condition_expression(text(body, "ConditionExpression"))
        .set_expression_attribute_names(names(body))
        .set_expression_attribute_values(item(body, "ExpressionAttributeValues")?)
        .set_return_values_on_condition_check_failure(
            text(body, "ReturnValuesOnConditionCheckFailure").map(|v| v.as_str().into()),
        );
    Ok(Call::PutItem(call))
}

fn update_item(client: &aws_sdk_dynamodb::Client, body: &Value) -> Result<Call, Error> {
    let call = client
        .update_item()
        .set_table_name(text(body, "TableName"))
        .set_key(item(body, "Key")?)
        .set_update_expression(text(body, "UpdateExpression"))
        .set_condition_expression(text(body, "ConditionExpression"))
        .set_expression_attribute_names(names(body))
        .set_expression_attribute_values(item(body, "ExpressionAttributeValues")?)
        .set_return_values(text(body, "ReturnValues").map(|v| v.as_str().into()))
        .set_return_values_on_condition_check_failure(
            text(body, "ReturnValuesOnConditionCheckFailure").map(|v| v.as_str().into()),
        );
    Ok(Call::UpdateItem(call))
}

fn get_item(client: &aws_sdk_dynamodb::Client, body: &Value) -> Result<Call, Error> {
    let call = client
        .get_item()
        .set_table_name(text(body, "TableName"))
        .set_key(item(body, "Key")?)
        .set_consistent_read(body["ConsistentRead"].as_bool())
        .set_projection_expression(text(body, "ProjectionExpression"))
        .set_expression_attribute_names(names(body));
    Ok(Call::GetItem(call))
}

fn batch_get_item(client: &aws_sdk_dynamodb::Client, body: &Value) -> Result<Call, Error> {
    let mut call = client.batch_get_item();
    for (table, request) in body["RequestItems"].as_object().into_iter().flatten() {
        let keys = items(&request["Keys"]).map(attributes).collect::<Result<_, _>>()?;
        let request = KeysAndAttributes::builder()
            .set_keys(Some(keys))
            .set_consistent_read(request["ConsistentRead"].as_bool())
            .set_projection_expression(text(request, "ProjectionExpression"))
            .set_expression_attribute_names(names(request));
        call = call.request_items(table, request.build()?);
    }
    Ok(Call::BatchGetItem(call))
}

fn query(client: &aws_sdk_dynamodb::Client, body: &Value) -> Result<Call, Error> {
    let limit = body["Limit"].as_i64().and_then(|limit| limit.try_into().ok());
    let call = client
        .query()
        .set_table_name(text(body, "TableName"))
        .set_index_name(text(body, "IndexName"))
        .set_key_condition_expression(text(body, "KeyConditionExpression"))
        .set_filter_expression(text(body, "FilterExpression"))
        .set_projection_expression(text(body, "ProjectionExpression"))
        .set_expression_attribute_names(names(body))
        .set_expression_attribute_values(item(body, "ExpressionAttributeValues")?)
        .set_consistent_read(body["ConsistentRead"].as_bool())
        .set_scan_index_forward(body["ScanIndexForward"].as_bool())
        .set_limit(limit);
    Ok(Call::Query(call))
}

fn send_messages(client: &aws_sdk_sqs::Client, body: &Value) -> Result<Call, Error> {
    let mut call = client.send_message_batch().set_queue_url(text(body, "QueueUrl"));
    for entry in items(&body["Entries"]) {
        let delay = entry["DelaySeconds"].as_i64().and_then(|delay| delay.try_into().ok());
        let mut builder = SendMessageBatchRequestEntry::builder()
            .set_id(text(entry, "Id"))
            .set_message_body(text(entry, "MessageBody"))
            .set_message_group_id(text(entry, "MessageGroupId"))
            .set_delay_seconds(delay);
        for (name, value) in entry["MessageAttributes"].as_object().into_iter().flatten() {
            let value = MessageAttributeValue::builder()
                .set_data_type(text(value, "DataType"))
                .set_string_value(text(value, "StringValue"));
            builder = builder.message_attributes(name, value.build()?);
        }
        call = call.entries(builder.build()?);
    }
    Ok(Call::SendMessageBatch(call))
}

fn send_email(client: &aws_sdk_sesv2::Client, body: &Value) -> Result<Call, Error> {
    let simple = &body["Content"]["Simple"];
    let content = |value: &Value| {
        let content = Content::builder().set_data(text(value, "Data"));
        content.set_charset(text(value, "Charset")).build()
    };
    let mut message = Message::builder().subject(content(&simple["Subject"])?);
    for header in items(&simple["Headers"]) {
        let header = MessageHeader::builder()
            .set_name(text(header, "Name"))
            .set_value(text(header, "Value"));
        message = message.headers(header.build()?);
    }
    let (html, plain) = (content(&simple["Body"]["Html"])?, content(&simple["Body"]["Text"])?);
    message = message.body(Body::builder().html(html).text(plain).build());
    let to = texts(&body["Destination"]["ToAddresses"]);
    let mut call = client
        .send_email()
        .set_from_email_address(text(body, "FromEmailAddress"))
        .set_reply_to_addresses(texts(&body["ReplyToAddresses"]))
        .set_configuration_set_name(text(body, "ConfigurationSetName"))
        .destination(Destination::builder().set_to_addresses(to).build())
        .content(EmailContent::builder().simple(message.build()).build());
    for tag in items(&body["EmailTags"]) {
        let tag = MessageTag::builder().set_name(text(tag, "Name")).set_value(text(tag, "Value"));
        call = call.email_tags(tag.build()?);
    }
    Ok(Call::SendEmail(call))
}

fn put_events(client: &aws_sdk_eventbridge::Client, body: &Value) -> Result<Call, Error> {
    let mut call = client.put_events();
    for entry in items(&body["Entries"]) {
        let entry = PutEventsRequestEntry::builder()
            .set_event_bus_name(text(entry, "EventBusName"))
            .set_source(text(entry, "Source"))
            .set_detail_type(text(entry, "DetailType"))
            .set_detail(text(entry, "Detail"))
            .set_resources(texts(&entry["Resources"]));
        call = call.entries(entry.build());
    }
    Ok(Call::PutEvents(call))
}

fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text(body: &Value, member: &str) -> Option<String> {
    body[member].as_str().map(str::to_owned)
}

fn texts(value: &Value) -> Option<Vec<String>> {
    Some(value.as_array()?.iter().filter_map(Value::as_str).map(str::to_owned).collect())
}

fn names(body: &Value) -> Option<HashMap<String, String>> {
    let names = body["ExpressionAttributeNames"].as_object()?.iter();
    Some(names.filter_map(|(name, is)| Some((name.clone(), is.as_str()?.to_owned()))).collect())
}

fn item(body: &Value, member: &str) -> Result<Option<HashMap<String, AttributeValue>>, Error> {
    body.get(member).map(attributes).transpose()
}

fn attributes(value: &Value) -> Result<HashMap<String, AttributeValue>, Error> {
    let item: serde_dynamo::Item = serde_json::from_value(value.clone())?;
    Ok(item.into())
}
