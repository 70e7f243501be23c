//! The audit log: who changed what with this command, why, and with what result.
//!
//! Each command that changes something writes an item to the ledger table before its first change
//! and completes it after its last. An item that has no end belongs to a command that is running or
//! was killed. `waybill audit` lists them.

use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use futures::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use shared::ShopId;

use crate::args;
use crate::aws::{Stack, service_error};
use crate::error::{CliError, ExitStatus};
use crate::output::{ColorMode, Column, Report, Style, number, readable_time, rfc3339, table};
use crate::pii::{value_without_addresses, without_addresses};
use crate::shop::table::all_shops;
use crate::store::parse_readable;

/// The partition of the ledger table that holds the audit items of what concerns the whole stack. No order's key begins
/// with `#`.
const PARTITION: &str = "#audit";

/// The partition for a shop, so that who may change one shop alone can touch no other's items.
pub fn partition(shop: Option<&ShopId>) -> String {
    shop.map_or_else(|| PARTITION.to_owned(), |shop| format!("{PARTITION}/{shop}"))
}

/// As long as the ledger's own records by default.
const RETENTION_SECONDS: i64 = 400 * 24 * 60 * 60;

/// How many shops' items are read at the same time.
const MAX_CONCURRENCY: usize = 8;

const IDENTITY_TIMEOUT: Duration = Duration::from_secs(2);

/// Flags of commands that change something.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "Audit")]
pub struct Operator {
    /// Who runs this (default: WAYBILL_OPERATOR, or this machine's user). The caller's AWS identity
    /// is recorded too
    #[arg(long, env = "WAYBILL_OPERATOR", hide_env_values = true, value_name = "NAME")]
    pub operator: Option<String>,
}

impl Operator {
    /// As given: an operator's own name or address is no customer's data.
    pub fn name(&self) -> String {
        named(self.operator.clone(), |variable| std::env::var(variable).ok())
    }
}

/// The first name that is not blank: the one given, or the user of the environment.
fn named(given: Option<String>, variable: impl Fn(&str) -> Option<String>) -> String {
    let is_name = |name: &String| !name.trim().is_empty();
    let of_environment =
        || ["USER", "LOGNAME", "USERNAME"].iter().find_map(|v| variable(v).filter(is_name));
    given.filter(is_name).or_else(of_environment).unwrap_or_else(|| "unknown".to_owned())
}

/// Who changes something, and why.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct ChangeArgs {
    /// Why; written to the audit item, so without names and addresses
    #[arg(long, value_name = "TEXT", value_parser = reason)]
    pub reason: Option<String>,
    #[command(flatten)]
    pub operator: Operator,
}

/// Reads `--reason`, which must not be blank.
pub fn reason(typed: &str) -> Result<String, String> {
    let reason = typed.trim();
    if reason.is_empty() {
        Err("expected why, in a few words".to_owned())
    } else {
        Ok(reason.to_owned())
    }
}

/// What a command is about to do.
#[derive(Debug)]
pub struct Intent<'a> {
    /// The command, such as `dlq replay mail`.
    pub action: String,
    pub reason: Option<&'a str>,
    /// What it is about and how much: counts and flags, no personal data.
    pub plan: Value,
}

/// An audit item as it is first stored. `plan` is JSON text.
#[derive(Serialize)]
struct NewItem<'a> {
    order_key: &'a str,
    notification: &'a str,
    action: String,
    command: &'a str,
    operator: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    identity: Option<String>,
    reason: String,
    plan: String,
    state: &'a str,
    begun_at: String,
    expires_at: i64,
}

/// An audit item that was begun and not yet ended.
#[derive(Debug)]
pub struct Audit<'a> {
    stack: &'a Stack,
    partition: String,
    sort_key: String,
}

impl<'a> Audit<'a> {
    /// Stores the item, among those of the shop that `--shop` names. Nothing may be changed before this has returned; if
    /// it fails, nothing is changed at all.
    pub async fn begin(
        stack: &'a Stack,
        operator: &Operator,
        intent: Intent<'_>,
    ) -> Result<Self, CliError> {
        Self::begin_for(stack, stack.shop.as_ref(), operator, intent).await
    }

    /// As [`begin`](Self::begin), among those of `shop`.
    pub async fn begin_for(
        stack: &'a Stack,
        shop: Option<&ShopId>,
        operator: &Operator,
        intent: Intent<'_>,
    ) -> Result<Self, CliError> {
        let partition = partition(shop);
        let now = Timestamp::now();
        // Two commands may begin in the same millisecond.
        let random = uuid::Uuid::new_v4().simple().to_string();
        let sort_key = format!("{now:.3}#{}", &random[..8]);
        let item = NewItem {
            order_key: &partition,
            notification: &sort_key,
            // An order's id may be an address.
            action: without_addresses(&intent.action),
            command: &stack.command,
            operator: operator.name(),
            // Who AWS takes the caller for, since anybody can type any --operator.
            identity: identity(stack).await,
            reason: without_addresses(intent.reason.unwrap_or_default()),
            plan: value_without_addresses(intent.plan).to_string(),
            state: "begun",
            begun_at: rfc3339(now.as_millisecond()),
            expires_at: now.as_second() + RETENTION_SECONDS,
        };
        // Before the change: if the command is killed in the middle, this item without an end remains
        // and says what may have been changed, and by whom.
        let item = serde_dynamo::to_item(item).map_err(|error| {
            CliError::service("Can't write the audit item; nothing was changed.").caused_by(error)
        })?;
        let put = stack.dynamodb.put_item().table_name(stack.ledger_table()).set_item(Some(item));
        put.send().await.map_err(service_error("write the audit item; nothing was changed"))?;
        Ok(Self { stack, partition, sort_key })
    }

    /// Ends the item with how `result` came out. Returns `result`'s error if it has one, else that of
    /// the write.
    pub async fn complete<T>(
        self,
        result: Result<T, CliError>,
        outcome: &Value,
    ) -> Result<T, CliError> {
        let state = match &result {
            Ok(_) => "completed",
            Err(CliError::Interrupted(_)) => "interrupted",
            Err(_) => "failed",
        };
        // The item is ended for a failure too, whose error is the one that counts: an item whose end
        // could not be written looks like that of a killed command, so nothing is hidden.
        let ended = self.end(state, outcome).await;
        let value = result?;
        ended.map(|()| value)
    }

    async fn end(self, state: &str, outcome: &Value) -> Result<(), CliError> {
        let text = AttributeValue::S;
        let now = rfc3339(Timestamp::now().as_millisecond());
        let update = self
            .stack
            .dynamodb
            .update_item()
            .table_name(self.stack.ledger_table())
            .key("order_key", text(self.partition))
            .key("notification", text(self.sort_key))
            .update_expression("SET #state = :state, outcome = :outcome, ended_at = :now")
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":state", text(state.to_owned()))
            .expression_attribute_values(":outcome", text(outcome.to_string()))
            .expression_attribute_values(":now", text(now));
        update
            .send()
            .await
            .map_err(service_error("complete the audit item; the changes were made"))?;
        Ok(())
    }
}

/// The caller's ARN; `None` where no STS answers in time, as on the one-machine stack.
async fn identity(stack: &Stack) -> Option<String> {
    let sts = aws_sdk_sts::Client::new(&stack.config);
    let answer = tokio::time::timeout(IDENTITY_TIMEOUT, sts.get_caller_identity().send()).await;
    answer.ok()?.ok()?.arn
}

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
    /// The caller's ARN, where STS answered.
    pub identity: Option<String>,
    pub action: String,
    pub reason: String,
    /// begun, completed, interrupted or failed.
    pub state: String,
    /// See [`command_line`].
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
    use std::collections::HashMap;

    #[test]
    fn an_operator_is_named_as_given_or_else_by_the_environment() {
        let name = |given: Option<&str>, of_environment: &[(&str, &str)]| {
            let variable = |wanted: &str| {
                let found = of_environment.iter().find(|(name, _)| *name == wanted);
                found.map(|(_, value)| (*value).to_owned())
            };
            named(given.map(str::to_owned), variable)
        };
        let login = ("LOGNAME", "kim");
        assert_eq!(name(Some("joe@ops.example"), &[login]), "joe@ops.example");
        assert_eq!(name(Some(" "), &[("USER", "joe"), login]), "joe");
        assert_eq!(name(None, &[("USER", ""), login]), "kim");
        assert_eq!(name(None, &[]), "unknown");
    }

    #[test]
    fn a_reason_that_says_nothing_is_refused() {
        assert!(reason("  ").is_err());
        assert_eq!(reason(" sender verified "), Ok("sender verified".to_owned()));
    }

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
    fn an_item_is_listed_as_it_was_stored_and_one_that_has_not_ended_has_no_outcome() {
        let begun = NewItem {
            order_key: PARTITION,
            notification: "2026-11-20T03:12:00.000Z#0a1b2c3d",
            action: "sweep".to_owned(),
            command: "waybill sweep --since 2h",
            operator: "kim".to_owned(),
            identity: None,
            reason: String::new(),
            plan: json!({"missing": 3}).to_string(),
            state: "begun",
            begun_at: "2026-11-20T03:12:00.000Z".to_owned(),
            expires_at: 1_800_000_000,
        };
        let mut stored: HashMap<String, AttributeValue> = serde_dynamo::to_item(begun).unwrap();
        assert!(!stored.contains_key("identity"), "an absent attribute, not a null");
        let listed: AuditItem = serde_dynamo::from_item(stored.clone()).unwrap();
        assert_eq!(listed.key, "2026-11-20T03:12:00.000Z#0a1b2c3d");
        assert_eq!((&listed.plan, &listed.outcome), (&json!({"missing": 3}), &None));
        stored.insert("outcome".to_owned(), AttributeValue::S(r#"{"queued":3}"#.to_owned()));
        let ended: AuditItem = serde_dynamo::from_item(stored).unwrap();
        assert_eq!(ended.result(), "3 queued");
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
