//! The event types of the contract.

use crate::contract::error::InvalidValue;

/// Declares [`Kind`] from one list, so that [`Kind::ALL`] has each.
macro_rules! kinds {
    ($($(#[$doc:meta])+ $kind:ident = $name:literal,)+) => {
        /// An event type, and the kind of e-mail that it asks for.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Kind {
            $($(#[$doc])+ $kind,)+
        }

        impl Kind {
            /// Every kind.
            pub const ALL: [Self; [$($name),+].len()] = [$(Self::$kind),+];

            /// The CloudEvents `type`.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$kind => $name,)+
                }
            }
        }
    };
}

kinds! {
    /// `order.confirmed`: we have your order.
    OrderConfirmed = "order.confirmed",
    /// `order.updated`: the order as it is now, and what changed.
    OrderUpdated = "order.updated",
    /// `order.payment_failed`: the payment did not go through, and how to pay.
    OrderPaymentFailed = "order.payment_failed",
    /// `order.cancelled`: the order or a part of it is cancelled, and what the shop says of the money.
    OrderCancelled = "order.cancelled",
    /// `order.refunded`: refunded, how much, when it arrives.
    OrderRefunded = "order.refunded",
    /// `order.withdrawal_received`: the customer's withdrawal arrived: its content, day and time.
    OrderWithdrawalReceived = "order.withdrawal_received",
    /// `shipment.shipped`: on its way.
    ShipmentShipped = "shipment.shipped",
    /// `shipment.updated`: a new tracking number, carrier, link, day or pickup.
    ShipmentUpdated = "shipment.updated",
    /// `shipment.delayed`: later than we said.
    ShipmentDelayed = "shipment.delayed",
    /// `shipment.out_for_delivery`: arrives today.
    ShipmentOutForDelivery = "shipment.out_for_delivery",
    /// `shipment.delivery_attempted`: nobody was there, and what happens next.
    ShipmentDeliveryAttempted = "shipment.delivery_attempted",
    /// `shipment.ready_for_pickup`: it can be fetched: where, until when, with what code.
    ShipmentReadyForPickup = "shipment.ready_for_pickup",
    /// `shipment.delivered`: it's there, or was fetched.
    ShipmentDelivered = "shipment.delivered",
    /// `shipment.returned`: it goes back to the shop.
    ShipmentReturned = "shipment.returned",
}

impl Kind {
    /// Parses a CloudEvents `type`.
    ///
    /// # Errors
    /// [`InvalidValue`] with the list of known types.
    pub fn parse(text: &str) -> Result<Self, InvalidValue> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or_else(|| {
            let known = Self::ALL.map(Self::as_str).join(", ");
            InvalidValue::expected(format!("one of {known}"))
        })
    }
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl serde::Serialize for Kind {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.as_str())
    }
}

impl<'de> serde::Deserialize<'de> for Kind {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(from)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_for_an_unknown_type_lists_the_known_ones() {
        let refused = Kind::parse("order.shipped").expect_err("unknown");
        assert!(Kind::ALL.iter().all(|kind| refused.0.contains(kind.as_str())));
    }
}
