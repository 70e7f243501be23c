//! What an operator has of an order: its id, its number, or its customer's e-mail address.

use std::collections::BTreeSet;
use std::io::{self, IsTerminal};

use serde_json::Value;
use shared::lookup::{address_key, ids_spelled_like, number_key};
use shared::{OrderId, OrderKey, ShopId};

use crate::aws::{Dlq, Stack};
use crate::dlq::{MessageOrders, OrderMatch, Received, events_of, id_text, orders_in};
use crate::error::CliError;
use crate::output::note;
use crate::pii::PiiMode;
use crate::shop::table::all_shops;

/// The argument that means standard input, where an address leaves no trace in the shell's history.
const STANDARD_INPUT: &str = "-";

const ASK: &str = "The order's id or number, or the customer's e-mail address:";

/// What the operator typed, without white space around it, and the shop in which it is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    typed: String,
    shop: ShopId,
}

impl Wanted {
    /// Takes `typed`, or a line of standard input for `-`.
    ///
    /// # Errors
    /// [`CliError::Input`] when that is empty.
    pub fn read(typed: &str, shop: ShopId) -> Result<Self, CliError> {
        match typed {
            STANDARD_INPUT => Self::parse(&read_line(ASK)?, shop),
            typed => Self::parse(typed, shop),
        }
    }

    /// Takes `typed` as it is.
    ///
    /// # Errors
    /// As of [`read`](Self::read).
    pub fn parse(typed: &str, shop: ShopId) -> Result<Self, CliError> {
        let wanted = Self { typed: typed.trim().to_owned(), shop };
        if wanted.is_address() || wanted.number_key().is_some() {
            return Ok(wanted);
        }
        Err(CliError::input(
            "Which order? Expected its id, its number such as '#1001' in quotes, or the customer's \
             e-mail address.",
        ))
    }

    /// The same in another shop.
    pub fn in_shop(&self, shop: ShopId) -> Self {
        Self { typed: self.typed.clone(), shop }
    }

    /// Hardly an id or a number has an `@`.
    pub fn is_address(&self) -> bool {
        self.typed.contains('@')
    }

    pub const fn shop(&self) -> &ShopId {
        &self.shop
    }

    /// The order whose id was typed; `None` where it can be no id.
    pub fn order(&self) -> Option<OrderKey> {
        self.order_of(&self.typed)
    }

    /// The orders whose ids the typed number shows; see [`ids_spelled_like`].
    pub fn spelled_orders(&self) -> Vec<OrderKey> {
        let mut ids = ids_spelled_like(&self.typed).to_vec();
        ids.dedup();
        ids.iter().filter_map(|id| self.order_of(id)).collect()
    }

    fn order_of(&self, id: &str) -> Option<OrderKey> {
        let order_id = OrderId::parse(id).ok()?;
        Some(OrderKey { shop: self.shop.clone(), order_id })
    }

    pub fn address_key(&self) -> String {
        address_key(&self.shop, &self.typed)
    }

    pub fn number_key(&self) -> Option<String> {
        number_key(&self.shop, &self.typed)
    }

    /// As a sentence may quote it: an address is masked, unless personal data is shown.
    pub fn shown(&self, pii: PiiMode) -> String {
        if self.is_address() { pii.address(&self.typed) } else { self.typed.clone() }
    }

    /// As [`match_dead_letter`], of a message that holds these `orders` whole, each with its shop's name.
    fn matches(&self, orders: &[(&str, &Value)], named: &MessageOrders<'_>) -> OrderMatch {
        let hits = orders.iter().filter(|(shop, order)| self.is_order(shop, order)).count();
        if hits > 0 {
            return if hits == orders.len() { OrderMatch::Only } else { OrderMatch::Possible };
        }
        self.order()
            .into_iter()
            .chain(self.spelled_orders())
            .map(|order| named.is_about(&order, &[]))
            .find(|found| *found != OrderMatch::Other)
            .unwrap_or(OrderMatch::Other)
    }

    /// Whether an order of an event of this shop has the typed number or address.
    fn is_order(&self, shop: &str, order: &Value) -> bool {
        if shop != self.shop.as_str() {
            return false;
        }
        if self.is_address() {
            let email = order.pointer("/customer/email").and_then(Value::as_str);
            return email.is_some_and(|email| address_key(&self.shop, email) == self.address_key());
        }
        let number = order.get("number").and_then(id_text);
        number.and_then(|number| number_key(&self.shop, &number)) == self.number_key()
    }
}

/// Whether a dead letter is about any of these, as certainly as about the one that it is most certain of: by the id where
/// attributes or body name it, by number or address where the body holds the order. The message is parsed once.
pub fn match_dead_letter(dlq: Dlq, message: &Received, wanted: &[Wanted]) -> OrderMatch {
    let body = events_of(dlq, &message.body);
    let (orders, named) = (orders_in(&body), MessageOrders::read(dlq, message));
    let matches = wanted.iter().map(|wanted| wanted.matches(&orders, &named));
    matches.min().unwrap_or(OrderMatch::Other)
}

/// The same in every other shop of the stack; in none where the stack is about one shop.
///
/// # Errors
/// As of [`all_shops`]: also for an operator of one shop, who may not know of others.
pub async fn in_other_shops(stack: &Stack, wanted: &Wanted) -> Result<Vec<Wanted>, CliError> {
    let all = match &stack.shop {
        Some(_) => BTreeSet::new(),
        None => all_shops(stack).await?,
    };
    let others = all.into_iter().filter(|shop| shop != wanted.shop());
    Ok(others.map(|shop| wanted.in_shop(shop)).collect())
}

/// A line of standard input; at a terminal, `ask` says what is expected.
///
/// # Errors
/// [`CliError::Input`] when it cannot be read.
pub fn read_line(ask: &str) -> Result<String, CliError> {
    if io::stdin().is_terminal() {
        note(ask);
    }
    let mut line = String::new();
    let read = io::stdin().read_line(&mut line);
    read.map_err(|error| CliError::input("Can't read standard input.").caused_by(error))?;
    Ok(line)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn wanted(typed: &str) -> Wanted {
        Wanted::parse(typed, ShopId::default()).unwrap()
    }

    fn dead_letter(body: &Value) -> Received {
        Received { body: body.to_string(), ..Received::default() }
    }

    #[test]
    fn nothing_that_names_an_order_is_refused_with_what_was_expected() {
        for typed in ["", " ", "#", "\n"] {
            let refused = Wanted::parse(typed, ShopId::default()).unwrap_err().to_string();
            assert!(refused.contains("'#1001'"), "{refused}");
        }
    }

    #[test]
    fn an_id_is_what_was_typed_and_a_number_shows_ids_of_either_case() {
        let spelled = |typed| -> Vec<String> {
            wanted(typed).spelled_orders().iter().map(ToString::to_string).collect()
        };
        assert_eq!(wanted(" 1001 ").order().unwrap().to_string(), "default/1001");
        assert_eq!(wanted("#1001").order().unwrap().to_string(), "default/%231001");
        assert_eq!(spelled("#1001"), ["default/1001"]);
        assert_eq!(spelled("r-7"), ["default/R-7", "default/r-7"]);
        assert_eq!(spelled("N° 7"), ["default/N%C2%B07", "default/n%C2%B07"]);
        assert!(spelled(&"7".repeat(129)).is_empty(), "longer than an id may be");
    }

    #[test]
    fn an_address_is_masked_where_it_is_quoted() {
        let wanted = wanted("jo@example.com");
        assert_eq!(wanted.shown(PiiMode::Masked), "j***@***.com");
        assert_eq!(wanted.shown(PiiMode::Shown), "jo@example.com");
    }

    #[test]
    fn a_dead_letter_is_matched_by_id_number_and_address() {
        let order = |id: &str, number: &str, email: &str| json!({"data": {"order": {"id": id, "number": number, "customer": {"email": email}}}});
        let jo = order("77", "#1001", "Jo@Example.com");
        let zoe = order("78", "#1002", "zoe@example.com");
        let failed = dead_letter(&jo);
        for typed in ["77", "1001", "#1001", "jo@example.com"] {
            let found = match_dead_letter(Dlq::Inbox, &failed, &[wanted(typed)]);
            assert_eq!(found, OrderMatch::Only, "{typed}");
            let batch = dead_letter(&json!([jo, zoe]));
            let found = match_dead_letter(Dlq::Inbox, &batch, &[wanted(typed)]);
            assert_eq!(found, OrderMatch::Possible, "{typed}");
            let found = match_dead_letter(Dlq::Inbox, &dead_letter(&zoe), &[wanted(typed)]);
            assert_eq!(found, OrderMatch::Other, "{typed}");
        }
        let request = dead_letter(&json!({"v": 1, "event": jo}));
        assert_eq!(match_dead_letter(Dlq::Mail, &request, &[wanted("#1001")]), OrderMatch::Only);
        // Of several that are wanted, the one of whom it is most certain.
        let both = [wanted("78"), wanted("77")];
        assert_eq!(match_dead_letter(Dlq::Inbox, &failed, &both), OrderMatch::Only);
        assert_eq!(match_dead_letter(Dlq::Inbox, &failed, &both[..1]), OrderMatch::Other);
        let mut of_another_shop = jo;
        of_another_shop["shop"] = "north".into();
        for typed in ["77", "#1001", "jo@example.com"] {
            let found =
                match_dead_letter(Dlq::Inbox, &dead_letter(&of_another_shop), &[wanted(typed)]);
            assert_eq!(found, OrderMatch::Other, "{typed}");
        }
    }
}
