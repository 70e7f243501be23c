//! The table of shops.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::AttributeValue;
use kit::shops::{SHOP_KEY, ShopItem};
use shared::ShopId;

use crate::aws::{Stack, service_error};
use crate::error::CliError;

/// The settings of a shop as they are stored; `None` where it has none.
pub async fn read(stack: &Stack, shop: &ShopId) -> Result<Option<ShopItem>, CliError> {
    let table = stack.shops_table();
    let key = AttributeValue::S(shop.to_string());
    let get = stack.dynamodb.get_item().table_name(&table).key(SHOP_KEY, key);
    // What was put a moment ago must not look as if it had not been.
    let answer = get.consistent_read(true).send().await;
    let item = answer.map_err(service_error(format!("read the table {table}")))?.item;
    item.map(serde_dynamo::from_item).transpose().map_err(|error| unreadable(&table, error))
}

/// The settings of every shop, by its name.
pub async fn read_all(stack: &Stack) -> Result<Vec<ShopItem>, CliError> {
    let table = stack.shops_table();
    let scan = stack.dynamodb.scan().table_name(&table).consistent_read(true);
    let items = scan.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await;
    let items = items.map_err(service_error(format!("read the table {table}")))?;
    let mut shops: Vec<ShopItem> = items
        .into_iter()
        .map(|item| serde_dynamo::from_item(item).map_err(|error| unreadable(&table, error)))
        .collect::<Result<_, _>>()?;
    shops.sort_by(|a, b| a.shop.cmp(&b.shop));
    Ok(shops)
}

/// Every shop of the stack: those with settings, and the shop `default`, which needs none.
pub async fn all_shops(stack: &Stack) -> Result<BTreeSet<ShopId>, CliError> {
    let items = read_all(stack).await?;
    let named = items.iter().filter_map(|item| ShopId::parse(&item.shop).ok());
    Ok(named.chain([ShopId::default()]).collect())
}

/// Stores `item` in place of the version before it, or of none. One conditional write.
pub async fn replace(stack: &Stack, item: &ShopItem) -> Result<(), CliError> {
    let table = stack.shops_table();
    let attributes = serde_dynamo::to_item(item).map_err(|error| unreadable(&table, error))?;
    let put = stack.dynamodb.put_item().table_name(&table).set_item(Some(attributes));
    let put = match item.version - 1 {
        0 => put.condition_expression("attribute_not_exists(shop)"),
        replaced => put
            .condition_expression("version = :replaced")
            .expression_attribute_values(":replaced", AttributeValue::N(replaced.to_string())),
    };
    let Err(error) = put.send().await else { return Ok(()) };
    if error.as_service_error().is_some_and(PutItemError::is_conditional_check_failed_exception) {
        return Err(CliError::service(format!(
            "The settings of the shop {shop} have been changed meanwhile. Nothing was put: `waybill shop show {shop}` \
             shows them as they are now.",
            shop = item.shop
        )));
    }
    Err(service_error(format!("write the table {table}"))(error))
}

fn unreadable(table: &str, error: serde_dynamo::Error) -> CliError {
    CliError::service(format!(
        "The table {table} holds an item that this version cannot read. Is it the table of this stack?"
    ))
    .caused_by(error)
}
