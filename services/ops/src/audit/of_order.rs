//! The audit items about one order.

use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::types::AttributeValue;
use futures::future::join_all;
use shared::{OrderKey, ShopId};

use super::list::AuditItem;
use super::partition;
use crate::aws::{Stack, service_error};
use crate::error::CliError;
use crate::output::rfc3339;
use crate::store::parse_readable;

/// How many megabytes of items are read of a partition: a page of an order does not wait for more.
const MAX_PAGES: usize = 3;

/// The audit items about one order, as far as they were read.
#[derive(Debug, Default)]
pub struct OrderAudit {
    /// The earliest first.
    pub items: Vec<AuditItem>,
    /// Why some could not be read.
    pub error: Option<CliError>,
    /// Whether there are earlier items of whatever orders, at which nobody looked.
    pub has_earlier: bool,
}

impl OrderAudit {
    /// Of which nothing could be read.
    pub fn unread(error: CliError) -> Self {
        Self { error: Some(error), ..Self::default() }
    }

    fn with(mut self, other: Self) -> Self {
        self.items.extend(other.items);
        Self {
            items: self.items,
            error: self.error.or(other.error),
            has_earlier: self.has_earlier || other.has_earlier,
        }
    }
}

/// The items of commands that were about this order alone, begun after `since` in milliseconds since 1970: among those of
/// its shop, and of the stack where that is not of one shop alone. What one partition does not give, the other may.
pub async fn of_order(stack: &Stack, order: &OrderKey, since: i64) -> OrderAudit {
    let partitions = partitions(stack.shop.as_ref(), order).into_iter();
    let reads = partitions.map(|partition| in_partition(stack, partition, order, since));
    let read = join_all(reads).await;
    let mut audit = read.into_iter().fold(OrderAudit::default(), OrderAudit::with);
    audit.items.sort_by(|one, other| one.key.cmp(&other.key));
    audit
}

/// Where the order's items are. Whoever works for one shop may read no other partition than that shop's.
fn partitions(only_shop: Option<&ShopId>, order: &OrderKey) -> Vec<String> {
    let of_stack = only_shop.is_none().then(|| partition(None));
    [partition(Some(&order.shop))].into_iter().chain(of_stack).collect()
}

async fn in_partition(
    stack: &Stack,
    partition: String,
    order: &OrderKey,
    since: i64,
) -> OrderAudit {
    let order_key = order.to_string();
    let query = query(stack, partition, &order_key, since);
    let mut pages = query.into_paginator().send();
    let mut read = OrderAudit::default();
    for _ in 0..MAX_PAGES {
        let Some(page) = pages.next().await else { break };
        match page {
            Ok(page) => {
                read.has_earlier = page.last_evaluated_key().is_some_and(|key| !key.is_empty());
                let items =
                    page.items.unwrap_or_default().into_iter().map(parse_readable::<AuditItem>);
                read.items.extend(items.filter(|item| is_about(item, &order_key)));
            }
            Err(error) => {
                let what = "read the audit log, so replays of dead letters may be missing here";
                read.error = Some(service_error(what)(error));
                break;
            }
        }
    }
    read
}

/// The latest items first: of a busy stack, not all are read.
fn query(stack: &Stack, partition: String, order_key: &str, since: i64) -> QueryFluentBuilder {
    let text = AttributeValue::S;
    stack
        .dynamodb
        .query()
        .table_name(stack.ledger_table())
        .key_condition_expression("order_key = :audit AND notification > :since")
        // The plan is JSON text, which has the order's key as it is. Another one may hold it too: `is_about` tells.
        .filter_expression("contains(#plan, :order)")
        .expression_attribute_names("#plan", "plan")
        .expression_attribute_values(":audit", text(partition))
        .expression_attribute_values(":since", text(rfc3339(since)))
        .expression_attribute_values(":order", text(order_key.to_owned()))
        .scan_index_forward(false)
}

fn is_about(item: &AuditItem, order_key: &str) -> bool {
    item.plan.get("order_key").is_some_and(|key| *key == *order_key)
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use shared::OrderId;

    use super::*;

    fn order(id: &str) -> OrderKey {
        OrderKey { shop: ShopId::default(), order_id: OrderId::parse(id).unwrap() }
    }

    #[test]
    fn an_order_is_found_by_its_key_as_a_plan_has_it() {
        let stack = Stack::unreachable();
        for id in ["1001", "#1001", "gid://shopify/Order/1001", "R \"7\" \\ ü"] {
            let (order, longer) = (order(id), order(&format!("{id}-2")));
            let query = query(&stack, partition(None), &order.to_string(), 0);
            assert_eq!(query.get_scan_index_forward(), &Some(false));
            let values = query.get_expression_attribute_values().as_ref().unwrap();
            let wanted = values[":order"].as_s().unwrap();
            let plan = json!({"order_key": order, "to_move": 1});
            assert!(plan.to_string().contains(wanted), "{wanted}: {plan}");
            let item = |plan| AuditItem { plan, ..AuditItem::default() };
            assert!(is_about(&item(plan), wanted), "{id}");
            assert!(!is_about(&item(json!({"order_key": longer})), wanted), "{id}");
        }
    }

    #[test]
    fn whoever_works_for_one_shop_asks_for_no_other_items() {
        let order = order("1001");
        assert_eq!(partitions(None, &order), ["#audit/default", "#audit"]);
        assert_eq!(partitions(Some(&order.shop), &order), ["#audit/default"]);
    }

    #[test]
    fn what_one_partition_has_is_kept_where_another_fails() {
        let item = AuditItem { key: "1".to_owned(), ..AuditItem::default() };
        let read = OrderAudit { items: vec![item], has_earlier: true, ..OrderAudit::default() };
        let both = OrderAudit::unread(CliError::service("refused")).with(read);
        assert_eq!((both.items.len(), both.has_earlier), (1, true));
        assert_eq!(both.error.unwrap().to_string(), "refused");
    }
}
