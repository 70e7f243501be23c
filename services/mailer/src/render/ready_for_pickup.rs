//! `shipment.ready_for_pickup`: where it can be fetched, until when, and with what code.

use shared::contract::order::Order;
use shared::contract::shipment::Shipment;

use super::mail::{Mail, RenderError};
use super::page::Page;
use super::parcel::Parcel;

struct ReadyForPickup<'a> {
    parcel: Parcel<'a>,
}

super::mail::templates!(ReadyForPickup, "ready_for_pickup.html", "ready_for_pickup.txt");

pub fn compose(page: Page<'_>, order: &Order, shipment: &Shipment) -> Result<Mail, RenderError> {
    let mail = ReadyForPickup { parcel: Parcel::new(order, shipment, page.calendar) };
    let parcel = mail.parcel.description(&page);
    let subject = format!("Ready to be picked up: {parcel}");
    let place = mail.parcel.pickup.as_ref();
    let until = place.and_then(|place| place.until.as_ref());
    let at = place.map(super::pickup::PickupPlace::at_name).unwrap_or_default();
    let preheader = match until {
        Some(day) => format!("It waits for you{at} until {day}."),
        None => format!("It waits for you{at}."),
    };
    mail.write(page.with_subject(subject, preheader))
}
