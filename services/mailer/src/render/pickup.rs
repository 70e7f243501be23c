//! The place where the customer fetches an order.

use shared::contract::address::Pickup;
use shared::contract::order::Order;
use shared::contract::shipment::Shipment;

use super::address;
use super::day::{Calendar, Day};
use super::user_text::UserText;

/// Where, until when, and with what code.
#[derive(Debug)]
pub struct PickupPlace {
    /// What the place is called.
    pub name: Option<UserText<'static>>,
    /// Where it is; empty if nobody says.
    pub address: Vec<UserText<'static>>,
    /// When it is open.
    pub hours: Option<UserText<'static>>,
    /// A page about the place.
    pub url: Option<String>,
    /// How to fetch it there.
    pub terms: PickupTerms,
}

/// Until when something is to be fetched, and with what.
#[derive(Debug, Default)]
pub struct PickupTerms {
    /// The last day.
    pub until: Option<Day>,
    /// The code.
    pub code: Option<UserText<'static>>,
    /// What to bring.
    pub note: Option<UserText<'static>>,
}

impl PickupTerms {
    /// Whether nothing is said of it.
    pub const fn is_empty(&self) -> bool {
        self.until.is_none() && self.code.is_none() && self.note.is_none()
    }
}

impl PickupPlace {
    /// The place of the parcel, with what it does not say from the order; `None` for what is delivered.
    pub fn new(order: &Order, shipment: Option<&Shipment>, calendar: Calendar) -> Option<Self> {
        let of_parcel = shipment.and_then(|shipment| shipment.pickup.clone());
        let place = match of_parcel {
            Some(place) => place.or(order.pickup.as_ref()),
            None => order.pickup.clone()?,
        };
        Some(Self::from(place, calendar))
    }

    fn from(place: Pickup, calendar: Calendar) -> Self {
        let text = |line: Option<shared::contract::text::Line>| {
            line.map(|line| UserText::of_shop(line.as_str().to_owned()))
        };
        Self {
            name: text(place.name),
            address: place.address.as_ref().map(address::lines).unwrap_or_default(),
            hours: text(place.hours),
            terms: PickupTerms {
                until: place.until.map(|day| calendar.day(day)),
                code: text(place.code),
                note: text(place.note),
            },
            url: place.url.map(|url| url.as_str().to_owned()),
        }
    }

    /// ` at Store 7`, to be appended to a verb; empty without a name.
    pub fn at_name(&self) -> String {
        self.name.as_ref().map_or_else(String::new, |name| format!(" at {name}"))
    }

    /// ` to Store 7`.
    pub fn to_name(&self) -> String {
        self.name.as_ref().map_or_else(String::new, |name| format!(" to {name}"))
    }
}
