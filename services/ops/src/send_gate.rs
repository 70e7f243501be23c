//! The send gate, as the mailers left it: whether SES takes mails at the moment, and whose mails wait for their turn.

use std::collections::HashMap;

use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use serde::Serialize;
use shared::send_gate::{
    CLOSED_REASON, CLOSED_UNTIL, LINE_AT, PARTITION_KEY, SORT_KEY, holds_mails, is_ahead,
    shop_of_line,
};

use crate::aws::{Stack, service_error};
use crate::error::CliError;
use crate::output::{as_rfc3339, format_duration, format_time, number};

/// How many shops a sentence names; the JSON has all of them.
const MAX_NAMED: usize = 5;

/// The gate at one moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Gate {
    /// `None` while SES takes mails.
    pub closed: Option<Closed>,
    /// The shops whose mails wait for their turn in the send rate, the longest line first.
    pub lines: Vec<ShopLine>,
}

/// The line of a shop's mails that found no turn in the account's send rate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ShopLine {
    pub shop: String,
    /// How long SES would take for the mails in it, if it sent no others, in milliseconds. Of mails for which the line
    /// was too long, ten minutes, it tells nothing.
    pub length_ms: i64,
}

impl ShopLine {
    fn read(item: &HashMap<String, AttributeValue>, now: i64) -> Option<Self> {
        let shop = shop_of_line(item.get("notification")?.as_s().ok()?)?.to_owned();
        let end: i64 = item.get(LINE_AT)?.as_n().ok()?.parse().ok()?;
        Some(Self { shop, length_ms: end / 1000 - now }).filter(|line| line.length_ms > 0)
    }
}

/// Whose mails wait for their turn, as a sentence without its full stop; `None` if nobody's do.
pub fn describe_lines(lines: &[ShopLine]) -> Option<String> {
    let name = |line: &ShopLine| format!("{} ({})", line.shop, format_duration(line.length_ms));
    let named: Vec<String> = lines.iter().take(MAX_NAMED).map(name).collect();
    let more = match lines.len() - named.len() {
        0 => String::new(),
        n => format!(" and {} more", number(n)),
    };
    (!lines.is_empty()).then(|| {
        format!(
            "Mails wait for their turn in the send rate, of these shops: {}{more}",
            named.join(", ")
        )
    })
}

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
    Ok(read(stack).await?.closed)
}

/// The gate as it is now: its own item, and those of the shops' lines, by one query.
pub async fn read(stack: &Stack) -> Result<Gate, CliError> {
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
    Ok(Gate::read(&answer.items.unwrap_or_default(), Timestamp::now().as_millisecond()))
}

impl Gate {
    fn read(items: &[HashMap<String, AttributeValue>], now: i64) -> Self {
        let mut lines: Vec<_> = items.iter().filter_map(|item| ShopLine::read(item, now)).collect();
        lines.sort_by_key(|line| std::cmp::Reverse(line.length_ms));
        Self { closed: items.iter().find_map(|item| Closed::read(item, now)), lines }
    }
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

    fn line(key: &str, at: i64) -> HashMap<String, AttributeValue> {
        let end = AttributeValue::N((at * 1000).to_string());
        HashMap::from([("notification".to_owned(), text(key)), (LINE_AT.to_owned(), end)])
    }

    #[test]
    fn the_shops_whose_mails_wait_are_named_the_longest_line_first() {
        let mut items = vec![
            line(SORT_KEY, NOW + 600_000),
            line("line#small", NOW + 4_000),
            line("line#large", NOW + 500_000),
            line("line#over", NOW - 1),
        ];
        let told = |items: &[_]| describe_lines(&Gate::read(items, NOW).lines).unwrap_or_default();
        assert_eq!(
            told(&items),
            "Mails wait for their turn in the send rate, of these shops: large (8m 20s), small (4s)"
        );
        items.extend((0..5).map(|n| line(&format!("line#shop-{n}"), NOW + 60_000)));
        assert!(told(&items).ends_with(" and 2 more"), "{}", told(&items));
        assert_eq!(told(&items[..1]), "", "nobody's: the common line is of mails of those shops");
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
