//! The conditional writes of the send gate's item.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue, ReturnValuesOnConditionCheckFailure};
use kit::ledger::LedgerError;
use shared::send_gate::{CLOSED_REASON, CLOSED_UNTIL, LINE_AT, PARTITION_KEY, SORT_KEY};

use super::item::{GateItem, NEXT_AT, PROBE_UNTIL, RATE, RATE_DUE, RATE_WAS_READ};

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
                "{RATE} = :rate AND attribute_not_exists({CLOSED_UNTIL}) \
                 AND {NEXT_AT} BETWEEN :from AND :latest"
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
    /// then on are taken already.
    pub async fn begin(&self, slots: Slots) -> Result<Written, LedgerError> {
        self.update(
            &format!("SET {NEXT_AT} = :next"),
            &format!(
                "{RATE} = :rate AND attribute_not_exists({CLOSED_UNTIL}) \
                 AND (attribute_not_exists({NEXT_AT}) OR {NEXT_AT} < :from)"
            ),
            &[
                (":next", number(slots.from + slots.span)),
                (":rate", rate(slots.rate)),
                (":from", number(slots.from)),
            ],
        )
        .await
    }

    /// Appends `span` microseconds to the line, if it ends after `from`.
    pub async fn extend_line(&self, from: i64, span: i64) -> Result<Written, LedgerError> {
        self.update(
            &format!("SET {LINE_AT} = {LINE_AT} + :span"),
            &format!("{LINE_AT} > :from"),
            &[(":span", number(span)), (":from", number(from))],
        )
        .await
    }

    /// Begins a line of `span` microseconds at `from`, if the last one ends before.
    pub async fn begin_line(&self, from: i64, span: i64) -> Result<Written, LedgerError> {
        self.update(
            &format!("SET {LINE_AT} = :end"),
            &format!("attribute_not_exists({LINE_AT}) OR {LINE_AT} <= :from"),
            &[(":end", number(from + span)), (":from", number(from))],
        )
        .await
    }

    /// Takes on the reading of the rate, which is due since `seen`: nobody else does before `until`
    /// (milliseconds since 1970). While no rate is known, it is `fallback`.
    pub async fn lease_rate(
        &self,
        seen: i64,
        until: i64,
        fallback: f64,
    ) -> Result<Written, LedgerError> {
        self.update(
            &format!("SET {RATE_DUE} = :until, {RATE} = if_not_exists({RATE}, :fallback)"),
            &format!("attribute_not_exists({RATE_DUE}) OR {RATE_DUE} = :seen"),
            &[(":until", number(until)), (":fallback", rate(fallback)), (":seen", number(seen))],
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

    /// Closes the gate, unless it is closed for longer. A probe may also shorten its own lease, `probe`.
    pub async fn close(
        &self,
        until: i64,
        reason: &str,
        probe: Option<i64>,
    ) -> Result<Written, LedgerError> {
        self.update(
            &format!("SET {CLOSED_UNTIL} = :until, {CLOSED_REASON} = :reason REMOVE {PROBE_UNTIL}"),
            &format!(
                "attribute_not_exists({CLOSED_UNTIL}) OR {CLOSED_UNTIL} < :until \
                 OR {PROBE_UNTIL} = :probe"
            ),
            &[
                (":until", number(until)),
                (":reason", AttributeValue::S(reason.to_owned())),
                (":probe", number(probe.unwrap_or_default())),
            ],
        )
        .await
    }

    /// Takes the one probe of a gate that is closed until `seen`. The others go on waiting until `lease`.
    pub async fn lease_probe(&self, seen: i64, lease: i64) -> Result<Written, LedgerError> {
        self.update(
            &format!("SET {CLOSED_UNTIL} = :lease, {PROBE_UNTIL} = :lease"),
            &format!("{CLOSED_UNTIL} = :seen"),
            &[(":lease", number(lease)), (":seen", number(seen))],
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
            &format!("REMOVE {CLOSED_UNTIL}, {CLOSED_REASON}, {PROBE_UNTIL}"),
            &format!("{PROBE_UNTIL} = :lease"),
            &[(":lease", number(lease))],
        )
        .await
    }

    async fn update(
        &self,
        update: &str,
        condition: &str,
        values: &[(&str, AttributeValue)],
    ) -> Result<Written, LedgerError> {
        let values = values.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
        let call = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("order_id", AttributeValue::S(PARTITION_KEY.to_owned()))
            .key("notification", AttributeValue::S(SORT_KEY.to_owned()))
            .update_expression(update)
            .set_condition_expression((!condition.is_empty()).then(|| condition.to_owned()))
            .set_expression_attribute_values(Some(values.collect()))
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

fn number(value: i64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

fn rate(value: f64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}
