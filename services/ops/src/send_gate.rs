//! The send gate, as the mailers left it: whether SES takes mails at the moment.

use std::collections::HashMap;

use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use serde::Serialize;
use shared::send_gate::{
    CLOSED_REASON, CLOSED_UNTIL, PARTITION_KEY, SORT_KEY, holds_mails, is_ahead,
};

use crate::aws::{Stack, service_error};
use crate::error::CliError;
use crate::output::{as_rfc3339, format_time};

/// Why mails wait for SES, and until when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Closed {
    /// When one mail asks SES again, in milliseconds since 1970.
    #[serde(serialize_with = "as_rfc3339")]
    pub until: i64,
    /// SES's error code; empty if nobody wrote one.
    pub reason: String,
    /// Whether that time is over: the next mail asks SES again.
    pub is_probe_due: bool,
}

impl Closed {
    /// `None` where the gate at `now` holds no mail: it is open, or its time is over for so long that nobody can be
    /// waiting for a mail to ask SES, or no answer of SES is a reason to wait as long.
    fn read(gate: &HashMap<String, AttributeValue>, now: i64) -> Option<Self> {
        let until = gate.get(CLOSED_UNTIL)?.as_n().ok()?.parse().ok()?;
        let reason = gate.get(CLOSED_REASON).and_then(|v| v.as_s().ok()).cloned();
        holds_mails(until, now).then(|| Self {
            until,
            reason: reason.unwrap_or_default(),
            is_probe_due: !is_ahead(until, now),
        })
    }

    /// As a sentence without its full stop.
    pub fn describe(&self) -> String {
        let until = format_time(self.until);
        match (self.is_probe_due, self.reason.as_str()) {
            (false, "") => format!("SES takes no mail until {until}"),
            (false, reason) => format!("SES takes no mail until {until}: {reason}"),
            (true, "") => format!("SES took no mail until {until}; the next mail asks again"),
            (true, reason) => {
                format!("SES took no mail until {until} ({reason}); the next mail asks again")
            }
        }
    }

    /// What an operator does about it, as a sentence without its full stop; `None` where it passes by itself.
    pub fn repair(&self) -> Option<&'static str> {
        mailer::ses_errors::repair(&self.reason)
    }
}

/// `None` while SES takes mails.
pub async fn closed(stack: &Stack) -> Result<Option<Closed>, CliError> {
    let table = stack.ledger_table();
    let answer = stack
        .dynamodb
        .query()
        .table_name(&table)
        .key_condition_expression("order_key = :gate")
        .expression_attribute_values(":gate", text(PARTITION_KEY))
        .consistent_read(true)
        .send()
        .await
        .map_err(service_error(format!("read the table {table}")))?;
    let gate = answer.items.unwrap_or_default().into_iter().next().unwrap_or_default();
    Ok(Closed::read(&gate, Timestamp::now().as_millisecond()))
}

/// Has the next mail ask SES at once, although an earlier answer said to wait: an operator knows more.
pub async fn ask_now(stack: &Stack) -> Result<(), CliError> {
    let now = Timestamp::now().as_millisecond();
    let table = stack.ledger_table();
    let update = stack
        .dynamodb
        .update_item()
        .table_name(&table)
        .key("order_key", text(PARTITION_KEY))
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

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_763_900_000_000;

    fn closed(until: i64, reason: &str) -> Option<String> {
        let mut gate =
            HashMap::from([(CLOSED_UNTIL.to_owned(), AttributeValue::N(until.to_string()))]);
        if !reason.is_empty() {
            gate.insert(CLOSED_REASON.to_owned(), text(reason));
        }
        Closed::read(&gate, NOW).map(|closed| closed.describe())
    }

    #[test]
    fn a_gate_is_told_of_as_long_as_it_holds_mails_and_says_only_what_is_known() {
        let paused = "SendingPausedException";
        let told = [
            closed(NOW + 60_000, paused),
            closed(NOW + 60_000, ""),
            closed(NOW - 60_000, paused),
            closed(NOW - 60_000, ""),
        ];
        insta::assert_snapshot!(told.map(Option::unwrap_or_default).join("\n"));
        for until in [NOW - 20 * 60_000, NOW + 2 * 3_600_000, i64::MAX, i64::MIN, 0] {
            assert_eq!(closed(until, paused), None, "{until}");
        }
        let wrong_type = HashMap::from([(CLOSED_UNTIL.to_owned(), text("soon"))]);
        assert_eq!(Closed::read(&wrong_type, NOW), None);
    }
}
