//! Who gets the mails of an accepted event: decided once, by the event and the settings of its shop when it was
//! accepted.

use std::collections::BTreeSet;

use crate::contract::email::EmailAddress;
use crate::contract::event::Event;
use crate::notification::AddressHash;
use crate::shop_settings::ShopSettings;

/// Who gets the mails of an accepted event.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Routing {
    /// Whether the shop has turned mails of this kind off: the event is recorded, and mails nobody.
    pub is_off: bool,
    /// Who gets a copy beside the customer, each address once, and none that is the customer's: at most the 10 that the
    /// order names and the 20 of the shop's settings. Empty where nobody is mailed. Each is a notification of its own,
    /// which the dispatcher plans and the sweep expects.
    pub copies: Vec<EmailAddress>,
}

impl Routing {
    /// The routing of `event` by the settings of its shop.
    #[must_use]
    pub fn new(settings: &ShopSettings, event: &Event) -> Self {
        let kind = event.payload.kind();
        let is_off = settings.is_off(kind);
        if is_off || !event.notify {
            return Self { is_off, copies: Vec::new() };
        }
        let hash = |address: &EmailAddress| AddressHash::new(&event.shop, address);
        let mut known = BTreeSet::from([hash(&event.order.customer.email)]);
        let named = event.order.copies.iter().chain(settings.copies_of(kind));
        Self { is_off, copies: named.filter(|copy| known.insert(hash(copy))).cloned().collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn settings() -> ShopSettings {
        ShopSettings::parse(
            r#"{ "kinds_off": ["order.cancelled"],
                 "copies": [{ "to": "a@north.example" }, { "to": "A@north.example" },
                            { "to": "b@north.example", "kinds": ["order.refunded"] }] }"#,
        )
        .expect("settings")
    }

    fn event(event_type: &str, copies: &Value) -> Value {
        let price = json!({ "amount": 1490, "currency": "EUR" });
        json!({
            "specversion": "1.0", "source": "shop", "id": "e-1", "type": event_type,
            "data": {
                "order": {
                    "id": "1001", "customer": { "email": "jo@example.com" }, "copies": copies,
                    "lines": [{ "sku": "MUG", "title": "Mug", "quantity": 1, "unit_price": price }],
                    "totals": { "total": price },
                },
                "refund": { "id": "R-1", "amount": price },
            }
        })
    }

    fn routing(event: &Value) -> Routing {
        Routing::new(&settings(), &Event::parse(event).expect("an event"))
    }

    fn copies(event: &Value) -> Vec<String> {
        routing(event).copies.iter().map(|address| address.expose().to_owned()).collect()
    }

    #[test]
    fn whom_the_order_names_and_whom_the_shop_names_for_this_kind_gets_one_copy_each() {
        let of_order = json!(["c@south.example", "a@NORTH.example", "Jo@Example.com"]);
        let confirmed = event("order.confirmed", &of_order);
        assert_eq!(copies(&confirmed), ["c@south.example", "a@NORTH.example"]);
        let refunded = event("order.refunded", &json!([]));
        assert_eq!(copies(&refunded), ["a@north.example", "b@north.example"]);
    }

    #[test]
    fn where_the_customer_gets_no_mail_nobody_gets_a_copy() {
        let off = routing(&event("order.cancelled", &json!(["c@south.example"])));
        assert_eq!(off, Routing { is_off: true, copies: Vec::new() });
        let mut muted = event("order.confirmed", &json!(["c@south.example"]));
        muted["data"]["notify"] = json!(false);
        assert_eq!(routing(&muted), Routing::default());
    }
}
