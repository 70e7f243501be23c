//! Links to the console's own pages.

use shared::OrderKey;
use url::form_urlencoded::Serializer;

/// A link with its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    pub label: String,
    pub href: String,
}

/// The address of one of our pages; parameters without a value are left out.
pub fn link<'a>(path: &str, parameters: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut query = Serializer::new(String::new());
    query.extend_pairs(parameters.into_iter().filter(|(_, value)| !value.is_empty()));
    let query = query.finish();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

/// The page of an order.
pub fn order_link(order: &OrderKey) -> String {
    link("/order", [("shop", order.shop.as_str()), ("id", order.order_id.as_str())])
}

/// The page that asks before the order is erased.
pub fn erase_link(order: &OrderKey) -> String {
    link("/order/erase", [("shop", order.shop.as_str()), ("id", order.order_id.as_str())])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_keeps_what_its_parameters_hold() {
        assert_eq!(link("/order", [("shop", ""), ("id", "R/7 &8")]), "/order?id=R%2F7+%268");
        assert_eq!(link("/orders", [("shop", "")]), "/orders");
    }
}
