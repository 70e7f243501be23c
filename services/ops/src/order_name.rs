//! An order as people and commands name it.

use std::fmt;

use serde::{Serialize, Serializer};
use shared::{OrderKey, ShopId};

/// An order of a table's item: its shop and its id there. An order of the shop `default` is named by its id alone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct OrderName {
    pub shop: String,
    pub id: String,
}

impl OrderName {
    /// The order of a partition key; of a key that Waybill does not write, the key itself.
    pub fn from_key(key: &str) -> Self {
        match OrderKey::parse(key) {
            Ok(order) => Self::from(&order),
            Err(_) => Self { shop: ShopId::default().to_string(), id: key.to_owned() },
        }
    }

    /// As arguments of a command, to be copied into a shell: `1001`, or `'R 7' --shop north`.
    pub fn args(&self) -> String {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "._:/-".contains(c);
        let id = match self.id.chars().all(is_plain) {
            true => self.id.clone(),
            false => format!("'{}'", self.id.replace('\'', r"'\''")),
        };
        if self.is_of_default_shop() { id } else { format!("{id} --shop {}", self.shop) }
    }

    fn is_of_default_shop(&self) -> bool {
        self.shop == ShopId::default().as_str()
    }
}

impl Serialize for OrderName {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl From<&OrderKey> for OrderName {
    fn from(OrderKey { shop, order_id }: &OrderKey) -> Self {
        Self { shop: shop.to_string(), id: order_id.to_string() }
    }
}

/// Within a sentence: `1001`, or `1001 of the shop north`.
impl fmt::Display for OrderName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.id)?;
        if self.is_of_default_shop() { Ok(()) } else { write!(f, " of the shop {}", self.shop) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_is_named_with_its_shop_unless_that_is_the_default_one() {
        let own = OrderName::from_key("default/1001");
        assert_eq!((own.to_string(), own.args()), ("1001".to_owned(), "1001".to_owned()));
        let other = OrderName::from_key("north/2026%2F7");
        assert_eq!(other.to_string(), "2026/7 of the shop north");
        assert_eq!(other.args(), "2026/7 --shop north");
        assert_eq!(OrderName::from_key("#sweep").id, "#sweep");
    }

    #[test]
    fn an_id_that_a_shell_would_split_is_quoted() {
        let order = OrderName { shop: "default".to_owned(), id: "R 7's".to_owned() };
        assert_eq!(order.args(), r"'R 7'\''s'");
    }
}
