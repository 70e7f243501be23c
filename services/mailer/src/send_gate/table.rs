//! The conditional writes of the send gate's item, and of those of the shops' own lines.
//!
//! A time that is no number, or later than any mailer whose clock is right writes it, holds nobody up: each condition
//! lets it be replaced, and so the mails flow again without an operator.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue, ReturnValuesOnConditionCheckFailure};
use kit::ledger::LedgerError;
use shared::order_key::ORDER_KEY;
use shared::send_gate::{
    CLOSED_REASON, CLOSED_UNTIL, LINE_AT, MAX_CLOSED_MS, NO_ANSWER, PARTITION_KEY, SORT_KEY,
    shop_line_key,
};

use super::item::{
    GateItem, NEXT_AT, PROBE_UNTIL, RATE, RATE_DUE, RATE_WAS_READ, UNANSWERED, UNANSWERED_AT,
};

/// How long an item with a shop's own line outlives its last change, in seconds.
const SHOP_LINE_RETENTION: i64 = 86_400;

/// By this attribute (seconds since 1970), DynamoDB deletes an item.
const EXPIRES_AT: &str = "expires_at";

/// A line of mails without a turn.
#[derive(Debug, Clone, Copy)]
pub enum Line<'a> {
    /// That of all busy shops, in the gate's item.
    Common,
    /// A shop's own, in an item of its own.
    Shop(&'a str),
}

/// The ledger's table, in which the gate is one item.
#[derive(Debug)]
pub struct GateTable {
    client: Client,
    table: String,
}

/// A write, or its refusal, with the item as it was after it.
#[derive(Debug, Clone, PartialEq)]
pub enum Written {
    /// The condition held. This is the item after the write.
    Yes(GateItem),
    /// The condition did not hold. This is the item that refused it.
    No(GateItem),
}

impl Written {
    /// The item, whether or not it was written.
    pub const fn item(&self) -> &GateItem {
        match self {
            Self::Yes(item) | Self::No(item) => item,
        }
    }
}

/// Slots to take: `count` of them, `span` microseconds together.
#[derive(Debug, Clone, Copy)]
pub struct Slots {
    /// The earliest time of the first of them (microseconds since 1970).
    pub from: i64,
    /// The latest time of the first of them.
    pub latest: i64,
    /// The time from the first of them to the first that is free afterwards.
    pub span: i64,
    /// The latest time of the next free slot that other mailers leave behind.
    pub max_next_at: i64,
    /// The rate for which `span` was computed.
    pub rate: f64,
}

impl GateTable {
    pub const fn new(client: Client, table: String) -> Self {
        Self { client, table }
    }

    /// Takes slots that follow those already taken. Refused while the gate is closed, for another rate, and if
    /// the next free slot is too early or too late. A retry of the SDK whose first attempt was carried out takes the
    /// slots twice: the first ones stay unused.
    pub async fn append(&self, slots: Slots) -> Result<Written, LedgerError> {
        self.update(
            &format!("SET {NEXT_AT} = {NEXT_AT} + :span"),
            &format!(
                "{RATE} = :rate AND {} AND {NEXT_AT} BETWEEN :from AND :latest",
                no_number(CLOSED_UNTIL)
            ),
            &[
                (":span", number(slots.span)),
                (":rate", rate(slots.rate)),
                (":from", number(slots.from)),
                (":latest", number(slots.latest)),
            ],
        )
        .await
    }

    /// Takes slots from [`Slots::from`] on. Refused while the gate is closed, for another rate, and if slots from
    /// then on are taken already, unless that was by a clock that was wrong.
    pub async fn begin(&self, slots: Slots) -> Result<Written, LedgerError> {
        self.update(
            &format!("SET {NEXT_AT} = :next"),
            &format!(
                "{RATE} = :rate AND {} AND ({} OR {NEXT_AT} < :from OR {NEXT_AT} > :max)",
                no_number(CLOSED_UNTIL),
                no_number(NEXT_AT)
            ),
            &[
                (":next", number(slots.from + slots.span)),
                (":rate", rate(slots.rate)),
                (":from", number(slots.from)),
                (":max", number(slots.max_next_at)),
            ],
        )
        .await
    }

    /// Appends `span` microseconds to the line, if it ends after `from`, and not after `max`.
    pub async fn extend_line(
        &self,
        line: Line<'_>,
        from: i64,
        max: i64,
        span: i64,
    ) -> Result<Written, LedgerError> {
        self.update_line(
            line,
            from,
            &format!("SET {LINE_AT} = {LINE_AT} + :span"),
            &format!("{LINE_AT} > :from AND {LINE_AT} <= :max"),
            &[(":span", number(span)), (":from", number(from)), (":max", number(max))],
        )
        .await
    }

    /// Begins a line of `span` microseconds at `from`, if the last one ends before, or after `max`.
    pub async fn begin_line(
        &self,
        line: Line<'_>,
        from: i64,
        max: i64,
        span: i64,
    ) -> Result<Written, LedgerError> {
        self.update_line(
            line,
            from,
            &format!("SET {LINE_AT} = :end"),
            &format!("{} OR {LINE_AT} <= :from OR {LINE_AT} > :max", no_number(LINE_AT)),
            &[(":end", number(from + span)), (":from", number(from)), (":max", number(max))],
        )
        .await
    }

    async fn update_line(
        &self,
        line: Line<'_>,
        from: i64,
        update: &str,
        condition: &str,
        values: &[(&str, AttributeValue)],
    ) -> Result<Written, LedgerError> {
        let Line::Shop(shop) = line else {
            return self.update(update, condition, values).await;
        };
        let expires_at = number(from / 1_000_000 + SHOP_LINE_RETENTION);
        let values = [values, &[(":expires_at", expires_at)]].concat();
        let update = format!("{update}, {EXPIRES_AT} = :expires_at");
        self.update_item(&shop_line_key(shop), &update, condition, &values).await
    }

    /// Takes on the reading of the rate, if that is due at `now`, or later than `max`: nobody else does before `until`
    /// (milliseconds since 1970). While no rate is known, it is `fallback`.
    pub async fn lease_rate(
        &self,
        now: i64,
        max: i64,
        until: i64,
        fallback: f64,
    ) -> Result<Written, LedgerError> {
        self.update(
            &format!("SET {RATE_DUE} = :until, {RATE} = if_not_exists({RATE}, :fallback)"),
            &format!("{} OR {RATE_DUE} <= :now OR {RATE_DUE} > :max", no_number(RATE_DUE)),
            &[
                (":until", number(until)),
                (":fallback", rate(fallback)),
                (":now", number(now)),
                (":max", number(max)),
            ],
        )
        .await
    }

    /// Stores the rate, which is to be read again from `due` on (milliseconds since 1970).
    pub async fn store_rate(&self, new: f64, due: i64) -> Result<Written, LedgerError> {
        self.update(
            &format!("SET {RATE} = :rate, {RATE_DUE} = :due, {RATE_WAS_READ} = :read"),
            "",
            &[(":rate", rate(new)), (":due", number(due)), (":read", AttributeValue::Bool(true))],
        )
        .await
    }

    /// Closes the gate at `now`, unless it is closed for longer. A probe may also shorten its own lease, `probe`.
    pub async fn close(
        &self,
        now: i64,
        until: i64,
        reason: &str,
        probe: Option<i64>,
    ) -> Result<Written, LedgerError> {
        self.update(
            &format!("SET {CLOSED_UNTIL} = :until, {CLOSED_REASON} = :reason REMOVE {PROBE_UNTIL}"),
            &format!(
                "{} OR {CLOSED_UNTIL} < :until OR {CLOSED_UNTIL} > :max OR {PROBE_UNTIL} = :probe",
                no_number(CLOSED_UNTIL)
            ),
            &[
                (":max", number(max_closed(now))),
                (":until", number(until)),
                (":reason", AttributeValue::S(reason.to_owned())),
                (":probe", number(probe.unwrap_or_default())),
            ],
        )
        .await
    }

    /// Takes the one probe of a gate that was closed until `now` or earlier, or is for longer than it can be. The
    /// others go on waiting until `lease`.
    pub async fn lease_probe(&self, now: i64, lease: i64) -> Result<Written, LedgerError> {
        self.update(
            &format!("SET {CLOSED_UNTIL} = :lease, {PROBE_UNTIL} = :lease"),
            &format!("{CLOSED_UNTIL} <= :now OR {CLOSED_UNTIL} > :max"),
            &[(":lease", number(lease)), (":now", number(now)), (":max", number(max_closed(now)))],
        )
        .await
    }

    /// Gives a probe that did not ask SES back: the next one is due from `now` on.
    pub async fn return_probe(&self, lease: i64, now: i64) -> Result<Written, LedgerError> {
        self.update(
            &format!("SET {CLOSED_UNTIL} = :now REMOVE {PROBE_UNTIL}"),
            &format!("{PROBE_UNTIL} = :lease"),
            &[(":now", number(now)), (":lease", number(lease))],
        )
        .await
    }

    /// Opens the gate, if the probe with this lease still decides.
    pub async fn open(&self, lease: i64) -> Result<Written, LedgerError> {
        self.update(
            &format!(
                "REMOVE {CLOSED_UNTIL}, {CLOSED_REASON}, {PROBE_UNTIL}, {UNANSWERED}, {UNANSWERED_AT}"
            ),
            &format!("{PROBE_UNTIL} = :lease"),
            &[(":lease", number(lease))],
        )
        .await
    }

    /// Counts a mail that SES gave no answer to at `now`, if so many were counted `before` it. Closes the gate until
    /// `closed_until`, where that is given. Refused while the gate is closed: what is answered then was asked before.
    pub async fn count_unanswered(
        &self,
        before: i64,
        now: i64,
        closed_until: Option<i64>,
    ) -> Result<Written, LedgerError> {
        let mut values = vec![
            (":before", number(before)),
            (":count", number(before + 1)),
            (":now", number(now)),
        ];
        let mut update = format!("SET {UNANSWERED} = :count, {UNANSWERED_AT} = :now");
        if let Some(until) = closed_until {
            update.push_str(&format!(", {CLOSED_UNTIL} = :until, {CLOSED_REASON} = :reason"));
            values.push((":until", number(until)));
            values.push((":reason", AttributeValue::S(NO_ANSWER.to_owned())));
        }
        let none_before = match before {
            0 => format!("{} OR ", no_number(UNANSWERED)),
            _ => String::new(),
        };
        let open = no_number(CLOSED_UNTIL);
        let condition = format!("{open} AND ({none_before}{UNANSWERED} = :before)");
        self.update(&update, &condition, &values).await
    }

    /// Closes the gate until `closed_until`, because its probe with this lease got no answer at `now` either: the
    /// `count`th mail in a row.
    pub async fn close_unanswered(
        &self,
        count: i64,
        now: i64,
        closed_until: i64,
        lease: i64,
    ) -> Result<Written, LedgerError> {
        self.update(
            &format!(
                "SET {UNANSWERED} = :count, {UNANSWERED_AT} = :now, {CLOSED_UNTIL} = :until, \
                 {CLOSED_REASON} = :reason REMOVE {PROBE_UNTIL}"
            ),
            &format!("{PROBE_UNTIL} = :lease"),
            &[
                (":count", number(count)),
                (":now", number(now)),
                (":until", number(closed_until)),
                (":reason", AttributeValue::S(NO_ANSWER.to_owned())),
                (":lease", number(lease)),
            ],
        )
        .await
    }

    /// Forgets the mails that SES gave no answer to: it has accepted one.
    pub async fn forget_unanswered(&self) -> Result<Written, LedgerError> {
        self.update(&format!("REMOVE {UNANSWERED}, {UNANSWERED_AT}"), "", &[]).await
    }

    async fn update(
        &self,
        update: &str,
        condition: &str,
        values: &[(&str, AttributeValue)],
    ) -> Result<Written, LedgerError> {
        self.update_item(SORT_KEY, update, condition, values).await
    }

    async fn update_item(
        &self,
        sort_key: &str,
        update: &str,
        condition: &str,
        values: &[(&str, AttributeValue)],
    ) -> Result<Written, LedgerError> {
        let mut values: HashMap<String, AttributeValue> =
            values.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        // DynamoDB refuses a value that no expression uses.
        if condition.contains(NUMBER_TYPE) {
            values.insert(NUMBER_TYPE.to_owned(), AttributeValue::S("N".to_owned()));
        }
        let call = self
            .client
            .update_item()
            .table_name(&self.table)
            .key(ORDER_KEY, AttributeValue::S(PARTITION_KEY.to_owned()))
            .key("notification", AttributeValue::S(sort_key.to_owned()))
            .update_expression(update)
            .set_condition_expression((!condition.is_empty()).then(|| condition.to_owned()))
            .set_expression_attribute_values((!values.is_empty()).then_some(values))
            // With the item, a refused mailer knows what to ask for next, without a read.
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let error = match call.send().await {
            Ok(answer) => {
                return Ok(Written::Yes(GateItem::read(&answer.attributes.unwrap_or_default())));
            }
            Err(error) => error,
        };
        match error.as_service_error() {
            // Without `item`, there is no gate yet.
            Some(UpdateItemError::ConditionalCheckFailedException(failed)) => {
                Ok(Written::No(failed.item.as_ref().map(GateItem::read).unwrap_or_default()))
            }
            _ => Err(error.into()),
        }
    }
}

const NUMBER_TYPE: &str = ":number_type";

/// The condition that the attribute is absent, or of another type than a number.
fn no_number(name: &str) -> String {
    format!("(NOT attribute_type({name}, {NUMBER_TYPE}))")
}

/// The latest end of a closure that may be written at `now`. Milliseconds since 1970.
const fn max_closed(now: i64) -> i64 {
    now.saturating_add(MAX_CLOSED_MS)
}

fn number(value: i64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

fn rate(value: f64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}
