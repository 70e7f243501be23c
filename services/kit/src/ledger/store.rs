//! The ledger's conditional writes.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue, ReturnValuesOnConditionCheckFailure};
use jiff::SignedDuration;
use shared::ledger::{Facts, MAX_DOUBTS, Transition, Write};

use super::expression::{Condition, condition};
use super::item::Item;
use crate::config::{self, ConfigError};
use crate::{describe_sdk_error, describe_service_error};

/// The ledger table.
#[derive(Debug, Clone)]
pub struct Ledger {
    client: Client,
    table: String,
    retention: SignedDuration,
}

/// Why the ledger was of no help.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LedgerError {
    /// It did not answer, or only that it cannot or may not now: the same again later may succeed.
    #[error("the ledger did not answer: {0}")]
    Unavailable(String),
    /// It holds what this version cannot read, or cannot hold what it was given. Waiting does not
    /// change that.
    #[error("the ledger and this version do not understand each other: {0}")]
    Incompatible(String),
}

impl LedgerError {
    fn of(error: &impl ProvideErrorMetadata) -> Self {
        match error.code() {
            Some("ValidationException") => Self::Incompatible(describe_service_error(error)),
            _ => Self::Unavailable(describe_service_error(error)),
        }
    }
}

/// What planning came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlanOutcome {
    /// The record is new.
    Created,
    /// It was there.
    Exists(Box<Item>),
}

/// What a claim came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClaimOutcome {
    /// The lease is this worker's, with this attempt number.
    Claimed(u32),
    /// This record stands in the way.
    Refused(Box<Item>),
    /// There is no record.
    Absent,
}

/// What recording came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RecordOutcome {
    /// Recorded.
    Recorded(Box<Item>),
    /// The protocol forbids it from where the record stands now.
    Refused(Box<Item>),
    /// There is no record.
    Absent,
}

/// A change of an existing record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Which.
    pub transition: Transition,
    /// What the writer knows.
    pub facts: Facts,
    /// What else is written: name and text.
    pub also: Vec<(&'static str, String)>,
    /// What else is written: name and number.
    pub numbers: Vec<(&'static str, i64)>,
    /// What else must hold: the attribute of this name is at most this number.
    pub at_most: Vec<(&'static str, i64)>,
    /// What is written where the attribute is not there yet: name and text.
    pub unless_there: Vec<(&'static str, String)>,
}

impl Change {
    /// A change without further attributes.
    #[must_use]
    pub const fn new(transition: Transition, facts: Facts) -> Self {
        Self {
            transition,
            facts,
            also: Vec::new(),
            numbers: Vec::new(),
            at_most: Vec::new(),
            unless_there: Vec::new(),
        }
    }

    /// The same, which also writes `text` to the attribute `name`.
    #[must_use]
    pub fn with(mut self, name: &'static str, text: impl Into<String>) -> Self {
        self.also.push((name, text.into()));
        self
    }

    /// The same, which also writes `number` to the attribute `name`.
    #[must_use]
    pub fn with_number(mut self, name: &'static str, number: i64) -> Self {
        self.numbers.push((name, number));
        self
    }

    /// The same, made only where the attribute `name` is at most `most`.
    #[must_use]
    pub fn if_at_most(mut self, name: &'static str, most: i64) -> Self {
        self.at_most.push((name, most));
        self
    }

    /// The same, which also writes `text` to the attribute `name` unless that has a value.
    #[must_use]
    pub fn with_if_absent(mut self, name: &'static str, text: impl Into<String>) -> Self {
        self.unless_there.push((name, text.into()));
        self
    }
}

impl Ledger {
    /// The table that `LEDGER_TABLE` names, whose items live for `LEDGER_RETENTION_DAYS`: 400, since
    /// no mail is news for longer than 14.
    ///
    /// # Errors
    /// [`ConfigError`] for a missing or bad setting.
    pub fn from_settings(client: Client) -> Result<Self, ConfigError> {
        let table = config::required("LEDGER_TABLE", "the name of the ledger table")?;
        let days = config::number("LEDGER_RETENTION_DAYS", 400, 15..=36_500)?;
        Ok(Self::new(client, table, SignedDuration::from_hours(24 * days)))
    }

    /// The table called `table`, whose items live for `retention` after they were planned.
    #[must_use]
    pub const fn new(client: Client, table: String, retention: SignedDuration) -> Self {
        Self { client, table, retention }
    }

    /// Creates a record by `transition` ([`Transition::Plan`] or [`Transition::SkipAtPlan`]) unless
    /// there is one. `item`'s state, times and expiry are set here.
    ///
    /// # Errors
    /// [`LedgerError`] when DynamoDB did not answer; the record may have been created, and the
    /// same call again tells.
    pub async fn create(
        &self,
        transition: Transition,
        item: Item,
        now: i64,
    ) -> Result<PlanOutcome, LedgerError> {
        let item = Item { since: now, expires_at: self.expires_at(now), ..item };
        let mut attributes: HashMap<String, AttributeValue> =
            serde_dynamo::to_item(&item).map_err(|e| LedgerError::Incompatible(e.to_string()))?;
        let state = transition.target();
        attributes.insert("state".to_owned(), text(state.as_str()));
        attributes.insert(format!("{state}_at"), number(now));
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(attributes))
            .condition_expression(condition(transition, &Facts::new(now)).text)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        match put.send().await {
            Ok(_) => Ok(PlanOutcome::Created),
            Err(SdkError::ServiceError(refusal)) => match refusal.into_err() {
                aws_sdk_dynamodb::operation::put_item::PutItemError::ConditionalCheckFailedException(
                    failed,
                ) => Ok(PlanOutcome::Exists(Box::new(read(failed.item)?))),
                other => Err(LedgerError::of(&other)),
            },
            Err(other) => Err(LedgerError::Unavailable(describe_sdk_error(&other))),
        }
    }

    /// Takes the lease. `holder` names this try to claim: when the answer to a claim is lost and
    /// the SDK asks again, the second answer finds the holder to be itself.
    ///
    /// # Errors
    /// [`LedgerError`] when DynamoDB did not answer; the lease may have been taken.
    pub async fn claim(
        &self,
        order_id: &str,
        notification: &str,
        facts: Facts,
        holder: &str,
    ) -> Result<ClaimOutcome, LedgerError> {
        let change = Change::new(Transition::Claim, facts).with("holder", holder);
        Ok(match self.record(order_id, notification, change).await? {
            RecordOutcome::Recorded(item) => ClaimOutcome::Claimed(item.attempt),
            RecordOutcome::Refused(item) if is_held_by(&item, holder) => {
                ClaimOutcome::Claimed(item.attempt)
            }
            RecordOutcome::Refused(item) => ClaimOutcome::Refused(item),
            RecordOutcome::Absent => ClaimOutcome::Absent,
        })
    }

    /// Makes a change, if the protocol allows it from where the record stands.
    ///
    /// # Errors
    /// [`LedgerError`] when DynamoDB did not answer; the change may have been made.
    pub async fn record(
        &self,
        order_id: &str,
        notification: &str,
        change: Change,
    ) -> Result<RecordOutcome, LedgerError> {
        let condition = narrowed(condition(change.transition, &change.facts), &change.at_most);
        let (update, values) = update_expression(&change);
        let state = change.transition.target();
        let call = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("order_id", text(order_id))
            .key("notification", text(notification))
            .update_expression(update)
            .condition_expression(condition.text)
            .expression_attribute_names("#state", "state")
            .expression_attribute_names("#state_at", format!("{state}_at"))
            .set_expression_attribute_values(Some(
                values.into_iter().chain(condition.values).collect(),
            ))
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        match call.send().await {
            Ok(answer) => Ok(RecordOutcome::Recorded(Box::new(read(answer.attributes)?))),
            Err(SdkError::ServiceError(refusal)) => match refusal.into_err() {
                aws_sdk_dynamodb::operation::update_item::UpdateItemError::ConditionalCheckFailedException(
                    failed,
                ) => match failed.item {
                    None => Ok(RecordOutcome::Absent),
                    item => Ok(RecordOutcome::Refused(Box::new(read(item)?))),
                },
                other => Err(LedgerError::of(&other)),
            },
            Err(other) => Err(LedgerError::Unavailable(describe_sdk_error(&other))),
        }
    }

    /// Every record of an order, strongly consistent.
    ///
    /// # Errors
    /// [`LedgerError`] when DynamoDB did not answer.
    pub async fn list_by_order(&self, order_id: &str) -> Result<Vec<Item>, LedgerError> {
        let pages = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("order_id = :order")
            .expression_attribute_values(":order", text(order_id))
            .consistent_read(true)
            .into_paginator()
            .items()
            .send()
            .collect::<Result<Vec<_>, _>>()
            .await;
        let items = pages.map_err(|e| LedgerError::Unavailable(describe_sdk_error(&e)))?;
        items.into_iter().map(|item| read(Some(item))).collect()
    }

    fn expires_at(&self, now: i64) -> i64 {
        now / 1000 + self.retention.as_secs()
    }
}

fn is_held_by(item: &Item, holder: &str) -> bool {
    item.state() == Some(Transition::Claim.target()) && item.holder.as_deref() == Some(holder)
}

/// The protocol's condition, and what else must hold.
fn narrowed(mut condition: Condition, at_most: &[(&'static str, i64)]) -> Condition {
    for (name, most) in at_most {
        condition.text = format!("({}) AND {name} <= :most_{name}", condition.text);
        condition.values.insert(format!(":most_{name}"), number(*most));
    }
    condition
}

/// The SET clause of a change, and its values.
fn update_expression(change: &Change) -> (String, HashMap<String, AttributeValue>) {
    let state = change.transition.target();
    let mut set = vec![
        "#state = :state".to_owned(),
        "since = :now".to_owned(),
        "#state_at = :now".to_owned(),
    ];
    let mut values = HashMap::from([
        (":state".to_owned(), text(state.as_str())),
        (":now".to_owned(), number(change.facts.now)),
    ]);
    match change.transition.write() {
        Write::TakeLease => {
            set.push("attempt = attempt + :one".to_owned());
            set.push("lease_until = :lease_until".to_owned());
            values.insert(":one".to_owned(), number(1));
            values.insert(":lease_until".to_owned(), number(change.facts.lease_until));
        }
        Write::CountDoubt => {
            set.push("doubts = doubts + :one".to_owned());
            values.insert(":one".to_owned(), number(1));
        }
        Write::ExhaustDoubts => {
            set.push("doubts = :most".to_owned());
            values.insert(":most".to_owned(), number(i64::from(MAX_DOUBTS)));
        }
        Write::ClearDoubts => {
            set.push("doubts = :none".to_owned());
            values.insert(":none".to_owned(), number(0));
        }
        Write::Postpone => {
            set.push("not_before = :not_before".to_owned());
            values.insert(":not_before".to_owned(), number(change.facts.not_before));
        }
        Write::Create | Write::Keep => {}
    }
    for (name, value) in &change.also {
        set.push(format!("{name} = :also_{name}"));
        values.insert(format!(":also_{name}"), text(value));
    }
    for (name, value) in &change.numbers {
        set.push(format!("{name} = :also_{name}"));
        values.insert(format!(":also_{name}"), number(*value));
    }
    for (name, value) in &change.unless_there {
        set.push(format!("{name} = if_not_exists({name}, :also_{name})"));
        values.insert(format!(":also_{name}"), text(value));
    }
    (format!("SET {}", set.join(", ")), values)
}

fn read(item: Option<HashMap<String, AttributeValue>>) -> Result<Item, LedgerError> {
    Item::read(item.unwrap_or_default()).map_err(|e| LedgerError::Incompatible(e.to_string()))
}

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

fn number(value: i64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}
