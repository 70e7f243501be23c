//! What an order of a shop system says, as events of the contract: by the translation of the webhooks.

use connector::{Delivery, System, Translation, translate};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde_json::Value;
use shared::{Event, ShopId};

/// A fact that an order shows.
#[derive(Debug, Clone)]
pub struct Fact {
    pub event: Event,
    /// The event as it is published.
    pub json: Value,
}

impl Fact {
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
    let fact = |json: Value| match Event::parse(&json) {
        Ok(event) => Ok(Fact { event, json }),
        Err(errors) => {
            let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
            Err(errors.join("; "))
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

fn names_address(order: &Value, system: System) -> bool {
    let is_text = |value: &Value| value.as_str().is_some_and(|text| !text.trim().is_empty());
    match system {
        System::Shopify => {
            is_text(&order["email"])
                || is_text(&order["contact_email"])
                || is_text(&order["customer"]["email"])
        }
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
        assert!(!is(json!({ "email": "", "contact_email": null }), System::Shopify));
        assert!(is(json!({ "billing": { "email": "jo@example.com" } }), System::WooCommerce));
        assert!(!is(json!({ "billing": { "email": "" } }), System::WooCommerce));
    }

    #[test]
    fn what_is_no_order_is_told_and_read_as_nothing() {
        let now = Timestamp::UNIX_EPOCH;
        let read = read(&json!({ "id": 7 }), &ShopId::default(), System::Shopify, now);
        assert_eq!(read.id, "7");
        assert!(!matches!(read.outcome, ReadOutcome::Facts(_)), "{read:?}");
    }
}
