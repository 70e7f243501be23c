//! The three tables.

use aws_sdk_dynamodb::types::{
    StreamViewType, TableDescription, TableStatus, TimeToLiveDescription, TimeToLiveStatus,
};
use shared::lookup::{BY_ADDRESS, BY_NUMBER};
use shared::outbox::SWEEP_INDEX;

use super::finding::{Checked, Finding, Level, findings};
use super::parts::Parts;
use crate::aws::{Part, Stack};

const DEPLOY: &str = "deploy the template again; it describes the table";

/// The function that reads a table's changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reader {
    Relay,
    Publisher,
}

pub async fn check(stack: &Stack, parts: &Parts) -> Vec<Finding> {
    let tables = (stack.events_table(), stack.ledger_table(), stack.shops_table());
    let publisher = parts.has(Part::MailEvents).then_some(Reader::Publisher);
    let (events, ledger, shops) = futures::join!(
        check_table(stack, &tables.0, &["order_key", "event"], Some(Reader::Relay)),
        check_table(stack, &tables.1, &["order_key", "notification"], publisher),
        check_table(stack, &tables.2, &["shop"], None),
    );
    [findings(events), findings(ledger), findings(shops)].concat()
}

async fn check_table(stack: &Stack, name: &str, keys: &[&str], reader: Option<Reader>) -> Checked {
    let subject = format!("table {name}");
    let fix = "is the stack's name right (--stack), and its region (--region)?";
    let failed = Finding::failed_call(&subject, "dynamodb:DescribeTable", Some(fix));
    let answer = stack.dynamodb.describe_table().table_name(name).send().await.map_err(failed)?;
    let table = answer.table.ok_or_else(|| {
        Finding::new(Level::NotChecked, &subject, "DynamoDB returned no description", "")
    })?;
    let mut findings = vec![check_shape(&subject, &table, keys)];
    match reader {
        Some(Reader::Relay) => findings.extend(check_outbox(&subject, &table)),
        Some(Reader::Publisher) => findings.push(check_changes(&subject, &table)),
        None => {}
    }
    // The settings of shops never expire.
    if keys.len() == 1 {
        return Ok(findings);
    }
    let call = stack.dynamodb.describe_time_to_live().table_name(name);
    let failed =
        Finding::failed_call(format!("{subject}: expiry"), "dynamodb:DescribeTimeToLive", None);
    let expiry = call.send().await.map_err(failed);
    findings.push(expiry.map_or_else(
        |failed| failed,
        |answer| check_expiry(&subject, answer.time_to_live_description.as_ref()),
    ));
    Ok(findings)
}

fn check_shape(subject: &str, table: &TableDescription, keys: &[&str]) -> Finding {
    let found: Vec<&str> = table.key_schema().iter().map(|key| key.attribute_name()).collect();
    let is_active = table.table_status() == Some(&TableStatus::Active);
    Finding::expect(
        // DynamoDB lists the partition key first.
        is_active && found == keys,
        subject,
        format!(
            "{}, keys {}",
            table.table_status().map_or("unknown", TableStatus::as_str).to_lowercase(),
            found.join(" and ")
        ),
        format!("it must be active, with the keys {}: {DEPLOY}", keys.join(" and ")),
    )
}

fn check_outbox(subject: &str, table: &TableDescription) -> [Finding; 4] {
    let view = table.stream_specification().and_then(|stream| stream.stream_view_type());
    let order_is_not_found = "without it `waybill order` does not find an order by its";
    [
        Finding::expect(
            view == Some(&StreamViewType::NewImage),
            format!("{subject}: stream"),
            view.map_or("off", StreamViewType::as_str),
            format!("relay needs new images: {DEPLOY}"),
        ),
        check_index(
            subject,
            table,
            SWEEP_INDEX,
            "without it nothing finds what the stream has lost",
        ),
        check_index(subject, table, BY_ADDRESS.name, &format!("{order_is_not_found} customer")),
        check_index(subject, table, BY_NUMBER.name, &format!("{order_is_not_found} number")),
    ]
}

/// The publisher tells by both images what has changed.
fn check_changes(subject: &str, table: &TableDescription) -> Finding {
    let view = table.stream_specification().and_then(|stream| stream.stream_view_type());
    Finding::expect(
        view == Some(&StreamViewType::NewAndOldImages),
        format!("{subject}: stream"),
        view.map_or("off", StreamViewType::as_str),
        format!("publisher needs new and old images: {DEPLOY}"),
    )
}

fn check_index(subject: &str, table: &TableDescription, name: &str, without: &str) -> Finding {
    let index = table.global_secondary_indexes().iter().find(|i| i.index_name() == Some(name));
    Finding::expect(
        index.is_some(),
        format!("{subject}: index {name}"),
        if index.is_some() { "there" } else { "missing" },
        format!("{without}: {DEPLOY}"),
    )
}

fn check_expiry(subject: &str, expiry: Option<&TimeToLiveDescription>) -> Finding {
    let status = expiry.and_then(|e| e.time_to_live_status());
    let attribute = expiry.and_then(|e| e.attribute_name()).unwrap_or("no attribute");
    // `Enabling` takes up to an hour, and needs no operator.
    let is_on = matches!(status, Some(TimeToLiveStatus::Enabled | TimeToLiveStatus::Enabling));
    Finding::expect(
        is_on && attribute == "expires_at",
        format!("{subject}: expiry"),
        if is_on { format!("by {attribute}") } else { "off".to_owned() },
        format!("personal data must expire, by expires_at: {DEPLOY}"),
    )
}
