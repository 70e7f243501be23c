//! The place where the customer fetches an order.

use shared::contract::address::Pickup;
use shared::contract::order::Order;
use shared::contract::shipment::Shipment;

use super::address;
use super::localizer::Localizer;
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
    pub until: Option<String>,
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
    pub fn new(order: &Order, shipment: Option<&Shipment>, say: &Localizer) -> Option<Self> {
        let of_parcel = shipment.and_then(|shipment| shipment.pickup.clone());
        let place = match of_parcel {
            Some(place) => place.or(order.pickup.as_ref()),
            None => order.pickup.clone()?,
        };
        Some(Self::from(place, say))
    }

    fn from(place: Pickup, say: &Localizer) -> Self {
        let text = |line: Option<shared::contract::text::Line>| {
            line.map(|line| UserText::of_shop(line.as_str().to_owned()))
        };
        let address = place.address.as_ref().map(|it| address::lines(it, say.language));
        Self {
            name: text(place.name),
            address: address.unwrap_or_default(),
            hours: text(place.hours),
            terms: PickupTerms {
                until: place.until.map(|day| say.day(day)),
                code: text(place.code),
                note: text(place.note),
            },
            url: place.url.map(|url| url.as_str().to_owned()),
        }
    }
}
