//! Who gets the mails of an accepted event: decided once, by the settings of its shop when it was accepted.

use crate::contract::email::EmailAddress;
use crate::contract::kind::Kind;
use crate::shop_settings::ShopSettings;

/// Who gets the mails of an accepted event.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Routing {
    /// Whether the shop has turned mails of this kind off: the event is recorded, and mails nobody.
    pub is_off: bool,
    /// Who gets a copy beside the customer, each address once.
    pub copies: Vec<EmailAddress>,
}

impl Routing {
    /// The routing of an event of `kind` by the settings of its shop.
    #[must_use]
    pub fn by_settings(settings: &ShopSettings, kind: Kind) -> Self {
        let mut copies: Vec<EmailAddress> = Vec::new();
        for address in settings.copies_of(kind) {
            if !copies.iter().any(|known| is_same(known, address)) {
                copies.push(address.clone());
            }
        }
        Self { is_off: settings.is_off(kind), copies }
    }
}

fn is_same(one: &EmailAddress, other: &EmailAddress) -> bool {
    one.expose().eq_ignore_ascii_case(other.expose())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_off_or_copied_as_the_settings_say_and_nobody_gets_two_copies() {
        let settings = ShopSettings::parse(
            r#"{ "kinds_off": ["shipment.delayed"],
                 "copies": [{ "to": "a@north.example" }, { "to": "A@north.example" },
                            { "to": "b@north.example", "kinds": ["order.refunded"] }] }"#,
        )
        .expect("settings");
        let routing = |kind| Routing::by_settings(&settings, kind);
        assert!(routing(Kind::ShipmentDelayed).is_off && !routing(Kind::OrderRefunded).is_off);
        let copies =
            |kind| routing(kind).copies.iter().map(|a| a.expose().to_owned()).collect::<Vec<_>>();
        assert_eq!(copies(Kind::OrderConfirmed), ["a@north.example"]);
        assert_eq!(copies(Kind::OrderRefunded), ["a@north.example", "b@north.example"]);
    }
}
