//! `waybill audit`: the audit items.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::Serialize;
use serde_json::Value;

use crate::audit::PARTITION;
use crate::aws::{Stack, refused};
use crate::error::{CliError, ExitStatus};
use crate::output::{ColorMode, Column, Report, Style, table};

/// Flags of `audit`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// How many, the latest first
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(i32).range(1..=1000))]
    pub limit: i32,
}

/// One audit item.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Row {
    /// When it began.
    pub begun_at: String,
    /// When it ended; absent while it runs, or after a kill.
    pub ended_at: Option<String>,
    /// Who.
    pub operator: String,
    /// Whom AWS took the caller for.
    pub identity: Option<String>,
    /// What.
    pub action: String,
    /// Why.
    pub reason: String,
    /// begun, completed, interrupted or failed.
    pub state: String,
    /// What was typed.
    pub command: String,
    /// What it was about to do.
    pub plan: Value,
    /// What it did.
    pub outcome: Option<Value>,
}

/// The audit items.
#[derive(Debug, Serialize)]
pub struct Journal {
    /// The latest first.
    pub items: Vec<Row>,
}

/// Reads them.
///
/// # Errors
/// [`CliError::Service`] when the ledger table does not answer.
pub async fn run(stack: &Stack, args: &Args) -> Result<(Journal, ExitStatus), CliError> {
    let limit = usize::try_from(args.limit).unwrap_or_default();
    let mut found = stack
        .dynamodb
        .query()
        .table_name(stack.ledger_table())
        .key_condition_expression("order_id = :audit")
        .expression_attribute_values(":audit", AttributeValue::S(PARTITION.to_owned()))
        .scan_index_forward(false)
        .limit(args.limit)
        .into_paginator()
        .items()
        .send();
    let mut items = Vec::new();
    // A page ends after 1 MB, whatever its limit.
    while items.len() < limit
        && let Some(item) = found.next().await
    {
        items.push(row(&item.map_err(refused("read the audit items"))?));
    }
    Ok((Journal { items }, ExitStatus::Healthy))
}

fn row(item: &HashMap<String, AttributeValue>) -> Row {
    let text = |name: &str| item.get(name).and_then(|v| v.as_s().ok()).cloned();
    let json = |name: &str| text(name).and_then(|t| serde_json::from_str(&t).ok());
    Row {
        begun_at: text("begun_at").unwrap_or_default(),
        ended_at: text("ended_at"),
        operator: text("operator").unwrap_or_default(),
        identity: text("identity"),
        action: text("action").unwrap_or_default(),
        reason: text("reason").unwrap_or_default(),
        state: text("state").unwrap_or_default(),
        command: text("command").unwrap_or_default(),
        plan: json("plan").unwrap_or_default(),
        outcome: json("outcome"),
    }
}

impl Row {
    /// The numbers of the outcome that are not zero.
    fn result(&self) -> String {
        let Some(Value::Object(outcome)) = &self.outcome else { return String::new() };
        let told: Vec<String> = outcome
            .iter()
            .filter(|(_, value)| value.as_u64().is_some_and(|n| n > 0))
            .map(|(name, value)| format!("{value} {}", name.replace('_', " ")))
            .collect();
        told.join(", ")
    }
}

impl Report for Journal {
    fn text(&self, colors: ColorMode) -> String {
        if self.items.is_empty() {
            return "Nobody has changed anything with this command yet.\n".to_owned();
        }
        let columns = [
            Column::text("begun", |row: &Row| row.begun_at.clone()),
            Column::text("operator", |row: &Row| row.operator.clone()),
            Column::text("action", |row: &Row| row.action.clone()),
            Column::text("state", |row: &Row| row.state.clone())
                .styled(|row| (row.state != "completed").then_some(Style::Warning)),
            Column::text("result", Row::result),
            Column::text("reason", |row: &Row| row.reason.clone()),
        ];
        table(colors, &columns, &self.items)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_journal_as_people_and_scripts_read_it() {
        let replay = Row {
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
        let killed =
            Row { ended_at: None, outcome: None, state: "begun".to_owned(), ..replay.clone() };
        let journal = Journal { items: vec![replay, killed] };
        insta::assert_snapshot!(journal.text(ColorMode::Plain));
        insta::assert_json_snapshot!(journal);
    }
}
