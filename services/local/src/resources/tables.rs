//! The two tables.

use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::client::Waiters;
use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::operation::create_table::builders::CreateTableFluentBuilder;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection,
    ProjectionType, ScalarAttributeType, StreamSpecification, StreamViewType,
    TimeToLiveSpecification, TimeToLiveStatus,
};
use shared::outbox::SWEEP_INDEX;

use super::Error;

/// The accepted events, which are the outbox too.
pub const EVENTS_TABLE: &str = "waybill-events";
/// The notifications.
pub const LEDGER_TABLE: &str = "waybill-ledger";

/// The attribute by which DynamoDB expires an item, in epoch seconds.
const TTL_ATTRIBUTE: &str = "expires_at";
/// How long a new table may take to become active.
const ACTIVE_TIMEOUT: Duration = Duration::from_secs(60);

/// Creates the events table with its sweep index and its stream; returns the stream's ARN.
pub(super) async fn create_events(dynamodb: &Client) -> Result<String, Error> {
    let request = events_table(dynamodb).map_err(|error| Error::service(EVENTS_TABLE, error))?;
    create(dynamodb, EVENTS_TABLE, request).await?;
    let table = dynamodb.describe_table().table_name(EVENTS_TABLE).send().await;
    let table = table.map_err(|error| Error::service(EVENTS_TABLE, error))?.table;
    let stream = table.and_then(|table| table.latest_stream_arn);
    stream.ok_or_else(|| Error::missing(EVENTS_TABLE, "stream"))
}

/// Creates the ledger.
pub(super) async fn create_ledger(dynamodb: &Client) -> Result<(), Error> {
    let request = ledger_table(dynamodb).map_err(|error| Error::service(LEDGER_TABLE, error))?;
    create(dynamodb, LEDGER_TABLE, request).await
}

fn events_table(dynamodb: &Client) -> Result<CreateTableFluentBuilder, BuildError> {
    let stream = StreamSpecification::builder()
        .stream_enabled(true)
        .stream_view_type(StreamViewType::NewImage)
        .build()?;
    // Events by the time at which the sweep checks them against the ledger.
    let sweep_index = GlobalSecondaryIndex::builder()
        .index_name(SWEEP_INDEX)
        .key_schema(key("sweep_bucket", KeyType::Hash)?)
        .key_schema(key("sweep_at", KeyType::Range)?)
        .projection(
            Projection::builder()
                .projection_type(ProjectionType::Include)
                .non_key_attributes("ledger_key")
                .build(),
        )
        .build()?;
    Ok(dynamodb
        .create_table()
        .attribute_definitions(attribute("order_id", ScalarAttributeType::S)?)
        .attribute_definitions(attribute("event", ScalarAttributeType::S)?)
        .attribute_definitions(attribute("sweep_bucket", ScalarAttributeType::S)?)
        .attribute_definitions(attribute("sweep_at", ScalarAttributeType::N)?)
        .key_schema(key("order_id", KeyType::Hash)?)
        .key_schema(key("event", KeyType::Range)?)
        .global_secondary_indexes(sweep_index)
        .stream_specification(stream))
}

fn ledger_table(dynamodb: &Client) -> Result<CreateTableFluentBuilder, BuildError> {
    Ok(dynamodb
        .create_table()
        .attribute_definitions(attribute("order_id", ScalarAttributeType::S)?)
        .attribute_definitions(attribute("notification", ScalarAttributeType::S)?)
        .key_schema(key("order_id", KeyType::Hash)?)
        .key_schema(key("notification", KeyType::Range)?))
}

/// Creates the table unless it exists, waits until it is active, and turns on its TTL.
async fn create(
    dynamodb: &Client,
    table: &str,
    request: CreateTableFluentBuilder,
) -> Result<(), Error> {
    let request = request.table_name(table).billing_mode(BillingMode::PayPerRequest);
    match request.send().await {
        Ok(_) => {}
        Err(error)
            if error.as_service_error().is_some_and(|e| e.is_resource_in_use_exception()) => {}
        Err(error) => return Err(Error::service(table, error)),
    }
    let active = dynamodb.wait_until_table_exists().table_name(table).wait(ACTIVE_TIMEOUT).await;
    active.map_err(|error| Error::service(table, error))?;
    // DynamoDB refuses to turn on a TTL that is on.
    if has_ttl(dynamodb, table).await? {
        return Ok(());
    }
    let ttl =
        TimeToLiveSpecification::builder().enabled(true).attribute_name(TTL_ATTRIBUTE).build();
    let ttl = ttl.map_err(|error| Error::service(table, error))?;
    let request = dynamodb.update_time_to_live().table_name(table).time_to_live_specification(ttl);
    request.send().await.map_err(|error| Error::service(table, error))?;
    Ok(())
}

async fn has_ttl(dynamodb: &Client, table: &str) -> Result<bool, Error> {
    let response = dynamodb.describe_time_to_live().table_name(table).send().await;
    let ttl = response.map_err(|error| Error::service(table, error))?.time_to_live_description;
    let status = ttl.and_then(|ttl| ttl.time_to_live_status);
    Ok(matches!(status, Some(TimeToLiveStatus::Enabled | TimeToLiveStatus::Enabling)))
}

fn attribute(name: &str, kind: ScalarAttributeType) -> Result<AttributeDefinition, BuildError> {
    AttributeDefinition::builder().attribute_name(name).attribute_type(kind).build()
}

fn key(name: &str, kind: KeyType) -> Result<KeySchemaElement, BuildError> {
    KeySchemaElement::builder().attribute_name(name).key_type(kind).build()
}
