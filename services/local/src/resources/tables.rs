//! The three tables.

use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::client::Waiters;
use aws_sdk_dynamodb::operation::create_table::builders::CreateTableFluentBuilder;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection,
    ProjectionType, ScalarAttributeType, StreamSpecification, StreamViewType,
    TimeToLiveSpecification, TimeToLiveStatus,
};
use kit::shops::SHOP_KEY;
use shared::lookup::{BY_ADDRESS, BY_NUMBER, LookupIndex};
use shared::order_key::ORDER_KEY;
use shared::outbox::SWEEP_INDEX;

use super::Error;

/// The accepted events, which are the outbox too.
pub const EVENTS_TABLE: &str = "waybill-events";
/// The notifications.
pub const LEDGER_TABLE: &str = "waybill-ledger";

/// The settings of the shops.
pub const SHOPS_TABLE: &str = "waybill-shops";

/// The attribute by which DynamoDB expires an item, in epoch seconds.
const TTL_ATTRIBUTE: &str = "expires_at";
/// How long a new table may take to become active.
const ACTIVE_TIMEOUT: Duration = Duration::from_secs(60);

/// The builders of the SDK fail for a required field only.
const COMPLETE: &str = "every required field is set";

/// Creates the events table with its indexes and its stream; returns the stream's ARN.
pub(super) async fn create_events(dynamodb: &Client) -> Result<String, Error> {
    let stream = stream(StreamViewType::NewImage);
    let request = dynamodb
        .create_table()
        .attribute_definitions(attribute(ORDER_KEY, ScalarAttributeType::S))
        .attribute_definitions(attribute("event", ScalarAttributeType::S))
        .attribute_definitions(attribute("sweep_bucket", ScalarAttributeType::S))
        .attribute_definitions(attribute("sweep_at", ScalarAttributeType::N))
        .attribute_definitions(attribute(BY_ADDRESS.attribute, ScalarAttributeType::S))
        .attribute_definitions(attribute(BY_NUMBER.attribute, ScalarAttributeType::S))
        .attribute_definitions(attribute("accepted_at", ScalarAttributeType::N))
        .key_schema(key(ORDER_KEY, KeyType::Hash))
        .key_schema(key("event", KeyType::Range))
        .global_secondary_indexes(sweep_index())
        .global_secondary_indexes(lookup_index(BY_ADDRESS))
        .global_secondary_indexes(lookup_index(BY_NUMBER))
        .stream_specification(stream);
    create(dynamodb, EVENTS_TABLE, request).await?;
    expire_items(dynamodb, EVENTS_TABLE).await?;
    // Asked for and not taken from the response above: an existing table has its stream already, and
    // checkpoints of it.
    let stream = stream_arn(dynamodb, EVENTS_TABLE).await?;
    stream.ok_or_else(Error::missing(EVENTS_TABLE, "stream"))
}

/// A stream with these images.
fn stream(view: StreamViewType) -> StreamSpecification {
    let stream = StreamSpecification::builder().stream_enabled(true).stream_view_type(view);
    stream.build().expect(COMPLETE)
}

async fn stream_arn(dynamodb: &Client, table: &str) -> Result<Option<String>, Error> {
    let described = dynamodb.describe_table().table_name(table).send().await;
    let described = described.map_err(Error::creating(table))?.table;
    // A stream that was switched off is still described, for as long as it has records.
    let described = described.filter(|table| table.stream_specification.is_some());
    Ok(described.and_then(|table| table.latest_stream_arn))
}

/// Events by the time at which the sweep checks them against the ledger.
fn sweep_index() -> GlobalSecondaryIndex {
    let projection = Projection::builder()
        .projection_type(ProjectionType::Include)
        .non_key_attributes("ledger_key")
        .non_key_attributes("copies")
        .non_key_attributes("to")
        .non_key_attributes("accepted_at");
    GlobalSecondaryIndex::builder()
        .index_name(SWEEP_INDEX)
        .key_schema(key("sweep_bucket", KeyType::Hash))
        .key_schema(key("sweep_at", KeyType::Range))
        .projection(projection.build())
        .build()
        .expect(COMPLETE)
}

/// Events by their customer or by their order's number, as the operator's command finds them.
fn lookup_index(index: LookupIndex) -> GlobalSecondaryIndex {
    let projection = Projection::builder().projection_type(ProjectionType::KeysOnly);
    GlobalSecondaryIndex::builder()
        .index_name(index.name)
        .key_schema(key(index.attribute, KeyType::Hash))
        .key_schema(key("accepted_at", KeyType::Range))
        .projection(projection.build())
        .build()
        .expect(COMPLETE)
}

/// Creates the ledger; `with_stream`, with the stream from which mail events are made: returns its ARN.
pub(super) async fn create_ledger(
    dynamodb: &Client,
    with_stream: bool,
) -> Result<Option<String>, Error> {
    let request = dynamodb
        .create_table()
        .attribute_definitions(attribute(ORDER_KEY, ScalarAttributeType::S))
        .attribute_definitions(attribute("notification", ScalarAttributeType::S))
        .key_schema(key(ORDER_KEY, KeyType::Hash))
        .key_schema(key("notification", KeyType::Range));
    create(dynamodb, LEDGER_TABLE, request).await?;
    expire_items(dynamodb, LEDGER_TABLE).await?;
    if !with_stream {
        return Ok(None);
    }
    // Also a table of an earlier run without it.
    if stream_arn(dynamodb, LEDGER_TABLE).await?.is_none() {
        let request = dynamodb.update_table().table_name(LEDGER_TABLE);
        let request = request.stream_specification(stream(StreamViewType::NewAndOldImages));
        request.send().await.map_err(Error::creating(LEDGER_TABLE))?;
    }
    let stream = stream_arn(dynamodb, LEDGER_TABLE).await?;
    stream.map(Some).ok_or_else(Error::missing(LEDGER_TABLE, "stream"))
}

/// Creates the table of shops, whose items never expire.
pub(super) async fn create_shops(dynamodb: &Client) -> Result<(), Error> {
    let request = dynamodb
        .create_table()
        .attribute_definitions(attribute(SHOP_KEY, ScalarAttributeType::S))
        .key_schema(key(SHOP_KEY, KeyType::Hash));
    create(dynamodb, SHOPS_TABLE, request).await
}

/// Creates the table unless it exists, and waits until it is active.
async fn create(
    dynamodb: &Client,
    table: &str,
    request: CreateTableFluentBuilder,
) -> Result<(), Error> {
    let request = request.table_name(table).billing_mode(BillingMode::PayPerRequest);
    // A table that exists is one of an earlier run with the same directory: its items stay.
    match request.send().await {
        Err(error)
            if !error.as_service_error().is_some_and(|e| e.is_resource_in_use_exception()) =>
        {
            return Err(Error::creating(table)(error));
        }
        _ => {}
    }
    // An endpoint other than the built-in one may take seconds, and refuses a TTL until then.
    let active = dynamodb.wait_until_table_exists().table_name(table).wait(ACTIVE_TIMEOUT).await;
    active.map_err(Error::creating(table))?;
    Ok(())
}

/// Turns on the table's TTL.
async fn expire_items(dynamodb: &Client, table: &str) -> Result<(), Error> {
    // DynamoDB refuses to turn on a TTL that is on.
    let known = dynamodb.describe_time_to_live().table_name(table).send().await;
    let known = known.map_err(Error::creating(table))?.time_to_live_description;
    let status = known.and_then(|ttl| ttl.time_to_live_status);
    if matches!(status, Some(TimeToLiveStatus::Enabled | TimeToLiveStatus::Enabling)) {
        return Ok(());
    }
    let ttl = TimeToLiveSpecification::builder().enabled(true).attribute_name(TTL_ATTRIBUTE);
    let request = dynamodb.update_time_to_live().table_name(table);
    let request = request.time_to_live_specification(ttl.build().expect(COMPLETE));
    request.send().await.map_err(Error::creating(table))?;
    Ok(())
}

fn attribute(name: &str, kind: ScalarAttributeType) -> AttributeDefinition {
    AttributeDefinition::builder()
        .attribute_name(name)
        .attribute_type(kind)
        .build()
        .expect(COMPLETE)
}

fn key(name: &str, kind: KeyType) -> KeySchemaElement {
    KeySchemaElement::builder().attribute_name(name).key_type(kind).build().expect(COMPLETE)
}
