//! What an operator has of an order: its id, its number, or its customer's e-mail address.

use std::io::{self, IsTerminal};

use serde_json::Value;
use shared::OrderId;
use shared::lookup::{address_key, ids_spelled_like, number_key};

use crate::aws::Dlq;
use crate::dlq::{OrderMatch, Received, id_text, match_order, orders_in};
use crate::error::CliError;
use crate::output::note;
use crate::pii::PiiMode;

/// The argument that means standard input, where an address leaves no trace in the shell's history.
const STANDARD_INPUT: &str = "-";

/// What the operator typed, without white space around it.
#[derive(Debug, PartialEq, Eq)]
pub struct Wanted(String);

impl Wanted {
    /// Takes `typed`, or a line of standard input for `-`.
    ///
    /// # Errors
    /// [`CliError::Input`] when that is empty.
    pub fn read(typed: &str) -> Result<Self, CliError> {
        if typed == STANDARD_INPUT { Self::parse(&read_line()?) } else { Self::parse(typed) }
    }

    fn parse(typed: &str) -> Result<Self, CliError> {
        let wanted = Self(typed.trim().to_owned());
        if wanted.is_address() || number_key(&wanted.0).is_some() {
            return Ok(wanted);
        }
        Err(CliError::input(
            "Which order? Expected its id, its number such as '#1001' in quotes, or the customer's \
             e-mail address.",
        ))
    }

    /// Neither ids nor the numbers that shops give have an `@`.
    pub fn is_address(&self) -> bool {
        self.0.contains('@')
    }

    /// The order id that was typed; `None` where only a number or an address can have been.
    pub fn id(&self) -> Option<String> {
        OrderId::parse(&self.0).ok().map(|id| id.to_string())
    }

    /// The ids that the typed number shows; see [`ids_spelled_like`].
    pub fn spelled_ids(&self) -> Vec<String> {
        let mut ids = ids_spelled_like(&self.0).to_vec();
        ids.dedup();
        ids.retain(|id| OrderId::parse(id).is_ok());
        ids
    }

    pub fn address_key(&self) -> String {
        address_key(&self.0)
    }

    pub fn number_key(&self) -> Option<String> {
        number_key(&self.0)
    }

    /// As a sentence may quote it: an address is masked, unless personal data is shown.
    pub fn shown(&self, pii: PiiMode) -> String {
        if self.is_address() { pii.address(&self.0) } else { self.0.clone() }
    }

    /// Whether a dead letter is about it: by the id where attributes or body name it, by number or
    /// address where the body holds the order.
    pub fn match_letter(&self, dlq: Dlq, message: &Received) -> OrderMatch {
        let body = message.json_body();
        let orders = orders_in(&body);
        let hits = orders.iter().filter(|order| self.is_order(order)).count();
        let mut by_id = self.id().into_iter().chain(self.spelled_ids());
        if hits > 0 {
            return if hits == orders.len() { OrderMatch::Only } else { OrderMatch::Possible };
        }
        by_id
            .by_ref()
            .map(|id| match_order(dlq, message, &id))
            .find(|found| *found != OrderMatch::Other)
            .unwrap_or(OrderMatch::Other)
    }

    /// Whether an order of an event has the typed number or address.
    fn is_order(&self, order: &Value) -> bool {
        if self.is_address() {
            let email = order.pointer("/customer/email").and_then(Value::as_str);
            return email.is_some_and(|email| address_key(email) == self.address_key());
        }
        let number = order.get("number").and_then(id_text);
        number.and_then(|number| number_key(&number)) == self.number_key()
    }
}

fn read_line() -> Result<String, CliError> {
    if io::stdin().is_terminal() {
        note("The order's id or number, or the customer's e-mail address:");
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
        Wanted::parse(typed).unwrap()
    }

    fn letter(body: &Value) -> Received {
        Received { body: body.to_string(), ..Received::default() }
    }

    #[test]
    fn nothing_that_names_an_order_is_refused_with_what_was_expected() {
        for typed in ["", " ", "#", "\n"] {
            let refused = Wanted::parse(typed).unwrap_err().to_string();
            assert!(refused.contains("'#1001'"), "{refused}");
        }
    }

    #[test]
    fn an_id_is_what_was_typed_and_a_number_shows_ids_of_either_case() {
        assert_eq!(wanted(" 1001 ").id().as_deref(), Some("1001"));
        assert_eq!(wanted("#1001").id(), None);
        assert_eq!(wanted("#1001").spelled_ids(), ["1001"]);
        assert_eq!(wanted("r-7").spelled_ids(), ["R-7", "r-7"]);
        assert!(wanted("N° 7").spelled_ids().is_empty());
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
        let failed = letter(&jo);
        for typed in ["77", "1001", "#1001", "jo@example.com"] {
            let found = wanted(typed).match_letter(Dlq::Inbox, &failed);
            assert_eq!(found, OrderMatch::Only, "{typed}");
            let batch = letter(&json!([jo, zoe]));
            let found = wanted(typed).match_letter(Dlq::Inbox, &batch);
            assert_eq!(found, OrderMatch::Possible, "{typed}");
            let found = wanted(typed).match_letter(Dlq::Inbox, &letter(&zoe));
            assert_eq!(found, OrderMatch::Other, "{typed}");
        }
        let request = letter(&json!({"v": 1, "event": jo}));
        assert_eq!(wanted("#1001").match_letter(Dlq::Mail, &request), OrderMatch::Only);
    }
}
