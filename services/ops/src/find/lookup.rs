//! Looking an order up in the tables.

use futures::{StreamExt, TryStreamExt, stream};
use serde::Serialize;
use shared::OrderKey;
use shared::lookup::{BY_ADDRESS, BY_NUMBER, number_key};

use super::Wanted;
use super::index::{Entries, entries};
use crate::aws::Stack;
use crate::error::CliError;
use crate::store::{StoredOrder, stored_order};

const MAX_CONCURRENCY: usize = 8;

/// What an order was found by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum FoundBy {
    Id,
    Number,
    Address,
}

/// The orders that were found: none, one or several.
#[derive(Debug)]
pub struct Found {
    pub by: FoundBy,
    /// The one with the latest event first.
    pub orders: Vec<StoredOrder>,
    /// Whether there are more than these.
    pub has_more: bool,
}

/// Finds the orders that `wanted` means.
pub async fn find(stack: &Stack, wanted: &Wanted) -> Result<Found, CliError> {
    if wanted.is_address() {
        let Entries { orders, has_more } = entries(stack, BY_ADDRESS, wanted.address_key()).await?;
        return Ok(Found::new(FoundBy::Address, read(stack, orders).await?, has_more));
    }
    // The id first, and alone: what a script asks for by id must not depend on other orders.
    if let Some(order) = wanted.order()
        && let Some(order) = stored_order(stack, order).await?
    {
        return Ok(Found::new(FoundBy::Id, vec![order], false));
    }
    find_by_number(stack, wanted).await
}

/// Finds what is wanted in each of several shops, the order with the latest event first.
///
/// # Errors
/// [`CliError::Service`] when one of the shops can't be looked in: what is missing there is not known then.
pub async fn find_in_each(stack: &Stack, wanted: &[Wanted]) -> Result<Found, CliError> {
    let looks = stream::iter(wanted).map(|wanted| find(stack, wanted));
    let found: Vec<Found> = looks.buffered(MAX_CONCURRENCY).try_collect().await?;
    let by = found.iter().find(|found| !found.orders.is_empty()).map_or(FoundBy::Id, |it| it.by);
    let has_more = found.iter().any(|found| found.has_more);
    Ok(Found::new(by, found.into_iter().flat_map(|found| found.orders).collect(), has_more))
}

async fn find_by_number(stack: &Stack, wanted: &Wanted) -> Result<Found, CliError> {
    let by_id = read(stack, wanted.spelled_orders()).await?;
    // An order that only has it as its id may have another number, and another order this one.
    let (mut orders, by_id): (Vec<_>, Vec<_>) =
        by_id.into_iter().partition(|order| may_have_number(order, wanted));
    let mut indexed = match wanted.number_key() {
        Some(key) => entries(stack, BY_NUMBER, key).await?,
        None => Entries::default(),
    };
    indexed.orders.retain(|found| orders.iter().all(|order| order.order != *found));
    orders.extend(read(stack, indexed.orders).await?);
    Ok(match orders.is_empty() {
        true => Found::new(FoundBy::Id, by_id, false),
        false => Found::new(FoundBy::Number, orders, indexed.has_more),
    })
}

/// Where no event is left to tell, the number may be the id.
fn may_have_number(order: &StoredOrder, wanted: &Wanted) -> bool {
    let latest = order.latest();
    let key = |number: &str| number_key(wanted.shop(), number);
    latest.is_none_or(|order| key(order.number.as_str()) == wanted.number_key())
}

/// These orders, without those that are not stored: one may have been erased since the
/// index was read.
async fn read(stack: &Stack, orders: Vec<OrderKey>) -> Result<Vec<StoredOrder>, CliError> {
    stream::iter(orders)
        .map(|order| stored_order(stack, order))
        .buffer_unordered(MAX_CONCURRENCY)
        .try_filter_map(async |order| Ok(order))
        .try_collect()
        .await
}

impl Found {
    fn new(by: FoundBy, mut orders: Vec<StoredOrder>, has_more: bool) -> Self {
        let latest = |order: &StoredOrder| order.events.last().map(|event| event.accepted_at);
        orders.sort_by_key(|order| std::cmp::Reverse(latest(order)));
        Self { by, orders, has_more }
    }
}

impl FoundBy {
    /// For the report of the order; empty where it was found by what its heading names.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Id => "",
            Self::Number => "Found by its number.\n",
            Self::Address => "Found by its customer's e-mail address.\n",
        }
    }
}
