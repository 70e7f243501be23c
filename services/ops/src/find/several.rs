//! The report where several orders were found.

use serde::Serialize;

use super::{Found, FoundBy};
use crate::order_name::OrderName;
use crate::output::{ColorMode, Column, Report, as_rfc3339, counted, format_time, table};
use crate::pii::PiiMode;
use crate::store::StoredOrder;

/// Several orders, of which the operator has to choose one.
#[derive(Debug, Serialize)]
pub struct OrderList {
    pub found_by: FoundBy,
    /// The one with the latest event first.
    pub orders: Vec<Row>,
    /// Whether there are more orders than these.
    pub has_more: bool,
}

#[derive(Debug, Serialize)]
pub struct Row {
    pub shop: String,
    pub order_id: String,
    /// As the latest event has it; `null` where no event is stored any more.
    pub number: Option<String>,
    /// The latest event's type.
    pub latest_event: Option<String>,
    #[serde(serialize_with = "as_rfc3339")]
    pub accepted_at: i64,
}

impl OrderList {
    pub fn new(found: &Found, pii: PiiMode) -> Self {
        Self {
            found_by: found.by,
            orders: found.orders.iter().map(|order| Row::new(order, pii)).collect(),
            has_more: !found.more_in.is_empty(),
        }
    }
}

impl Row {
    fn new(order: &StoredOrder, pii: PiiMode) -> Self {
        let latest = order.events.last();
        // An order of which only the ledger knows: its mails have outlived its events.
        let decided = order.records.iter().map(|record| record.accepted_at).max();
        Self {
            shop: order.order.shop.to_string(),
            order_id: order.order.order_id.to_string(),
            number: order.latest().map(|latest| pii.text(latest.number.as_str())),
            latest_event: latest.map(|event| event.kind.clone()),
            accepted_at: latest.map(|event| event.accepted_at).or(decided).unwrap_or_default(),
        }
    }
}

impl Report for OrderList {
    fn text(&self, colors: ColorMode) -> String {
        let columns = [
            Column::text("shop", |row: &Row| row.shop.clone()).unless_all("default"),
            Column::text("order", |row| row.order_id.clone()),
            Column::text("number", |row| row.number.clone().unwrap_or_default()),
            Column::text("latest event", |row| row.latest_event.clone().unwrap_or_default()),
            Column::text("accepted", |row| format_time(row.accepted_at)),
        ];
        let count = counted(self.orders.len(), "order");
        let heading = match (self.found_by, self.has_more) {
            (FoundBy::Address, true) => format!("The latest {count} of this customer:"),
            (FoundBy::Address, false) => format!("{count} of this customer:"),
            (FoundBy::Number, true) => format!("The latest {count} with this number:"),
            (FoundBy::Number, false) => format!("{count} with this number:"),
            // One shop has one order of an id.
            (FoundBy::Id, _) => {
                format!("{count} of this id or number in several shops; name one with --shop:")
            }
        };
        let mut text =
            format!("{}\n{}\n", colors.heading(&heading), table(colors, &columns, &self.orders));
        for row in &self.orders {
            let order = OrderName { shop: row.shop.clone(), id: row.order_id.clone() };
            text.push_str(&format!("waybill order {}\n", order.args()));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_orders_as_people_and_scripts_read_them() {
        let row = |order_id: &str, number: Option<&str>, latest_event: Option<&str>| Row {
            shop: "default".to_owned(),
            order_id: order_id.to_owned(),
            number: number.map(str::to_owned),
            latest_event: latest_event.map(str::to_owned),
            accepted_at: 1_763_900_000_000,
        };
        let list = OrderList {
            found_by: FoundBy::Address,
            orders: vec![
                row("5551234", Some("#1001"), Some("shipment.out_for_delivery")),
                row("5550007", Some("#998"), Some("order.refunded")),
                row("5549990", None, None),
            ],
            has_more: false,
        };
        insta::assert_snapshot!(list.text(ColorMode::Plain));
        let by_number = OrderList { found_by: FoundBy::Number, has_more: true, ..list };
        insta::assert_snapshot!(by_number.text(ColorMode::Plain));
        insta::assert_json_snapshot!(by_number);
    }
}
