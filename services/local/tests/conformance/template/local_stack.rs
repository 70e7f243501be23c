//! What the stack creates and starts: tables and queues as its services describe them, functions
//! and event sources as it is about to start them.

use std::time::Duration;

use aws_sdk_dynamodb::types::{KeySchemaElement, Projection, TableDescription};
use aws_sdk_sqs::types::QueueAttributeName;
use local::Config;
use local::mapping::sqs::QueueMapping;
use local::mapping::stream::StreamMapping;
use local::resources::{
    EVENTS_TABLE, INBOX_QUEUE, LEDGER_TABLE, MAIL_BUS, Queue, Resources, SHOP_BUS, SHOPS_TABLE,
    Settings,
};
use local::stack::{Endpoints, EventSources, FUNCTIONS, function_configs};
use serde_json::{Value, json};
use shared::mail_event::BUS_SOURCE;

use super::Properties;
use crate::support::services::Services;

/// The properties of tables, queues, the bus, functions and event sources.
pub async fn properties() -> Properties {
    let services = Services::start().await;
    let settings = Settings::default();
    let resources =
        Resources::create(&services.dynamodb, &services.sqs, &settings, true).await.unwrap();
    let mut properties = Properties::new();
    for (id, table) in
        [("EventsTable", EVENTS_TABLE), ("LedgerTable", LEDGER_TABLE), ("ShopsTable", SHOPS_TABLE)]
    {
        add(&mut properties, id, table_properties(&services, table).await);
    }
    let queues = &resources.queues;
    for (id, queue) in [
        ("InboxQueue", &queues.inbox),
        ("InboxDlq", &queues.inbox_dlq),
        ("DeliveriesQueue", &queues.deliveries),
        ("DeliveriesDlq", &queues.deliveries_dlq),
        ("DispatchQueue", &queues.dispatch),
        ("DispatchDlq", &queues.dispatch_dlq),
        ("MailQueue", &queues.mail),
        ("MailDlq", &queues.mail_dlq),
        ("FeedbackQueue", &queues.feedback),
        ("FeedbackDlq", &queues.feedback_dlq),
        ("PublisherDlq", queues.publisher_dlq.as_ref().expect("mail events are on")),
        ("MailHookDlq", queues.mail_hook_dlq.as_ref().expect("mail events are on")),
    ] {
        add(&mut properties, id, queue_properties(&services, queue).await);
    }
    add(&mut properties, "ShopBus", json!({ "Name": SHOP_BUS }));
    // `local::edge` sends whatever is on this bus to the inbox queue.
    let everything = json!({ "source": [{ "prefix": "" }] });
    let rule = json!({
        "EventBusName": SHOP_BUS,
        "EventPattern": everything,
        "Targets": [INBOX_QUEUE],
    });
    add(&mut properties, "ShopEventsRule", rule);
    add(&mut properties, "MailBus", json!({ "Name": MAIL_BUS }));
    // `local::mail_bus` sends whatever is on that bus to the hook.
    let rule = json!({
        "EventBusName": MAIL_BUS,
        "EventPattern": { "source": [BUS_SOURCE] },
        "Targets": ["MailHook"],
    });
    add(&mut properties, "MailHookRule", rule);
    let config = Config { settings, mail_events: true, ..Config::default() };
    add_functions(&mut properties, &config, &resources);
    add_event_sources(&mut properties, EventSources::new(&config, &resources));
    properties
}

fn add(properties: &mut Properties, prefix: &str, values: Value) {
    for (name, value) in values.as_object().unwrap() {
        if !value.is_null() {
            properties.insert(format!("{prefix}.{name}"), value.clone());
        }
    }
}

async fn table_properties(services: &Services, name: &str) -> Value {
    let described = services.dynamodb.describe_table().table_name(name).send().await.unwrap();
    let table: TableDescription = described.table.unwrap();
    let request = services.dynamodb.describe_time_to_live().table_name(name);
    let ttl = request.send().await.unwrap().time_to_live_description.unwrap();
    let key = |key: &KeySchemaElement| json!({ "AttributeName": key.attribute_name(), "KeyType": key.key_type().as_str() });
    let keys = |keys: &[KeySchemaElement]| keys.iter().map(key).collect::<Value>();
    let attributes = table.attribute_definitions().iter().map(|attribute| {
        json!({
            "AttributeName": attribute.attribute_name(),
            "AttributeType": attribute.attribute_type().as_str(),
        })
    });
    let indexes: Vec<Value> = table
        .global_secondary_indexes()
        .iter()
        .map(|index| {
            json!({
                "IndexName": index.index_name(),
                "KeySchema": keys(index.key_schema()),
                "Projection": projected(index.projection().unwrap()),
            })
        })
        .collect();
    let stream = table.stream_specification().and_then(|stream| stream.stream_view_type());
    json!({
        "TableName": table.table_name(),
        "BillingMode": table.billing_mode_summary().unwrap().billing_mode().unwrap().as_str(),
        "AttributeDefinitions": attributes.collect::<Value>(),
        "KeySchema": keys(table.key_schema()),
        "GlobalSecondaryIndexes": (!indexes.is_empty()).then_some(indexes),
        "StreamSpecification": stream.map(|view| json!({ "StreamViewType": view.as_str() })),
        "TimeToLiveSpecification": ttl.attribute_name().map(|name| json!({
            "AttributeName": name,
            "Enabled": ttl.time_to_live_status().unwrap().as_str() == "ENABLED",
        })),
    })
}

fn projected(projection: &Projection) -> Value {
    let mut properties =
        json!({ "ProjectionType": projection.projection_type().unwrap().as_str() });
    // Where only the keys are projected, a template names no attributes.
    if !projection.non_key_attributes().is_empty() {
        properties["NonKeyAttributes"] = json!(projection.non_key_attributes());
    }
    properties
}

async fn queue_properties(services: &Services, queue: &Queue) -> Value {
    let request = services.sqs.get_queue_attributes().queue_url(&queue.url);
    let response = request.attribute_names(QueueAttributeName::All).send().await.unwrap();
    let attributes = response.attributes.unwrap();
    let number = |name| attributes[&name].parse::<u64>().unwrap();
    let policy = |name| {
        let mut policy: Value = serde_json::from_str(attributes.get(&name)?).unwrap();
        let target = name_in(policy["deadLetterTargetArn"].as_str()?).to_owned();
        policy["deadLetterTargetArn"] = target.into();
        Some(policy)
    };
    json!({
        "QueueName": name_in(&queue.arn),
        "VisibilityTimeout": number(QueueAttributeName::VisibilityTimeout),
        "MessageRetentionPeriod": number(QueueAttributeName::MessageRetentionPeriod),
        "RedrivePolicy": policy(QueueAttributeName::RedrivePolicy),
    })
}

fn add_functions(properties: &mut Properties, config: &Config, resources: &Resources) {
    let endpoints = Endpoints::new(config, ([127, 0, 0, 1], 1).into());
    let functions = function_configs(config, &endpoints, resources).unwrap();
    for (spec, function) in FUNCTIONS.iter().zip(functions) {
        assert_eq!(spec.name, function.name);
        let values = json!({
            "FunctionName": function.deployed_name(),
            "Timeout": function.timeout.as_secs(),
            "MemorySize": function.memory_mb,
            "DeadLetterQueue": spec.dead_letter_queue.map(sqs_target),
        });
        add(properties, &logical_id(spec.name), values);
        for (name, value) in &function.environment {
            let value = if name.ends_with("_QUEUE_URL") || name.ends_with("_DLQ_URL") {
                name_in(value)
            } else {
                value
            };
            properties.insert(format!("Environment.{name}"), value.into());
        }
    }
}

fn add_event_sources(properties: &mut Properties, sources: EventSources) {
    add(properties, "Relay.Events.Inserts", stream_properties(&sources.stream));
    let ledger = sources.ledger_stream.expect("mail events are on");
    add(properties, "Publisher.Events.Changes", stream_properties(&ledger));
    let minutes = sources.sweep.every.as_secs() / 60;
    assert_eq!(sources.sweep.every, Duration::from_secs(minutes * 60), "EventBridge knows minutes");
    let unit = if minutes == 1 { "minute" } else { "minutes" };
    let sweep = json!({ "Schedule": format!("rate({minutes} {unit})") });
    add(properties, "Relay.Events.Sweep", sweep);
    for (function, mapping) in &sources.queues {
        let name = name_in(&mapping.queue_arn);
        let event = format!("{}Queue", logical_id(name.strip_prefix("waybill-").unwrap()));
        let prefix = format!("{}.Events.{event}", logical_id(function));
        add(properties, &prefix, queue_mapping_properties(mapping));
    }
}

fn queue_mapping_properties(mapping: &QueueMapping) -> Value {
    json!({
        "Queue": name_in(&mapping.queue_arn),
        "BatchSize": mapping.batch_size,
        "MaximumBatchingWindowInSeconds": mapping.window.as_secs(),
        "FunctionResponseTypes": response_types(mapping.report_batch_item_failures),
        "ScalingConfig": { "MaximumConcurrency": mapping.concurrency },
    })
}

fn stream_properties(mapping: &StreamMapping) -> Value {
    let filter =
        mapping.filter.map(|filter| json!({ "Filters": [{ "Pattern": filter.pattern() }] }));
    let table = mapping.stream_arn.split('/').nth(1).unwrap();
    json!({
        "Stream": table,
        "StartingPosition": mapping.starting_position.as_str(),
        "BatchSize": mapping.batch_size,
        "MaximumBatchingWindowInSeconds": mapping.window.as_secs(),
        "FilterCriteria": filter,
        "BisectBatchOnFunctionError": mapping.bisect_on_error,
        "MaximumRetryAttempts": mapping.maximum_retries.map_or(-1, i64::from),
        "MaximumRecordAgeInSeconds": mapping.maximum_age.map(|age| age.as_secs()),
        "FunctionResponseTypes": response_types(mapping.report_batch_item_failures),
        "DestinationConfig": mapping.failure_destination.as_deref().map(name_in).map(sqs_destination),
    })
}

fn sqs_destination(queue: &str) -> Value {
    json!({ "OnFailure": { "Type": "SQS", "Destination": queue } })
}

fn sqs_target(queue: &str) -> Value {
    json!({ "Type": "SQS", "TargetArn": queue })
}

fn response_types(report_batch_item_failures: bool) -> Option<Value> {
    report_batch_item_failures.then(|| json!(["ReportBatchItemFailures"]))
}

/// The name at the end of an ARN or a queue's URL.
fn name_in(address: &str) -> &str {
    address.rsplit([':', '/']).next().unwrap_or_default()
}

/// `mailer` is `Mailer` in the template.
fn logical_id(name: &str) -> String {
    let (first, rest) = name.split_at(1);
    first.to_uppercase() + rest
}
