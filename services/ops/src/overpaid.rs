//! Orders whose refunds are more than they cost.

use kit::ledger::Item;
use shared::Currency;
use shared::contract::order::Order;
use shared::notification::{MoneyBack, Recipient};

/// A sentence that says so, where all refunds together are more than the order costs.
pub fn overpaid(items: &[Item], order: Option<&Order>) -> Option<String> {
    // The first record of each: copies, and a further delivery to a corrected address, are about the same money.
    let is_customers =
        |item: &&Item| item.key().is_some_and(|it| it.recipient == Recipient::Customer);
    let news = items.iter().filter(is_customers).filter_map(Item::news);
    let news = news.filter(|news| news.kind.is_refund());
    let refunds: Vec<MoneyBack> = news.filter_map(|news| news.money).collect();
    let refunded: i64 = refunds.iter().map(|money| money.amount).sum();
    let total = refunds.iter().map(|money| money.of).max()?;
    let money = |amount: i64| match order
        .and_then(|order| order.totals.total)
        .map(|total| total.currency)
    {
        Some(currency) => minor_units(amount, currency),
        None => format!("{amount} minor units"),
    };
    (refunded > total).then(|| {
        format!(
            "Refunds add up to {}: {} more than the order costs.",
            money(refunded),
            money(refunded - total)
        )
    })
}

/// `12.34 EUR`, of a positive amount.
fn minor_units(amount: i64, currency: Currency) -> String {
    let digits = usize::try_from(currency.minor_digits()).unwrap_or_default();
    let text = format!("{amount:0>width$}", width = digits + 1);
    let (whole, part) = text.split_at(text.len() - digits);
    let point = if digits == 0 { "" } else { "." };
    format!("{whole}{point}{part} {}", currency.code())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_refunds_than_the_order_costs_are_pointed_out() {
        let refund = |id: &str, amount| Item {
            refund: Some(amount),
            order_total: Some(1_000),
            currency: Some("EUR".to_owned()),
            order_key: "default/1001".to_owned(),
            notification: format!("order.refunded#{id}#customer"),
            ..Item::default()
        };
        let mut copy = refund("R-2", 400);
        copy.notification = copy.notification.replace("customer", "copy-AAAAAAAA");
        let mut further = refund("R-1", 600);
        further.notification = further.notification.replace("customer", "corrected-AAAAAAAA");
        let exact = [refund("R-1", 600), refund("R-2", 400), copy, further];
        assert_eq!(overpaid(&exact, None), None);
        let more = overpaid(&[refund("R-1", 600), refund("R-2", 405)], None);
        assert_eq!(
            more.as_deref(),
            Some("Refunds add up to 1005 minor units: 5 minor units more than the order costs.")
        );
        let (euro, yen) = (Currency::parse("EUR").unwrap(), Currency::parse("JPY").unwrap());
        assert_eq!(
            (minor_units(5, euro), minor_units(1_005, yen)),
            ("0.05 EUR".into(), "1005 JPY".into())
        );
    }
}
