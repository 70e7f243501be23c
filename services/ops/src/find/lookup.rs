//! Looking an order up in the tables.

use futures::{StreamExt, TryStreamExt, stream};
use serde::Serialize;
use shared::lookup::{BY_ADDRESS, BY_NUMBER, number_key};
use shared::{OrderKey, ShopId};

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
    /// The shops that have more than these, which are their latest.
    pub more_in: Vec<ShopId>,
    /// The shops that could not be looked in.
    pub failed: Vec<FailedShop>,
}

/// A shop that could not be looked in.
#[derive(Debug)]
pub struct FailedShop {
    pub shop: ShopId,
    pub error: CliError,
}

/// Finds the orders that `wanted` means.
pub async fn find(stack: &Stack, wanted: &Wanted) -> Result<Found, CliError> {
    if wanted.is_address() {
        let found = entries(stack, BY_ADDRESS, wanted.address_key()).await?;
        let orders = read(stack, found.orders).await?;
        return Ok(Found::new(FoundBy::Address, orders).with_more(found.has_more, wanted));
    }
    // The id first, and alone: what a script asks for by id must not depend on other orders.
    if let Some(order) = wanted.order()
        && let Some(order) = stored_order(stack, order).await?
    {
        return Ok(Found::new(FoundBy::Id, vec![order]));
    }
    find_by_number(stack, wanted).await
}

/// Finds what is wanted in each of several shops, the order with the latest event first. A shop that can't be looked in does
/// not hide what the others have: [`Found::failed`] has it.
///
/// # Errors
/// [`CliError::Service`] when none can be looked in.
pub async fn find_in_each(stack: &Stack, wanted: &[Wanted]) -> Result<Found, CliError> {
    let looks = stream::iter(wanted).map(async |wanted| (wanted.shop(), find(stack, wanted).await));
    let mut looks = looks.buffered(MAX_CONCURRENCY);
    let (mut found, mut failed) = (Vec::new(), Vec::new());
    while let Some((shop, look)) = looks.next().await {
        match look {
            Ok(of_shop) => found.push(of_shop),
            Err(error) => failed.push(FailedShop { shop: shop.clone(), error }),
        }
    }
    if found.is_empty() && !failed.is_empty() {
        return Err(failed.remove(0).error);
    }
    let by = found.iter().find(|found| !found.orders.is_empty()).map_or(FoundBy::Id, |it| it.by);
    let more_in = found.iter().flat_map(|found| found.more_in.clone()).collect();
    let orders = found.into_iter().flat_map(|found| found.orders).collect();
    Ok(Found { more_in, failed, ..Found::new(by, orders) })
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
        true => Found::new(FoundBy::Id, by_id),
        false => Found::new(FoundBy::Number, orders).with_more(indexed.has_more, wanted),
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
    fn new(by: FoundBy, mut orders: Vec<StoredOrder>) -> Self {
        let latest = |order: &StoredOrder| order.events.last().map(|event| event.accepted_at);
        orders.sort_by_key(|order| std::cmp::Reverse(latest(order)));
        Self { by, orders, more_in: Vec::new(), failed: Vec::new() }
    }

    fn with_more(self, has_more: bool, wanted: &Wanted) -> Self {
        let more_in = has_more.then(|| wanted.shop().clone()).into_iter().collect();
        Self { more_in, ..self }
    }

    /// That nothing was found says nothing where a shop was not looked in.
    ///
    /// # Errors
    /// [`CliError::Service`] then.
    pub fn check_complete(&self) -> Result<(), CliError> {
        match self.failed.first() {
            Some(failed) if self.orders.is_empty() => Err(CliError::service(format!(
                "No other shop has it, and {} Search again, or name a shop to look there alone.",
                failed.sentence(failed.shop.as_str())
            ))),
            _ => Ok(()),
        }
    }
}

impl FailedShop {
    /// Why, in a sentence that calls the shop so.
    pub fn sentence(&self, name: &str) -> String {
        format!("the shop {name} could not be searched: {}", self.error)
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
