//! What an order of a shop system says, as events of the contract: by the translation of the webhooks.

use connector::{Delivery, System, Translation, translate};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde_json::Value;
use shared::contract::event::MAX_EVENT_BYTES;
use shared::queue::sqs_json::escape_noncharacters;
use shared::{Event, ShopId};

/// A fact that an order shows.
#[derive(Debug, Clone)]
pub struct Fact {
    pub event: Event,
    /// The event as it is published.
    pub json: Value,
}

impl Fact {
    /// The event as text that SQS takes.
    pub fn text(&self) -> String {
        escape_noncharacters(self.json.to_string())
    }

    /// When it happened, in milliseconds since 1970; `None` where nobody knows.
    pub fn at(&self) -> Option<i64> {
        self.event.time.map(Timestamp::as_millisecond)
    }
}

/// An order as it was read.
#[derive(Debug)]
pub struct OrderRead {
    /// The system's id of it; empty where it has none.
    pub id: String,
    /// What customers and staff call it.
    pub number: Option<String>,
    pub outcome: ReadOutcome,
}

/// What an order says.
#[derive(Debug)]
pub enum ReadOutcome {
    /// These facts; none of an order that is no order yet.
    Facts(Vec<Fact>),
    /// It names no address, so there is nobody to mail.
    WithoutAddress,
    /// Why it says nothing: a test, say.
    Ignored(&'static str),
    /// Why it could not be understood. No personal data.
    Unreadable(String),
}

/// Reads an order as its system writes it. `now` for what does not say when it was changed.
pub fn read(order: &Value, shop: &ShopId, system: System, now: Timestamp) -> OrderRead {
    let number = match system {
        System::Shopify => order["name"].as_str().map(str::to_owned),
        System::WooCommerce => order["number"].as_str().map(str::to_owned),
    };
    let id = match &order["id"] {
        Value::String(id) => id.clone(),
        Value::Number(id) => id.to_string(),
        _ => String::new(),
    };
    let body = order.to_string();
    let delivery = Delivery {
        shop,
        system,
        topic: None,
        body: &body,
        // What the order shows has happened by its last change. By the time of reading it, what is old would be news.
        received_at: changed_at(order, system).map_or(now, |at| at.min(now)),
    };
    let outcome = match translate(&delivery, None) {
        Ok(Translation::Events(events)) if events.is_empty() && !names_address(order, system) => {
            ReadOutcome::WithoutAddress
        }
        Ok(Translation::Events(events)) => facts(events),
        Ok(Translation::Ignored(_)) if !names_address(order, system) => ReadOutcome::WithoutAddress,
        Ok(Translation::Ignored(why)) => ReadOutcome::Ignored(why),
        Ok(Translation::NeedsOrder { .. }) => ReadOutcome::Unreadable("it is no order".to_owned()),
        Err(untranslatable) => ReadOutcome::Unreadable(untranslatable.to_string()),
    };
    OrderRead { id, number, outcome }
}

/// The events, all of them or none: what intake would refuse is not published.
fn facts(events: Vec<Value>) -> ReadOutcome {
    let fact = |json: Value| {
        let event = Event::parse(&json).map_err(|errors| {
            let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
            errors.join("; ")
        })?;
        let fact = Fact { event, json };
        match fact.text().len() {
            bytes if bytes > MAX_EVENT_BYTES => Err(format!(
                "expected events of at most {MAX_EVENT_BYTES} bytes, and one of its would have {bytes}"
            )),
            _ => Ok(fact),
        }
    };
    let facts: Result<Vec<Fact>, String> = events.into_iter().map(fact).collect();
    facts.map_or_else(ReadOutcome::Unreadable, ReadOutcome::Facts)
}

fn changed_at(order: &Value, system: System) -> Option<Timestamp> {
    match system {
        System::Shopify => order["updated_at"].as_str()?.parse().ok(),
        System::WooCommerce => {
            let at: DateTime = order["date_modified_gmt"].as_str()?.parse().ok()?;
            Some(at.to_zoned(TimeZone::UTC).ok()?.timestamp())
        }
    }
}

/// Whether there is an address where the translation looks for one.
fn names_address(order: &Value, system: System) -> bool {
    let is_text = |value: &Value| value.as_str().is_some_and(|text| !text.trim().is_empty());
    match system {
        System::Shopify => is_text(&order["email"]) || is_text(&order["contact_email"]),
        System::WooCommerce => is_text(&order["billing"]["email"]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_order_was_last_changed_when_its_system_says() {
        let expected: Timestamp = "2026-11-20T10:30:00Z".parse().unwrap();
        let shopify = json!({ "updated_at": "2026-11-20T11:30:00+01:00" });
        assert_eq!(changed_at(&shopify, System::Shopify), Some(expected));
        let woocommerce = json!({ "date_modified_gmt": "2026-11-20T10:30:00" });
        assert_eq!(changed_at(&woocommerce, System::WooCommerce), Some(expected));
        assert_eq!(changed_at(&json!({}), System::WooCommerce), None);
    }

    #[test]
    fn an_address_is_where_each_system_has_it() {
        let is = |order: Value, system| names_address(&order, system);
        assert!(is(json!({ "email": "", "contact_email": "jo@example.com" }), System::Shopify));
        let only_the_account_s = json!({ "email": "", "customer": { "email": "jo@example.com" } });
        assert!(!is(only_the_account_s, System::Shopify));
        assert!(is(json!({ "billing": { "email": "jo@example.com" } }), System::WooCommerce));
        assert!(!is(json!({ "billing": { "email": "" } }), System::WooCommerce));
    }

    #[test]
    fn an_event_that_intake_would_not_take_is_said_so_and_none_of_its_order_is_published() {
        let event = |note: usize| {
            json!({
                "specversion": "1.0", "source": "/shopify/north", "id": note.to_string(),
                "type": "order.confirmed", "note": "x".repeat(note),
                "data": { "order": { "id": "1", "customer": { "email": "jo@example.com" } } },
            })
        };
        assert!(matches!(facts(vec![event(1)]), ReadOutcome::Facts(facts) if facts.len() == 1));
        let ReadOutcome::Unreadable(why) = facts(vec![event(1), event(MAX_EVENT_BYTES)]) else {
            panic!("too large")
        };
        assert!(why.starts_with("expected events of at most 262144 bytes"), "{why}");
    }

    #[test]
    fn what_is_no_order_is_told_and_read_as_nothing() {
        let now = Timestamp::UNIX_EPOCH;
        let read = read(&json!({ "id": 7 }), &ShopId::default(), System::Shopify, now);
        assert_eq!(read.id, "7");
        assert!(!matches!(read.outcome, ReadOutcome::Facts(_)), "{read:?}");
    }
}
