//! The ledger table: its reads and its conditional writes.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue, ReturnValuesOnConditionCheckFailure};
use jiff::SignedDuration;
use shared::ledger::{Facts, Transition};
use shared::notification::AddressHash;
use shared::order_key::ORDER_KEY;

use super::attribute::{number, text};
use super::change::Change;
use super::error::LedgerError;
use super::expression::condition;
use super::item::{Item, LEFT_OUT};
use crate::config::{self, ConfigError};

/// The ledger table.
#[derive(Debug, Clone)]
pub struct Ledger {
    client: Client,
    table: String,
    retention: SignedDuration,
}

/// The result of [`Ledger::create`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlanOutcome {
    /// This call created the item.
    Created,
    /// There was one already, possibly from this call's own first attempt.
    Exists(Box<Item>),
}

/// The result of [`Ledger::claim`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClaimOutcome {
    /// This worker holds the lease. This is the item after the claim: its `attempt` is the fencing token.
    Claimed(Box<Item>),
    /// The protocol does not allow a claim of this item.
    Refused(Box<Item>),
    /// There is no item.
    Absent,
}

/// The result of [`Ledger::record`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RecordOutcome {
    /// The change was made. This is the item after it.
    Recorded(Box<Item>),
    /// The protocol does not allow the change of this item.
    Refused(Box<Item>),
    /// There is no item.
    Absent,
}

impl Ledger {
    /// The table `LEDGER_TABLE`, whose items expire after `LEDGER_RETENTION_DAYS` (default: 400).
    ///
    /// # Errors
    /// [`ConfigError`] for a missing or bad setting.
    pub fn from_settings(client: Client) -> Result<Self, ConfigError> {
        let table = config::required("LEDGER_TABLE", "the name of the ledger table")?;
        // At least 15: a mail may be sent for 14 days, and while it may, its record must not expire.
        let days = config::number("LEDGER_RETENTION_DAYS", 400, 15..=36_500)?;
        Ok(Self::new(client, table, from_days(days)))
    }

    /// The table `table`, whose items expire `retention` after they were created.
    #[must_use]
    pub const fn new(client: Client, table: String, retention: SignedDuration) -> Self {
        Self { client, table, retention }
    }

    /// Creates an item by `transition` ([`Transition::Plan`] or [`Transition::SkipAtPlan`]). Sets the state,
    /// times and expiry of `item`.
    ///
    /// Refused for an existing item in any state: a second decision never overwrites the first, so an event
    /// that is delivered twice is planned once.
    ///
    /// # Errors
    /// [`LedgerError`] when DynamoDB did not answer. The item may have been created: repeating the call
    /// then returns [`PlanOutcome::Exists`].
    pub async fn create(
        &self,
        transition: Transition,
        item: Item,
        now: i64,
    ) -> Result<PlanOutcome, LedgerError> {
        let state = transition.target().map(|state| state.to_string()).unwrap_or_default();
        let entered_at = format!("{state}_at");
        let expires_at = now / 1000 + self.retention.as_secs();
        let mut attributes: HashMap<String, AttributeValue> =
            serde_dynamo::to_item(Item { state, since: now, expires_at, ..item })?;
        attributes.insert(entered_at, number(now));
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(attributes))
            .condition_expression(condition(transition, &Facts::new(now)).text)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let Err(error) = put.send().await else {
            return Ok(PlanOutcome::Created);
        };
        match error.as_service_error() {
            Some(PutItemError::ConditionalCheckFailedException(failed)) => {
                let existing = failed.item.clone().unwrap_or_default();
                Ok(PlanOutcome::Exists(Box::new(Item::read(existing)?)))
            }
            _ => Err(error.into()),
        }
    }

    /// Takes the lease, to mail the address of this hash, which the record keeps. `holder` identifies this call: if its answer is lost and the SDK repeats it, the
    /// second attempt recognises the lease as its own.
    ///
    /// Refused as [`Transition::Claim`] is: in `sending`, because only one worker at a time may call SES
    /// (an expired lease is first recorded as a doubt, never taken over); after an acceptance and in
    /// `skipped`, because there is nothing left to send; in `planned` before it is due, in `failed` unless
    /// it was replayed, and in `in_doubt` before the grace period is over.
    ///
    /// # Errors
    /// [`LedgerError`] when DynamoDB did not answer. The lease may have been taken; then nobody calls SES,
    /// and the lease expires.
    pub async fn claim(
        &self,
        order_key: &str,
        notification: &str,
        facts: Facts,
        holder: &str,
        address: AddressHash,
    ) -> Result<ClaimOutcome, LedgerError> {
        let change = Change::new(Transition::Claim, facts)
            .with("holder", holder)
            // An operator may have corrected it in a dead letter since the plan.
            .with("address_hash", address.to_string())
            // In the same write, so that there is no claimed item, and no mail, without a token.
            .with_if_absent("feedback_token", holder);
        Ok(match self.record(order_key, notification, change).await? {
            RecordOutcome::Recorded(item) => ClaimOutcome::Claimed(item),
            // Our own first attempt, whose answer was lost. Without the holder it would look like another
            // worker's lease: the mail would wait until it expired, and then be in doubt although SES was
            // never called.
            RecordOutcome::Refused(item) if is_held_by(&item, holder) => {
                ClaimOutcome::Claimed(item)
            }
            RecordOutcome::Refused(item) => ClaimOutcome::Refused(item),
            RecordOutcome::Absent => ClaimOutcome::Absent,
        })
    }

    /// Makes a change by one conditional write.
    ///
    /// Refused in every state that the transition's [preconditions](Transition::preconditions) do not
    /// list, and for an absent item: a change never creates one, so an erased order stays erased.
    ///
    /// # Errors
    /// [`LedgerError`] when DynamoDB did not answer. The change may have been made: repeating the call is
    /// then refused, with the item as this change left it.
    pub async fn record(
        &self,
        order_key: &str,
        notification: &str,
        change: Change,
    ) -> Result<RecordOutcome, LedgerError> {
        let condition = change.condition();
        let (update, values) = change.update();
        let mut names = HashMap::from([("#state".to_owned(), "state".to_owned())]);
        if let Some(state) = change.transition.target() {
            names.insert("#state_at".to_owned(), format!("{state}_at"));
        }
        let call = self
            .client
            .update_item()
            .table_name(&self.table)
            .key(ORDER_KEY, text(order_key))
            .key("notification", text(notification))
            .update_expression(update)
            .condition_expression(condition.text)
            // DynamoDB refuses a name that no expression uses.
            .set_expression_attribute_names(Some(names))
            .set_expression_attribute_values(Some(
                values.into_iter().chain(condition.values).collect(),
            ))
            // The item comes with the answer, also when the condition fails, so that no second read is
            // needed, which could already see a later state.
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let error = match call.send().await {
            Ok(answer) => {
                let item = Item::read(answer.attributes.unwrap_or_default())?;
                return Ok(RecordOutcome::Recorded(Box::new(item)));
            }
            Err(error) => error,
        };
        match error.as_service_error() {
            // Without `item`, the condition failed because there is no such item.
            Some(UpdateItemError::ConditionalCheckFailedException(failed)) => match &failed.item {
                None => Ok(RecordOutcome::Absent),
                Some(item) => Ok(RecordOutcome::Refused(Box::new(Item::read(item.clone())?))),
            },
            _ => Err(error.into()),
        }
    }

    /// Notes which files the mail of this attempt went without, where an SES event was recorded before SES's own answer: then
    /// the write of that answer, which says the same, is refused. No transition, since nothing happens by it to the
    /// notification; of a later attempt or an erased order, nothing is written.
    ///
    /// # Errors
    /// [`LedgerError`] when DynamoDB did not answer.
    pub async fn note_left_out(
        &self,
        order_key: &str,
        notification: &str,
        attempt: u32,
        left_out: &str,
    ) -> Result<(), LedgerError> {
        let call = self
            .client
            .update_item()
            .table_name(&self.table)
            .key(ORDER_KEY, text(order_key))
            .key("notification", text(notification))
            .update_expression(format!("SET {LEFT_OUT} = :left_out"))
            .condition_expression("attempt = :attempt")
            .expression_attribute_values(":left_out", text(left_out))
            .expression_attribute_values(":attempt", number(attempt.into()));
        match call.send().await {
            Ok(_) => Ok(()),
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(_)) => Ok(()),
                _ => Err(error.into()),
            },
        }
    }

    /// Every item of an order, in any state. Strongly consistent, because the dispatcher decides by it which
    /// mails are superseded.
    ///
    /// # Errors
    /// [`LedgerError`] when DynamoDB did not answer, or an item cannot be deserialized.
    pub async fn list_by_order(&self, order_key: &str) -> Result<Vec<Item>, LedgerError> {
        let items = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression(format!("{ORDER_KEY} = :order"))
            .expression_attribute_values(":order", text(order_key))
            .consistent_read(true)
            .into_paginator()
            .items()
            .send()
            .collect::<Result<Vec<_>, _>>()
            .await?;
        items.into_iter().map(|item| Ok(Item::read(item)?)).collect()
    }
}

const fn from_days(days: i64) -> SignedDuration {
    SignedDuration::from_hours(24 * days)
}

fn is_held_by(item: &Item, holder: &str) -> bool {
    item.state() == Transition::Claim.target() && item.holder.as_deref() == Some(holder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_retention_is_in_days() {
        assert_eq!(from_days(400), SignedDuration::from_secs(400 * 86_400));
    }
}
