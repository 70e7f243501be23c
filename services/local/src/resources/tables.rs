//! The two tables.

use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::client::Waiters;
use aws_sdk_dynamodb::error::BuildError;
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

/// When an item may be removed, in epoch seconds.
const TTL_ATTRIBUTE: &str = "expires_at";
/// The longest that a table may take until it can be used.
const ACTIVE_WITHIN: Duration = Duration::from_secs(60);

/// Makes the events table, with the sweep's index and the stream; returns the stream's ARN.
pub(super) async fn create_events(dynamodb: &Client) -> Result<String, Error> {
    let failed = |error: BuildError| Error::new(EVENTS_TABLE, error);
    let stream = StreamSpecification::builder()
        .stream_enabled(true)
        .stream_view_type(StreamViewType::NewImage)
        .build()
        .map_err(failed)?;
    let request = dynamodb
        .create_table()
        .table_name(EVENTS_TABLE)
        .billing_mode(BillingMode::PayPerRequest)
        .attribute_definitions(attribute("order_id", ScalarAttributeType::S).map_err(failed)?)
        .attribute_definitions(attribute("event", ScalarAttributeType::S).map_err(failed)?)
        .attribute_definitions(attribute("sweep_bucket", ScalarAttributeType::S).map_err(failed)?)
        .attribute_definitions(attribute("sweep_at", ScalarAttributeType::N).map_err(failed)?)
        .key_schema(key("order_id", KeyType::Hash).map_err(failed)?)
        .key_schema(key("event", KeyType::Range).map_err(failed)?)
        .global_secondary_indexes(sweep_index().map_err(failed)?)
        .stream_specification(stream);
    unless_there(EVENTS_TABLE, request.send().await.map_err(|error| error.into_service_error()))?;
    finish(dynamodb, EVENTS_TABLE).await?;
    let table = dynamodb.describe_table().table_name(EVENTS_TABLE).send().await;
    let table = table.map_err(|error| Error::new(EVENTS_TABLE, error))?.table;
    let stream = table.and_then(|table| table.latest_stream_arn);
    stream.ok_or_else(|| Error::missing(EVENTS_TABLE, "stream"))
}

/// Makes the ledger.
pub(super) async fn create_ledger(dynamodb: &Client) -> Result<(), Error> {
    let failed = |error: BuildError| Error::new(LEDGER_TABLE, error);
    let request = dynamodb
        .create_table()
        .table_name(LEDGER_TABLE)
        .billing_mode(BillingMode::PayPerRequest)
        .attribute_definitions(attribute("order_id", ScalarAttributeType::S).map_err(failed)?)
        .attribute_definitions(attribute("notification", ScalarAttributeType::S).map_err(failed)?)
        .key_schema(key("order_id", KeyType::Hash).map_err(failed)?)
        .key_schema(key("notification", KeyType::Range).map_err(failed)?);
    unless_there(LEDGER_TABLE, request.send().await.map_err(|error| error.into_service_error()))?;
    finish(dynamodb, LEDGER_TABLE).await
}

/// A table that is there already is as good as one just made.
fn unless_there<T>(
    table: &str,
    made: Result<T, aws_sdk_dynamodb::operation::create_table::CreateTableError>,
) -> Result<(), Error> {
    match made {
        Ok(_) => Ok(()),
        Err(error) if error.is_resource_in_use_exception() => Ok(()),
        Err(error) => Err(Error::new(table, error)),
    }
}

/// Waits until the table can be used, and has its items expire.
async fn finish(dynamodb: &Client, table: &str) -> Result<(), Error> {
    let active = dynamodb.wait_until_table_exists().table_name(table).wait(ACTIVE_WITHIN).await;
    active.map_err(|error| Error::new(table, error))?;
    if expires(dynamodb, table).await? {
        return Ok(());
    }
    let ttl =
        TimeToLiveSpecification::builder().enabled(true).attribute_name(TTL_ATTRIBUTE).build();
    let ttl = ttl.map_err(|error| Error::new(table, error))?;
    let request = dynamodb.update_time_to_live().table_name(table).time_to_live_specification(ttl);
    request.send().await.map_err(|error| Error::new(table, error))?;
    Ok(())
}

/// AWS refuses to switch on what is on.
async fn expires(dynamodb: &Client, table: &str) -> Result<bool, Error> {
    let answer = dynamodb.describe_time_to_live().table_name(table).send().await;
    let ttl = answer.map_err(|error| Error::new(table, error))?.time_to_live_description;
    let status = ttl.and_then(|ttl| ttl.time_to_live_status);
    Ok(matches!(status, Some(TimeToLiveStatus::Enabled | TimeToLiveStatus::Enabling)))
}

/// Events by the time at which the sweep looks at them.
fn sweep_index() -> Result<GlobalSecondaryIndex, BuildError> {
    let projection = Projection::builder()
        .projection_type(ProjectionType::Include)
        .non_key_attributes("ledger_key")
        .build();
    GlobalSecondaryIndex::builder()
        .index_name(SWEEP_INDEX)
        .key_schema(key("sweep_bucket", KeyType::Hash)?)
        .key_schema(key("sweep_at", KeyType::Range)?)
        .projection(projection)
        .build()
}

fn attribute(name: &str, kind: ScalarAttributeType) -> Result<AttributeDefinition, BuildError> {
    AttributeDefinition::builder().attribute_name(name).attribute_type(kind).build()
}

fn key(name: &str, kind: KeyType) -> Result<KeySchemaElement, BuildError> {
    KeySchemaElement::builder().attribute_name(name).key_type(kind).build()
}
