//! `waybill audit`: lists who changed what.

use aws_sdk_dynamodb::types::AttributeValue;
use futures::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use shared::ShopId;

use super::partition;
use crate::args;
use crate::aws::{Stack, service_error};
use crate::error::{CliError, ExitStatus};
use crate::output::{ColorMode, Column, Report, Style, number, readable_time, rfc3339, table};
use crate::shop::table::all_shops;
use crate::store::parse_readable;

/// How many shops' items are read at the same time.
const MAX_CONCURRENCY: usize = 8;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// How many, the latest first
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(i32).range(1..=1000))]
    pub limit: i32,
    /// Only what was begun before this: 2h, 2026-11-20, a time in RFC 3339, or the key of an item, as the JSON output has
    /// it, to go on after that item
    #[arg(long, value_name = "WHEN", value_parser = begun_before)]
    pub before: Option<String>,
}

/// Reads `--before`. Returns what the sort keys of earlier items are below: each begins with its time.
pub fn begun_before(typed: &str) -> Result<String, String> {
    let is_key = typed.split_once('#').is_some_and(|(at, _)| at.parse::<Timestamp>().is_ok());
    if is_key { Ok(typed.to_owned()) } else { args::time(typed).map(rfc3339) }
}

/// An audit item as it is listed.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct AuditItem {
    /// Its sort key: no two items have the same, in whatever partition, and it grows with the time.
    #[serde(rename(serialize = "key", deserialize = "notification"))]
    pub key: String,
    /// The shop whose items it is among; absent where it is about the stack, or no shop was named.
    pub shop: Option<String>,
    /// RFC 3339, as `ended_at`.
    pub begun_at: String,
    /// Absent while the command runs, or after it was killed.
    pub ended_at: Option<String>,
    pub operator: String,
    /// The caller's ARN where STS answered, else the user of the machine: `local user kim on laptop`, and on AWS
    /// `AWS identity unknown; local user kim on laptop`.
    pub identity: Option<String>,
    pub action: String,
    pub reason: String,
    /// begun, completed, interrupted or failed.
    pub state: String,
    /// See [`crate::command_line::command_line`].
    pub command: String,
    #[serde(deserialize_with = "json_text")]
    pub plan: Value,
    #[serde(deserialize_with = "optional_json_text")]
    pub outcome: Option<Value>,
}

fn optional_json_text<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Value>, D::Error> {
    Ok(serde_json::from_str(&String::deserialize(from)?).ok())
}

fn json_text<'de, D: Deserializer<'de>>(from: D) -> Result<Value, D::Error> {
    optional_json_text(from).map(Option::unwrap_or_default)
}

impl AuditItem {
    /// The counts of the outcome that are not zero.
    pub fn result(&self) -> String {
        let Some(Value::Object(outcome)) = &self.outcome else { return String::new() };
        let counts: Vec<String> = outcome
            .iter()
            .filter_map(|(name, value)| Some((name, value.as_u64().filter(|n| *n > 0)?)))
            .map(|(name, count)| format!("{} {}", number(count), name.replace('_', " ")))
            .collect();
        counts.join(", ")
    }
}

#[derive(Debug, Serialize)]
pub struct AuditList {
    /// The latest first.
    pub items: Vec<AuditItem>,
}

/// Lists the latest audit items: of the shop that `--shop` names, or of the stack and all its shops.
pub async fn run(stack: &Stack, args: &Args) -> Result<(AuditList, ExitStatus), CliError> {
    let mut items = Vec::new();
    let partitions = stream::iter(shops_of_items(stack).await?);
    // A query for each shop: one after the other, a stack of many shops would take seconds.
    let mut read =
        partitions.map(|shop| latest(stack, shop, args)).buffer_unordered(MAX_CONCURRENCY);
    while let Some(of_shop) = read.try_next().await? {
        items.extend(of_shop);
    }
    items.sort_by(|one: &AuditItem, other| other.key.cmp(&one.key));
    items.truncate(usize::try_from(args.limit).unwrap_or_default());
    Ok((AuditList { items }, ExitStatus::Healthy))
}

/// The shops whose items are listed; `None` stands for the stack.
async fn shops_of_items(stack: &Stack) -> Result<Vec<Option<ShopId>>, CliError> {
    if stack.shop.is_some() {
        return Ok(vec![stack.shop.clone()]);
    }
    let shops = all_shops(stack).await?;
    Ok(shops.into_iter().map(Some).chain([None]).collect())
}

/// The latest items of a shop, or of the stack, at most as many as are wanted, the latest first.
async fn latest(
    stack: &Stack,
    shop: Option<ShopId>,
    args: &Args,
) -> Result<Vec<AuditItem>, CliError> {
    let most = usize::try_from(args.limit).unwrap_or_default();
    let query = stack
        .dynamodb
        .query()
        .table_name(stack.ledger_table())
        .expression_attribute_values(":audit", AttributeValue::S(partition(shop.as_ref())))
        .scan_index_forward(false)
        .limit(args.limit);
    let query = match &args.before {
        None => query.key_condition_expression("order_key = :audit"),
        Some(before) => query
            .key_condition_expression("order_key = :audit AND notification < :before")
            .expression_attribute_values(":before", AttributeValue::S(before.clone())),
    };
    let mut found = query.into_paginator().items().send();
    let shop = shop.map(|shop| shop.to_string());
    let mut items = Vec::new();
    // A page ends after 1 MB, whatever its limit.
    while items.len() < most
        && let Some(item) = found.next().await
    {
        let item = item.map_err(service_error("read the audit items"))?;
        items.push(AuditItem { shop: shop.clone(), ..parse_readable(item) });
    }
    Ok(items)
}

impl Report for AuditList {
    fn text(&self, colors: ColorMode) -> String {
        if self.items.is_empty() {
            return "Nobody has changed anything with this command yet.\n".to_owned();
        }
        let columns = [
            Column::text("begun", |item: &AuditItem| readable_time(&item.begun_at)),
            Column::text("shop", |item: &AuditItem| item.shop.clone().unwrap_or_default())
                .unless_all("default"),
            Column::text("operator", |item| item.operator.clone()),
            Column::text("action", |item| item.action.clone()),
            Column::text("state", |item: &AuditItem| item.state.clone())
                .styled(|item| (item.state != "completed").then_some(Style::Warning)),
            Column::text("result", AuditItem::result),
            Column::text("reason", |item| item.reason.clone()),
        ];
        table(colors, &columns, &self.items)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn items_are_listed_before_a_time_or_after_one_of_them() {
        let key = "2026-11-20T03:12:00.000Z#0a1b2c3d";
        assert_eq!(begun_before(key), Ok(key.to_owned()));
        assert_eq!(begun_before("2026-11-20"), Ok("2026-11-20T00:00:00.000Z".to_owned()));
        for wrong in ["", "yesterday", "#0a1b2c3d"] {
            assert!(begun_before(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_audit_items_as_people_and_scripts_read_it() {
        let replay = AuditItem {
            key: "2026-11-20T03:12:00.000Z#0a1b2c3d".to_owned(),
            shop: None,
            begun_at: "2026-11-20T03:12:00.000Z".to_owned(),
            ended_at: Some("2026-11-20T03:16:30.000Z".to_owned()),
            operator: "kim".to_owned(),
            identity: Some("arn:aws:sts::123456789012:assumed-role/operator/kim".to_owned()),
            action: "dlq replay mail".to_owned(),
            reason: "sender verified again".to_owned(),
            state: "completed".to_owned(),
            command: "waybill dlq replay mail --reason 'sender verified again'".to_owned(),
            plan: json!({"to_move": 3000}),
            outcome: Some(json!({"moved": 3000, "failed": 0, "changed": {}})),
        };
        let killed = AuditItem {
            ended_at: None,
            outcome: None,
            state: "begun".to_owned(),
            ..replay.clone()
        };
        let of_one_shop = AuditItem { shop: Some("default".to_owned()), ..killed.clone() };
        let one_shop = AuditList { items: vec![replay.clone(), of_one_shop] };
        let has_column = one_shop.text(ColorMode::Plain).contains("SHOP");
        assert!(!has_column, "a stack of one shop has nothing to tell there");
        let of_another = AuditItem {
            shop: Some("north".to_owned()),
            action: "resend".to_owned(),
            ..killed.clone()
        };
        let list = AuditList { items: vec![replay, killed, of_another] };
        insta::assert_snapshot!(list.text(ColorMode::Plain));
        insta::assert_snapshot!("audit_items_at_80_columns", list.text(ColorMode::at_width(80)));
        insta::assert_json_snapshot!(list);
    }
}
