//! The send gate, as the mailers left it: whether SES takes mails at the moment.

use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use serde::Serialize;
use shared::send_gate::{CLOSED_REASON, CLOSED_UNTIL, PARTITION_KEY, SORT_KEY};

use crate::aws::{Stack, service_error};
use crate::error::CliError;
use crate::output::{as_rfc3339, format_time};

/// Why no mail is sent, and until when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Closed {
    /// When one mail asks SES again, in milliseconds since 1970.
    #[serde(serialize_with = "as_rfc3339")]
    pub until: i64,
    /// SES's error code.
    pub reason: String,
}

impl Closed {
    /// As a sentence without its full stop.
    pub fn describe(&self) -> String {
        format!("SES takes no mail until {}: {}", format_time(self.until), self.reason)
    }
}

/// `None` while SES takes mails.
pub async fn closed(stack: &Stack) -> Result<Option<Closed>, CliError> {
    let table = stack.ledger_table();
    let answer = stack
        .dynamodb
        .query()
        .table_name(&table)
        .key_condition_expression("order_id = :gate")
        .expression_attribute_values(":gate", text(PARTITION_KEY))
        .consistent_read(true)
        .send()
        .await
        .map_err(service_error(format!("read the table {table}")))?;
    let gate = answer.items.unwrap_or_default().into_iter().next().unwrap_or_default();
    let until = gate.get(CLOSED_UNTIL).and_then(|v| v.as_n().ok()?.parse().ok());
    let reason = gate.get(CLOSED_REASON).and_then(|v| v.as_s().ok()).cloned();
    Ok(until.map(|until| Closed { until, reason: reason.unwrap_or_default() }))
}

/// Has the next mail ask SES at once, although an earlier answer said to wait: an operator knows more.
pub async fn ask_now(stack: &Stack) -> Result<(), CliError> {
    let now = Timestamp::now().as_millisecond();
    let table = stack.ledger_table();
    let update = stack
        .dynamodb
        .update_item()
        .table_name(&table)
        .key("order_id", text(PARTITION_KEY))
        .key("notification", text(SORT_KEY))
        .update_expression(format!("SET {CLOSED_UNTIL} = :now"))
        .condition_expression(format!("{CLOSED_UNTIL} > :now"))
        .expression_attribute_values(":now", AttributeValue::N(now.to_string()))
        .send()
        .await;
    match update {
        // The condition failed: SES takes mails, as far as anybody knows.
        Err(error) if error.code() == Some("ConditionalCheckFailedException") => Ok(()),
        Err(error) => Err(service_error(format!("write the table {table}"))(error)),
        Ok(_) => Ok(()),
    }
}

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}
