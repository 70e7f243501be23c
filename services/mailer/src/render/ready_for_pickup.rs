//! `shipment.ready_for_pickup`: where it can be fetched, until when, and with what code.

use shared::contract::order::Order;
use shared::contract::shipment::Shipment;

use super::mail::{Mail, RenderError};
use super::page::Page;
use super::parcel::Parcel;
use super::pickup::{PickupPlace, PickupTerms};

struct ReadyForPickup<'a> {
    parcel: Parcel<'a>,
    /// Above the list, where nobody overlooks them.
    terms: PickupTerms,
}

super::mail::templates!(ReadyForPickup, "ready_for_pickup.html", "ready_for_pickup.txt");

pub fn compose(page: Page<'_>, order: &Order, shipment: &Shipment) -> Result<Mail, RenderError> {
    let mut parcel = Parcel::new(order, shipment, page.calendar);
    let terms = parcel.take_pickup_terms();
    let mail = ReadyForPickup { parcel, terms };
    let parcel = mail.parcel.description(&page);
    let subject = format!("Ready to be picked up: {parcel}");
    let place = mail.parcel.pickup.as_ref();
    let at = place.map(PickupPlace::at_name).unwrap_or_default();
    let preheader = match &mail.terms.until {
        Some(day) => format!("It waits for you{at} until {day}."),
        None => format!("It waits for you{at}."),
    };
    mail.write(page.with_subject(subject, preheader))
}
