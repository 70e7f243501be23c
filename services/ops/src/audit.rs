//! The audit log: who changed what with this command, why, and with what result.
//!
//! Each command that changes something writes an item to the ledger table before its first change
//! and completes it after its last. An item that has no end belongs to a command that is running or
//! was killed. `waybill audit` lists them ([`list`]).

mod list;
mod local_user;
mod of_order;

use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use shared::ShopId;

use crate::aws::{Stack, is_loopback, service_error};
use crate::error::CliError;
use crate::output::rfc3339;
use crate::pii::{value_without_addresses, without_addresses};
pub use list::{Args, AuditItem, AuditList, begun_before, run};
use local_user::local_user;
pub use of_order::{OrderAudit, of_order};

/// The partition of the ledger table that holds the audit items of what concerns the whole stack. No order's key begins
/// with `#`.
const PARTITION: &str = "#audit";

/// The partition for a shop, so that who may change one shop alone can touch no other's items.
pub fn partition(shop: Option<&ShopId>) -> String {
    shop.map_or_else(|| PARTITION.to_owned(), |shop| format!("{PARTITION}/{shop}"))
}

/// As long as the ledger's own records by default.
const RETENTION_SECONDS: i64 = 400 * 24 * 60 * 60;

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
    given.filter(is_name).or_else(of_environment).unwrap_or_else(|| local_user().name)
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
            identity: Some(
                identity(stack).await.unwrap_or_else(|| local_user().describe(is_on_aws(stack))),
            ),
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

/// The caller's ARN; `None` where no STS answers in time, as on the one-machine stack, or refuses.
async fn identity(stack: &Stack) -> Option<String> {
    let sts = aws_sdk_sts::Client::new(&stack.config);
    let answer = tokio::time::timeout(IDENTITY_TIMEOUT, sts.get_caller_identity().send()).await;
    answer.ok()?.ok()?.arn
}

/// Whether the stack is on AWS, where everybody has an ARN: not where an endpoint of one's own stands in for all of AWS,
/// or for DynamoDB on this machine.
fn is_on_aws(stack: &Stack) -> bool {
    let dynamodb = std::env::var("AWS_ENDPOINT_URL_DYNAMODB");
    let is_here = dynamodb.is_ok_and(|url| is_loopback(&url));
    stack.config.endpoint_url().is_none() && !is_here
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
        let by_system = name(None, &[]);
        assert!(!by_system.is_empty() && by_system != "unknown", "{by_system}");
    }

    #[test]
    fn a_reason_that_says_nothing_is_refused() {
        assert!(reason("  ").is_err());
        assert_eq!(reason(" sender verified "), Ok("sender verified".to_owned()));
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
}
